//! The commands, one file each, and what they share: setting up, looking at one image.

pub mod explain;
pub mod generate;
pub mod info;
mod look;
mod start;
pub mod tree;
pub mod verify;
