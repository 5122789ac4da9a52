//! The program in a real pseudo-terminal, over the demo.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test that cannot go on says so by panicking; it waits for the screen with a deadline"
)]

#[path = "../support/api_server.rs"]
mod api_server;
mod cluster;
mod habits;
mod same;
mod session;
mod triage;
mod walk;
