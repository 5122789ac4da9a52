//! Expression languages of policies.

pub mod wildcard;
