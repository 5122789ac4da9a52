//! `matchConstraints` (`K:pkg/cel/matching/matcher.go`): which resources a policy is about, when they are created.

use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::workload::Resource;

/// What becomes of a resource.
pub(super) enum Selected {
    Yes,
    /// Which attribute does not fit, what is wanted, and what there is.
    No(&'static str, Vec<String>, String),
    Unknown(Missing),
}

fn texts(node: &Node, key: &str) -> Vec<String> {
    let items = node.get(key).map(Node::items).unwrap_or_default();
    items.iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn lists(list: &[String], value: &str) -> bool {
    list.iter().any(|own| own == "*" || own == value)
}

/// The plural under which the API server serves a kind.
pub(super) fn plural(kind: &str) -> String {
    let lower = kind.to_ascii_lowercase();
    if let Some(stem) = lower.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u'])) {
        return format!("{stem}ies");
    }
    if lower.ends_with(['s', 'x']) || lower.ends_with("ch") {
        format!("{lower}es")
    } else {
        format!("{lower}s")
    }
}

/// True when some rule is about creations.
pub(super) fn applies_to_creation(constraints: &Node) -> bool {
    let rules = constraints.get("resourceRules").map(Node::items).unwrap_or_default();
    rules.iter().any(|rule| lists(&texts(rule, "operations"), "CREATE"))
}

fn rule_matches(rule: &Node, resource: &Resource) -> bool {
    let (group, version) = resource.id.api_version.split_once('/').unwrap_or(("", &resource.id.api_version));
    let resources = texts(rule, "resources");
    let names = texts(rule, "resourceNames");
    let scope = rule.get("scope").and_then(Node::text).unwrap_or("*");
    lists(&texts(rule, "apiGroups"), group)
        && lists(&texts(rule, "apiVersions"), version)
        && lists(&texts(rule, "operations"), "CREATE")
        && (lists(&resources, &plural(&resource.id.kind)) || resources.iter().any(|own| own == "*/*"))
        && (names.is_empty() || names.contains(&resource.id.name))
        && scope != "Cluster"
}

/// Does the policy select the resource?
pub(super) fn select(constraints: Option<&Node>, resource: &Resource) -> Selected {
    let Some(constraints) = constraints else {
        return Selected::Unknown(Missing::NotImplemented {
            what: "a policy without matchConstraints".to_owned(),
        });
    };
    match selector(constraints, "objectSelector", &resource.manifest) {
        Some(true) => {}
        Some(false) => return no_labels(constraints, "objectSelector"),
        None => return unknown("matchConstraints.objectSelector"),
    }
    let rules = |key: &str| constraints.get(key).map(Node::items).unwrap_or_default();
    let kind = resource.id.kind.clone();
    if rules("excludeResourceRules").iter().any(|rule| rule_matches(rule, resource)) {
        return Selected::No("excludeResourceRules", Vec::new(), kind);
    }
    let own = rules("resourceRules");
    if !own.is_empty() && !own.iter().any(|rule| rule_matches(rule, resource)) {
        let wanted = own.iter().flat_map(|rule| texts(rule, "resources")).collect();
        return Selected::No("resourceRules", wanted, plural(&kind));
    }
    namespaces(constraints, &resource.id.namespace)
}

fn unknown(what: &str) -> Selected {
    Selected::Unknown(Missing::NotImplemented { what: what.to_owned() })
}

fn no_labels(constraints: &Node, key: &str) -> Selected {
    let pairs = constraints.path(&[key, "matchLabels"]).map(Node::entries).unwrap_or_default();
    let wanted = pairs.iter().map(|pair| format!("{}={}", pair.key, pair.node.text().unwrap_or_default()));
    Selected::No("objectSelector", wanted.collect(), "other labels".to_owned())
}

/// The labels of the namespace are not at hand, but for the one that every namespace has.
pub(super) fn namespaces(constraints: &Node, namespace: &str) -> Selected {
    let Some(own) = constraints.get("namespaceSelector") else { return Selected::Yes };
    if own.get("matchExpressions").is_some_and(|list| !list.items().is_empty()) {
        return unknown("matchConstraints.namespaceSelector.matchExpressions");
    }
    for entry in own.get("matchLabels").map(Node::entries).unwrap_or_default() {
        if &*entry.key != "kubernetes.io/metadata.name" {
            return unknown("matchConstraints.namespaceSelector: labels of the namespace");
        }
        if entry.node.text() != Some(namespace) {
            let wanted = entry.node.text().unwrap_or_default().to_owned();
            return Selected::No("namespaceSelector", vec![wanted], namespace.to_owned());
        }
    }
    Selected::Yes
}

/// `None`: not evaluated.
fn selector(constraints: &Node, key: &str, manifest: &Node) -> Option<bool> {
    let Some(own) = constraints.get(key) else { return Some(true) };
    let labels = manifest.path(&["metadata", "labels"]);
    let label = |key: &str| labels.and_then(|labels| labels.get(key)).and_then(Node::text);
    let pairs = own.get("matchLabels").map(Node::entries).unwrap_or_default();
    let mut holds =
        pairs.iter().all(|pair| pair.node.text().is_some() && label(&pair.key) == pair.node.text());
    for expression in own.get("matchExpressions").map(Node::items).unwrap_or_default() {
        let values = texts(expression, "values");
        let found = label(expression.get("key").and_then(Node::text).unwrap_or_default());
        let listed = found.is_some_and(|found| values.iter().any(|value| value == found));
        holds &= match expression.get("operator").and_then(Node::text) {
            Some("In") => listed,
            Some("NotIn") => !listed,
            Some("Exists") => found.is_some(),
            Some("DoesNotExist") => found.is_none(),
            _ => return None,
        };
    }
    Some(holds)
}
