//! Policies of the cluster as texts: the object as the API server holds it, without what the server wrote.

use serde_json::Value;

/// Kinds of policies: API group and version, plural, kind, whether they live in a namespace.
pub(super) const KINDS: &[(&str, &str, &str, bool)] = &[
    ("kyverno.io/v1", "clusterpolicies", "ClusterPolicy", false),
    ("kyverno.io/v1", "policies", "Policy", true),
    ("kyverno.io/v2", "policyexceptions", "PolicyException", true),
    ("policies.kyverno.io/v1", "imagevalidatingpolicies", "ImageValidatingPolicy", false),
    ("policies.kyverno.io/v1", "namespacedimagevalidatingpolicies", "NamespacedImageValidatingPolicy", true),
    ("policies.kyverno.io/v1", "policyexceptions", "PolicyException", true),
    ("policy.sigstore.dev/v1beta1", "clusterimagepolicies", "ClusterImagePolicy", false),
];

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
