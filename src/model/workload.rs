//! Resources and the places in them that name an image.

use std::fmt;
use std::sync::Arc;

use super::node::Node;

/// Which resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId {
    /// API version, e.g. `apps/v1`.
    pub api_version: String,
    /// Kind, e.g. `Deployment`.
    pub kind: String,
    /// Namespace; `default` where the manifest names none.
    pub namespace: String,
    /// `metadata.name`, else `metadata.generateName`.
    pub name: String,
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// One image of a resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ContainerImage {
    /// `containers`, `initContainers`, `ephemeralContainers`, or the name of an image extractor.
    pub list: String,
    /// The container's name (or the extractor's key).
    pub container: String,
    /// The image as written.
    pub image: String,
    /// JSON pointer of the image in the resource.
    pub pointer: String,
}

/// A resource to be judged.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Which.
    pub id: ResourceId,
    /// The whole manifest, with positions.
    pub manifest: Arc<Node>,
    /// True when a bare image stands in a made-up Pod.
    pub synthetic: bool,
}
