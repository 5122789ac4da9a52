//! A Kubernetes cluster: its pods and policies, listed in pages and watched; nothing is ever written to it.
//!
//! Only `get`, `list` and `watch` are asked for. A lost API server is a state that is shown, never the end.

mod ask;
mod connect;
mod event;
mod follow;
mod gather;
mod machine;
mod namespaces;
mod options;
mod path;
mod pod;
mod policy;
mod problem;
pub mod rbac;
mod reader;
mod run;

pub use connect::{Connection, connect, contexts};
pub use event::Event;
pub use options::ClusterOptions;
pub use pod::Pod;
pub use problem::Problem;
pub use reader::Reader;
pub use run::run;
