//! Acknowledgements: what somebody has looked at and accepted, bound to what it was then.

use std::collections::HashSet;

use super::digest::Digest;
use super::moment::Moment;
use super::trace::{PolicyId, Trace};
use super::verdict::Verdict;
use super::world::World;

/// Most acknowledgements that are kept.
pub const MOST: usize = 100_000;

/// Somebody has looked at a finding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Acknowledgement {
    /// The image as written.
    pub image: String,
    /// What it was resolved to; `None`: it could not be had.
    pub digest: Option<Digest>,
    /// The policy.
    pub policy: PolicyId,
    /// The rule.
    pub rule: String,
    /// Hash of the policy's file.
    pub policy_hash: String,
    /// The verdict.
    pub verdict: Verdict,
    /// What they wrote.
    pub note: String,
    /// When.
    pub at: Moment,
}

/// How a finding stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// Nobody has acknowledged it.
    Open,
    /// It is acknowledged.
    Holds(&'a Acknowledgement),
    /// It was acknowledged, and is something else now: what changed, in words.
    Lapsed(&'a Acknowledgement, Vec<&'static str>),
}

/// All acknowledgements.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// In the order in which they were made.
    pub entries: Vec<Acknowledgement>,
}

/// Hash of the policy that a result is of.
#[must_use]
pub fn policy_hash<'a>(world: &'a World, trace: &Trace) -> &'a str {
    let holds = |file: &&super::world::PolicyFile| file.policies.iter().any(|row| row.id == trace.policy);
    world.files.iter().find(holds).map_or("", |file| &file.hash)
}

/// True for results that can be acknowledged: what is denied, would be, or cannot be decided.
#[must_use]
pub fn is_finding(trace: &Trace) -> bool {
    matches!(trace.verdict, Verdict::Deny | Verdict::Audit | Verdict::Error)
}

impl Ledger {
    /// How a result stands. An acknowledgement counts for one digest, policy text and verdict, wherever the image is used.
    #[must_use]
    pub fn standing(&self, world: &World, trace: &Trace) -> Standing<'_> {
        if self.entries.is_empty() {
            return Standing::Open;
        }
        let hash = policy_hash(world, trace);
        let mut lapsed = Standing::Open;
        for entry in self.entries.iter().rev().filter(|entry| entry.is_about(trace)) {
            let changed = entry.changed(trace, hash);
            if changed.is_empty() {
                return Standing::Holds(entry);
            }
            if lapsed == Standing::Open {
                lapsed = Standing::Lapsed(entry, changed);
            }
        }
        lapsed
    }

    /// True for a denial, or what would be one, whose acknowledgement holds. What could not be decided is not accepted by
    /// being known.
    #[must_use]
    pub fn accepts(&self, world: &World, trace: &Trace) -> bool {
        matches!(trace.verdict, Verdict::Deny | Verdict::Audit)
            && matches!(self.standing(world, trace), Standing::Holds(_))
    }

    /// Acknowledges a result, in place of what was said of it before.
    pub fn acknowledge(&mut self, world: &World, trace: &Trace, note: &str, at: Moment) {
        self.withdraw(trace);
        if self.entries.len() < MOST {
            self.entries.push(Acknowledgement {
                image: trace.image.image.clone(),
                digest: trace.digest.clone(),
                policy: trace.policy.clone(),
                rule: trace.rule.clone(),
                policy_hash: policy_hash(world, trace).to_owned(),
                verdict: trace.verdict,
                note: note.to_owned(),
                at,
            });
        }
    }

    /// What others have, with what changed between `base` and `mine`: added, changed, or withdrawn.
    #[must_use]
    pub fn merged(base: &Self, mine: &Self, theirs: Self) -> Self {
        let (before, now): (HashSet<_>, HashSet<_>) =
            (base.entries.iter().collect(), mine.entries.iter().collect());
        let mut out = theirs;
        out.entries.retain(|entry| now.contains(entry) || !before.contains(entry));
        for entry in mine.entries.iter().filter(|entry| !before.contains(entry)) {
            // The newest word about the same counts.
            out.entries.retain(|other| !other.same(entry));
            if out.entries.len() < MOST {
                out.entries.push(entry.clone());
            }
        }
        out
    }

    /// Forgets what was said of a result.
    pub fn withdraw(&mut self, trace: &Trace) {
        self.entries.retain(|entry| !entry.is_about(trace));
    }
}

impl Acknowledgement {
    /// The same policy and rule on the same image, by name or by content.
    fn is_about(&self, trace: &Trace) -> bool {
        self.policy == trace.policy
            && self.rule == trace.rule
            && (self.image == trace.image.image || (self.digest.is_some() && self.digest == trace.digest))
    }

    /// About the same image, policy and rule, by name and content.
    fn same(&self, other: &Self) -> bool {
        (&self.image, &self.digest, &self.policy, &self.rule)
            == (&other.image, &other.digest, &other.policy, &other.rule)
    }

    fn changed(&self, trace: &Trace, hash: &str) -> Vec<&'static str> {
        let changes = [
            (self.digest != trace.digest, "the digest"),
            (self.policy_hash != hash, "the policy"),
            (self.verdict != trace.verdict, "the verdict"),
        ];
        changes.into_iter().filter_map(|(changed, what)| changed.then_some(what)).collect()
    }
}

impl Standing<'_> {
    /// In a sentence; `None`: nobody has said anything.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        let noted = |entry: &Acknowledgement| {
            if entry.note.is_empty() { String::new() } else { format!(": {}", entry.note) }
        };
        match self {
            Self::Open => None,
            Self::Holds(entry) => Some(format!("acknowledged {}{}", entry.at, noted(entry))),
            Self::Lapsed(entry, changed) => {
                let what = changed.join(" and ");
                Some(format!("lapsed, since {what} changed: acknowledged {}{}", entry.at, noted(entry)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(image: &str, note: &str) -> Acknowledgement {
        Acknowledgement {
            image: image.to_owned(),
            digest: None,
            policy: PolicyId { kind: "ClusterPolicy".into(), namespace: String::new(), name: "p".into() },
            rule: "r".to_owned(),
            policy_hash: "h".to_owned(),
            verdict: Verdict::Deny,
            note: note.to_owned(),
            at: Moment(0),
        }
    }

    #[test]
    fn merging_keeps_what_either_said_and_drops_what_was_taken_back() {
        let of = |entries: &[(&str, &str)]| Ledger {
            entries: entries.iter().map(|(image, note)| entry(image, note)).collect(),
        };
        let base = of(&[("a", ""), ("b", "")]);
        let mine = of(&[("b", "mine"), ("c", "")]);
        let theirs = of(&[("a", ""), ("b", "theirs"), ("d", "")]);
        assert_eq!(Ledger::merged(&base, &mine, theirs.clone()), of(&[("d", ""), ("b", "mine"), ("c", "")]));
        assert_eq!(Ledger::merged(&base, &base, theirs.clone()), theirs);
        assert_eq!(Ledger::merged(&base, &mine, base.clone()), mine);
    }
}
