//! Colours: widgets name roles, theme files give the roles colours, and one place reduces them to what the terminal has.

pub mod contrast;
pub mod depth;
pub mod file;
pub mod glyph;
pub mod ink;
pub mod names;
pub mod plain;
mod role;

pub use depth::Depth;
pub use file::{Theme, ThemeError};
pub use glyph::Glyphs;
pub use ink::Ink;
pub use role::Role;
