//! The screens.

pub mod audit;
pub mod evidence;
pub mod identities;
pub mod images;
pub mod policies;
pub mod set;
pub mod what_if;
pub mod workloads;

pub use set::Screens;
