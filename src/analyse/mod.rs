//! Questions over a whole world: pure functions from results to tables.

pub mod causes;
mod diff;
mod flips;
pub mod identities;
pub mod probe;
mod scale;
pub mod suggest;
mod versus;
mod workflow;
pub mod workloads;

pub use diff::diff;
pub use flips::{Compared, compare, order};
pub use scale::{Scale, scale};
pub use versus::{Agreement, Side, Versus, versus, versus_of};
pub use workflow::Workflow;
pub use workloads::declared;
