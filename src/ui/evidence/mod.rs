//! What is known about one digest as a tree of lines: shared by every place that shows evidence.

pub mod claims;
pub mod detail;
mod known;
pub mod lanes;
pub mod node;
pub mod proofs;
pub mod short;
pub mod timeline;
pub mod tree;

pub use detail::{branches, detail_rows};
pub use lanes::{Lanes, lanes};
pub use node::{EvidenceNode, Raw, Standing};
pub use timeline::timeline;
pub use tree::evidence_tree;
