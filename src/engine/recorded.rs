//! A cluster that was recorded: its pods are kept as groups, and told again as the events of a cluster that never changes.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use super::asked::Asked;
use super::cluster::{Group, Live};
use crate::format::hash;
use crate::format::yaml::to_json;
use crate::model::Moment;
use crate::model::workload::ResourceId;
use crate::port::Question;
use crate::source::cluster::{ClusterOptions, Event, Pod};
use crate::source::snapshot::{self, ClusterKept, ObjectKept, PodsKept};

/// What the name of a manifest begins with that is a pod's of a cluster.
pub(super) const POD: &str = "cluster:Pod/";
/// What the names of everything begin with that is of a cluster.
pub(super) const OF_CLUSTER: &str = "cluster:";
/// Groups that are told at once.
const AT_ONCE: usize = 500;

impl Live {
    /// Plays a record.
    pub(super) fn recorded(kept: Arc<ClusterKept>, at: Moment) -> Self {
        let options = ClusterOptions {
            namespace: kept.namespace.clone(),
            context: Some(kept.context.clone()),
            kubeconfig: None,
        };
        Self::playing(options, Some(at), |out| async move {
            // Nobody listens any more when the program looks at something else.
            let _ = play(&kept, &out).await;
        })
    }

    /// What is seen, to be kept.
    pub(super) fn kept(&self, policies: &[(String, String)], asked: &Asked) -> ClusterKept {
        ClusterKept {
            objects: asked.of_cluster().into_iter().map(object).collect(),
            context: self.context().to_owned(),
            namespace: self.namespace(),
            policies: policies.to_vec(),
            pods: self.groups.iter().map(|((owner, _), group)| pods(owner, group)).collect(),
        }
    }
}

/// An answer without what is left out of manifests.
fn object((question, answer): ObjectKept) -> ObjectKept {
    let redacted = answer.map(|bytes| match serde_json::from_slice::<serde_json::Value>(&bytes) {
        Ok(mut value) if matches!(question, Question::Object { .. }) => {
            snapshot::redact_read(&mut value);
            value.to_string().into_bytes().into()
        }
        _ => bytes,
    });
    (question, redacted)
}

fn pods(owner: &ResourceId, group: &Group) -> PodsKept {
    let mut manifest = to_json(&group.resource.manifest);
    snapshot::redact(&mut manifest);
    let judged = group.resource.manifest.span.file.strip_prefix(POD).unwrap_or_default().to_owned();
    PodsKept {
        judged,
        keys: group.pods.iter().cloned().collect(),
        owner: owner.clone(),
        manifest,
        running: group.running.iter().cloned().collect(),
    }
}

async fn play(kept: &ClusterKept, out: &Sender<Event>) -> Option<()> {
    let connected = Event::Connected { context: kept.context.clone(), namespace: kept.namespace.clone() };
    out.send(connected).await.ok()?;
    out.send(Event::Policies(kept.policies.clone())).await.ok()?;
    for (part, groups) in kept.pods.chunks(AT_ONCE).enumerate() {
        let numbered = groups.iter().enumerate().map(|(number, pods)| (part * AT_ONCE + number, pods));
        let all = numbered.flat_map(|(number, pods)| told(number, pods)).collect();
        out.send(Event::Pods(all)).await.ok()?;
        // The pod that was judged for the others may have been the first to go.
        let gone = groups.iter().filter(|pods| !pods.keys.contains(&pods.judged));
        out.send(Event::Gone(gone.map(|pods| pods.judged.clone()).collect())).await.ok()?;
    }
    out.send(Event::Complete).await.ok()
}

/// The pods of a group, the judged one first.
fn told(number: usize, pods: &PodsKept) -> Vec<Pod> {
    let text = |pointer: &str| pods.manifest.pointer(pointer).and_then(serde_json::Value::as_str);
    let id = ResourceId {
        api_version: "v1".to_owned(),
        kind: "Pod".to_owned(),
        namespace: text("/metadata/namespace").unwrap_or_default().to_owned(),
        name: text("/metadata/name").unwrap_or_default().to_owned(),
    };
    // Pods that were alike are alike, and like no others.
    let likeness = hash::sha256(&number.to_le_bytes());
    let keys = std::iter::once(&pods.judged).chain(pods.keys.iter().filter(|key| **key != pods.judged));
    let pod = |key: &String| Pod {
        key: key.clone(),
        id: id.clone(),
        owner: pods.owner.clone(),
        manifest: pods.manifest.clone(),
        likeness,
        running: pods.running.clone(),
    };
    keys.map(pod).collect()
}
