//! The terminal itself: entering and leaving, input, clipboard, stopping.

pub mod input;
pub mod screen;
