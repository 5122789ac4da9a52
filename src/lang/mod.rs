//! Expression languages of policies.

pub mod amount;
pub mod cel;
pub mod duration;
pub mod go_time;
pub mod jmespath;
pub mod quantity;
pub mod semver;
pub mod semver_range;
pub mod wildcard;

/// CEL under a name that is not the parser crate's.
pub use cel as expr;
