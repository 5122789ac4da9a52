//! What the policy says: policies and proofs in, traces and verdicts out; pure.

pub mod image_policy;
pub mod kyverno;
mod lint;
mod load;
pub mod notary;
pub mod notary_policy;
mod refused;
mod schema;

pub use lint::{lint, lint_text};
pub use load::{Loaded, load};
