//! Pod-controller variants of a policy (`K:pkg/cel/autogen`): a rewriting of its texts.

use super::select;
use crate::model::node::{Entry, Node, NodeValue};

/// Controllers by the name that a policy gives them, their kinds, and where their pod stands.
const CONTROLLERS: &[(&str, &str, &str)] = &[
    ("daemonsets", "DaemonSet", "spec.template"),
    ("deployments", "Deployment", "spec.template"),
    ("replicasets", "ReplicaSet", "spec.template"),
    ("statefulsets", "StatefulSet", "spec.template"),
    ("jobs", "Job", "spec.template"),
    ("cronjobs", "CronJob", "spec.jobTemplate.spec.template"),
];

/// May Kyverno derive rules for controllers from these `matchConstraints`?
#[must_use]
pub fn can_generate(constraints: &Node) -> bool {
    let items = |node: &Node, key: &str| node.get(key).map(Node::items).unwrap_or_default().to_vec();
    let selects = |key: &str| {
        let inner = constraints.path(&["objectSelector", key]);
        inner.is_some_and(|inner| !inner.items().is_empty() || !inner.entries().is_empty())
    };
    let rules = items(constraints, "resourceRules");
    let [rule] = rules.as_slice() else { return false };
    let only = |key: &str, wanted: &str| {
        let values = items(rule, key);
        matches!(values.as_slice(), [value] if value.text() == Some(wanted))
    };
    !selects("matchLabels")
        && !selects("matchExpressions")
        && items(constraints, "excludeResourceRules").is_empty()
        && items(rule, "resourceNames").is_empty()
        && only("apiGroups", "")
        && only("apiVersions", "v1")
        && only("resources", "pods")
}

/// A text rewritten for a place of the pod: `spec.template`, `spec.jobTemplate.spec.template`.
#[must_use]
pub fn rewrite(text: &str, pod: &str) -> String {
    let mut text = text.to_owned();
    for field in ["spec", "metadata"] {
        for object in ["object.", "oldObject."] {
            text = replace(&text, &format!("{object}{field}"), &format!("{object}{pod}.{field}"));
        }
    }
    text
}

/// Every occurrence but those before `.namespace`.
fn replace(text: &str, from: &str, to: &str) -> String {
    let mut made = String::new();
    let mut parts = text.split(from);
    made.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let kept = part.strip_prefix(".namespace").is_some_and(|rest| !rest.starts_with(word));
        made.push_str(if kept { from } else { to });
        made.push_str(part);
    }
    made
}

/// Kinds of controllers with the `spec` that Kyverno derives for them.
pub(super) fn variants(spec: &Node) -> Vec<(Vec<String>, Node)> {
    let Some(constraints) = spec.get("matchConstraints").filter(|own| can_generate(own)) else {
        return Vec::new();
    };
    let chosen = spec
        .path(&["autogen", "podControllers", "controllers"])
        .map(|list| list.items().iter().filter_map(Node::text).map(str::to_owned).collect::<Vec<_>>());
    let wanted = |name: &str| chosen.as_ref().is_none_or(|chosen| chosen.iter().any(|own| own == name));
    let mut variants: Vec<(Vec<String>, Node)> = Vec::new();
    for pod in ["spec.template", "spec.jobTemplate.spec.template"] {
        let kinds: Vec<String> = CONTROLLERS
            .iter()
            .filter(|(name, _, place)| *place == pod && wanted(name))
            .map(|(_, kind, _)| (*kind).to_owned())
            .collect();
        if !kinds.is_empty() && select::applies_to_creation(constraints) {
            variants.push((kinds, rewritten(spec, pod)));
        }
    }
    variants
}

fn rewritten(node: &Node, pod: &str) -> Node {
    let value = match &node.value {
        NodeValue::Text(text) => NodeValue::Text(rewrite(text, pod).into()),
        NodeValue::List(items) => NodeValue::List(items.iter().map(|item| rewritten(item, pod)).collect()),
        NodeValue::Map(entries) => NodeValue::Map(
            entries
                .iter()
                .map(|entry| Entry { node: rewritten(&entry.node, pod), ..entry.clone() })
                .collect(),
        ),
        other => other.clone(),
    };
    Node { span: node.span.clone(), value }
}
