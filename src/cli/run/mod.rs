//! The commands, one file each, and what they share: setting up, looking at one image.

pub mod audit;
pub mod cluster;
mod cosign_answer;
pub mod diff;
pub mod explain;
pub mod export;
pub mod generate;
#[cfg(feature = "tui")]
mod habits;
pub mod identities;
pub mod info;
pub mod inspect;
mod inspect_tree;
mod look;
pub mod notation;
pub mod policy;
mod probe;
pub mod replay;
mod rounds;
mod session;
#[cfg(feature = "tui")]
mod shots;
mod start;
mod suggest;
#[cfg(feature = "tui")]
pub mod terminal;
pub mod tree;
pub mod trust;
pub mod verify;
pub mod verify_bundle;
pub mod why;
