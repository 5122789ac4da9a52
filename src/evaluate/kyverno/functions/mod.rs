//! The functions that Kyverno adds to JMESPath (`pkg/engine/jmespath/functions.go`): same results, same error texts.

mod arguments;
mod arithmetic;
mod data;
mod library;
mod problem;
mod text;
mod time;

pub use arguments::int_number;
pub use library::Library;
pub use problem::Problem;
