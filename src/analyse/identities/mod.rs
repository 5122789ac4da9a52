//! Who signed what: identities with everything that they signed, and what stands on each of them.

mod blast;
mod collect;
mod who;

pub use blast::{Blast, Fallback, blast, owners};
pub use collect::{Identities, Identity, identities};
pub use who::Who;
