//! One entry of `verifyImages` and one image: references, signatures, digest, and the two admission phases
//! (spec A.4, A.13).

use super::attest;
use super::case::{Case, Ending, Judged, set_path};
use super::conditions::{self, Met};
use super::loader::Loader;
use super::policy::{Deny, Placed, Unsupported, VerifyImages};
use super::read::VARIABLE_REFERENCES;
use super::root::Root;
use super::set;
use crate::lang::wildcard;
use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome, Why};

/// What the mutating webhook answers for the entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Phase1 {
    /// The entry's references do not name the image.
    Unmatched,
    /// Nothing is checked: the entry has no attestors.
    Nothing,
    /// `skipImageReferences` names the image.
    Skip,
    /// Verified.
    Pass,
    /// Not verified, with what Kyverno prints.
    Fail(String),
    /// Cannot be known.
    Error,
}

/// An entry judged up to the end of the first phase.
pub(super) struct EntryJudgement {
    pub(super) clause: Clause,
    pub(super) phase1: Phase1,
    /// Path from the entry's clause to the clause that decided.
    pub(super) deciding: Vec<usize>,
}

/// What the rule says beside its entries.
pub(super) struct OfRule<'a> {
    /// Fields of the rule or policy that are not evaluated yet.
    pub(super) before: Vec<&'a Unsupported>,
    /// The rule.
    pub(super) node: &'a Node,
    /// Where its `context` is loaded from.
    pub(super) loader: Loader<'a>,
    /// `validate.deny` of every entry.
    pub(super) denies: Vec<&'a Deny>,
}

/// Judges the first phase.
pub(super) fn judge(
    case: &Case<'_>,
    entry: &VerifyImages,
    index: usize,
    rule: &OfRule<'_>,
) -> EntryJudgement {
    let mut clause = Clause::new(format!("verifyImages[{index}]"), Outcome::Held).at(&entry.span);
    let image = case.image();
    let references = references(entry, &image);
    let matched = references.outcome == Outcome::Held;
    if !matched {
        if let Some(field) = entry.unsupported.iter().find(|field| &*field.field == VARIABLE_REFERENCES) {
            return unsupported(clause, field);
        }
        clause.outcome = references.outcome.clone();
        clause.children.push(references);
        return EntryJudgement { clause, phase1: Phase1::Unmatched, deciding: vec![0] };
    }
    clause.children.push(references);
    if let Some(field) = rule.before.first() {
        return unsupported(clause, field);
    }
    let skip = skip(entry, &image);
    let skipped = skip.outcome == Outcome::Held;
    clause.children.push(skip);
    let checks = entry.checks() || !entry.unsupported.is_empty();
    let (phase1, mut deciding) = if !checks {
        (Phase1::Nothing, Vec::new())
    } else if skipped {
        (Phase1::Skip, vec![1])
    } else if let Some(field) = entry.unsupported.first() {
        return unsupported(clause, field);
    } else {
        verify(case, entry, rule, &mut clause)
    };
    let mutate = mutate(case, entry);
    if let Outcome::Undecided(_) = mutate.outcome {
        let at = clause.children.len();
        clause.outcome = mutate.outcome.clone();
        clause.children.push(mutate);
        let deciding = if phase1 == Phase1::Error { deciding } else { vec![at] };
        return EntryJudgement { clause, phase1: Phase1::Error, deciding };
    }
    clause.children.push(mutate);
    if let Some(child) = deciding.first().and_then(|index| clause.children.get(*index)) {
        match phase1 {
            Phase1::Skip => {}
            _ => clause.outcome = child.outcome.clone(),
        }
    } else {
        deciding.clear();
    }
    EntryJudgement { clause, phase1, deciding }
}

fn unsupported(mut clause: Clause, field: &Unsupported) -> EntryJudgement {
    let missing = Missing::NotImplemented { what: field.field.clone() };
    clause.outcome = Outcome::Undecided(missing.clone());
    let deciding = vec![clause.children.len()];
    clause.children.push(Clause::new(field.field.clone(), Outcome::Undecided(missing)).at(&field.span));
    EntryJudgement { clause, phase1: Phase1::Error, deciding }
}

/// `imageReferences` against the normalised image.
fn references(entry: &VerifyImages, image: &str) -> Clause {
    let hit = entry.references.iter().find(|pattern| wildcard::matches(&pattern.value, image));
    match hit {
        Some(pattern) => Clause::new("imageReferences", Outcome::Held).at(&pattern.span),
        None => {
            let wanted = entry.references.iter().map(|pattern| pattern.value.clone()).collect();
            let reason = Reason::NoMatch { attribute: "imageReferences", wanted, found: image.to_owned() };
            let span = entry.references.first().map_or(&entry.span, |pattern| &pattern.span);
            Clause::new("imageReferences", Outcome::Failed(reason)).at(span)
        }
    }
}

/// `skipImageReferences`: held means that the image is skipped.
fn skip(entry: &VerifyImages, image: &str) -> Clause {
    let hit = entry.skip.iter().find(|pattern| wildcard::matches(&pattern.value, image));
    match hit {
        Some(pattern) => Clause::new("skipImageReferences", Outcome::Held).at(&pattern.span),
        None => {
            let span = entry.skip.first().map_or(&entry.span, |pattern| &pattern.span);
            Clause::new("skipImageReferences", Outcome::NotExercised(Why::NothingThere)).at(span)
        }
    }
}

/// Attestors, then attestations, then what the rule denies by itself.
fn verify(
    case: &Case<'_>,
    entry: &VerifyImages,
    rule: &OfRule<'_>,
    clause: &mut Clause,
) -> (Phase1, Vec<usize>) {
    let (mut phase1, mut deciding) = attestors(case, entry, clause);
    if entry.attestations.is_empty() {
        return (phase1, deciding);
    }
    let mut root = Root::new(case, rule.node, &rule.loader);
    for (number, attestation) in entry.attestations.iter().enumerate() {
        let judged = attest::judge(case, attestation, number, &mut root);
        add(clause, &mut phase1, &mut deciding, judged);
    }
    for deny in &rule.denies {
        let Met { clause: child, ending, deciding: below } = conditions::deny(deny, &root);
        add(clause, &mut phase1, &mut deciding, Judged { clause: child, ending, deciding: below });
    }
    (phase1, deciding)
}

/// One more thing that must hold; behind the first that does not, things are judged for information.
fn add(clause: &mut Clause, phase1: &mut Phase1, deciding: &mut Vec<usize>, judged: Judged) {
    let Judged { clause: mut child, ending, deciding: below } = judged;
    child.reached = *phase1 == Phase1::Pass;
    let at = clause.children.len();
    clause.children.push(child);
    if *phase1 != Phase1::Pass {
        return;
    }
    *phase1 = match ending {
        Ending::Pass => return,
        Ending::Fail(message) => Phase1::Fail(message),
        Ending::Error => Phase1::Error,
    };
    *deciding = std::iter::once(at).chain(below).collect();
}

/// Every set, in order; the engine stops at the first that fails.
fn attestors(case: &Case<'_>, entry: &VerifyImages, clause: &mut Clause) -> (Phase1, Vec<usize>) {
    let mut ended: Option<(Phase1, Vec<usize>)> = None;
    for (number, attestors) in entry.attestors.iter().enumerate() {
        let Judged { clause: mut child, ending, deciding } = set::judge(case, attestors, &set_path(number));
        child.reached = ended.is_none();
        let at = clause.children.len();
        clause.children.push(child);
        let stop = match ending {
            Ending::Pass => continue,
            Ending::Fail(errors) => {
                Phase1::Fail(format!("failed to verify image {}: {errors}", case.image()))
            }
            Ending::Error => Phase1::Error,
        };
        let path = std::iter::once(at).chain(deciding).collect();
        // A set that cannot be decided beats one that failed: it might have been the first to fail.
        match &ended {
            Some((Phase1::Error, _)) => {}
            Some(_) if stop != Phase1::Error => {}
            _ => ended = Some((stop, path)),
        }
    }
    ended.unwrap_or((Phase1::Pass, Vec::new()))
}

/// `mutateDigest`: the tag is replaced by the digest even when verification failed or was skipped.
fn mutate(case: &Case<'_>, entry: &VerifyImages) -> Clause {
    let span = &entry.mutate_digest.span;
    let outcome = if !entry.mutate_digest.value {
        Outcome::NotExercised(Why::SwitchedOff)
    } else if case.info.digest.is_some() {
        Outcome::NotExercised(Why::NothingThere)
    } else {
        match case.evidence {
            Ok(_) => Outcome::Held,
            Err(missing) => Outcome::Undecided(missing.clone()),
        }
    };
    Clause::new("mutateDigest", outcome).at(span)
}

/// The second phase: `verifyDigest`, then `required`, on the resource as the first phase left it. Returns Kyverno's
/// message and the path to the clause that decided, when it fails.
pub(super) fn second_phase(
    case: &Case<'_>,
    entry: &VerifyImages,
    judged: &mut EntryJudgement,
    pinned: bool,
    last: &Phase1,
) -> Option<(String, Vec<usize>)> {
    let has_digest = pinned || case.info.digest.is_some();
    let image = mutated(case, pinned);
    let digest =
        flag("verifyDigest", &entry.verify_digest, has_digest, Reason::NoDigest { image: image.clone() });
    let verified = matches!(last, Phase1::Pass | Phase1::Skip);
    let required = flag("required", &entry.required, verified, Reason::Unverified { image: image.clone() });
    let mut failed = None;
    for (clause, text) in [(digest, "missing digest for"), (required, "unverified image")] {
        let at = judged.clause.children.len();
        if failed.is_none() && matches!(clause.outcome, Outcome::Failed(_)) {
            failed = Some((format!("{text} {image}"), vec![at]));
        }
        judged.clause.children.push(clause);
    }
    failed
}

/// True when the entry puts the digest in place of the tag.
pub(super) fn writes_digest(case: &Case<'_>, entry: &VerifyImages) -> bool {
    entry.mutate_digest.value && case.info.digest.is_none() && case.evidence.is_ok()
}

/// The image as Kyverno prints it after the digest was written into the resource.
pub(super) fn mutated(case: &Case<'_>, pinned: bool) -> String {
    match case.evidence {
        Ok(evidence) if pinned && case.info.digest.is_none() => case.info.pinned(evidence.digest.as_str()),
        _ => case.image(),
    }
}

fn flag(label: &str, flag: &Placed<bool>, holds: bool, reason: Reason) -> Clause {
    let outcome = match (flag.value, holds) {
        (false, _) => Outcome::NotExercised(Why::SwitchedOff),
        (true, true) => Outcome::Held,
        (true, false) => Outcome::Failed(reason),
    };
    Clause::new(label, outcome).at(&flag.span)
}
