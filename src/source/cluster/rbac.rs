//! The least role that lets sigscope see a cluster: `list` and `watch` only.

/// What is read: API group, resources.
const READ: &[(&str, &[&str])] = &[
    ("", &["pods"]),
    ("kyverno.io", &["clusterpolicies", "policies", "policyexceptions"]),
    (
        "policies.kyverno.io",
        &["imagevalidatingpolicies", "namespacedimagevalidatingpolicies", "policyexceptions"],
    ),
    ("policy.sigstore.dev", &["clusterimagepolicies"]),
];

/// Cluster-wide resources, which a Role of one namespace cannot give.
const WIDE: &[&str] = &["clusterpolicies", "imagevalidatingpolicies", "clusterimagepolicies"];

/// The manifest: a ClusterRole, or for one namespace a Role.
#[must_use]
pub fn manifest(namespace: Option<&str>) -> String {
    let mut out = String::from("apiVersion: rbac.authorization.k8s.io/v1\n");
    match namespace {
        None => out.push_str("kind: ClusterRole\nmetadata:\n  name: sigscope-reader\nrules:\n"),
        Some(namespace) => {
            // A namespace is a DNS label; in quotes nothing else can come of it.
            let quoted = serde_json::Value::from(namespace).to_string();
            out.push_str("# Policies of the whole cluster cannot be seen with a Role: what they say is missing then.\n");
            out.push_str("kind: Role\nmetadata:\n  name: sigscope-reader\n");
            out.push_str(&format!("  namespace: {quoted}\nrules:\n"));
        }
    }
    for (group, resources) in READ {
        let kept: Vec<&str> = resources
            .iter()
            .copied()
            .filter(|resource| namespace.is_none() || !WIDE.contains(resource))
            .collect();
        if !kept.is_empty() {
            out.push_str(&format!(
                "- apiGroups: [\"{group}\"]\n  resources: [{}]\n  verbs: [list, watch]\n",
                kept.join(", ")
            ));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reading_verbs_and_no_cluster_wide_resources_in_a_role() {
        for text in [manifest(None), manifest(Some("team"))] {
            let verbs: Vec<&str> = text.lines().filter(|line| line.contains("verbs")).collect();
            assert!(!verbs.is_empty() && verbs.iter().all(|line| line.trim() == "verbs: [list, watch]"));
            assert!(!text.contains("secrets"));
        }
        assert!(
            manifest(None).contains("clusterpolicies") && !manifest(Some("team")).contains("clusterpolicies")
        );
    }
}
