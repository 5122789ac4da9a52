//! Keys as data: how they are written, and which action a sequence of them means where.

pub mod chord;
pub mod document;
pub mod resolve;

pub use chord::{Chord, Key};
pub use document::keys_markdown;
pub use resolve::{Match, continuations, lookup};
