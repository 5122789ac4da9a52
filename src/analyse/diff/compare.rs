//! Puts the sections together, and matches values by key whatever their order.

use std::collections::BTreeMap;

use super::{config, said, standing};
use crate::model::World;
use crate::model::diff::{Diff, Difference};
use crate::model::statement::Said;
use crate::model::world::{ImageRow, ImageState};

/// Most differences that are kept of one section.
const MOST: usize = 2_000;

/// Fields of one section by key; a key may have several values.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    values: BTreeMap<String, Vec<String>>,
    /// Keys in the order in which they came.
    order: Vec<String>,
}

impl Fields {
    /// Adds a value.
    pub(super) fn add(&mut self, key: impl Into<String>, value: impl Into<String>) {
        let key = key.into();
        if !self.values.contains_key(&key) {
            self.order.push(key.clone());
        }
        self.values.entry(key).or_default().push(value.into());
    }
}

/// What is collected.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Differences so far.
    pub(super) differences: Vec<Difference>,
    /// Fields that are the same.
    pub(super) same: usize,
    /// What was left out.
    pub(super) gaps: Vec<String>,
}

impl Found {
    /// Compares the fields of a section. Values of one key are compared as sets: their order says nothing.
    pub(super) fn section(&mut self, section: &str, a: &Fields, b: &Fields, noise: impl Fn(&str) -> bool) {
        let more = b.order.iter().filter(|key| !a.values.contains_key(*key));
        let mut count = 0;
        for key in a.order.iter().chain(more) {
            let (mut left, mut right) = (sorted(a, key), sorted(b, key));
            let common = drain_common(&mut left, &mut right);
            self.same += common;
            for (one, other) in pairs(left, right) {
                count += 1;
                if count > MOST {
                    continue;
                }
                let field = key.clone();
                let noise = noise(&field);
                self.differences.push(Difference {
                    section: section.to_owned(),
                    field,
                    a: one,
                    b: other,
                    noise,
                });
            }
        }
        if count > MOST {
            self.gaps.push(format!("{section}: {} more differences are left out", count - MOST));
        }
    }
}

fn sorted(fields: &Fields, key: &str) -> Vec<String> {
    let mut values = fields.values.get(key).cloned().unwrap_or_default();
    values.sort();
    values
}

/// Takes out what both have, and counts it.
fn drain_common(left: &mut Vec<String>, right: &mut Vec<String>) -> usize {
    let before = left.len();
    left.retain(|value| match right.binary_search(value) {
        Ok(place) => {
            right.remove(place);
            false
        }
        Err(_) => true,
    });
    before - left.len()
}

fn pairs(left: Vec<String>, right: Vec<String>) -> Vec<(Option<String>, Option<String>)> {
    let (mut left, mut right) = (left.into_iter(), right.into_iter());
    let mut out = Vec::new();
    loop {
        match (left.next(), right.next()) {
            (None, None) => return out,
            pair => out.push(pair),
        }
    }
}

/// The differences of two images that were fetched.
///
/// # Errors
/// Which of them was not fetched, and why.
pub fn diff(world: &World, a: (&str, &Said), b: (&str, &Said)) -> Result<Diff, String> {
    let (left, right) = (image(world, a.0)?, image(world, b.0)?);
    let mut found = Found::default();
    standing::verdicts(world, (left, right), &mut found);
    standing::signatures(world, (left, right), &mut found);
    said::statements((a.1, b.1), &mut found);
    standing::referrers((left, right), &mut found);
    config::config((a.1, b.1), &mut found);
    for (name, side) in [(a.0, a.1), (b.0, b.1)] {
        found.gaps.extend(side.gaps.iter().map(|gap| format!("{name}: {gap}")));
    }
    Ok(Diff {
        a: standing::side(world, left)?,
        b: standing::side(world, right)?,
        differences: found.differences,
        same: found.same,
        gaps: found.gaps,
    })
}

fn image<'a>(world: &'a World, name: &str) -> Result<&'a ImageRow, String> {
    let row = world.image(name).ok_or_else(|| format!("{name} is not looked at"))?;
    match &row.state {
        ImageState::Ready(_) => Ok(row),
        ImageState::Failed(missing) => Err(format!("{name}: {missing}")),
        ImageState::Waiting | ImageState::Fetching | ImageState::NotAsked => {
            Err(format!("{name} is not fetched yet"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(values: &[(&str, &str)]) -> Fields {
        let mut fields = Fields::default();
        values.iter().for_each(|(key, value)| fields.add(*key, *value));
        fields
    }

    #[test]
    fn the_order_of_a_list_says_nothing_and_keys_are_matched() {
        let a = fields(&[("openssl", "3.0.13"), ("zlib", "1"), ("zlib", "2"), ("gone", "1")]);
        let b = fields(&[("zlib", "2"), ("openssl", "3.0.11"), ("zlib", "1"), ("new", "1")]);
        let mut found = Found::default();
        found.section("packages", &a, &b, |key| key == "gone");
        let shown: Vec<(&str, Option<&str>, Option<&str>, bool)> = found
            .differences
            .iter()
            .map(|one| (one.field.as_str(), one.a.as_deref(), one.b.as_deref(), one.noise))
            .collect();
        let wanted = [
            ("openssl", Some("3.0.13"), Some("3.0.11"), false),
            ("gone", Some("1"), None, true),
            ("new", None, Some("1"), false),
        ];
        assert_eq!((shown.as_slice(), found.same), (&wanted[..], 2));
        let mut none = Found::default();
        none.section("packages", &a, &a, |_| false);
        assert_eq!((none.differences.len(), none.same), (0, 4));
    }
}
