//! Notation's trust policy as a policy: which statement an image falls under, and what notation would say of it.

mod judge;
mod policy;
mod read;
mod select;

pub use judge::{Context, EvidenceOf, StoresOf, judge, refused};
pub use policy::{Policy, Refusal};
pub use read::{is_policy, read};
pub use select::demand;
