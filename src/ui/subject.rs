//! What the selection is about: what *why*, raw view, copying and the other actions on "this" work with.

use std::sync::Arc;

use crate::model::trace::{PolicyId, Trace};
use crate::model::{Code, Digest, ResourceId, World};

/// Identifies a result over snapshots.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceKey {
    /// The resource: `kind/namespace/name`.
    pub resource: String,
    /// The image's place in the resource, and the image.
    pub image: (String, String),
    /// The policy.
    pub policy: PolicyId,
    /// The rule.
    pub rule: String,
}

impl TraceKey {
    /// The key of a result.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        Self {
            resource: resource_text(&trace.resource),
            image: (trace.image.pointer.clone(), trace.image.image.clone()),
            policy: trace.policy.clone(),
            rule: trace.rule.clone(),
        }
    }

    /// The result in a snapshot, if it still has one.
    #[must_use]
    pub fn find<'a>(&self, world: &'a World) -> Option<&'a Arc<Trace>> {
        // The resource's name first: it tells most results apart, and is there without making a text.
        world.traces.iter().find(|trace| {
            self.resource.ends_with(&trace.resource.name)
                && trace.image.image == self.image.1
                && trace.rule == self.rule
                && trace.policy == self.policy
                && trace.image.pointer == self.image.0
                && resource_text(&trace.resource) == self.resource
        })
    }
}

fn resource_text(id: &ResourceId) -> String {
    format!("{}/{}", id.api_version, id)
}

/// Content that can be shown as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it is: a digest or a label.
    pub title: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

/// What is selected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// The image as written.
    pub image: Option<Arc<str>>,
    /// The result that is looked at.
    pub trace: Option<TraceKey>,
    /// The digest.
    pub digest: Option<Digest>,
    /// The code.
    pub code: Option<Code>,
    /// Content behind it.
    pub raw: Option<Content>,
    /// Its place: digest and pointer, or file and line.
    pub path: String,
    /// Its value.
    pub value: String,
}
