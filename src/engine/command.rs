//! What the engine can be told. Both the terminal and the headless commands speak only this.

use std::path::PathBuf;
use std::sync::Arc;

use super::compare::Compare;
use super::export::Export;
use crate::model::moment::Moment;
use crate::model::workload::Resource;
use crate::source::cluster::ClusterOptions;
use crate::source::snapshot::ClusterKept;

/// Something to look at.
#[derive(Clone, Debug)]
pub enum SourceInput {
    /// One image as written: `HOST/REPO:TAG`, `HOST/REPO@DIGEST`.
    Image(String),
    /// All tags of a repository: `HOST/REPO` without tag and digest.
    Repository(String),
    /// All tags of an OCI layout directory.
    Layout(PathBuf),
    /// Resources of manifests, in order.
    Resources(Vec<Arc<Resource>>),
    /// The pods and policies of a cluster, as they change; in place of the cluster before.
    Cluster(ClusterOptions),
    /// The pods of a cluster as they were recorded, and when; in place of the cluster before.
    Recorded(Arc<ClusterKept>, Moment),
    /// Something that could not be seen when what is replayed was recorded: said as an error.
    Unseen(String),
    /// The recording inside the program, with its own policies.
    Demo,
}

/// Where policies come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PolicyInput {
    /// A file, or a directory whose `*.yaml`, `*.yml` and `*.json` are read; watched for changes.
    Path(PathBuf),
    /// A text with the name it is shown under (the demo's policies, drafts).
    Text {
        /// Shown as the file name.
        name: String,
        /// The policy text.
        text: String,
    },
}

/// A text that stands in for a policy file. Nothing is ever written or applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The file as the world names it; another name: a file more.
    pub file: Arc<str>,
    /// The text.
    pub text: Arc<str>,
    /// Comes back with the answer, at least 1 and growing.
    pub generation: u64,
}

/// An order to the engine. None of them changes a registry or a cluster.
#[derive(Clone, Debug)]
pub enum Command {
    /// Look at something in addition.
    Open(SourceInput),
    /// Follow another context of the kubeconfig, with all its namespaces; `-`: the one before; empty: the same once more.
    Context(String),
    /// Look at these namespaces of the cluster only; none: at all.
    Namespaces(Vec<String>),
    /// Use these policies in place of those loaded before.
    LoadPolicies(Vec<PolicyInput>),
    /// Fetch these images first (what is on screen), by their names as written.
    Prefer(Vec<Arc<str>>),
    /// Read the documents that hang on an image, once it is fetched; again whenever it has been fetched anew.
    Read(Arc<str>),
    /// Forget what is known about an image, or all of them, and look again.
    Refresh(Option<Arc<str>>),
    /// Evaluate as of another instant; `None`: now.
    AsOf(Option<Moment>),
    /// Judge everything as if this policy file had another text; `None`: there is no draft any more.
    Draft(Option<Draft>),
    /// Cancel a job, or all of them.
    Cancel(Option<u64>),
    /// Compare two images that are looked at.
    Compare(Compare),
    /// Write the evidence of everything that is known into a directory.
    Export(Export),
    /// Stop everything.
    Quit,
}
