//! Why a result is as it is: the policy text with the failing span on the left, both sides and all clauses on the right.

mod part;
pub mod policy_lines;
pub mod policy_rows;
pub mod rows;
mod state;
mod view;

pub use state::Why;
