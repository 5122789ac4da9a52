//! The what-if screen: a policy being edited, and what it would change, judged with every key.

mod lints;
mod part;
mod probes;
mod rows;
mod state;
mod view;

pub use state::{Draft, State, saved};
