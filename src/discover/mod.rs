//! What there is: an image's platforms and everything that hangs on it, with each place that could not be looked at.

mod artifact;
mod by_index;
mod by_referrer;
mod by_tag;
mod candidate;
mod evidence;
mod join;
mod kind;
pub mod limits;
pub mod plan;
mod said;
mod signed;
pub mod workload;

pub use evidence::{attached, evidence};
pub use limits::Limits;
pub use said::said;
pub use signed::signed;
