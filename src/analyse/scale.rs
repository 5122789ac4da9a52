//! How many pods hang on a resource, as far as the resource itself says.

use crate::model::node::{Node, NodeValue};
use crate::model::workload::Resource;

/// Pods of a resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scale {
    /// Pods that run, where a status tells.
    pub pods: Option<u32>,
    /// Pods that are wanted; `None`: the resource does not say.
    pub replicas: Option<u32>,
}

/// The pods of a resource: what it wants by its kind's own rules, and what its status says.
#[must_use]
pub fn scale(resource: &Resource) -> Scale {
    if resource.synthetic {
        return Scale::default();
    }
    let number = |path: &[&str]| match resource.manifest.path(path)?.value {
        NodeValue::Int(number) => u32::try_from(number).ok(),
        _ => None,
    };
    match resource.id.kind.as_str() {
        "Pod" => {
            let phase = resource.manifest.path(&["status", "phase"]).and_then(Node::text);
            Scale { pods: phase.map(|phase| u32::from(phase == "Running")), replicas: Some(1) }
        }
        "Deployment" | "StatefulSet" | "ReplicaSet" | "ReplicationController" => Scale {
            pods: number(&["status", "replicas"]),
            // The API server's default for a field that is not written.
            replicas: Some(number(&["spec", "replicas"]).unwrap_or(1)),
        },
        "DaemonSet" => Scale {
            pods: number(&["status", "currentNumberScheduled"]),
            replicas: number(&["status", "desiredNumberScheduled"]),
        },
        "Job" => Scale {
            pods: number(&["status", "active"]),
            replicas: Some(number(&["spec", "parallelism"]).unwrap_or(1)),
        },
        _ => Scale::default(),
    }
}
