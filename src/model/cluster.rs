//! What is known of a cluster beside its images: which one, how the connection stands, whose pods there are.

use std::sync::Arc;

use super::digest::Digest;
use super::moment::Moment;
use super::verdict::Verdict;
use super::workload::ResourceId;

/// How the connection to a cluster stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// No cluster is looked at.
    #[default]
    None,
    /// Being set up, or the first list is under way.
    Listing,
    /// Complete and watched.
    Live,
    /// Played from a record: nothing is asked and nothing changes.
    Recorded {
        /// When it was recorded.
        at: Moment,
    },
    /// The API server does not answer; rows keep what was known.
    Lost {
        /// Since when.
        since: Moment,
        /// Why.
        problem: String,
        /// What to do.
        hint: String,
    },
    /// Nothing can be seen, and waiting will not help.
    Failed {
        /// Why.
        problem: String,
        /// What to do.
        hint: String,
    },
}

/// Pods of one controller that differ in nothing but their names and nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadRow {
    /// The pod that was judged for all of them; results name it.
    pub pod: ResourceId,
    /// Whose pods they are: a controller, or the pod itself.
    pub owner: ResourceId,
    /// How many there are.
    pub pods: usize,
    /// How many are wanted, where a manifest says so.
    pub replicas: Option<u32>,
    /// Container and `imageID` of what runs.
    pub running: Vec<(String, String)>,
}

/// A cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Name of the context; empty before it is known.
    pub context: String,
    /// Contexts of the kubeconfig, the current one first.
    pub contexts: Vec<String>,
    /// The one namespace that is looked at; `None`: all.
    pub namespace: Option<String>,
    /// How the connection stands.
    pub link: Link,
    /// Pods known.
    pub pods: usize,
    /// Workloads, by namespace and owner.
    pub workloads: Vec<WorkloadRow>,
    /// Containers that run something else than their images name now.
    pub drift: Vec<DriftRow>,
}

/// A container that runs something else than its image names now, judged both ways.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DriftRow {
    /// The pod that was judged for all that are like it.
    pub pod: ResourceId,
    /// How many there are.
    pub pods: usize,
    /// The container.
    pub container: String,
    /// The image as it was admitted.
    pub image: Arc<str>,
    /// The digest that runs.
    pub runs: Digest,
    /// The image under which what runs was judged: results and rows of images have this name.
    pub judged_as: Arc<str>,
    /// The digest that the image names now; `None`: nothing any more.
    pub names: Option<Digest>,
    /// Those of the two digests on which something hangs that is a signature, whoever made it.
    pub signed: Vec<Digest>,
    /// The worst result for what was admitted; `None`: there is no result.
    pub admitted: Option<Verdict>,
    /// The worst result for what runs.
    pub running: Option<Verdict>,
}
