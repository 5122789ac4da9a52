//! What is said about an image, readable: statements of attestations, and the image's own configuration.

use std::sync::Arc;

use super::document::Document;
use super::view::PredicateView;

/// A statement about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Predicate type, hostile text.
    pub predicate: String,
    /// True when a signature envelops it (which is not to say that it verifies).
    pub signed: bool,
    /// What it says.
    pub view: Arc<PredicateView>,
}

/// Everything that is said about an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Statements, in the order found.
    pub statements: Vec<Statement>,
    /// The image's configuration (image-spec, `config.md`); of an index, that of its first platform.
    pub config: Option<Arc<Document>>,
    /// What could not be read, and why.
    pub gaps: Vec<String>,
}
