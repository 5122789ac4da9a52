//! What is proved: one classic cosign signature against one demand, as named steps with their outcomes; pure computation.
//!
//! The order is cosign's (`pkg/cosign/verify.go`, `verifyInternal`). Where cosign stops at the first failure, the steps
//! behind it are still evaluated, for information. Where this is stricter than cosign, it is never laxer: doubled JSON
//! fields are refused, and the texts that a log signed must be the canonical ones.

mod case;
mod claim;
mod demand;
mod ed25519ph;
mod form;
mod log;
mod memory;
pub mod notary;
mod online;
pub mod probe;
mod prove;
mod scheme;
mod signature;

pub use demand::{
    About, Opinion, confirmed, opinion, opinion_by_key, opinion_on_bundle, prove_bundle, prove_demand,
    readable_bundle, readable_stamp, vouched,
};
pub use memory::Memory;
pub use prove::prove;
