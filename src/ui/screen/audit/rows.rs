//! Findings as rows: worst verdict first, each with how it stands in the ledger.

use crate::model::ledger::{Ledger, Standing, is_finding};
use crate::model::{Code, Trace, Verdict, World};
use crate::ui::detail::policy_rule;
use crate::ui::filter::Filtered;
use crate::ui::subject::TraceKey;

/// How far a finding is dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dealt {
    /// Not at all.
    Open,
    /// It is acknowledged.
    Acknowledged,
    /// It was, and has changed since.
    Lapsed,
}

impl Dealt {
    /// The word in the list.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "ack",
            Self::Lapsed => "LAPSED",
        }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Which result.
    pub key: TraceKey,
    /// Its verdict.
    pub verdict: Verdict,
    /// Its code.
    pub code: Code,
    /// The image.
    pub image: String,
    /// Its digest, or nothing.
    pub digest: String,
    /// The resource: `Kind/namespace/name`.
    pub resource: String,
    /// Namespace of the resource.
    pub namespace: String,
    /// Policy and rule.
    pub policy: String,
    /// How it stands.
    pub dealt: Dealt,
}

/// The findings of a world.
#[must_use]
pub fn rows(world: &World, ledger: &Ledger) -> Vec<Row> {
    let mut rows: Vec<Row> = world
        .traces
        .iter()
        .filter(|trace| is_finding(trace))
        .map(|trace| row(trace, ledger, world))
        .collect();
    let rank = |verdict: Verdict| match verdict {
        Verdict::Deny => 0,
        Verdict::Error => 1,
        _ => 2,
    };
    rows.sort_by(|a, b| {
        let order = |row: &Row| (rank(row.verdict), row.code.as_str());
        order(a).cmp(&order(b)).then_with(|| (&a.image, &a.key).cmp(&(&b.image, &b.key)))
    });
    rows
}

fn row(trace: &Trace, ledger: &Ledger, world: &World) -> Row {
    Row {
        key: TraceKey::of(trace),
        verdict: trace.verdict,
        code: trace.code,
        image: trace.image.image.clone(),
        digest: trace.digest.as_ref().map(ToString::to_string).unwrap_or_default(),
        resource: trace.resource.to_string(),
        namespace: trace.resource.namespace.clone(),
        policy: policy_rule(trace),
        dealt: match ledger.standing(world, trace) {
            Standing::Open => Dealt::Open,
            Standing::Holds(_) => Dealt::Acknowledged,
            Standing::Lapsed(..) => Dealt::Lapsed,
        },
    }
}

impl Filtered for Row {
    fn has(&self, key: Option<&str>, text: &str) -> bool {
        let holds = |value: &str| value.to_lowercase().contains(text);
        let verdict = self.verdict.label();
        match key {
            Some("image" | "repo") => holds(&self.image),
            Some("code") => holds(self.code.as_str()),
            Some("policy" | "rule") => holds(&self.policy),
            Some("verdict") => holds(verdict),
            Some("digest") => holds(&self.digest),
            Some("ns") => holds(&self.namespace),
            Some("by") => holds(&self.resource),
            Some(_) => false,
            None if Verdict::ALL.iter().any(|known| known.label().eq_ignore_ascii_case(text)) => {
                verdict.eq_ignore_ascii_case(text)
            }
            None => {
                [&self.image, &self.digest, &self.resource, &self.policy]
                    .into_iter()
                    .any(|value| holds(value))
                    || holds(self.code.as_str())
                    || holds(self.dealt.word())
            }
        }
    }
}
