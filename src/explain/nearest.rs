//! The nearest miss: the signature that came furthest before it failed, and what stopped it.

use super::sentence::{key_words, outcome_words};
use crate::model::{Clause, Outcome, Reason, Trace, Verdict};

/// How near a signature or attestor entry came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearest {
    /// Path of child numbers to the clause whose steps these are.
    pub path: Vec<usize>,
    /// Steps that held.
    pub held: usize,
    /// Steps that were exercised.
    pub of: usize,
    /// One sentence: what it is and what stopped it.
    pub text: String,
    /// What stopped it.
    pub outcome: Outcome,
    rank: usize,
}

/// The candidate that came furthest: the clause whose children are leaves, at least one of which held and one failed.
/// A near miss is no reason to trust; it says where to look. Nothing for a pass or where nothing came near.
#[must_use]
pub fn nearest(trace: &Trace) -> Option<Nearest> {
    if matches!(trace.verdict, Verdict::Pass | Verdict::None) {
        return None;
    }
    let mut best: Option<Nearest> = None;
    trace.walk(&mut |path, clause| {
        if let Some(candidate) = candidate(path, clause)
            && best.as_ref().is_none_or(|best| ratio(&candidate) > ratio(best))
        {
            best = Some(candidate);
        }
    });
    best
}

/// How near, by what stopped it; then held steps, then the fewest in all: comparable without fractions.
fn ratio(nearest: &Nearest) -> (usize, usize, std::cmp::Reverse<usize>) {
    (nearest.rank, nearest.held, std::cmp::Reverse(nearest.of))
}

/// A genuine signature by the right key is nearer than one by another key, that nearer than another type of key.
fn rank(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Failed(Reason::KeyType { .. } | Reason::Malformed { .. } | Reason::KeyMalformed { .. }) => 0,
        Outcome::Failed(Reason::KeyMismatch { claimed: None, .. }) => 1,
        Outcome::Failed(Reason::KeyMismatch { claimed: Some(_), .. }) => 2,
        Outcome::Undecided(_) => 3,
        _ => 4,
    }
}

fn candidate(path: &[usize], clause: &Clause) -> Option<Nearest> {
    let examined = path.len() > 1 && !clause.children.is_empty();
    if !examined || clause.children.iter().any(|child| !child.children.is_empty()) {
        return None;
    }
    let held = clause.children.iter().filter(|child| child.outcome == Outcome::Held).count();
    let exercised = |child: &&Clause| !matches!(child.outcome, Outcome::NotExercised(_));
    let of = clause.children.iter().filter(exercised).count();
    let stopped = clause
        .children
        .iter()
        .find(|child| matches!(child.outcome, Outcome::Failed(_) | Outcome::Undecided(_)))?;
    let text = miss_sentence(&stopped.outcome);
    let (outcome, rank) = (stopped.outcome.clone(), rank(&stopped.outcome));
    (held > 0).then(|| Nearest { path: path.to_vec(), held, of, text, outcome, rank })
}

fn miss_sentence(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed(Reason::KeyMismatch { claimed: Some(claimed), .. }) => format!(
            "signed, but by {} (as its log entry says), which this clause does not name",
            key_words(claimed)
        ),
        Outcome::Failed(Reason::WrongHash { valid_under, .. }) => {
            format!("signed by the right key, but under {}", super::plain::plain(valid_under, 60))
        }
        Outcome::Failed(Reason::LogAbsent { .. }) => {
            "stopped only by the log: no entry travels with the signature".to_owned()
        }
        outcome => outcome_words(outcome),
    }
}
