//! Expression languages of policies.

pub mod cel;
pub mod duration;
pub mod jmespath;
pub mod quantity;
pub mod semver;
pub mod wildcard;
