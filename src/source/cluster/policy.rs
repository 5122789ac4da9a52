//! Policies of the cluster as texts: the object as the API server holds it, without what the server wrote.

use serde_json::Value;

/// A kind of policy.
pub(super) struct Kind {
    /// API group.
    pub(super) group: &'static str,
    /// Its versions, the newest first: older installations serve only older ones.
    pub(super) versions: &'static [&'static str],
    /// The resource's name.
    pub(super) plural: &'static str,
    /// Kind.
    pub(super) kind: &'static str,
    /// Whether it lives in a namespace.
    pub(super) namespaced: bool,
}

const IMAGE: &[&str] = &["v1", "v1beta1", "v1alpha1"];

/// Kinds of policies.
pub(super) const KINDS: &[Kind] = &[
    kind("kyverno.io", &["v1"], "clusterpolicies", "ClusterPolicy", false),
    kind("kyverno.io", &["v1"], "policies", "Policy", true),
    kind("kyverno.io", &["v2", "v2beta1"], "policyexceptions", "PolicyException", true),
    kind("policies.kyverno.io", IMAGE, "imagevalidatingpolicies", "ImageValidatingPolicy", false),
    kind(
        "policies.kyverno.io",
        IMAGE,
        "namespacedimagevalidatingpolicies",
        "NamespacedImageValidatingPolicy",
        true,
    ),
    kind("policies.kyverno.io", IMAGE, "policyexceptions", "PolicyException", true),
    kind(
        "policy.sigstore.dev",
        &["v1beta1", "v1alpha1"],
        "clusterimagepolicies",
        "ClusterImagePolicy",
        false,
    ),
];

const fn kind(
    group: &'static str,
    versions: &'static [&'static str],
    plural: &'static str,
    kind: &'static str,
    namespaced: bool,
) -> Kind {
    Kind { group, versions, plural, kind, namespaced }
}

/// The name and text of a policy.
pub(super) fn text(group: &str, kind: &str, mut object: Value) -> (String, String) {
    let key = super::pod::key(&object);
    if let Some(map) = object.as_object_mut() {
        map.remove("status");
        map.insert("apiVersion".to_owned(), group.into());
        map.insert("kind".to_owned(), kind.into());
        if let Some(metadata) = map.get_mut("metadata").and_then(Value::as_object_mut) {
            for field in ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"] {
                metadata.remove(field);
            }
        }
    }
    let name = format!("cluster:{kind}/{}", key.trim_start_matches('/'));
    (name, serde_json::to_string_pretty(&object).unwrap_or_default())
}
