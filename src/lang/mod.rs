//! Expression languages of policies.

pub mod cel;
pub mod duration;
pub mod jmespath;
pub mod quantity;
pub mod semver;
pub mod wildcard;

/// CEL under a name that is not the parser crate's.
pub use cel as expr;
