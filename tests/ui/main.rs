//! The terminal program without a terminal: messages in, effects and pictures out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot go on says so by panicking"
)]

mod audit;
mod budget;
#[path = "../support/demo.rs"]
mod demo;
mod documents;
mod evidence;
#[path = "../support/evidence.rs"]
mod evidence_fixture;
mod hostile;
mod keys;
mod pace;
mod palette;
#[path = "../support/picture.rs"]
mod picture;
mod pivot;
mod places;
mod plain;
mod planes;
mod proof;
mod proof_global;
mod proof_screen;
mod shots;
mod stand;
mod states;
mod theme;
#[path = "../support/trace.rs"]
mod trace;
mod update;
mod versus;
mod what_if;
mod why;
mod workloads;
