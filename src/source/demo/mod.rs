//! The demo: a recording of real signatures inside the program, served as a registry without a socket.

mod recording;
mod texts;

pub use recording::{Demo, PLACES, pack, store};
pub use texts::{manifests, policies, trusted_root};

/// The registry that the recording is shown as. Names under `.example` belong to nobody (RFC 2606).
pub const HOST: &str = "registry.example";
