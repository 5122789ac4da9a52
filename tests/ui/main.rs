//! The terminal.

mod evidence;
#[path = "../support/evidence.rs"]
mod evidence_fixture;
#[path = "../support/picture.rs"]
mod picture;
#[path = "../support/trace.rs"]
mod trace;
mod why;
