//! How often the clauses of each line of a policy file held, failed, could not be decided or were not exercised, over
//! everything that is judged.

use std::collections::BTreeMap;

use crate::model::{Outcome, World};

/// Numbers of results.
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

/// Counts by line of a file. Every result counts once for a line, with the worst that any clause on it came to.
#[must_use]
pub fn line_counts(world: &World, file: &str) -> BTreeMap<u32, Counts> {
    let mut counts: BTreeMap<u32, Counts> = BTreeMap::new();
    for trace in &world.traces {
        let mut worst: BTreeMap<u32, usize> = BTreeMap::new();
        trace.walk(&mut |_, clause| {
            if let Some(span) = clause.location.as_ref().filter(|span| &*span.file == file) {
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
