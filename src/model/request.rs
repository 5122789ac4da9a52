//! One request that was sent to somebody, for the user's eyes: never a credential.

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRecord {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Host with port where it is not the usual one.
    pub host: String,
    /// Path and query.
    pub path: String,
    /// HTTP status; `None`: no answer.
    pub status: Option<u16>,
    /// Bytes of the body that were read.
    pub bytes: u64,
    /// Whether the answer came from the cache, so that nothing was sent.
    pub cached: bool,
}
