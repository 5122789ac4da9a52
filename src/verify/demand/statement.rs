//! What the signed bytes say: the image, and the annotations.

use std::collections::BTreeMap;

use super::parts::{Form, Parts};
use crate::format::simple_signing::Payload;
use crate::model::demand::Demand;
use crate::model::trace::Why;
use crate::model::{Digest, Outcome, Reason, StepName};
use crate::verify::case::{Ended, fact};

/// What was read, for the proof.
#[derive(Default)]
pub(super) struct Said {
    pub(super) claimed: Option<String>,
    pub(super) optional: BTreeMap<String, String>,
    pub(super) predicate: Option<String>,
}

/// The two steps, and what was read.
pub(super) fn steps(parts: &Parts, demand: &Demand, digest: &Digest) -> (Vec<Ended>, Said) {
    let read = match parts.form {
        Form::Bundle if parts.message.is_some() => Ok(message(parts, digest)),
        Form::Signature => simple(parts, digest),
        Form::Bundle | Form::Attestation => statement(parts, digest),
    };
    match read {
        Ok((claim, said)) => {
            let annotations = annotations(demand, &said);
            (vec![claim, annotations], said)
        }
        Err(problem) => {
            let reason = Reason::Malformed { what: "payload", problem: problem.clone() };
            let failed = Ended::failed(StepName::Claim, reason, problem);
            (vec![failed, Ended::new(StepName::Annotations, Outcome::NotReached)], Said::default())
        }
    }
}

/// The digest of a message must be that of the artifact; the signature is checked over the artifact itself.
fn message(parts: &Parts, digest: &Digest) -> (Ended, Said) {
    let found = parts.message.clone().unwrap_or_default();
    let ended = match found.parse::<Digest>() {
        Ok(said) if parts.signed.is_named_by(&said) => Ended::new(StepName::Claim, Outcome::Held),
        _ => Ended::failed(
            StepName::Claim,
            Reason::OtherDigest { wanted: digest.clone(), found: found.clone() },
            "artifact does not match digest",
        ),
    };
    (
        ended.with(vec![fact("message digest", found.as_str())]),
        Said { claimed: Some(found), ..Said::default() },
    )
}

fn simple(parts: &Parts, digest: &Digest) -> Result<(Ended, Said), String> {
    let payload = Payload::parse(&parts.payload)?;
    let ended = if payload.digest == digest.as_str() {
        Ended::new(StepName::Claim, Outcome::Held)
    } else {
        Ended::failed(
            StepName::Claim,
            Reason::OtherDigest { wanted: digest.clone(), found: payload.digest.clone() },
            format!("invalid or missing digest in claim: {}", payload.digest),
        )
    };
    let ended = ended.with(vec![fact("payload digest", payload.digest.as_str())]);
    let claimed = Some(payload.digest).filter(|digest| !digest.is_empty());
    Ok((ended, Said { claimed, optional: payload.optional, predicate: None }))
}

fn statement(parts: &Parts, digest: &Digest) -> Result<(Ended, Said), String> {
    let statement = parts.statement()?;
    if statement.worded && parts.form == Form::Bundle {
        return Err("the predicate is no object".to_owned());
    }
    let subject = statement
        .subjects
        .iter()
        .find(|subject| subject.digests.get(digest.algorithm()).is_some_and(|found| found == digest.hex()));
    let found = statement.digests();
    let mut facts = vec![fact("predicate type", statement.predicate.as_str())];
    facts.extend(found.iter().map(|found| fact("subject", found.as_str())));
    let said = Said {
        claimed: found.first().cloned(),
        // The annotations of the subject that is the image count, never another's (`IntotoSubjectClaimVerifier`).
        optional: subject.map(|subject| subject.annotations.clone()).unwrap_or_default(),
        predicate: Some(statement.predicate.clone()),
    };
    let ended = match subject {
        Some(_) => Ended::new(StepName::Claim, Outcome::Held),
        None => Ended::failed(
            StepName::Claim,
            Reason::StatementSubject { wanted: digest.clone(), found },
            match parts.form {
                Form::Bundle => "provided artifact digest does not match any digest in statement",
                _ => "no matching subject digest found",
            },
        ),
    };
    Ok((ended.with(facts), said))
}

fn annotations(demand: &Demand, said: &Said) -> Ended {
    let name = StepName::Annotations;
    if demand.annotations.is_empty() {
        return Ended::new(name, Outcome::NotExercised(Why::NothingThere));
    }
    let wrong = demand.annotations.iter().find(|(key, value)| said.optional.get(*key) != Some(value));
    match wrong {
        None => Ended::new(name, Outcome::Held),
        Some((key, value)) => Ended::failed(
            name,
            Reason::Annotation {
                key: key.clone(),
                wanted: value.clone(),
                found: said.optional.get(key).cloned(),
            },
            "missing or incorrect annotation",
        ),
    }
}
