//! Kyverno's ImageValidatingPolicy: expressions in CEL over images, signatures and attestations, as Kyverno 1.19 decides.

mod attestors;
pub mod autogen;
mod clauses;
mod demand;
mod elsewhere;
mod exception;
mod expression;
mod glob;
mod images;
mod judge;
mod library;
mod names;
mod payload;
mod pinned;
mod pins;
mod policy;
mod read;
mod ruling;
mod scene;
mod select;
mod steps;
mod trust;
mod validate;
mod verify;

pub use exception::{Exception, is_exception, read_exception, refused_exception};
pub use images::is_matched;
pub use judge::{demand, judge};
pub use library::Libraries;
pub use policy::{Note, Policy};
pub use read::{is_policy, read};
pub use ruling::{refused, row};
pub use trust::{Context, Trust};
