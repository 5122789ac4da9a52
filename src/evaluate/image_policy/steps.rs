//! Proofs as clauses: each signature with its steps, and which of them explains best.

use super::policy::{Attestation, Cosign};
use super::verify::{Proved, Tried, cause, is_undecided};
use crate::model::missing::Missing;
use crate::model::proof::{Proof, Step, StepName};
use crate::model::span::Span;
use crate::model::trace::{Clause, EvidencePath, Outcome};

/// The clause of an attestor with all signatures below it; it fails for the reason of the nearest one.
pub(super) fn assemble(
    mut clause: Clause,
    cosign: &Cosign,
    proofs: &[Proved<'_>],
    attestation: Option<&Attestation>,
) -> Tried {
    let word = if attestation.is_some() { "attestation" } else { "signature" };
    clause.children = proofs
        .iter()
        .enumerate()
        .map(|(index, proved)| {
            signature(&format!("{word} {}", index + 1), proved, cosign, clause.location.as_ref())
        })
        .collect();
    let unread = proofs.iter().position(|(_, proof)| is_undecided(proof));
    let nearest = unread.or_else(|| {
        let rank = |proof: &Proof| {
            let signed = proof.step(StepName::Signature).is_some_and(|step| step.outcome == Outcome::Held);
            (signed, cause(proof).unwrap_or_default())
        };
        let all = proofs.iter().enumerate();
        all.max_by(|(i, (_, a)), (j, (_, b))| rank(a).cmp(&rank(b)).then(j.cmp(i))).map(|(index, _)| index)
    });
    let mut deciding = Vec::new();
    if let Some(index) = nearest {
        let step = proofs.get(index).and_then(|(_, proof)| cause(proof));
        deciding = std::iter::once(index).chain(step).collect();
        if let Some(child) = clause.children.get(index) {
            clause.outcome = child.outcome.clone();
            clause.evidence.clone_from(&child.evidence);
        }
    }
    Tried { clause, deciding, payload: None }
}

fn signature(label: &str, (layer, proof): &Proved<'_>, cosign: &Cosign, span: Option<&Span>) -> Clause {
    let outcome = match cause(proof).and_then(|index| proof.steps.get(index)) {
        Some(step) => step.outcome.clone(),
        None if proof.holds() => Outcome::Held,
        None => Outcome::Undecided(Missing::Waiting),
    };
    let mut clause = Clause::new(label, outcome);
    clause.location = span.cloned();
    clause.evidence = Some(EvidencePath {
        digest: layer.artifact.digest.clone(),
        pointer: format!("/layers/{}", layer.index),
    });
    let stopped = proof.stopped_at.unwrap_or(usize::MAX);
    let steps = proof.steps.iter().enumerate();
    clause.children =
        steps.map(|(index, step)| step_clause(proof, step, cosign, span, index <= stopped)).collect();
    clause
}

fn step_clause(proof: &Proof, step: &Step, cosign: &Cosign, span: Option<&Span>, reached: bool) -> Clause {
    let log = cosign.log.as_ref().map(|log| &log.span);
    let identity =
        cosign.keyless.as_ref().map(|own| own.identities.first().map_or(&own.span, |one| &one.span));
    let key = cosign.key.as_ref().map(|key| &key.span).or(cosign.certificate.as_ref().map(|own| &own.span));
    let place = match step.name {
        StepName::LogPresent
        | StepName::LogBinding
        | StepName::LogPromise
        | StepName::LogTime
        | StepName::LogProof
        | StepName::LogCheckpoint => log,
        StepName::Subject | StepName::Issuer => identity,
        _ => key.or(identity),
    };
    Clause {
        label: step.name.words().to_owned(),
        outcome: step.outcome.clone(),
        location: place.or(span).cloned(),
        evidence: Some(EvidencePath { digest: proof.layer.clone(), pointer: String::new() }),
        facts: step.facts.clone(),
        reached,
        children: Vec::new(),
    }
}
