//! Where things come from: directories, registries, a recording, files. Everything read is bounded and checked.

pub mod cache;
mod catalogue;
#[cfg(feature = "net")]
pub mod cluster;
pub mod demo;
pub mod error;
pub mod files;
pub mod layout;
pub mod layouts;
pub mod mux;
mod names;
pub mod ready;
#[cfg(feature = "net")]
pub mod registry;
pub mod repository;
pub mod requests;
#[cfg(feature = "net")]
pub mod services;
pub mod snapshot;
#[cfg(feature = "net")]
pub mod tuf;

pub use cache::Cache;
pub use error::{FileError, FileProblem};
pub use layout::{Layout, open_layout};
pub use layouts::{LayoutRule, Layouts};
pub use mux::Mux;
pub use ready::block_on;
#[cfg(feature = "net")]
pub use registry::{Registry, RegistryOptions};
pub use repository::{Repository, Shelf};
pub use requests::{RequestLog, RequestRecord};
#[cfg(feature = "net")]
pub use services::{HttpServices, ServiceOptions};
