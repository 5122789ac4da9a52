//! The stages, one by one and together.

mod explain;
#[path = "../support/trace.rs"]
mod trace;
