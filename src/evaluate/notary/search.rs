//! notation's search for a good signature (`notation-go/notation.go`, `Verify`): one is enough, in the order of the registry,
//! and one that cannot be fetched ends it.

use std::sync::Arc;

use super::words;
use crate::model::artifact::{Artifact, ArtifactKind, Evidence, Found};
use crate::model::missing::Missing;
use crate::model::notary::{NotaryDemand, NotaryProof, NotaryStep};
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, EvidencePath, Outcome};
use crate::port::Prover;

/// How far a caller of notation's library goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most signatures that are tried.
    pub attempts: usize,
    /// Most referrers that are listed.
    pub referrers: usize,
    /// Longest envelope in bytes.
    pub envelope: u64,
}

impl Limits {
    /// Kyverno's.
    pub const KYVERNO: Self = Self { attempts: 10, referrers: 50, envelope: 10_000_000 };
    /// Those of the notation program (`--max-signatures`); it lists all referrers.
    pub const NOTATION: Self = Self { attempts: 100, referrers: usize::MAX, envelope: 10 << 20 };
}

/// How a search ended for the engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotaryEnding {
    /// A signature holds.
    Verified,
    /// None does; notation's error.
    Refused(String),
    /// It cannot be known.
    Open,
}

/// A search with all that was looked at.
#[derive(Clone, Debug)]
pub struct NotaryJudgement {
    /// The clause: one child a signature, one grandchild a check.
    pub clause: Clause,
    /// How it ended.
    pub ending: NotaryEnding,
    /// Path from the clause to the one that decided.
    pub deciding: Vec<usize>,
}

/// Where a check stands in the policy.
pub type PlaceOf<'a> = dyn Fn(&NotaryStep) -> Span + 'a;

/// The content as Go's registry library names it.
#[must_use]
pub fn reference(evidence: &Evidence) -> String {
    let subject = &evidence.subject;
    let registry = if subject.registry == "docker.io" { "index.docker.io" } else { &subject.registry };
    format!("{registry}/{}@{}", subject.repository, evidence.digest)
}

/// The Notation signatures of the content, in the order of the registry.
pub fn signatures(evidence: &Evidence) -> impl Iterator<Item = &Artifact> {
    evidence.artifacts.iter().filter(|artifact| artifact.kind == ArtifactKind::NotationSignature)
}

/// Searches. `place` gives each check its place, `clause` is filled.
#[must_use]
pub fn search(
    prover: &dyn Prover,
    evidence: &Evidence,
    demand: &NotaryDemand,
    limits: Limits,
    mut clause: Clause,
    place: &PlaceOf<'_>,
) -> NotaryJudgement {
    if referrers(evidence) > limits.referrers {
        let most = limits.referrers;
        let missing = Missing::TooMany { what: "referrers".to_owned(), limit: most };
        clause.outcome = Outcome::Undecided(missing);
        return NotaryJudgement { clause, ending: NotaryEnding::Open, deciding: Vec::new() };
    }
    let mut proofs = Vec::new();
    let mut stopped = None;
    let mut verified = false;
    for (number, artifact) in signatures(evidence).enumerate() {
        let proof = prover.prove_notary(evidence, artifact, demand);
        let mut child = signature_clause(artifact, number, &proof, place);
        child.reached = !verified && stopped.is_none() && number < limits.attempts;
        if child.reached {
            if let Some((outcome, text)) = unfetched(evidence, artifact, limits) {
                child.outcome = outcome;
                stopped = Some((number, text));
            } else {
                verified = proof.holds();
            }
            proofs.push(proof);
        }
        clause.children.push(child);
    }
    conclude(evidence, limits, clause, &proofs, verified, stopped)
}

fn referrers(evidence: &Evidence) -> usize {
    let is_referrer = |artifact: &&Artifact| {
        artifact.found.iter().any(|found| matches!(found, Found::Referrers | Found::FallbackTag(_)))
    };
    evidence.artifacts.iter().filter(is_referrer).count()
}

fn conclude(
    evidence: &Evidence,
    limits: Limits,
    mut clause: Clause,
    proofs: &[Arc<NotaryProof>],
    verified: bool,
    stopped: Option<(usize, String)>,
) -> NotaryJudgement {
    let judged = |clause: Clause, ending, deciding| NotaryJudgement { clause, ending, deciding };
    if verified {
        clause.outcome = Outcome::Held;
        return judged(clause, NotaryEnding::Verified, Vec::new());
    }
    if let Some(gap) = evidence.gap_for(&ArtifactKind::NotationSignature) {
        clause.outcome = Outcome::Undecided(gap.why.clone());
        return judged(clause, NotaryEnding::Open, Vec::new());
    }
    if let Some((number, text)) = stopped {
        let outcome = clause.children.get(number).map(|child| child.outcome.clone());
        clause.outcome = outcome.unwrap_or(Outcome::Undecided(Missing::Waiting));
        let open = matches!(clause.outcome, Outcome::Undecided(_));
        let ending = if open { NotaryEnding::Open } else { NotaryEnding::Refused(text) };
        return judged(clause, ending, vec![number]);
    }
    // A signature whose checks are open might have been good: no denial can be based on the others.
    if let Some(number) = proofs.iter().position(|proof| proof.failed().is_none()) {
        let step = proofs.get(number).and_then(|proof| proof.steps.iter().position(NotaryStep::stops));
        let outcome = clause.children.get(number).map(|child| child.outcome.clone());
        clause.outcome = outcome
            .filter(|outcome| matches!(outcome, Outcome::Undecided(_)))
            .unwrap_or(Outcome::Undecided(Missing::Waiting));
        return judged(clause, NotaryEnding::Open, std::iter::once(number).chain(step).collect());
    }
    let Some(number) = nearest(proofs) else {
        clause.outcome = Outcome::Failed(nothing_here(evidence));
        let text = words::nothing(&reference(evidence));
        return judged(clause, NotaryEnding::Refused(text), Vec::new());
    };
    let text = words::refused(proofs, limits.attempts);
    let step = proofs.get(number).and_then(|proof| failed_at(proof));
    clause.outcome = clause
        .children
        .get(number)
        .map_or(Outcome::Failed(Reason::NoSignature), |child| child.outcome.clone());
    judged(clause, NotaryEnding::Refused(text), std::iter::once(number).chain(step).collect())
}

fn failed_at(proof: &NotaryProof) -> Option<usize> {
    proof.steps.iter().position(|step| step.stops() && matches!(step.outcome, Outcome::Failed(_)))
}

/// The signature that came furthest.
fn nearest(proofs: &[Arc<NotaryProof>]) -> Option<usize> {
    let far = |proof: &NotaryProof| failed_at(proof).unwrap_or_default();
    proofs
        .iter()
        .enumerate()
        .max_by(|(i, a), (j, b)| far(a).cmp(&far(b)).then(j.cmp(i)))
        .map(|(index, _)| index)
}

/// Why the envelope of a signature cannot be had, and what notation says.
fn unfetched(evidence: &Evidence, artifact: &Artifact, limits: Limits) -> Option<(Outcome, String)> {
    let said = |problem: &str| words::unfetched(&artifact.digest, &reference(evidence), problem);
    match artifact.layers.as_slice() {
        [layer] if layer.size > limits.envelope => {
            let (size, limit) = (layer.size, limits.envelope);
            let problem = format!("payload size {size} exceeds {limit} for digest {}", layer.digest);
            let reason = Reason::Malformed { what: "signature envelope", problem: problem.clone() };
            Some((Outcome::Failed(reason), said(&problem)))
        }
        [layer] => {
            let missing = layer.blob.bytes().err()?.clone();
            let text = said(&missing.to_string());
            Some((Outcome::Undecided(missing), text))
        }
        layers => {
            let problem = format!("it has {} layers, not one", layers.len());
            let reason = Reason::Malformed { what: "signature manifest", problem: problem.clone() };
            Some((Outcome::Failed(reason), said(&problem)))
        }
    }
}

/// Signatures of other kinds are the likeliest reason why a signed image counts as unsigned.
fn nothing_here(evidence: &Evidence) -> Reason {
    let count = |wanted: &ArtifactKind| evidence.artifacts.iter().filter(|a| a.kind == *wanted).count();
    let present: Vec<String> = [ArtifactKind::CosignSignature, ArtifactKind::SigstoreBundle]
        .iter()
        .map(|kind| (count(kind), kind))
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| if count == 1 { format!("1 {kind}") } else { format!("{count} {kind}s") })
        .collect();
    if present.is_empty() {
        Reason::NoSignature
    } else {
        Reason::OtherKind { wanted: ArtifactKind::NotationSignature.to_string(), present }
    }
}

fn signature_clause(artifact: &Artifact, number: usize, proof: &NotaryProof, place: &PlaceOf<'_>) -> Clause {
    let stopped = proof.failed().or_else(|| proof.stopped());
    let outcome = match stopped {
        Some(step) => step.outcome.clone(),
        None if proof.holds() => Outcome::Held,
        None => Outcome::Undecided(Missing::Waiting),
    };
    let mut clause = Clause::new(format!("signature {}", number + 1), outcome);
    let envelope = artifact.layers.first().map_or(&artifact.digest, |layer| &layer.digest);
    clause.evidence = Some(EvidencePath { digest: artifact.digest.clone(), pointer: String::new() });
    let last = proof.steps.iter().position(NotaryStep::stops).unwrap_or(usize::MAX);
    let step_clause = |(index, step): (usize, &NotaryStep)| Clause {
        label: format!("{} ({})", step.check.words(), step.action.word()),
        outcome: step.outcome.clone(),
        location: Some(place(step)),
        evidence: Some(EvidencePath { digest: envelope.clone(), pointer: String::new() }),
        facts: step.facts.clone(),
        reached: index <= last,
        children: Vec::new(),
    };
    clause.children = proof.steps.iter().enumerate().map(step_clause).collect();
    clause.location = stopped.or(proof.steps.first()).map(place);
    clause
}
