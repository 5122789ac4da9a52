//! Rules about the code and the documents that a compiler does not hold: directions, sizes, names, generated pages.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test fails by panicking, and its helpers with it"
)]

mod documents;
mod imports;
mod lexer;
mod names;
mod sizes;
mod tree;
