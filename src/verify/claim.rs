//! The claims: the payload names the resolved digest and carries the annotations asked for.
//!
//! Nothing else of a payload is compared, by cosign or by Kyverno: neither `docker-reference` nor `type`
//! (`pkg/cosign/verifiers.go`, `SimpleClaimVerifier`).

use super::case::{Case, Ended, fact};
use crate::model::trace::Why;
use crate::model::{Outcome, Reason, StepName};

/// The payload's digest against the digest that the reference was resolved to; never against anything in the artifact.
pub(super) fn digest(case: &Case<'_>) -> Ended {
    if case.message().is_err() {
        return Ended::new(StepName::Claim, Outcome::NotReached);
    }
    let payload = match case.payload() {
        Ok(payload) => payload,
        Err(problem) => return unreadable(StepName::Claim, problem),
    };
    let facts = vec![
        fact("payload digest", payload.digest.as_str()),
        fact("docker-reference (not compared)", payload.reference.as_str()),
        fact("type (not compared)", payload.kind.as_str()),
    ];
    let wanted = &case.evidence.digest;
    let ended = if payload.digest == wanted.as_str() {
        Ended::new(StepName::Claim, Outcome::Held)
    } else {
        Ended::failed(
            StepName::Claim,
            Reason::OtherDigest { wanted: wanted.clone(), found: payload.digest.clone() },
            format!("invalid or missing digest in claim: {}", payload.digest),
        )
    };
    ended.with(facts)
}

/// The payload's `optional` map against the annotations asked for.
pub(super) fn annotations(case: &Case<'_>) -> Ended {
    let wanted = &case.verifier.annotations;
    if wanted.is_empty() {
        return Ended::new(StepName::Annotations, Outcome::NotExercised(Why::NothingThere));
    }
    if case.message().is_err() {
        return Ended::new(StepName::Annotations, Outcome::NotReached);
    }
    let payload = match case.payload() {
        Ok(payload) => payload,
        Err(problem) => return unreadable(StepName::Annotations, problem),
    };
    let facts =
        payload.optional.iter().map(|(key, value)| fact("annotation", format!("{key}={value}"))).collect();
    let wrong = wanted.iter().find(|(key, value)| payload.optional.get(*key) != Some(value));
    let ended = match wrong {
        None => Ended::new(StepName::Annotations, Outcome::Held),
        Some((key, value)) => Ended::failed(
            StepName::Annotations,
            Reason::Annotation {
                key: key.clone(),
                wanted: value.clone(),
                found: payload.optional.get(key).cloned(),
            },
            "missing or incorrect annotation",
        ),
    };
    ended.with(facts)
}

fn unreadable(name: StepName, problem: &str) -> Ended {
    Ended::failed(name, Reason::Malformed { what: "payload", problem: problem.to_owned() }, problem)
}
