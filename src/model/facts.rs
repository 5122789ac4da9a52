//! What a document says, as a tree that text, JSON and screens draw alike; nothing in it is a judgement.

use std::sync::Arc;

use super::document::Subtree;
use super::view::PredicateView;

/// A fact, or facts in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Known to be absent.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A text; hostile as the document is.
    Text(String),
    /// Facts of one kind.
    List(Vec<Fact>),
    /// Facts by their keys, in the order in which people read them.
    Map(Vec<(String, Fact)>),
    /// A document, or a part of one, as it stands.
    Json(Subtree),
    /// What an attestation says, readable.
    View(Arc<PredicateView>),
}

impl Fact {
    /// No facts yet.
    #[must_use]
    pub fn map() -> Self {
        Self::Map(Vec::new())
    }

    /// The same with one more fact at the end; where this is no map, it stays as it is.
    #[must_use]
    pub fn with(mut self, key: &str, fact: impl Into<Fact>) -> Self {
        if let Self::Map(entries) = &mut self {
            entries.push((key.to_owned(), fact.into()));
        }
        self
    }

    /// The same with a fact that may not be there.
    #[must_use]
    pub fn maybe<T: Into<Fact>>(self, key: &str, fact: Option<T>) -> Self {
        match fact {
            Some(fact) => self.with(key, fact),
            None => self,
        }
    }

    /// The same with all facts of another map.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if let (Self::Map(entries), Self::Map(more)) = (&mut self, other) {
            entries.extend(more);
        }
        self
    }

    /// A fact of a map.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, fact)| fact),
            _ => None,
        }
    }

    /// The text, where this is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            _ => None,
        }
    }

    /// The facts of a list; nothing for all else.
    #[must_use]
    pub fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }
}

impl From<&str> for Fact {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Fact {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Fact {
    fn from(yes: bool) -> Self {
        Self::Bool(yes)
    }
}

impl From<usize> for Fact {
    fn from(number: usize) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Vec<Fact>> for Fact {
    fn from(list: Vec<Fact>) -> Self {
        Self::List(list)
    }
}
