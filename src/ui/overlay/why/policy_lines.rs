//! The left pane of *why*: the policy text by lines, with the failing span and, beside every line, how often its
//! clauses held, failed and were not exercised over everything that is judged.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::model::{Outcome, Span, Trace, World};

/// How often the clauses of a line held, failed, were not exercised, could not be decided; one for each result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Held.
    pub held: usize,
    /// Failed.
    pub failed: usize,
    /// Not reached or not exercised.
    pub not_exercised: usize,
    /// Undecided.
    pub undecided: usize,
}

/// One line of a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyLine {
    /// Counted from 1.
    pub number: u32,
    /// As it stands in the file.
    pub text: String,
    /// Counts, where a clause stands on this line.
    pub counts: Option<Counts>,
    /// Characters of the span that decided, on the line where it begins.
    pub decided: Option<Range<usize>>,
    /// True on the line of the selected clause.
    pub selected: bool,
}

/// The lines of the file that `trace` was judged by; empty when its text is not known.
#[must_use]
pub fn policy_lines(world: &World, trace: &Trace, selected: Option<&Span>) -> Vec<PolicyLine> {
    let Some(file) = file_of(trace) else { return Vec::new() };
    let Some(text) = world.files.iter().find(|known| known.path == file.file).map(|known| &known.text) else {
        return Vec::new();
    };
    let counts = line_counts(world, &file.file);
    let decided = trace.location.as_ref();
    text.lines()
        .zip(1u32..)
        .map(|(line, number)| PolicyLine {
            number,
            text: line.to_owned(),
            counts: counts.get(&number).copied(),
            decided: decided.filter(|span| span.start.line == number).map(|span| columns(line, span)),
            selected: selected.is_some_and(|span| span.file == file.file && span.start.line == number),
        })
        .collect()
}

/// A place in the file of the policy: the one that decided, else that of any clause.
fn file_of(trace: &Trace) -> Option<Span> {
    let mut first = trace.location.clone();
    trace.walk(&mut |_, clause| {
        if first.is_none() {
            first.clone_from(&clause.location);
        }
    });
    first
}

/// Characters of a line that a span covers: at least one.
fn columns(line: &str, span: &Span) -> Range<usize> {
    let index = |column: u32| usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let start = index(span.start.column);
    let length = line.chars().count();
    let end = if span.end.line == span.start.line { index(span.end.column) } else { length };
    start..end.clamp(start + 1, length.max(start + 1))
}

/// Every result counts once for a line, with the worst that any clause on that line came to.
fn line_counts(world: &World, file: &str) -> BTreeMap<u32, Counts> {
    let mut counts: BTreeMap<u32, Counts> = BTreeMap::new();
    for trace in &world.traces {
        let mut worst: BTreeMap<u32, usize> = BTreeMap::new();
        trace.walk(&mut |_, clause| {
            let here = clause.location.as_ref().filter(|span| &*span.file == file);
            if let Some(span) = here {
                let rank = rank(&clause.outcome);
                let slot = worst.entry(span.start.line).or_insert(rank);
                *slot = rank.max(*slot);
            }
        });
        for (line, rank) in worst {
            let slot = counts.entry(line).or_default();
            match rank {
                3 => slot.failed += 1,
                2 => slot.undecided += 1,
                1 => slot.held += 1,
                _ => slot.not_exercised += 1,
            }
        }
    }
    counts
}

fn rank(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Failed(_) => 3,
        Outcome::Undecided(_) => 2,
        Outcome::Held => 1,
        Outcome::NotReached | Outcome::NotExercised(_) => 0,
    }
}
