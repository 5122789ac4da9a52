//! The Audit screen: findings, what was said of them, and whether that still holds.

pub mod detail;
pub mod notes;
pub mod part;
pub mod rows;
pub mod state;
pub mod view;

pub use state::State;
