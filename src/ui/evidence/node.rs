//! A line of the evidence tree: what is shown, what stands behind it, and what can be copied from it.

use std::fmt;
use std::sync::Arc;

use crate::explain::Pair;
use crate::model::view::PredicateView;
use crate::model::{Digest, Outcome};

/// How a line stands: decides its symbol and its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// A fact of the registry: it was read and its digest was checked.
    Plain,
    /// A step of verification that held.
    Held,
    /// A step of verification that failed.
    Failed,
    /// A step that was not reached or not exercised.
    NotChecked,
    /// A step that could not be decided.
    Undecided,
    /// Decoded for display only: nothing has verified it.
    Claim,
    /// Known to carry no signature of its own.
    Unsigned,
    /// Decoded like a claim, and grave by its own words: a critical finding, a failed test.
    Remark,
    /// Something that could not be listed or read.
    Gap,
}

impl Standing {
    /// The standing of an outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Held => Self::Held,
            Outcome::Failed(_) => Self::Failed,
            Outcome::NotReached | Outcome::NotExercised(_) => Self::NotChecked,
            Outcome::Undecided(_) => Self::Undecided,
        }
    }

    /// A word for what colour alone must not say; empty where the label says it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Claim => "claimed, not verified",
            Self::Unsigned => "unsigned",
            Self::Plain | Self::Held | Self::Failed | Self::NotChecked | Self::Undecided => "",
            Self::Remark | Self::Gap => "",
        }
    }
}

/// What is shown raw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Raw {
    /// Nothing beside the facts.
    #[default]
    None,
    /// Content as it came.
    Bytes(Arc<[u8]>),
    /// A text, for what is kept in an annotation.
    Text(String),
}

/// One line with what is below it. All texts are as they came: the view makes them safe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceNode {
    /// Identifies the line among its siblings.
    pub id: String,
    /// What the line says.
    pub label: String,
    /// How it stands.
    pub standing: Standing,
    /// Label and value of what was read.
    pub facts: Vec<(String, String)>,
    /// What stands behind it.
    pub raw: Raw,
    /// Where it is: digest, then `#` and JSON pointer or annotation.
    pub path: String,
    /// What "copy the value" copies.
    pub value: String,
    /// The digest that the line is about.
    pub digest: Option<Digest>,
    /// The document that it opens.
    pub view: Option<Arc<PredicateView>>,
    /// Both sides of a comparison that failed.
    pub pair: Option<Arc<Pair>>,
    /// True for what seldom matters: shown on demand.
    pub noise: bool,
    /// Lines below.
    pub children: Vec<Self>,
}

impl EvidenceNode {
    /// A line without facts, content and children.
    #[must_use]
    pub fn new(id: impl Into<String>, label: impl Into<String>, standing: Standing) -> Self {
        let label = label.into();
        Self {
            id: id.into(),
            value: label.clone(),
            label,
            standing,
            facts: Vec::new(),
            raw: Raw::None,
            path: String::new(),
            digest: None,
            view: None,
            pair: None,
            noise: false,
            children: Vec::new(),
        }
    }

    /// The same about a piece of content.
    #[must_use]
    pub fn about(mut self, digest: &Digest) -> Self {
        self.path = digest.to_string();
        self.value = digest.to_string();
        self.digest = Some(digest.clone());
        self
    }

    /// The same with a fact.
    #[must_use]
    pub fn fact(mut self, label: &str, value: &dyn fmt::Display) -> Self {
        self.facts.push((label.to_owned(), value.to_string()));
        self
    }

    /// The line at a path of ids below these lines.
    #[must_use]
    pub fn find<'a>(nodes: &'a [Self], path: &[String]) -> Option<&'a Self> {
        let (first, rest) = path.split_first()?;
        let node = nodes.iter().find(|node| node.id == *first)?;
        if rest.is_empty() { Some(node) } else { Self::find(&node.children, rest) }
    }

    /// The lines that are to be shown: without noise unless it is asked for, and only those that hold `filter` (lower
    /// case) or have a line below that does.
    #[must_use]
    pub fn narrowed(nodes: &[Self], noise: bool, filter: &str) -> Vec<Self> {
        let mut out = Vec::new();
        for node in nodes.iter().filter(|node| noise || !node.noise) {
            let hit = filter.is_empty() || node.label.to_lowercase().contains(filter);
            let below = if hit { "" } else { filter };
            let children = Self::narrowed(&node.children, noise, below);
            if hit || !children.is_empty() {
                out.push(Self { children, ..node.bare() });
            }
        }
        out
    }

    /// The line without those below.
    fn bare(&self) -> Self {
        Self {
            id: self.id.clone(),
            label: self.label.clone(),
            standing: self.standing,
            facts: self.facts.clone(),
            raw: self.raw.clone(),
            path: self.path.clone(),
            value: self.value.clone(),
            digest: self.digest.clone(),
            view: self.view.clone(),
            pair: self.pair.clone(),
            noise: self.noise,
            children: Vec::new(),
        }
    }
}
