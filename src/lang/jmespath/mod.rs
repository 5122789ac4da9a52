//! JMESPath as Kyverno's fork of go-jmespath reads it (commit 95e59c162877): a missing key is an error that some places
//! turn into null, and functions of Kyverno's own.

mod eval;
mod fault;
mod go;
mod parse;
mod standard;
mod value;

pub use eval::{Argument, Call, Functions, search};
pub use fault::Fault;
pub use go::{go_json, go_number, go_text};
pub use parse::Expression;
pub use standard::Standard;
pub use value::from_f64;
