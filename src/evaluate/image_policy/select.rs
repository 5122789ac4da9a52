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
    let plural = plural(&resource.id.kind);
    // `pods/*` takes the resource itself along with its subresources.
    let whole = |own: &String| match own.split_once('/') {
        Some((own, "*")) => own == "*" || own == plural,
        Some(_) => false,
        None => own == "*" || *own == plural,
    };
    let scope = rule.get("scope").and_then(Node::text).unwrap_or("*");
    lists(&texts(rule, "apiGroups"), group)
        && lists(&texts(rule, "apiVersions"), version)
        && lists(&texts(rule, "operations"), "CREATE")
        && resources.iter().any(whole)
        && named(&texts(rule, "resourceNames"), resource)
        && scope != "Cluster"
}

/// A resource that has no name yet is named by the beginning of it (`matchesGeneratedName`).
fn named(names: &[String], resource: &Resource) -> bool {
    let metadata =
        |key: &str| resource.manifest.path(&["metadata", key]).and_then(Node::text).unwrap_or_default();
    match metadata("name") {
        _ if names.is_empty() => true,
        "" => names.iter().any(|own| metadata("generateName").starts_with(&**own)),
        name => names.iter().any(|own| own == name),
    }
}

/// Does the policy select the resource?
pub(super) fn select(constraints: Option<&Node>, resource: &Resource) -> Selected {
    let Some(constraints) = constraints else {
        return Selected::Unknown(Missing::NotImplemented {
            what: "a policy without matchConstraints".to_owned(),
        });
    };
    let labels = |key: &str| {
        let label = resource.manifest.path(&["metadata", "labels"]).and_then(|labels| labels.get(key));
        label.and_then(Node::text).map(str::to_owned)
    };
    match selector(constraints.get("objectSelector"), &labels) {
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
    const NAME: &str = "kubernetes.io/metadata.name";
    let Some(own) = constraints.get("namespaceSelector") else { return Selected::Yes };
    let pairs = own.get("matchLabels").map(Node::entries).unwrap_or_default();
    let expressions = own.get("matchExpressions").map(Node::items).unwrap_or_default();
    let other = pairs.iter().any(|pair| &*pair.key != NAME)
        || expressions.iter().any(|own| own.get("key").and_then(Node::text) != Some(NAME));
    let labels = |key: &str| (key == NAME).then(|| namespace.to_owned());
    match selector(Some(own), &labels) {
        None => unknown("matchConstraints.namespaceSelector"),
        Some(_) if other => unknown("matchConstraints.namespaceSelector: labels of the namespace"),
        Some(true) => Selected::Yes,
        Some(false) => {
            let wanted = pairs.iter().filter_map(|pair| pair.node.text()).map(str::to_owned);
            let listed = expressions.iter().flat_map(|own| texts(own, "values"));
            Selected::No("namespaceSelector", wanted.chain(listed).collect(), namespace.to_owned())
        }
    }
}

/// A label's value (`IsValidLabelValue`).
fn is_value(text: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let edge = |c: Option<char>| c.is_none_or(|c| c.is_ascii_alphanumeric());
    text.len() <= 63 && text.chars().all(inner) && edge(text.chars().next()) && edge(text.chars().next_back())
}

/// `None`: not evaluated, or an error of the match.
fn selector(own: Option<&Node>, label: &dyn Fn(&str) -> Option<String>) -> Option<bool> {
    let Some(own) = own else { return Some(true) };
    let mut holds = true;
    for pair in own.get("matchLabels").map(Node::entries).unwrap_or_default() {
        let wanted = pair.node.text().filter(|value| is_value(value))?;
        holds &= label(&pair.key).as_deref() == Some(wanted);
    }
    for expression in own.get("matchExpressions").map(Node::items).unwrap_or_default() {
        let values = texts(expression, "values");
        let found = label(expression.get("key").and_then(Node::text).unwrap_or_default());
        let listed = found.as_ref().is_some_and(|found| values.contains(found));
        let good = values.iter().all(|value| is_value(value));
        holds &= match (expression.get("operator").and_then(Node::text), values.is_empty()) {
            (Some("In"), false) if good => listed,
            (Some("NotIn"), false) if good => !listed,
            (Some("Exists"), true) => found.is_some(),
            (Some("DoesNotExist"), true) => found.is_none(),
            _ => return None,
        };
    }
    Some(holds)
}
