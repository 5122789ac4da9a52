//! What an evidence directory holds, as values.

use std::sync::Arc;

use serde_json::Value;

use super::answers::Record;
use crate::model::Moment;
use crate::model::notary::Stores;

/// Where the directory comes from and how its verdicts were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Version of the program that wrote it.
    pub version: String,
    /// The command, as a line.
    pub command: String,
    /// The instant that "now" meant.
    pub as_of: Moment,
    /// Logs and other services were not to be asked.
    pub offline: bool,
}

/// What was judged.
#[derive(Clone, Debug, PartialEq)]
pub enum Subject {
    /// An image that the user named.
    Image(String),
    /// A resource.
    Manifest {
        /// The file it came from.
        file: String,
        /// Its content, without what is left out ([`super::redact`]).
        value: Value,
    },
}

/// What was trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustKept {
    /// The `trusted_root.json`.
    pub root: Arc<[u8]>,
    /// Where it comes from, in words.
    pub description: String,
    /// The user named it, and it stands for whatever a policy would fetch.
    pub named: bool,
    /// notation's trust stores that were read.
    pub stores: Stores,
}

/// An evidence directory.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Where it comes from.
    pub about: About,
    /// Policy texts under the names that they were shown with.
    pub policies: Vec<(String, String)>,
    /// What was judged, in order.
    pub subjects: Vec<Subject>,
    /// What could not be seen, in words: nothing is greener for having been recorded.
    pub unseen: Vec<String>,
    /// What was trusted.
    pub trust: TrustKept,
    /// What the sources answered.
    pub record: Record,
    /// The verdicts: the audit as JSON.
    pub verdicts: String,
}
