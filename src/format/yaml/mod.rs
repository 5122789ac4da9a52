//! YAML (and JSON) into trees whose every value knows its place; scalars as Kubernetes' reader takes them; bounded.

mod build;
mod convert;
mod error;
mod place;
mod scalar;

pub use build::parse;
pub use convert::{from_json, to_json};

/// Bytes of text that are read.
pub const MAX_BYTES: usize = 8 << 20;
/// Levels of nesting.
pub const MAX_DEPTH: usize = 128;
/// Values in a file, aliases expanded.
pub const MAX_VALUES: usize = 200_000;
/// Documents in a file.
pub const MAX_DOCUMENTS: usize = 10_000;
