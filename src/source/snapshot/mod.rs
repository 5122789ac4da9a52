//! The evidence directory and the snapshot file: everything that verdicts were made from, content-addressed, to be
//! verified again without a network (`docs/evidence-directory.md`).

mod answers;
mod contents;
mod entry;
mod missing;
mod place;
mod pods;
mod read;
mod redact;
mod replay;
mod write;

pub use answers::{Given, Kind, Question, Record, Recorder};
pub use contents::{About, ClusterKept, Contents, ObjectKept, PodsKept, Subject, TrustKept};
pub use read::{Opened, is, open};
pub use redact::{redact, redact_read};
pub use replay::Replay;
pub use write::{Exported, Target, write};

/// Name of the format; it changes only when a reader would break.
pub const SCHEMA: &str = "sigscope.evidence/v1";
/// The same with the pods of a cluster, which readers of before would leave out.
pub const SCHEMA_CLUSTER: &str = "sigscope.evidence/v2";
/// The file that says what is in the directory.
pub const INDEX: &str = "sigscope.json";
/// Longest index, resource list or verdict file that is read, in bytes.
pub const FILE_LIMIT: u64 = 256 << 20;
/// Most entries of any list of the index.
pub const MOST: usize = 1_000_000;
