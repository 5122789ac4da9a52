//! Building blocks of screens: they draw roles and safe text, and know nothing of images and policies.

pub mod cursor;
pub mod editor;
pub mod field;
pub mod paint;
pub mod pane;
pub mod scroll;
pub mod tree;

pub use cursor::Cursor;
pub use editor::Editor;
pub use field::Field;
pub use paint::{ground, paint, paint_right};
pub use pane::Frame;
pub use scroll::Scroll;
pub use tree::{Branch, Tree};
