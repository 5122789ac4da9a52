//! The Policies screen: files, their policies and rules, and the text with how often each line held and failed.

pub mod rows;
pub mod state;
pub mod text;
pub mod view;

pub use state::State;
