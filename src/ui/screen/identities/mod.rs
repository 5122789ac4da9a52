//! The Identities screen: who signed what, and what stands on each of them.

pub mod detail;
pub mod part;
pub mod rows;
pub mod state;
pub mod view;

pub use state::State;
