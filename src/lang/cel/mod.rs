//! CEL as Kyverno's environment has it: cel-go's language and extensions, the libraries of Kubernetes and Kyverno's own.

mod address;
mod check;
mod declared;
mod eval;
mod functions;
mod host;
mod image;
mod iterate;
mod kubernetes;
mod library;
mod lists;
mod macros;
mod math;
mod net;
mod number;
mod order;
mod parse;
mod program;
mod regexes;
mod stop;
mod syntax;
mod text;
mod time;
mod types;
mod url;
mod value;

pub use eval::Seen;
pub use host::{Host, Nothing};
pub use image::ImageName;
pub use program::{Evaluated, Program};
pub use stop::Stop;
pub use types::Type;
pub use value::{Map, Opaque, Value};
