//! The command `sigscope`.

fn main() {}
