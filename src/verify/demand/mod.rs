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
mod pinned;
mod sct;
mod second;
mod second_root;
mod signed;
mod stamp;
mod statement;

pub(super) use entries::included;
pub(super) use identity::steps as identity_steps;
pub use order::{About, prove_bundle, prove_demand};
pub(super) use parts::Form;
pub use parts::{Readable, readable, readable_bundle, readable_claims};
pub use pinned::vouched;
pub use second::{Opinion, confirmed, opinion, opinion_by_key, opinion_on_bundle};
pub use stamp::readable_stamp;
