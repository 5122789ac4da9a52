//! YAML (and JSON) into trees whose every value knows its place; scalars as Kubernetes' reader takes them; bounded.

mod build;
mod check;
mod convert;
mod error;
mod mapping;
mod place;
mod scalar;

pub use build::parse;
pub use convert::{from_json, json_at, to_json};

/// Bytes of text that are read.
pub const MAX_BYTES: usize = 8 << 20;
/// Levels of nesting.
pub const MAX_DEPTH: usize = 128;
/// Values in a file, aliases expanded.
pub const MAX_VALUES: usize = 200_000;
/// Brackets, commas, colons and marks (`&`, `*`, `!`, `?`) in a file: the parser holds a whole flow collection in memory before
/// it gives the first value, so this bounds it before the number of values can.
pub const MAX_MARKS: usize = 4 * MAX_VALUES;
/// Documents in a file.
pub const MAX_DOCUMENTS: usize = 10_000;
