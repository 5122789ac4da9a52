//! Signatures of every sigstore form against a [`crate::model::Demand`]: bundles, attestations, certificates.
//!
//! The order is that of sigstore-go (`verify/signed_entity.go`) for bundles, and cosign's (`pkg/cosign/verify.go`) for
//! classic signatures. All steps are evaluated; the first that does not hold is where the tool would stop.

mod body;
mod chain;
mod entries;
mod identity;
mod order;
mod parts;
mod sct;
mod second;
mod second_root;
mod signed;
mod stamp;
mod statement;

pub use order::{About, prove_bundle, prove_demand};
pub use parts::readable_bundle;
pub use second::{Opinion, confirmed, opinion, opinion_by_key, opinion_on_bundle};
pub use stamp::readable_stamp;
