//! What is otherwise between two images, field by field.

use super::digest::Digest;
use super::verdict::Verdict;

/// How a field differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Change {
    /// Only the second image has it.
    Added,
    /// Only the first image has it.
    Removed,
    /// Both have it, otherwise.
    Changed,
}

impl Change {
    /// `+`, `-` or `~`.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "-",
            Self::Changed => "~",
        }
    }

    /// The word in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
        }
    }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What it belongs to: `verdict`, `signature`, `SPDX: packages`, `image config`.
    pub section: String,
    /// The field; hostile text.
    pub field: String,
    /// Its value in the first image; hostile text.
    pub a: Option<String>,
    /// Its value in the second image; hostile text.
    pub b: Option<String>,
    /// It differs between any two builds of the same source.
    pub noise: bool,
}

impl Difference {
    /// How it differs.
    #[must_use]
    pub fn change(&self) -> Change {
        match (&self.a, &self.b) {
            (None, _) => Change::Added,
            (_, None) => Change::Removed,
            _ => Change::Changed,
        }
    }
}

/// One of the two images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// As written.
    pub image: String,
    /// What it was resolved to.
    pub digest: Digest,
    /// Its worst result; `None`: no policy has judged it.
    pub verdict: Option<Verdict>,
    /// Who signed it, as far as that was verified.
    pub signers: Vec<String>,
}

/// The differences of two images.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    /// The first.
    pub a: Side,
    /// The second.
    pub b: Side,
    /// In the order of their sections.
    pub differences: Vec<Difference>,
    /// Fields that were compared and are the same.
    pub same: usize,
    /// What could not be compared, and why.
    pub gaps: Vec<String>,
}

impl Diff {
    /// Differences that matter.
    pub fn matter(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|one| !one.noise)
    }
}
