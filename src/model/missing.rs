//! What could not be had, and why: the difference between "there is none" and "could not look".

use std::fmt;

use super::digest::Digest;

/// A piece of evidence that is not at hand. Whatever is missing makes a verdict *undecided*, never a pass, and
/// never a silent denial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The registry says that there is no such thing (404 with a manifest, blob or name code).
    NotFound {
        /// What was asked for.
        what: String,
    },
    /// 401 or 403: the thing may exist.
    Denied {
        /// Host that refused.
        host: String,
        /// HTTP status.
        status: u16,
        /// What the host said, bounded.
        detail: String,
    },
    /// 429, or a request limit of ours.
    Limited {
        /// Host that limits.
        host: String,
        /// Seconds after which the host allows another try, when it said so.
        retry_after: Option<u64>,
    },
    /// No connection, no name, TLS failure, or a server error (5xx) that outlasted the retries.
    Unreachable {
        /// Host.
        host: String,
        /// The cause, bounded.
        detail: String,
    },
    /// An answer that came too late.
    Timeout {
        /// Host.
        host: String,
        /// Seconds waited.
        seconds: u64,
    },
    /// Longer than we read.
    TooLarge {
        /// What.
        what: String,
        /// Its size in bytes, as announced or as far as read.
        size: u64,
        /// Our limit in bytes.
        limit: u64,
    },
    /// The bytes are not those that the digest names.
    DigestMismatch {
        /// The digest asked for.
        wanted: Digest,
        /// The digest of what came.
        found: Digest,
    },
    /// Fewer or more bytes than announced.
    Truncated {
        /// What.
        what: String,
        /// Bytes announced.
        wanted: u64,
        /// Bytes read.
        found: u64,
    },
    /// Unreadable, or of a form that the specification does not allow.
    Malformed {
        /// What.
        what: String,
        /// The problem, with its place when known.
        problem: String,
    },
    /// Nested deeper than we follow.
    TooDeep {
        /// What.
        what: String,
        /// Our limit in levels.
        limit: u32,
    },
    /// More items than we read.
    TooMany {
        /// What.
        what: String,
        /// Our limit.
        limit: usize,
    },
    /// The registry has no referrers API and no fallback tag can stand in (some answer that is neither).
    Unsupported {
        /// What the source cannot do.
        what: String,
    },
    /// The network was forbidden (`--offline`) and the thing does not travel with the evidence.
    Offline {
        /// What would have been asked.
        what: String,
    },
    /// An object of a cluster is needed, and none is followed.
    NoCluster {
        /// What would have been asked.
        what: String,
    },
    /// Work that was cancelled by the user.
    Cancelled,
    /// Not asked for yet.
    Waiting,
    /// All steps hold, and a second verifier refuses.
    Disagreement {
        /// Its words.
        words: String,
    },
    /// sigscope cannot judge this yet; named so that it is never taken for a pass or a denial.
    NotImplemented {
        /// The policy field, format or check.
        what: String,
    },
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound { what } => write!(f, "{what} was not found"),
            Self::Denied { host, status, detail } if detail.is_empty() => {
                write!(f, "{host} refused access (HTTP {status})")
            }
            Self::Denied { host, status, detail } => {
                write!(f, "{host} refused access (HTTP {status}: {detail})")
            }
            Self::Limited { host, retry_after: Some(seconds) } => {
                write!(f, "{host} limits requests, retry in {seconds} s")
            }
            Self::Limited { host, retry_after: None } => write!(f, "{host} limits requests"),
            Self::Unreachable { host, detail } => write!(f, "{host} could not be reached: {detail}"),
            Self::Timeout { host, seconds } => write!(f, "{host} did not answer within {seconds} s"),
            Self::TooLarge { what, size, limit } => {
                write!(f, "{what} has {size} bytes, the limit is {limit}")
            }
            Self::DigestMismatch { wanted, found } => {
                write!(f, "the content does not match its digest: wanted {wanted}, found {found}")
            }
            Self::Truncated { what, wanted, found } => {
                write!(f, "{what} was cut: {wanted} bytes announced, {found} read")
            }
            Self::Malformed { what, problem } => write!(f, "{what} cannot be read: {problem}"),
            Self::TooDeep { what, limit } => write!(f, "{what} is nested deeper than {limit} levels"),
            Self::TooMany { what, limit } => write!(f, "more than {limit} {what}"),
            Self::Unsupported { what } => write!(f, "{what} is not supported by the source"),
            Self::Offline { what } => write!(f, "{what} would need the network, which --offline forbids"),
            Self::NoCluster { what } => write!(f, "{what} would need a cluster, and none is followed"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::Waiting => f.write_str("not fetched yet"),
            Self::Disagreement { words } => {
                write!(f, "all steps hold, but the verifier of the sigstore family refuses: {words}")
            }
            Self::NotImplemented { what } => write!(f, "not supported yet: {what}"),
        }
    }
}
