//! Registries over HTTP (OCI distribution-spec 1.1): every way of failing has its own name, and credentials stay with
//! the host that they are for.

mod answer;
mod auth;
mod challenge;
mod client;
mod clients;
mod credentials;
mod helper;
mod host;
mod link;
mod options;
mod page;
mod transport;

pub(super) use answer::cause;
pub use client::Registry;
pub use clients::install_crypto;
pub use credentials::{Credential, Credentials};
pub use options::{Backoff, RegistryOptions, StartError};
