//! The command `sigscope`.

use std::process::ExitCode;

fn main() -> ExitCode {
    sigscope::cli::main()
}
