//! Type SigstoreBundle: bundles among the referrers, verified as Kyverno calls sigstore-go (spec A.8).

use super::ask;
use super::case::{Case, Ending, Judged};
use super::nearest::{self, Proved};
use super::policy::{Attestation, Attestor};
use super::signature;
use super::statement::{self, Fetched, Got, Statement};
use crate::format::bundle::{Bundle, Content};
use crate::format::dsse::IN_TOTO;
use crate::model::artifact::{Artifact, ArtifactKind, Evidence, Found, Signature};
use crate::model::missing::Missing;
use crate::model::proof::Proof;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome};

/// Most referrers that Kyverno lists.
const MOST: usize = 50;
/// Longest bundle that Kyverno reads, in bytes.
const LONGEST: u64 = 10_000_000;
/// What Kyverno prints when no bundle verifies; the reasons are only logged.
const NONE: &str = "sigstore bundle verification failed: no matching signatures found";

/// Judges one entry of an attestor set: any bundle counts, whatever its predicate.
pub(super) fn judge(case: &Case<'_>, attestor: &Attestor, label: &str) -> Judged {
    let clause = Clause::new(label, Outcome::Held).at(attestor.place());
    match verified(case, attestor, None, clause) {
        Verified::Good(clause, _, _) => Judged { clause, ending: Ending::Pass, deciding: Vec::new() },
        Verified::Fails(clause, message, deciding) => {
            Judged { clause, ending: Ending::Fail(message), deciding }
        }
        Verified::Unknown(mut clause, missing, deciding) => {
            clause.outcome = Outcome::Undecided(missing);
            Judged { clause, ending: Ending::Error, deciding }
        }
    }
}

/// Verifies the bundles with a statement of the type.
pub(super) fn fetch(
    case: &Case<'_>,
    attestor: &Attestor,
    attestation: &Attestation,
    clause: Clause,
) -> Fetched {
    match verified(case, attestor, Some(&attestation.kind.value), clause) {
        Verified::Good(clause, good, unread) => {
            let result = match statements(&good) {
                Ok(statements) => Got::Statements(statements),
                Err(problem) => {
                    let missing = Missing::Malformed { what: "a verified statement".to_owned(), problem };
                    return Fetched::undecided(clause, missing);
                }
            };
            Fetched { clause, result, deciding: Vec::new(), unread }
        }
        Verified::Fails(clause, message, deciding) => {
            Fetched { clause, result: Got::Fail(message), deciding, unread: None }
        }
        Verified::Unknown(mut clause, missing, deciding) => {
            clause.outcome = Outcome::Undecided(missing);
            Fetched { clause, result: Got::Undecided, deciding, unread: None }
        }
    }
}

fn statements(good: &[Proved<'_>]) -> Result<Vec<Statement>, String> {
    good.iter()
        .map(|(signature, proof)| {
            let (kind, predicate) = statement::read(&statement::payload(*signature)?)?;
            Ok(Statement { kind, predicate, layer: proof.layer.clone() })
        })
        .collect()
}

/// The bundles of an image for one entry.
enum Verified<'a> {
    /// Some verify; and what could not be read besides.
    Good(Clause, Vec<Proved<'a>>, Option<Missing>),
    /// None does.
    Fails(Clause, String, Vec<usize>),
    /// It cannot be known.
    Unknown(Clause, Missing, Vec<usize>),
}

fn verified<'a>(
    case: &Case<'a>,
    attestor: &Attestor,
    kind: Option<&str>,
    mut clause: Clause,
) -> Verified<'a> {
    let evidence = match case.evidence {
        Ok(evidence) => evidence,
        Err(missing) => return Verified::Unknown(clause, missing.clone(), Vec::new()),
    };
    let (candidates, unread) = match candidates(evidence, kind) {
        Ok(found) => found,
        Err(Refused { what, problem }) => {
            let message = format!("failed to fetch bundles: {}: {problem}", case.image());
            clause.outcome = Outcome::Failed(Reason::Malformed { what, problem });
            return Verified::Fails(clause, message, Vec::new());
        }
    };
    let unread =
        unread.or_else(|| evidence.gap_for(&ArtifactKind::SigstoreBundle).map(|gap| gap.why.clone()));
    let demand = match ask::bundle(case, attestor) {
        Ok(demand) => demand,
        Err(problem) => {
            let judged = signature::cannot_ask(problem, &clause.label);
            return match judged.ending {
                // What none verifies fails whatever there is.
                Ending::Fail(message) => Verified::Fails(judged.clause, message, judged.deciding),
                _ => {
                    let missing = match &judged.clause.outcome {
                        Outcome::Undecided(missing) => missing.clone(),
                        _ => Missing::Waiting,
                    };
                    Verified::Unknown(judged.clause, missing, judged.deciding)
                }
            };
        }
    };
    let proofs: Vec<Proved<'a>> = candidates
        .into_iter()
        .map(|one| (one, case.context.prover.prove_demand(evidence, one, &demand)))
        .collect();
    clause.children = proofs.iter().map(|proved| nearest::signature_clause(proved, attestor)).collect();
    decide(clause, &proofs, unread, evidence)
}

fn decide<'a>(
    mut clause: Clause,
    proofs: &[Proved<'a>],
    unread: Option<Missing>,
    evidence: &Evidence,
) -> Verified<'a> {
    let open = proofs.iter().position(|(_, proof)| nearest::is_undecided(proof));
    let open_missing = open.and_then(|index| proofs.get(index)).map(|(_, proof)| why(proof));
    let good: Vec<Proved<'a>> = proofs.iter().filter(|(_, proof)| proof.holds()).cloned().collect();
    if !good.is_empty() {
        return Verified::Good(clause, good, open_missing.or(unread));
    }
    if let (Some(index), Some(missing)) = (open, open_missing) {
        return Verified::Unknown(clause, missing, vec![index]);
    }
    if let Some(missing) = unread {
        return Verified::Unknown(clause, missing, Vec::new());
    }
    if proofs.is_empty() {
        clause.outcome = Outcome::Failed(nothing_here(evidence));
        return Verified::Fails(clause, NONE.to_owned(), Vec::new());
    }
    let (nearest, step) = nearest::nearest_miss(proofs);
    if let Some(child) = clause.children.get(nearest) {
        clause.outcome = child.outcome.clone();
        clause.evidence.clone_from(&child.evidence);
    }
    Verified::Fails(clause, NONE.to_owned(), vec![nearest, step])
}

fn why(proof: &Proof) -> Missing {
    match proof.stopped().map(|step| &step.outcome) {
        Some(Outcome::Undecided(missing)) => missing.clone(),
        _ => Missing::Waiting,
    }
}

/// What stops Kyverno before it verifies any bundle.
struct Refused {
    what: &'static str,
    problem: String,
}

fn is_referrer(artifact: &Artifact) -> bool {
    artifact.found.iter().any(|found| matches!(found, Found::Referrers | Found::FallbackTag(_)))
}

/// The bundles among the referrers; one that Kyverno cannot read stops it, one that is not here leaves a gap.
fn candidates<'a>(
    evidence: &'a Evidence,
    kind: Option<&str>,
) -> Result<(Vec<Signature<'a>>, Option<Missing>), Refused> {
    let count = evidence.artifacts.iter().filter(|artifact| is_referrer(artifact)).count();
    if count > MOST {
        let problem = format!("failed to fetch referrers: too many referrers found, max limit is {MOST}");
        return Err(Refused { what: "list of referrers", problem });
    }
    let (mut found, mut unread) = (Vec::new(), None);
    let bundles = evidence
        .artifacts
        .iter()
        .filter(|artifact| artifact.kind == ArtifactKind::SigstoreBundle && is_referrer(artifact));
    for artifact in bundles {
        let refused = |problem: String| Refused { what: "bundle", problem };
        let layer = artifact.layers.first().ok_or_else(|| refused("layers not found".to_owned()))?;
        if layer.size > LONGEST {
            return Err(refused(format!("layer size {} exceeds {LONGEST}", layer.size)));
        }
        let bytes = match layer.blob.bytes() {
            Ok(bytes) => bytes,
            Err(missing) => {
                unread = unread.or(Some(missing.clone()));
                continue;
            }
        };
        let read = Bundle::parse(bytes)
            .map_err(|problem| refused(format!("failed to unmarshal bundle: {problem}")))?;
        let wanted = match (kind, &read.content) {
            (None, _) => true,
            (Some(kind), Content::Envelope(envelope)) => {
                envelope.kind == IN_TOTO
                    && statement::read(&envelope.payload).is_ok_and(|(found, _)| found == kind)
            }
            (Some(_), Content::Message { .. }) => false,
        };
        if wanted {
            found.push(Signature { artifact, index: 0, layer });
        }
    }
    Ok((found, unread))
}

/// Signatures of the classic kind are the likeliest reason why a signed image counts as unsigned.
fn nothing_here(evidence: &Evidence) -> Reason {
    signature::other_kinds(
        evidence,
        "sigstore bundle",
        &[ArtifactKind::CosignSignature, ArtifactKind::CosignAttestation, ArtifactKind::NotationSignature],
    )
}
