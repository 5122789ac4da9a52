//! What notation checks of one signature envelope, step by step (`notation-go/verifier/verifier.go`); pure computation.
//!
//! Plugins are not run: where the evidence calls for one, the result is undecided.

mod authenticity;
mod certificate;
mod chain;
mod integrity;
mod kept;
mod prove;
mod responder;
mod revocation;
mod signed_list;
mod signer;
mod stamp;
mod store;
mod target;
mod time;

pub use kept::NotaryMemory;
pub use prove::{prove_notary, prove_notary_asking};
pub use stamp::{Stamp, verify_stamp};
pub use store::store_certificates;
