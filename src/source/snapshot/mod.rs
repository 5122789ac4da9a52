//! The evidence directory: everything that verdicts were made from, content-addressed, to be verified again without a
//! network (`docs/evidence-directory.md`).

mod answers;
mod contents;
mod entry;
mod missing;
mod place;
mod read;
mod redact;
mod replay;
mod write;

pub use answers::{Given, Kind, Question, Record, Recorder};
pub use contents::{About, Contents, Subject, TrustKept};
pub use read::{Opened, open};
pub use redact::redact;
pub use replay::Replay;
pub use write::{Exported, write};

/// Name of the format; it changes only when a reader would break.
pub const SCHEMA: &str = "sigscope.evidence/v1";
/// The file that says what is in the directory.
pub const INDEX: &str = "sigscope.json";
/// Longest index, resource list or verdict file that is read, in bytes.
pub const FILE_LIMIT: u64 = 256 << 20;
/// Most entries of any list of the index.
pub const MOST: usize = 1_000_000;
