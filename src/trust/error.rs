//! Why trust material cannot be used, and where in it.

use crate::format::key::KeyError;

/// A problem of trust material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Longer than is read.
    #[error("a trusted root of {size} bytes is more than the {limit} that are read")]
    TooLong {
        /// Its length in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// Not a trusted root in JSON.
    #[error("not a trusted root: {problem}")]
    Json {
        /// The problem, with line and column.
        problem: String,
    },
    /// Another version or kind of document.
    #[error("unsupported TrustedRoot media type: {found}")]
    MediaType {
        /// What it says, hostile text.
        found: String,
    },
    /// An entry that cannot be used.
    #[error("{place}: {problem}")]
    Entry {
        /// JSON path of the entry: `tlogs[0].publicKey`.
        place: String,
        /// The problem.
        problem: String,
    },
    /// A key in PEM that cannot be read.
    #[error("log key: {0}")]
    Key(#[from] KeyError),
}
