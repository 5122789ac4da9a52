//! One key attestor against all classic signatures of an image: one good signature suffices (spec A.7).

use super::case::{Case, Ending, Judged};
use super::policy::{Attestor, KeyAttestor};
use crate::model::artifact::{ArtifactKind, Evidence, Found, Signature};
use crate::model::missing::Missing;
use crate::model::proof::{Proof, Step, StepName};
use crate::model::reason::{LogPart, Reason};
use crate::model::span::Span;
use crate::model::trace::{Clause, EvidencePath, Outcome};

/// Judges one entry of an attestor set. `path` is its place in Kyverno's messages.
pub(super) fn judge(case: &Case<'_>, attestor: &Attestor, path: &str) -> Judged {
    let label = format!("{}.keys", path.trim_start_matches('.'));
    if let Some(field) = attestor.unsupported.first() {
        let label = path.trim_start_matches('.');
        return undecided(label, &field.span, Missing::NotImplemented { what: field.field.clone() });
    }
    let Some(key) = &attestor.key else {
        let what = "an attestor without a public key".to_owned();
        return undecided(&label, &attestor.span, Missing::NotImplemented { what });
    };
    let evidence = match case.evidence {
        Ok(evidence) => evidence,
        Err(missing) => return undecided(&label, &key.pem.span, missing.clone()),
    };
    let mut judged = match case.verifier(key) {
        Ok(verifier) => {
            let signatures: Vec<Signature<'_>> = evidence.cosign_signatures().filter(by_tag).collect();
            let proofs: Vec<_> =
                signatures.iter().map(|s| (*s, case.context.prover.prove(evidence, *s, &verifier))).collect();
            from_proofs(attestor, key, evidence, &proofs, &label)
        }
        Err(problem) => {
            let message = format!("failed to get rekor public keys: {problem}");
            let reason = Reason::KeyMalformed { problem };
            failed(Clause::new(label, Outcome::Failed(reason)).at(&key.log.span), message)
        }
    };
    if let Ending::Fail(message) = &judged.ending {
        judged.ending = Ending::Fail(format!("{path}.keys: {message}"));
    }
    judged
}

/// Type Cosign looks at the tag `sha256-….sig` alone; a signature that hangs on the image as a referrer is not seen.
fn by_tag(signature: &Signature<'_>) -> bool {
    signature.artifact.found.iter().any(|found| matches!(found, Found::Tag(tag) if tag.ends_with(".sig")))
}

fn undecided(label: &str, span: &Span, missing: Missing) -> Judged {
    let clause = Clause::new(label, Outcome::Undecided(missing)).at(span);
    Judged { clause, ending: Ending::Error, deciding: Vec::new() }
}

fn failed(clause: Clause, message: String) -> Judged {
    Judged { clause, ending: Ending::Fail(message), deciding: Vec::new() }
}

type Proved<'a> = (Signature<'a>, std::sync::Arc<Proof>);

fn from_proofs(
    attestor: &Attestor,
    key: &KeyAttestor,
    evidence: &Evidence,
    proofs: &[Proved<'_>],
    label: &str,
) -> Judged {
    let mut clause = Clause::new(label, Outcome::Held).at(&key.pem.span);
    clause.children = proofs.iter().map(|proved| signature_clause(proved, key)).collect();
    let good: Vec<&Proved<'_>> = proofs.iter().filter(|(_, proof)| proof.holds()).collect();
    if !good.is_empty() {
        return with_annotations(clause, attestor, &good);
    }
    // What could not be read may have been a good signature: no denial can be based on the others.
    let unread = proofs.iter().position(|(_, proof)| is_undecided(proof));
    if let Some(index) = unread {
        let missing = clause.children.get(index).and_then(|child| match &child.outcome {
            Outcome::Undecided(missing) => Some(missing.clone()),
            _ => None,
        });
        clause.outcome = Outcome::Undecided(missing.unwrap_or(Missing::Waiting));
        return Judged { clause, ending: Ending::Error, deciding: vec![index] };
    }
    if let Some(gap) = evidence.gaps.iter().find(|gap| gap.is_at_tag(".sig")) {
        clause.outcome = Outcome::Undecided(gap.why.clone());
        return Judged { clause, ending: Ending::Error, deciding: Vec::new() };
    }
    if proofs.is_empty() {
        clause.outcome = Outcome::Failed(nothing_here(evidence));
        return failed(clause, "no signatures found".to_owned());
    }
    let (nearest, step) = nearest_miss(proofs);
    if let Some(child) = clause.children.get(nearest) {
        clause.outcome = child.outcome.clone();
        clause.evidence.clone_from(&child.evidence);
    }
    let texts: Vec<&str> = proofs.iter().map(|(_, proof)| proof.engine_message.as_str()).collect();
    let message = format!("no matching signatures: {}", texts.join("\n "));
    Judged { clause, ending: Ending::Fail(message), deciding: vec![nearest, step] }
}

fn is_undecided(proof: &Proof) -> bool {
    proof.stopped().is_some_and(|step| matches!(step.outcome, Outcome::Undecided(_)))
        // A proof that neither holds nor says where it stopped proves nothing.
        || (proof.stopped_at.is_none() && !proof.holds())
}

/// Signatures of other kinds are the likeliest reason why a signed image counts as unsigned.
fn nothing_here(evidence: &Evidence) -> Reason {
    let count = |wanted: &ArtifactKind| evidence.artifacts.iter().filter(|a| a.kind == *wanted).count();
    let present: Vec<String> = [ArtifactKind::SigstoreBundle, ArtifactKind::NotationSignature]
        .iter()
        .map(|kind| (count(kind), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| if count == 1 { format!("1 {kind}") } else { format!("{count} {kind}s") })
        .collect();
    if present.is_empty() {
        Reason::NoSignature
    } else {
        Reason::OtherKind { wanted: "cosign signature".to_owned(), present }
    }
}

fn signature_clause((signature, proof): &Proved<'_>, key: &KeyAttestor) -> Clause {
    let cause = cause(proof);
    let outcome = match cause.and_then(|index| proof.steps.get(index)) {
        Some(step) => step.outcome.clone(),
        None if proof.holds() => Outcome::Held,
        None => Outcome::Undecided(Missing::Waiting),
    };
    let mut clause = Clause::new(format!("signature {}", signature.index + 1), outcome).at(&key.pem.span);
    clause.evidence = Some(EvidencePath {
        digest: signature.artifact.digest.clone(),
        pointer: format!("/layers/{}", signature.index),
    });
    let stopped = proof.stopped_at.unwrap_or(usize::MAX);
    clause.children = proof
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| step_clause(proof, step, key, index <= stopped))
        .collect();
    clause
}

fn step_clause(proof: &Proof, step: &Step, key: &KeyAttestor, reached: bool) -> Clause {
    let span = match step.name {
        StepName::LogPresent
        | StepName::LogBinding
        | StepName::LogPromise
        | StepName::LogTime
        | StepName::LogProof
        | StepName::LogCheckpoint => &key.log.span,
        _ => &key.pem.span,
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
fn cause(proof: &Proof) -> Option<usize> {
    let stopped = proof.stopped_at?;
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
fn nearest_miss(proofs: &[Proved<'_>]) -> (usize, usize) {
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

/// Some good signature must carry every annotation asked for (`checkAnnotations` of upstream).
fn with_annotations(mut clause: Clause, attestor: &Attestor, good: &[&Proved<'_>]) -> Judged {
    let wanted = attestor.annotation_map();
    let carries = |proof: &Proof| wanted.iter().all(|(key, value)| proof.optional.get(key) == Some(value));
    if wanted.is_empty() || good.iter().any(|(_, proof)| carries(proof)) {
        return Judged { clause, ending: Ending::Pass, deciding: Vec::new() };
    }
    let Some((signature, proof)) = good.first().map(|proved| (&proved.0, &proved.1)) else {
        return Judged { clause, ending: Ending::Error, deciding: Vec::new() };
    };
    for (key, value) in &attestor.annotations {
        let found = proof.optional.get(key).cloned();
        let outcome = if found.as_ref() == Some(&value.value) {
            Outcome::Held
        } else {
            Outcome::Failed(Reason::Annotation { key: key.clone(), wanted: value.value.clone(), found })
        };
        let mut child = Clause::new(format!("annotations.{key}"), outcome).at(&value.span);
        let pointer = format!("/optional/{}", key.replace('~', "~0").replace('/', "~1"));
        child.evidence = Some(EvidencePath { digest: signature.layer.digest.clone(), pointer });
        clause.children.push(child);
    }
    let deciding = clause.children.iter().rposition(|child| matches!(child.outcome, Outcome::Failed(_)));
    if let Some(child) = deciding.and_then(|index| clause.children.get(index)) {
        clause.outcome = child.outcome.clone();
    }
    let message = "no signature matched the required annotations".to_owned();
    Judged { clause, ending: Ending::Fail(message), deciding: deciding.into_iter().collect() }
}
