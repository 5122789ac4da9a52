//! Identities as a tree in rows: issuer, repository, workflow, ref; claims that nobody verified below a heading of
//! their own.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyse::identities::{Blast, Identities, Identity, Who, blast, owners};
use crate::model::{Moment, World};

/// Between the levels of a row's name.
const BETWEEN: char = '\u{1f}';

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The levels that lead to it.
    pub id: String,
    /// How deep it stands.
    pub depth: usize,
    /// Its own level.
    pub name: String,
    /// The identity, by its place; `None`: a level above.
    pub identity: Option<usize>,
    /// A verifier found everything that was demanded.
    pub verified: bool,
    /// Images.
    pub images: usize,
    /// Pods.
    pub pods: usize,
    /// First seen.
    pub first: Option<Moment>,
    /// First seen within the last day.
    pub new: bool,
    /// Whether it is open; `None`: it cannot be opened.
    pub open: Option<bool>,
}

/// All identities with what stands on them, made once for each snapshot.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The identities.
    pub all: Identities,
    /// What stands on each, in the same order.
    pub blasts: Vec<Blast>,
}

impl Known {
    /// Collects them.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let all = crate::analyse::identities::identities(world);
        let blasts = all.all.iter().map(|one| blast(world, &all, one)).collect();
        Self { all, blasts }
    }
}

/// The id of an identity's row.
#[must_use]
pub fn id(one: &Identity) -> String {
    let heading = if one.verified { "verified" } else { "claimed" };
    let mut id = heading.to_owned();
    for level in one.who.levels() {
        id.push(BETWEEN);
        id.push_str(&level);
    }
    id
}

/// The rows; what is in `closed` is not opened.
#[must_use]
pub fn rows(world: &World, known: &Known, closed: &BTreeSet<String>) -> Vec<Row> {
    let mut nodes: BTreeMap<String, Row> = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    // An image that two below have signed counts once above them.
    let mut images: BTreeMap<String, BTreeSet<usize>> = BTreeMap::new();
    for (place, one) in known.all.all.iter().enumerate() {
        let own = id(one);
        let levels: Vec<&str> = own.split(BETWEEN).collect();
        for depth in 1..=levels.len() {
            let path = levels.get(..depth).unwrap_or_default().join(&BETWEEN.to_string());
            // What is verified needs no heading.
            if depth == 1 && one.verified {
                continue;
            }
            let leaf = depth == levels.len();
            let row = nodes.entry(path.clone()).or_insert_with(|| {
                order.push(path.clone());
                Row {
                    depth: depth.saturating_sub(1 + usize::from(one.verified)),
                    name: name(&levels, depth),
                    identity: leaf.then_some(place),
                    verified: one.verified && one.who != Who::Nobody,
                    images: 0,
                    pods: 0,
                    first: None,
                    new: false,
                    open: (!leaf).then(|| !closed.contains(&path)),
                    id: path,
                }
            });
            images.entry(row.id.clone()).or_default().extend(&one.images);
            row.first = [row.first, one.first].into_iter().flatten().min();
            row.new |= one.new;
        }
    }
    for (path, own) in &images {
        if let Some(row) = nodes.get_mut(path) {
            row.images = own.len();
            row.pods = owners(world, own).values().sum();
        }
    }
    let hidden = |path: &str| {
        path.char_indices()
            .filter(|(_, c)| *c == BETWEEN)
            .filter_map(|(at, _)| path.get(..at))
            .any(|above| closed.contains(above))
    };
    order.into_iter().filter(|path| !hidden(path)).filter_map(|path| nodes.remove(&path)).collect()
}

fn name(levels: &[&str], depth: usize) -> String {
    match (depth, levels.get(depth - 1)) {
        (1, _) => "not verified by any policy: these prove nothing".to_owned(),
        (_, Some(level)) => (*level).to_owned(),
        (_, None) => String::new(),
    }
}

/// The row above.
#[must_use]
pub fn parent(id: &str) -> Option<&str> {
    id.rsplit_once(BETWEEN).map(|(above, _)| above)
}
