//! The screens.

pub mod evidence;
pub mod images;
pub mod policies;
pub mod set;

pub use set::Screens;
