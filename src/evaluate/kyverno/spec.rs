//! Types and values of a policy's `spec` beside its rules (`K:api/kyverno/v1/spec_types.go` and the CRD): what the API server
//! refuses never judges anything.

use super::read::Notes;
use crate::model::node::Node;

/// Fields of a document.
const DOCUMENT: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];
const WEBHOOK: &[&str] = &["failurePolicy", "timeoutSeconds", "matchConditions"];
const FLAGS: &[&str] = &[
    "emitWarning",
    "admission",
    "background",
    "schemaValidation",
    "mutateExistingOnPolicyUpdate",
    "generateExisting",
    "generateExistingOnPolicyUpdate",
    "useServerSideApply",
];

/// Refuses what the schema of the resource refuses.
pub(super) fn check(notes: &mut Notes, document: &Node, spec: &Node) {
    for entry in document.entries().iter().filter(|entry| !DOCUMENT.contains(&&*entry.key)) {
        notes.refuse(format!("strict decoding error: unknown field \"{}\"", entry.key), &entry.key_span);
    }
    for flag in FLAGS {
        notes.flag(spec, "spec", flag, true);
    }
    users(notes, spec);
    if let Some(annotation) = super::autogen::names_pods(document) {
        notes.later("rules for controllers that are for Pods too", &annotation.span);
    }
    one_of(notes, spec, "spec", "failurePolicy", &["Ignore", "Fail"]);
    one_of(notes, spec, "spec", "applyRules", &["All", "One"]);
    seconds(notes, spec, "spec", "webhookTimeoutSeconds");
    if let Some(webhook) = spec.get("webhookConfiguration") {
        notes.known(webhook, "spec.webhookConfiguration", WEBHOOK);
        one_of(notes, webhook, "spec.webhookConfiguration", "failurePolicy", &["Ignore", "Fail"]);
        seconds(notes, webhook, "spec.webhookConfiguration", "timeoutSeconds");
    }
}

/// In the background nobody asks: a policy that is also applied there (the default) may not select by user
/// (`K:pkg/validation/policy/background.go`).
fn users(notes: &mut Notes, spec: &Node) {
    if spec.get("background").and_then(Node::bool) == Some(false) {
        return;
    }
    for (index, rule) in spec.get("rules").map(Node::items).unwrap_or_default().iter().enumerate() {
        for side in ["match", "exclude"] {
            let Some(block) = rule.get(side) else { continue };
            let listed = ["any", "all"].into_iter().filter_map(|key| block.get(key)).flat_map(Node::items);
            for filter in std::iter::once(block).chain(listed) {
                let by_user =
                    ["roles", "clusterRoles", "subjects"].into_iter().filter_map(|key| filter.entry(key));
                for entry in by_user.filter(|entry| !super::read::is_empty(&entry.node)) {
                    notes.refuse(
                        format!("invalid variable used at path: spec/rules[{index}]/{side}/{}", entry.key),
                        &entry.key_span,
                    );
                }
            }
        }
    }
}

fn one_of(notes: &mut Notes, node: &Node, path: &str, key: &str, allowed: &[&str]) {
    let Some(value) = node.get(key) else { return };
    if !value.text().is_some_and(|text| allowed.contains(&text)) {
        let found = value.text().unwrap_or_else(|| value.kind());
        notes.refuse(
            format!("{path}.{key}: Unsupported value: \"{found}\": supported values: {}", allowed.join(", ")),
            &value.span,
        );
    }
}

/// The API server waits between one and thirty seconds for a webhook.
fn seconds(notes: &mut Notes, node: &Node, path: &str, key: &str) {
    let Some(value) = node.get(key) else { return };
    if !value.int().is_some_and(|seconds| (1..=30).contains(&seconds)) {
        notes.refuse(
            format!("{path}.{key}: Invalid value: the timeout must be between 1 and 30 seconds"),
            &value.span,
        );
    }
}
