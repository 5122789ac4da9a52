//! The command line: arguments as written, as meant, one file per command, and the exit status.

pub mod args;
pub mod bundle;
pub mod cluster;
pub mod cosign;
pub mod demand;
pub mod evidence;
pub mod exit;
pub mod flag;
pub mod notation;
pub mod output;
pub mod policy;
pub mod resolve;
pub mod run;
mod start;

pub use exit::Exit;
pub use start::{definition, main};
