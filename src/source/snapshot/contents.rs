//! What an evidence directory or snapshot holds, as values.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::answers::Record;
use crate::model::notary::Stores;
use crate::model::workload::ResourceId;
use crate::model::{Missing, Moment};
use crate::port::Question;

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
    /// When it was recorded, by the clock; records of before do not say.
    pub recorded: Option<Moment>,
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

/// A cluster as it was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClusterKept {
    /// Name of the context.
    pub context: String,
    /// The namespaces that were looked at; `None`: all.
    pub namespace: Option<String>,
    /// Its policies, also those in whose place others stood.
    pub policies: Vec<(String, String)>,
    /// Its pods.
    pub pods: Vec<PodsKept>,
    /// What was read of it for policies. Of Secrets there is nothing but public keys.
    pub objects: Vec<ObjectKept>,
}

/// A question to the cluster with its answer.
pub type ObjectKept = (Question, Result<Arc<[u8]>, Missing>);

/// Pods that are alike, of which one was judged.
#[derive(Clone, Debug, PartialEq)]
pub struct PodsKept {
    /// Namespace and name of the one that was judged for all of them; it may be gone.
    pub judged: String,
    /// Namespace and name of each.
    pub keys: Vec<String>,
    /// The controller that they belong to at last.
    pub owner: ResourceId,
    /// The manifest, without what is left out ([`super::redact`]).
    pub manifest: Value,
    /// The `imageID` of each container that has one.
    pub running: BTreeMap<String, String>,
}

/// An evidence directory, or a snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Where it comes from.
    pub about: About,
    /// Policy texts under the names that they were shown with.
    pub policies: Vec<(String, String)>,
    /// What was judged, in order.
    pub subjects: Vec<Subject>,
    /// The cluster whose pods were judged too.
    pub cluster: Option<ClusterKept>,
    /// What could not be seen, in words: nothing is greener for having been recorded.
    pub unseen: Vec<String>,
    /// What was trusted.
    pub trust: TrustKept,
    /// What the sources answered.
    pub record: Record,
    /// The verdicts: the audit as JSON.
    pub verdicts: String,
}
