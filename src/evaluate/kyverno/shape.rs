//! What Kyverno refuses in `match`, `exclude`, `imageExtractors` and the overrides of the action: a field that is
//! misspelt or of the wrong type there would otherwise be read over, and select too much or nothing.

use super::condition_shape;
use super::conflict;
use super::fields;
use super::label;
use super::read::Notes;
use crate::lang::wildcard;
use crate::model::node::{Node, NodeValue};

/// Checks the parts of a rule that select resources and images (`pkg/validation/policy`, `api/kyverno/v1`, and the
/// schema of the custom resource).
pub(super) fn rule(notes: &mut Notes, node: &Node, path: &str, namespaced: bool) {
    match node.get("match") {
        Some(block) => selecting(notes, block, &format!("{path}.match"), namespaced, true),
        None => notes.refuse(format!("{path}.match: Required value"), &node.span),
    }
    if let Some(block) = node.get("exclude") {
        selecting(notes, block, &format!("{path}.exclude"), namespaced, false);
    }
    if node.get("verifyImages").is_some() {
        for kinds in ["match", "exclude"].iter().filter_map(|side| node.get(side)).flat_map(kinds) {
            if let Some(any) = kinds.items().iter().find(|kind| kind.text() == Some("*")) {
                notes.refuse(
                    format!("{path}.kinds: Invalid value: wildcard policy does not support rule type"),
                    &any.span,
                );
            }
        }
    }
    extractors(notes, node, path);
    if let Some(entry) = node.entry("imageExtractors").filter(|_| node.get("verifyImages").is_none()) {
        notes.refuse(
            format!("{path}.imageExtractors: Invalid value: imageExtractors can only be defined for verifyImages rule"),
            &entry.key_span,
        );
    }
    conflict::check(notes, node, path);
    condition_shape::rule(notes, node, path);
}

/// The lists of kinds of a block.
fn kinds(block: &Node) -> Vec<&Node> {
    let listed = ["any", "all"].into_iter().filter_map(|list| block.get(list)).flat_map(Node::items);
    std::iter::once(block).chain(listed).filter_map(|filter| filter.path(&["resources", "kinds"])).collect()
}

/// A mapping with known fields only.
fn mapping(notes: &mut Notes, node: &Node, path: &str, known: &[&str]) {
    if matches!(node.value, NodeValue::Map(_)) {
        notes.known(node, path, known);
    } else {
        notes.wrong_type(node, path, "object");
    }
}

fn selecting(notes: &mut Notes, block: &Node, path: &str, namespaced: bool, is_match: bool) {
    mapping(notes, block, path, fields::MATCH);
    if block.get("any").is_some() && block.get("all").is_some() {
        notes.refuse(format!("{path}: Invalid value: Can't specify any and all together"), &block.span);
    }
    let mut listed = false;
    for list in ["any", "all"] {
        for (index, filter) in notes.list(block, path, list).iter().enumerate() {
            let path = format!("{path}.{list}[{index}]");
            mapping(notes, filter, &path, fields::FILTER);
            one(notes, filter, &path, namespaced, is_match);
            listed = true;
        }
    }
    if !listed {
        one(notes, block, path, namespaced, is_match);
    } else if let Some(resources) = block.get("resources").filter(|node| !node.entries().is_empty()) {
        let side = if is_match { "match" } else { "exclude" };
        notes.refuse(
            format!("{path}: Invalid value: can't specify any/all together with {side} resources"),
            &resources.span,
        );
    }
}

/// One filter: `resources` and the attributes of the user.
fn one(notes: &mut Notes, filter: &Node, path: &str, namespaced: bool, is_match: bool) {
    users(notes, filter, path);
    let resources = filter.get("resources");
    if let Some(resources) = resources {
        description(notes, resources, &format!("{path}.resources"), namespaced);
    }
    let kinds = resources.and_then(|resources| resources.get("kinds"));
    if is_match && kinds.is_none_or(|kinds| matches!(&kinds.value, NodeValue::List(list) if list.is_empty()))
    {
        notes.refuse(
            format!(
                "{path}.resources.kinds: Required value: at least one element must be specified in a kind block, the \
                 kind attribute is mandatory when working with the resources element"
            ),
            resources.map_or(&filter.span, |resources| &resources.span),
        );
    }
}

fn description(notes: &mut Notes, resources: &Node, path: &str, namespaced: bool) {
    mapping(notes, resources, path, fields::RESOURCES);
    for list in ["kinds", "names", "namespaces"] {
        notes.texts(resources, path, list);
    }
    let name = notes.text(resources, path, "name");
    if name.is_some() && resources.get("names").is_some() {
        notes.refuse(
            format!("{path}: Invalid value: Both name and names can not be specified together"),
            &resources.span,
        );
    }
    for operation in notes.texts(resources, path, "operations") {
        if !matches!(operation.value.as_str(), "CREATE" | "CONNECT" | "UPDATE" | "DELETE") {
            notes.refuse(
                format!("{path}.operations: Unsupported value: \"{}\"", operation.value),
                &operation.span,
            );
        }
    }
    if let Some(namespaces) =
        resources.get("namespaces").filter(|node| namespaced && !node.items().is_empty())
    {
        notes.refuse(
            format!("{path}.namespaces: Forbidden: Filtering namespaces not allowed in namespaced policies"),
            &namespaces.span,
        );
    }
    pairs(notes, resources, path, "annotations");
    selector(notes, resources, path, "namespaceSelector");
    if let Some(node) = selector(notes, resources, path, "selector") {
        let problem = match label::selector_matches(node, &std::collections::BTreeMap::new()) {
            Err(problem) => problem,
            Ok(_) if is_bare(node) => "The requirements are not specified in selector".to_owned(),
            Ok(_) => return,
        };
        if !wild(node) {
            notes.refuse(format!("{path}.selector: Invalid value: {problem}"), &node.span);
        }
    }
}

/// True for a selector without any requirement.
fn is_bare(selector: &Node) -> bool {
    let empty =
        |key: &str| selector.get(key).is_none_or(|node| node.items().is_empty() && node.entries().is_empty());
    empty("matchLabels") && empty("matchExpressions")
}

/// True when a selector has wildcards: Kyverno checks it once they are expanded.
fn wild(selector: &Node) -> bool {
    let labels = selector.get("matchLabels").map(Node::entries).unwrap_or_default();
    labels.iter().any(|entry| {
        wildcard::contains_wildcard(&entry.key) || entry.node.text().is_some_and(wildcard::contains_wildcard)
    })
}

/// A mapping of texts.
fn pairs(notes: &mut Notes, node: &Node, path: &str, key: &str) {
    let Some(map) = node.get(key) else { return };
    if !matches!(map.value, NodeValue::Map(_)) {
        notes.wrong_type(map, &format!("{path}.{key}"), "object");
    }
    for entry in map.entries() {
        if entry.node.text().is_none() {
            notes.wrong_type(&entry.node, &format!("{path}.{key}.{}", entry.key), "string");
        }
    }
}

fn selector<'a>(notes: &mut Notes, node: &'a Node, path: &str, key: &str) -> Option<&'a Node> {
    let selector = node.get(key)?;
    let path = format!("{path}.{key}");
    mapping(notes, selector, &path, &["matchLabels", "matchExpressions"]);
    pairs(notes, selector, &path, "matchLabels");
    for (index, expression) in notes.list(selector, &path, "matchExpressions").iter().enumerate() {
        let path = format!("{path}.matchExpressions[{index}]");
        mapping(notes, expression, &path, &["key", "operator", "values"]);
        for key in ["key", "operator"] {
            if notes.text(expression, &path, key).is_none() && expression.get(key).is_none() {
                notes.refuse(format!("{path}.{key}: Required value"), &expression.span);
            }
        }
        notes.texts(expression, &path, "values");
    }
    Some(selector)
}

fn users(notes: &mut Notes, filter: &Node, path: &str) {
    notes.texts(filter, path, "clusterRoles");
    for role in notes.texts(filter, path, "roles") {
        if role.value.split(':').count() != 2 {
            notes.refuse(
                format!("{path}.roles: Invalid value: Role is expected to be in namespace:name format"),
                &role.span,
            );
        }
    }
    for (index, subject) in notes.list(filter, path, "subjects").iter().enumerate() {
        let path = format!("{path}.subjects[{index}]");
        mapping(notes, subject, &path, &["apiGroup", "kind", "name", "namespace"]);
        let kind = notes.text(subject, &path, "kind").map(|kind| kind.value).unwrap_or_default();
        let mut required = vec!["name"];
        match kind.as_str() {
            "User" | "Group" => {}
            "ServiceAccount" => required.push("namespace"),
            _ => notes.refuse(
                format!("{path}.kind: Invalid value: kind must be 'User', 'Group', or 'ServiceAccount'"),
                &subject.span,
            ),
        }
        for key in required {
            if notes.text(subject, &path, key).is_none_or(|text| text.value.is_empty()) {
                notes.refuse(format!("{path}.{key}: Required value"), &subject.span);
            }
        }
    }
}

fn extractors(notes: &mut Notes, rule: &Node, path: &str) {
    let Some(extractors) = rule.get("imageExtractors") else { return };
    let path = format!("{path}.imageExtractors");
    if !matches!(extractors.value, NodeValue::Map(_)) {
        notes.wrong_type(extractors, &path, "object");
    }
    let mutates = rule
        .get("verifyImages")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .any(|entry| entry.get("mutateDigest").and_then(Node::bool) != Some(false));
    for kind in extractors.entries() {
        for (index, extractor) in notes.list(extractors, &path, &kind.key).iter().enumerate() {
            let path = format!("{path}.{}[{index}]", kind.key);
            mapping(notes, extractor, &path, &["path", "value", "name", "key", "jmesPath"]);
            for key in ["name", "key"] {
                notes.text(extractor, &path, key);
            }
            let valued = notes.text(extractor, &path, "value").is_some_and(|text| !text.value.is_empty());
            let names = |path: &str| path.split('/').any(|field| !field.trim_matches(' ').is_empty());
            // Without `value` the last segment is the value; a path without segments makes Kyverno panic.
            if notes.text(extractor, &path, "path").is_none_or(|text| !valued && !names(&text.value)) {
                notes.refuse(format!("{path}.path: Required value"), &extractor.span);
            }
            let expression = notes.text(extractor, &path, "jmesPath");
            if let Some(expression) = expression.filter(|text| mutates && !text.value.is_empty()) {
                notes.refuse(
                    "jmespath may not be used in an image extractor when mutating digests with verify images",
                    &expression.span,
                );
            }
        }
    }
}

/// Checks `validationFailureActionOverrides` of `spec`.
pub(super) fn overrides(notes: &mut Notes, spec: &Node, namespaced: bool) {
    const KEY: &str = "validationFailureActionOverrides";
    for (index, one) in notes.list(spec, "spec", KEY).iter().enumerate() {
        let path = format!("spec.{KEY}[{index}]");
        mapping(notes, one, &path, &["action", "namespaces", "namespaceSelector"]);
        let action = notes.text(one, &path, "action").map(|action| action.value).unwrap_or_default();
        if super::policy::Action::parse(&action).is_none() {
            notes.refuse(format!("{path}.action: Invalid value: invalid action"), &one.span);
        }
        notes.texts(one, &path, "namespaces");
        selector(notes, one, &path, "namespaceSelector");
    }
    if let Some(list) = spec.get(KEY).filter(|list| namespaced && !list.items().is_empty()) {
        notes.refuse(
            format!("spec.{KEY}: Forbidden: Use of {KEY} is supported only with ClusterPolicy"),
            &list.span,
        );
    }
}
