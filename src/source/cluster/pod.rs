//! A pod as the API server tells of it: what identifies it, whose it is, what is judged, and what runs.

use serde_json::Value;
use std::collections::BTreeMap;

use crate::format::hash;
use crate::model::workload::ResourceId;

/// Fields that the API server writes and that no policy about images can mean.
const WRITTEN_BY_SERVER: &[&str] =
    &["managedFields", "resourceVersion", "uid", "creationTimestamp", "selfLink"];

/// A second copy of the manifest, as large as the first.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// A pod, trimmed.
#[derive(Clone, Debug)]
pub struct Pod {
    /// Namespace and name.
    pub key: String,
    /// Which pod.
    pub id: ResourceId,
    /// The controller that it belongs to at last: a Deployment rather than its ReplicaSet.
    pub owner: ResourceId,
    /// The manifest as it was admitted.
    pub manifest: Value,
    /// Equal for pods of one controller whose manifests differ in nothing but their names and nodes. A cryptographic
    /// digest: of two pods that are alike only one is judged, and whoever can make pods would like to choose which.
    pub likeness: [u8; 32],
    /// The `imageID` of each container that has one, by container.
    pub running: BTreeMap<String, String>,
}

/// Namespace and name of an object.
pub(super) fn key(object: &Value) -> String {
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    format!("{}/{}", text("/metadata/namespace"), text("/metadata/name"))
}

/// The version of an object.
pub(super) fn version(object: &Value) -> &str {
    object.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default()
}

impl Pod {
    /// Reads a pod.
    pub(super) fn read(mut object: Value) -> Self {
        let key = key(&object);
        let running = running(&object);
        let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let id = ResourceId {
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            namespace: text("/metadata/namespace").to_owned(),
            name: text("/metadata/name").to_owned(),
        };
        let owner = owner(&object, &id);
        if let Some(map) = object.as_object_mut() {
            map.remove("status");
            // Items of a list do not say what they are.
            map.insert("apiVersion".to_owned(), "v1".into());
            map.insert("kind".to_owned(), "Pod".into());
            if let Some(annotations) = map.get_mut("metadata").and_then(|meta| meta.get_mut("annotations")) {
                drop(annotations.as_object_mut().and_then(|all| all.remove(LAST_APPLIED)));
            }
            if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
                WRITTEN_BY_SERVER.iter().for_each(|field| {
                    metadata.remove(*field);
                });
            }
        }
        let likeness = likeness(&object, owner == id, &running);
        Self { key, id, owner, manifest: object, likeness, running }
    }
}

fn running(object: &Value) -> BTreeMap<String, String> {
    let lists = ["initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"];
    let statuses = lists.iter().filter_map(|list| object.get("status")?.get(list)?.as_array()).flatten();
    statuses
        .filter_map(|status| {
            let text = |key: &str| status.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            Some((text("name")?.to_owned(), text("imageID")?.to_owned()))
        })
        .collect()
}

/// The controller at last. A ReplicaSet of a Deployment is named after it and the hash in a label of its pods, and a Job
/// of a CronJob after it and the minute in which it was due, so that neither has to be asked for.
fn owner(object: &Value, id: &ResourceId) -> ResourceId {
    let references = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let controller = references
        .into_iter()
        .flatten()
        .find(|reference| reference.get("controller").and_then(Value::as_bool) == Some(true));
    let Some(controller) = controller else { return id.clone() };
    let text = |key: &str| controller.get(key).and_then(Value::as_str).unwrap_or_default();
    let (mut kind, mut name) = (text("kind"), text("name"));
    let hash = object.pointer("/metadata/labels/pod-template-hash").and_then(Value::as_str);
    if let ("ReplicaSet", Some(hash)) = (kind, hash)
        && let Some(base) = name.strip_suffix(hash).and_then(|base| base.strip_suffix('-'))
    {
        (kind, name) = ("Deployment", base);
    }
    if kind == "Job"
        && let Some((base, minute)) = name.rsplit_once('-')
        && minute.len() == 8
        && minute.bytes().all(|b| b.is_ascii_digit())
    {
        (kind, name) = ("CronJob", base);
    }
    ResourceId {
        api_version: text("apiVersion").to_owned(),
        kind: kind.to_owned(),
        namespace: id.namespace.clone(),
        name: name.to_owned(),
    }
}

/// A digest that is equal for pods of one controller which differ in nothing that a policy sees. A pod without a
/// controller is like no other: its name may be what a policy is about. So is the name of a pod that its controller did
/// not make up, and that of a pod of a StatefulSet, which carries its name in a label.
fn likeness(object: &Value, alone: bool, running: &BTreeMap<String, String>) -> [u8; 32] {
    let mut copy = object.clone();
    if !alone {
        if let Some(metadata) = copy.get_mut("metadata").and_then(Value::as_object_mut)
            && made_up(metadata)
        {
            metadata.remove("name");
        }
        if let Some(spec) = copy.get_mut("spec").and_then(Value::as_object_mut) {
            spec.remove("nodeName");
        }
        rename_token_volumes(&mut copy);
    }
    hash::sha256(serde_json::json!([copy, running]).to_string().as_bytes())
}

/// Whether a name is `generateName` and five letters, as the API server makes them up.
fn made_up(metadata: &serde_json::Map<String, Value>) -> bool {
    let text = |key: &str| metadata.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let suffix = text("generateName").and_then(|base| text("name")?.strip_prefix(base));
    suffix.is_some_and(|suffix| suffix.len() == 5)
}

/// The volume with a pod's own token has a random name.
fn rename_token_volumes(pod: &mut Value) {
    let rename = |item: &mut Value| {
        if let Some(Value::String(name)) = item.get_mut("name")
            && name.starts_with("kube-api-access-")
        {
            *name = "kube-api-access".to_owned();
        }
    };
    if let Some(volumes) = pod.pointer_mut("/spec/volumes").and_then(Value::as_array_mut) {
        volumes.iter_mut().for_each(rename);
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        let containers =
            pod.get_mut("spec").and_then(|spec| spec.get_mut(list)).and_then(Value::as_array_mut);
        for container in containers.into_iter().flatten() {
            let mounts = container.get_mut("volumeMounts").and_then(Value::as_array_mut);
            mounts.into_iter().flatten().for_each(rename);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod(name: &str, kind: &str, owner: &str, hash: &str) -> Value {
        json!({"metadata": {"namespace": "n", "name": name, "generateName": format!("{owner}-"), "uid": name, "labels": {"pod-template-hash": hash},
            "ownerReferences": [{"apiVersion": "apps/v1", "kind": kind, "name": owner, "controller": true}]},
            "spec": {"nodeName": name, "containers": [{"name": "c", "image": "r/i:1",
                "volumeMounts": [{"name": format!("kube-api-access-{name}")}]}]}})
    }

    #[test]
    fn owners_at_last() {
        let of = |kind, owner, hash| {
            let found = Pod::read(pod("p", kind, owner, hash)).owner;
            format!("{}/{}", found.kind, found.name)
        };
        assert_eq!(of("ReplicaSet", "web-6d4", "6d4"), "Deployment/web");
        assert_eq!(of("ReplicaSet", "web-6d4", "7e5"), "ReplicaSet/web-6d4");
        assert_eq!(of("Job", "settle-29384756", ""), "CronJob/settle");
        assert_eq!(of("Job", "settle-2", ""), "Job/settle-2");
        assert_eq!(of("StatefulSet", "db", ""), "StatefulSet/db");
    }

    #[test]
    fn replicas_are_alike_and_bare_pods_are_not() {
        let one = Pod::read(pod("web-6d4-abcde", "ReplicaSet", "web-6d4", "6d4"));
        let two = Pod::read(pod("web-6d4-fghij", "ReplicaSet", "web-6d4", "6d4"));
        assert_eq!(one.likeness, two.likeness);
        let mut other = pod("web-6d4-fghij", "ReplicaSet", "web-6d4", "6d4");
        other["spec"]["containers"][0]["image"] = json!("r/i:2");
        assert_ne!(Pod::read(other).likeness, one.likeness);
        assert_ne!(Pod::read(pod("other", "ReplicaSet", "web-6d4", "6d4")).likeness, one.likeness);
        let bare = |name: &str| Pod::read(json!({"metadata": {"namespace": "n", "name": name}, "spec": {}}));
        assert_ne!(bare("a").likeness, bare("b").likeness);
    }

    #[test]
    fn what_runs_is_read_from_the_status() {
        let mut object = pod("p", "Job", "x", "");
        object["status"] =
            json!({"containerStatuses": [{"name": "c", "imageID": "r/i@sha256:1"}, {"name": "d"}]});
        let read = Pod::read(object);
        assert_eq!(read.running.get("c").map(String::as_str), Some("r/i@sha256:1"));
        assert!(read.manifest.get("status").is_none() && read.manifest["metadata"].get("uid").is_none());
    }
}
