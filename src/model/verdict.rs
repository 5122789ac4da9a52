//! Verdicts: the only words for how an image stands.

use std::fmt;

/// How an image stands under a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// Every applicable clause held.
    Pass,
    /// An enforced clause failed.
    Deny,
    /// It would be denied; the policy only reports.
    Audit,
    /// Could not be decided.
    Error,
    /// Not verified yet.
    Waiting,
    /// No rule matches, or all images are skipped.
    None,
}

impl Verdict {
    /// All verdicts, worst first: the order in which counts are shown.
    pub const ALL: [Self; 6] = [Self::Deny, Self::Error, Self::Audit, Self::Waiting, Self::Pass, Self::None];

    /// The word in JSON: `pass`, `deny`, `audit`, `error`, `waiting`, `none`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Deny => "deny",
            Self::Audit => "audit",
            Self::Error => "error",
            Self::Waiting => "waiting",
            Self::None => "none",
        }
    }

    /// The word on screen: `PASS`, `DENY`, `AUDIT`, `ERROR`, `WAIT`, `NONE`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Deny => "DENY",
            Self::Audit => "AUDIT",
            Self::Error => "ERROR",
            Self::Waiting => "WAIT",
            Self::None => "NONE",
        }
    }

    /// The worse of two, for a row that stands for several results.
    #[must_use]
    pub fn worse(self, other: Self) -> Self {
        let rank = |verdict: Self| Self::ALL.iter().position(|v| *v == verdict).unwrap_or(usize::MAX);
        if rank(other) < rank(self) { other } else { self }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
