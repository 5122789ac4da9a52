//! An editor for YAML: a buffer with undo and redo, help with indents and brackets, highlighting, search.

mod buffer;
mod motion;
mod paint;

pub use buffer::{Editor, MOST_BYTES};
pub use paint::{highlight, skip};
