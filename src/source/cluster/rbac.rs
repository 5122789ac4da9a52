//! The least role that lets sigscope see a cluster: `get`, `list` and `watch` only.

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

/// What is read one by one, when a policy or a pod names it.
const NAMED: &str = "configmaps";
/// The same, where Secrets may be read: keys of policies.
const SECRETS: &str = "secrets";

/// The manifest: a ClusterRole, or for one namespace a Role; with or without the right to read Secrets.
#[must_use]
pub fn manifest(namespace: Option<&str>, secrets: bool) -> String {
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
    out.push_str("# ConfigMaps that policies name; what else their `apiCall` and `resource.Get` read needs rules of its own.\n");
    out.push_str(&format!("- apiGroups: [\"\"]\n  resources: [{NAMED}]\n  verbs: [get]\n"));
    if secrets {
        out.push_str("# Public keys of policies in Secrets: only those that are named, one by one.\n");
        out.push_str(&format!("- apiGroups: [\"\"]\n  resources: [{SECRETS}]\n  verbs: [get]\n"));
    } else {
        out.push_str("# Without Secrets: keys in Secrets are undecided; `--secrets` adds them.\n");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_reading_verbs_and_no_cluster_wide_resources_in_a_role() {
        for (text, secrets) in [(manifest(None, false), false), (manifest(Some("team"), true), true)] {
            let verbs: Vec<&str> =
                text.lines().filter(|line| line.contains("verbs")).map(str::trim).collect();
            assert!(!verbs.is_empty());
            assert!(verbs.iter().all(|line| ["verbs: [list, watch]", "verbs: [get]"].contains(line)));
            assert_eq!(text.contains("resources: [secrets]"), secrets);
        }
        assert!(manifest(None, false).contains("clusterpolicies"));
        assert!(!manifest(Some("team"), false).contains("clusterpolicies"));
    }
}
