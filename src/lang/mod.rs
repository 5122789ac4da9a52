//! Expression languages of policies.

pub mod jmespath;
pub mod wildcard;
