//! Questions over a whole world: pure functions from results to tables.

pub mod causes;
mod flips;
mod scale;
pub mod workloads;

pub use flips::{Compared, compare, order};
pub use scale::{Scale, scale};
pub use workloads::declared;
