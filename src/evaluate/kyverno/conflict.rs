//! Rules whose `exclude` takes away everything that their `match` selects: Kyverno refuses them
//! (`K:api/kyverno/v1/rule_types.go`, `ValidateMatchExcludeConflict`).

use super::read::{Notes, is_empty};
use crate::lang::wildcard;
use crate::model::node::{Node, NodeValue};

/// Refuses a rule that Kyverno takes to match nothing. Its own comparison is reproduced, which is not that of sets: `any` on
/// one side only, for instance, counts as taking everything away.
pub(super) fn check(notes: &mut Notes, rule: &Node, path: &str) {
    let (Some(matched), Some(excluded)) = (rule.get("match"), rule.get("exclude")) else { return };
    if is_conflict(matched, excluded) {
        notes.refuse(format!("{path}: Invalid value: Rule is matching an empty set"), &excluded.span);
    }
}

fn is_conflict(matched: &Node, excluded: &Node) -> bool {
    let list = |node: &Node, key: &str| node.get(key).map(Node::items).unwrap_or_default().to_vec();
    if !list(excluded, "all").is_empty() || !list(matched, "all").is_empty() {
        return false;
    }
    let (any, other) = (list(matched, "any"), list(excluded, "any"));
    if !any.is_empty() && !other.is_empty() {
        return any.iter().any(|one| other.iter().any(|two| same(Some(one), Some(two))));
    }
    if same(Some(excluded), None) {
        return false;
    }
    let of = |node: &'_ Node, key: &str| node.path(&["resources", key]).cloned();
    let (m, e) = (|key: &str| of(matched, key), |key: &str| of(excluded, key));
    let all_of = |wanted: Option<Node>, found: Option<Node>| {
        let (wanted, found) = (items(wanted.as_ref()), items(found.as_ref()));
        wanted.is_empty()
            || (!found.is_empty()
                && found.iter().all(|one| wanted.iter().any(|two| same(Some(one), Some(two)))))
    };
    let users = ["roles", "clusterRoles", "subjects"]
        .iter()
        .all(|key| all_of(excluded.get(key).cloned(), matched.get(key).cloned()));
    let text = |node: Option<Node>| node.as_ref().and_then(Node::text).unwrap_or_default().to_owned();
    let name = text(e("name"));
    if !users || (!name.is_empty() && !wildcard::matches(&name, &text(m("name")))) {
        return false;
    }
    let names = items(e("names").as_ref());
    if !names.is_empty() {
        let found = items(m("names").as_ref());
        let hit = |one: &Node, two: &Node| matches!((one.text(), two.text()), (Some(pattern), Some(name)) if wildcard::matches(pattern, name));
        return found.iter().any(|name| names.iter().any(|pattern| hit(pattern, name)));
    }
    let selected = |key: &str| match (m(key), e(key)) {
        (None, None) => true,
        (Some(found), Some(wanted)) => {
            all_of(wanted.get("matchExpressions").cloned(), found.get("matchExpressions").cloned())
                && labels(&wanted, &found)
        }
        _ => false,
    };
    let annotations = match (m("annotations"), e("annotations")) {
        (None, None) => true,
        (Some(found), Some(wanted)) => same(Some(&found), Some(&wanted)),
        _ => false,
    };
    all_of(e("namespaces"), m("namespaces"))
        && all_of(e("kinds"), m("kinds"))
        && selected("selector")
        && selected("namespaceSelector")
        && annotations
}

fn items(node: Option<&Node>) -> Vec<Node> {
    node.map(Node::items).unwrap_or_default().to_vec()
}

/// `matchLabels`: every one that `match` asks for is one that `exclude` asks for.
fn labels(wanted: &Node, found: &Node) -> bool {
    let pairs = |node: &Node| node.get("matchLabels").map(Node::entries).unwrap_or_default().to_vec();
    let (wanted, found) = (pairs(wanted), pairs(found));
    wanted.is_empty()
        || (!found.is_empty()
            && found.iter().all(|one| {
                let twin = wanted.iter().find(|two| two.key == one.key);
                same(twin.map(|two| &two.node), Some(&one.node))
            }))
}

/// Whether two values are the same once decoded: what is empty is what is absent.
fn same(one: Option<&Node>, two: Option<&Node>) -> bool {
    let filled = |node: Option<&Node>| node.is_some_and(|node| !is_empty(node) && node.text() != Some(""));
    match (one, two) {
        _ if !filled(one) && !filled(two) => true,
        (Some(one), Some(two)) => match (&one.value, &two.value) {
            (NodeValue::List(one), NodeValue::List(two)) => {
                one.len() == two.len() && one.iter().zip(two).all(|(one, two)| same(Some(one), Some(two)))
            }
            (NodeValue::Map(_), NodeValue::Map(_)) => {
                let keys = one.entries().iter().chain(two.entries()).map(|entry| &*entry.key);
                keys.into_iter().all(|key| same(one.get(key), two.get(key)))
            }
            (one, two) => one == two,
        },
        (Some(node), None) | (None, Some(node)) => {
            node.entries().iter().all(|entry| same(Some(&entry.node), None)) && !node.entries().is_empty()
        }
        (None, None) => true,
    }
}
