//! Proofs as clauses of the trace, and the one that came closest.

use super::policy::Attestor;
use super::words;
use crate::model::artifact::Signature;
use crate::model::missing::Missing;
use crate::model::proof::{Proof, Step, StepName};
use crate::model::reason::{LogPart, Reason};
use crate::model::trace::{Clause, EvidencePath, Outcome};

/// A signature with what is established about it.
pub(super) type Proved<'a> = (Signature<'a>, std::sync::Arc<Proof>);

/// True when the proof neither holds nor refutes.
pub(super) fn is_undecided(proof: &Proof) -> bool {
    proof.stopped().is_some_and(|step| matches!(step.outcome, Outcome::Undecided(_)))
        // A proof that neither holds nor says where it stopped proves nothing.
        || (proof.stopped_at.is_none() && !proof.holds())
}

/// One signature with all its steps.
pub(super) fn signature_clause((signature, proof): &Proved<'_>, attestor: &Attestor) -> Clause {
    let cause = cause(proof);
    let outcome = match cause.and_then(|index| proof.steps.get(index)) {
        Some(step) => step.outcome.clone(),
        None if proof.holds() => Outcome::Held,
        None => Outcome::Undecided(Missing::Waiting),
    };
    let mut clause = Clause::new(format!("signature {}", signature.index + 1), outcome).at(attestor.place());
    clause.evidence = Some(EvidencePath {
        digest: signature.artifact.digest.clone(),
        pointer: format!("/layers/{}", signature.index),
    });
    let stopped = proof.stopped_at.unwrap_or(usize::MAX);
    clause.children = proof
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| step_clause(proof, step, attestor, index <= stopped))
        .collect();
    clause
}

fn step_clause(proof: &Proof, step: &Step, attestor: &Attestor, reached: bool) -> Clause {
    let (place, logs) = (attestor.place(), attestor.logs());
    let stamps = logs.and_then(|logs| logs.ct.stamps.as_ref()).map(|stamps| &stamps.span);
    let span = match step.name {
        StepName::LogPresent
        | StepName::LogBinding
        | StepName::LogPromise
        | StepName::LogTime
        | StepName::LogProof
        | StepName::LogCheckpoint => logs.map_or(place, |logs| &logs.log.span),
        StepName::Sct => logs.map_or(place, |logs| &logs.ct.span),
        StepName::Stamp => stamps.unwrap_or(place),
        _ => place,
    };
    Clause {
        label: step.name.words().to_owned(),
        outcome: step.outcome.clone(),
        location: Some(span.clone()),
        evidence: Some(EvidencePath { digest: proof.layer.clone(), pointer: String::new() }),
        facts: step.facts.clone(),
        reached,
        children: Vec::new(),
    }
}

/// The step that explains best why a proof does not hold: where cosign stops, unless the signature is by another key,
/// which cosign notices first in the log entry or never comes to.
pub(super) fn cause(proof: &Proof) -> Option<usize> {
    let stopped = proof.stopped_at?;
    let by_certificate = proof.steps.iter().any(|step| step.name == StepName::Signer);
    if by_certificate {
        // The prover's order is the program's, not the library's that Kyverno calls.
        return words::first_failed(proof).or(Some(stopped));
    }
    let about_log = matches!(
        proof.steps.get(stopped).map(|step| &step.outcome),
        Some(Outcome::Failed(Reason::LogBinding { part: LogPart::Key, .. } | Reason::LogAbsent { .. }))
    );
    let other_key = |step: &Step| {
        step.name == StepName::Signature
            && matches!(step.outcome, Outcome::Failed(Reason::KeyMismatch { .. } | Reason::KeyType { .. }))
    };
    if about_log { proof.steps.iter().position(other_key).or(Some(stopped)) } else { Some(stopped) }
}

/// The signature that came closest, and the step of it that failed.
pub(super) fn nearest_miss(proofs: &[Proved<'_>]) -> (usize, usize) {
    let rank = |proof: &Proof| {
        let index = cause(proof).unwrap_or_default();
        let signed = proof.step(StepName::Signature).is_some_and(|step| step.outcome == Outcome::Held);
        let hash = matches!(
            proof.steps.get(index).map(|step| &step.outcome),
            Some(Outcome::Failed(Reason::WrongHash { .. }))
        );
        (signed, hash, index)
    };
    let best =
        proofs.iter().enumerate().max_by(|(i, (_, a)), (j, (_, b))| rank(a).cmp(&rank(b)).then(j.cmp(i)));
    best.map_or((0, 0), |(index, (_, proof))| (index, cause(proof).unwrap_or_default()))
}
