//! What stands over a screen until it is closed.

mod arguments;
pub mod confirm;
pub mod diff;
pub mod document;
pub mod help;
pub mod jobs;
pub mod messages;
pub mod palette;
mod stack;
pub mod text;
pub mod versus;
pub mod why;

pub use stack::Overlay;
