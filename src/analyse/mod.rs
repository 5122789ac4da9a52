//! Questions over a whole world: pure functions from results to tables.

mod flips;
mod scale;

pub use flips::{Compared, compare, order};
pub use scale::{Scale, scale};
