//! The workload that a manifest declares: a controller with the pods it wants, or a pod with its owner.

use crate::analyse::scale;
use crate::model::cluster::WorkloadRow;
use crate::model::node::Node;
use crate::model::workload::{Resource, ResourceId};

/// The workload of a resource. A pod that names its controller counts among that controller's pods.
#[must_use]
pub fn declared(resource: &Resource) -> WorkloadRow {
    let scale = scale(resource);
    let count = |number: Option<u32>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
    if resource.id.kind != "Pod" {
        return WorkloadRow {
            pod: resource.id.clone(),
            owner: resource.id.clone(),
            pods: count(scale.pods),
            replicas: scale.replicas,
            running: Vec::new(),
        };
    }
    WorkloadRow {
        pod: resource.id.clone(),
        owner: owner(&resource.manifest, &resource.id),
        // A manifest without a status is of a pod that is to be.
        pods: count(scale.pods),
        replicas: scale.replicas,
        running: running(&resource.manifest),
    }
}

/// The controller at last: a ReplicaSet of a Deployment is named after it and the hash in a label of its pods, a Job of
/// a CronJob after it and the minute in which it was due.
fn owner(manifest: &Node, id: &ResourceId) -> ResourceId {
    let references = manifest.path(&["metadata", "ownerReferences"]).map(Node::items).unwrap_or_default();
    let controls = |reference: &&Node| reference.get("controller").and_then(Node::bool) == Some(true);
    let Some(controller) = references.iter().find(controls) else { return id.clone() };
    let text = |key: &str| controller.get(key).and_then(Node::text).unwrap_or_default();
    let (kind, name) = (text("kind"), text("name"));
    let hash = manifest.path(&["metadata", "labels", "pod-template-hash"]).and_then(Node::text);
    let (kind, name) = match (kind, hash, name.rsplit_once('-')) {
        ("ReplicaSet", Some(hash), Some((base, end))) if end == hash => ("Deployment", base),
        ("Job", _, Some((base, end))) if end.len() == 8 && end.bytes().all(|b| b.is_ascii_digit()) => {
            ("CronJob", base)
        }
        _ => (kind, name),
    };
    ResourceId {
        api_version: text("apiVersion").to_owned(),
        kind: kind.to_owned(),
        namespace: id.namespace.clone(),
        name: name.to_owned(),
    }
}

/// Container and `imageID` of what runs, as the status says.
fn running(manifest: &Node) -> Vec<(String, String)> {
    let lists = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"];
    let statuses = lists.iter().filter_map(|list| manifest.path(&["status", list])).flat_map(Node::items);
    let text = |status: &Node, key: &str| status.get(key).and_then(Node::text).map(str::to_owned);
    statuses
        .filter_map(|status| {
            let image = text(status, "imageID").filter(|image| !image.is_empty());
            Some((text(status, "name")?, image?))
        })
        .collect()
}
