//! How registries are talked to.

use std::time::Duration;

use super::credentials::Credentials;

/// Settings of a registry client.
#[derive(Clone, Debug)]
pub struct RegistryOptions {
    /// Hosts (with port) that may speak plain HTTP, or show a certificate that nobody vouches for.
    pub insecure: Vec<String>,
    /// Where credentials come from.
    pub credentials: Credentials,
    /// How often, and after which pauses, a request is repeated.
    pub backoff: Backoff,
    /// Longest wait for a connection.
    pub connect: Duration,
    /// Longest wait for the next byte of an answer.
    pub read: Duration,
    /// Longest wait for a whole answer: a host that sends a byte now and then is given up at last.
    pub whole: Duration,
    /// Requests to one host at a time.
    pub at_a_time: usize,
}

/// Pauses before a request is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Most tries, the first one included.
    pub tries: u32,
    /// First pause; it doubles with each try. The real pause is between half of it and all of it.
    pub first: Duration,
    /// Longest pause that a host may ask for (`Retry-After`); when it asks for more, its refusal is the answer.
    pub longest: Duration,
}

impl Default for RegistryOptions {
    fn default() -> Self {
        Self {
            insecure: Vec::new(),
            credentials: Credentials::system(),
            backoff: Backoff::default(),
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            whole: Duration::from_secs(300),
            at_a_time: 8,
        }
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self { tries: 4, first: Duration::from_millis(500), longest: Duration::from_secs(30) }
    }
}

/// Why no HTTP client could be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the HTTP client could not be set up: {detail}")]
pub struct StartError {
    /// The cause.
    pub detail: String,
}
