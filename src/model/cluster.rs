//! What is known of a cluster beside its images: which one, how the connection stands, whose pods there are.

use super::moment::Moment;
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
    /// The one namespace that is looked at; `None`: all.
    pub namespace: Option<String>,
    /// How the connection stands.
    pub link: Link,
    /// Pods known.
    pub pods: usize,
    /// Workloads, by namespace and owner.
    pub workloads: Vec<WorkloadRow>,
}
