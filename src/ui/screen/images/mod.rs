//! The Images screen: every image with its verdict, by repository, resource or cause.

pub mod columns;
pub mod order;
mod part;
pub mod rows;
pub mod state;
pub mod view;

pub use state::State;
