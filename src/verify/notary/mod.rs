//! What notation checks of one signature envelope, step by step (`notation-go/verifier/verifier.go`); pure computation.
//!
//! Plugins are not run and nobody is asked about revocation: where the policy enforces one of them and the evidence
//! calls for it, the result is undecided.

mod authenticity;
mod certificate;
mod chain;
mod integrity;
mod kept;
mod prove;
mod signer;
mod stamp;
mod store;
mod target;
mod time;

pub use kept::NotaryMemory;
pub use prove::prove_notary;
pub use stamp::{Stamp, verify_stamp};
pub use store::store_certificates;
