//! Keys as data: how they are written, and which action a sequence of them means where.

pub mod chord;
pub mod document;
mod layer;
pub mod map;

pub use chord::{Chord, Key};
pub use document::keys_markdown;
pub use map::{Keymap, Match, PRESETS};
