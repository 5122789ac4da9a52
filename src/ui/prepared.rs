//! What a snapshot comes to for the screens, made beside the keys: with ten thousand pods a key must not wait for it.

use std::collections::HashMap;
use std::sync::Arc;

use super::detail::standing;
use super::screen::workloads::{Grouped, Shape};
use crate::analyse::workloads::Table;
use crate::model::verdict::Verdict;
use crate::model::{Moment, World};

/// Numbers of images by verdict, in the order of `Verdict::ALL`.
pub type Tally = [usize; Verdict::ALL.len()];

/// What is made of a snapshot.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// Its workloads.
    pub table: Arc<Table>,
    /// They as they are listed.
    pub grouped: Box<Grouped>,
    /// Its images by verdict.
    pub tally: Tally,
}

impl Prepared {
    /// Makes it for the list as it is on screen; `now` is what ages in its filter are counted to.
    #[must_use]
    pub fn of(world: &World, shape: &Shape, now: Moment) -> Self {
        let table = Table::of(world);
        let grouped = Box::new(Grouped::of((world, &table), shape, now));
        Self { table: Arc::new(table), grouped, tally: tally(world) }
    }
}

/// Images by verdict.
#[must_use]
pub fn tally(world: &World) -> Tally {
    let mut worst: HashMap<&str, Verdict> = HashMap::new();
    for trace in &world.traces {
        let slot = worst.entry(&trace.image.image).or_insert(trace.verdict);
        *slot = slot.worse(trace.verdict);
    }
    let mut numbers = Tally::default();
    for row in &world.images {
        let verdict = worst.get(&*row.name).copied().unwrap_or_else(|| standing(row, &[]).0);
        let slot = Verdict::ALL.iter().position(|known| *known == verdict);
        if let Some(slot) = slot.and_then(|at| numbers.get_mut(at)) {
            *slot += 1;
        }
    }
    numbers
}
