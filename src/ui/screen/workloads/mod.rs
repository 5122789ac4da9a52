//! The Workloads screen: whose pods run which images, by cause, owner, namespace or who signed.

pub mod columns;
pub mod detail;
pub mod empty;
pub mod entry;
pub mod grouped;
mod moves;
pub mod order;
pub mod part;
pub mod rows;
pub mod state;
pub mod view;

pub use grouped::{Grouped, Shape};
pub use state::State;
