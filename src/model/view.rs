//! What an attestation says, in the words and tables of its kind: one form for the terminal, for text and for JSON.

use super::document::Subtree;
use super::facts::Fact;

/// A predicate or document as people read it. Nothing in it is a judgement, and every text is as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredicateView {
    /// What it is: `SPDX`, `CycloneDX`, `SLSA provenance v1`, …; `other`: nothing is known about it.
    pub format: &'static str,
    /// What somebody wants to know first, in one line.
    pub headline: String,
    /// What somebody looks at first, by name.
    pub facts: Fact,
    /// The tables.
    pub sections: Vec<Section>,
    /// All of it.
    pub content: Subtree,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// What is in it.
    pub title: String,
    /// What the cells are.
    pub columns: Vec<&'static str>,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many rows more there would be.
    pub left_out: usize,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The cells, as many as there are columns.
    pub cells: Vec<String>,
    /// How grave it is.
    pub weight: Weight,
    /// Number of the value in the document that it was made from.
    pub node: u32,
}

/// How grave what a document says is, by its own words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// Good: passed, fixed, not affected.
    Good,
    /// To be looked at.
    Notable,
    /// Bad: failed, affected, critical.
    Bad,
}
