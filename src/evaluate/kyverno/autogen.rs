//! Rules for pod controllers, derived from rules for Pods (`pkg/autogen/v1`), and the rewriting of expressions for them.

use std::sync::Arc;

use super::kind;
use crate::model::node::{Entry, Node, NodeValue};

/// Controllers that rules are derived for, in upstream's order of names.
pub const CONTROLLERS: [&str; 7] =
    ["CronJob", "DaemonSet", "Deployment", "Job", "ReplicaSet", "ReplicationController", "StatefulSet"];

const ANNOTATION: &str = "pod-policies.kyverno.io/autogen-controllers";

/// A rule as it is applied.
#[derive(Clone, Debug)]
pub struct RuleInstance {
    /// Its name.
    pub name: String,
    /// Name of the rule as written.
    pub origin: String,
    /// The rule; places still point at the text as written.
    pub node: Arc<Node>,
    /// Derived, not written.
    pub generated: bool,
}

/// `autogen-NAME` or `autogen-cronjob-NAME`, cut to 63 characters.
#[must_use]
pub fn rule_name(prefix: &str, rule: &str) -> String {
    format!("{prefix}-{rule}").chars().take(63).collect()
}

/// True for names that only derived rules may have.
#[must_use]
pub fn is_autogen_name(rule: &str) -> bool {
    rule.starts_with("autogen-")
}

/// The controllers that rules may be derived for; `None`: nothing is derived for this policy.
#[must_use]
pub fn can_autogen(policy: &Node) -> Option<Vec<&'static str>> {
    let rules = policy.path(&["spec", "rules"])?;
    let mut needed = false;
    for rule in rules.items() {
        let patches = rule.path(&["mutate", "patchesJson6902"]).is_some()
            || rule
                .path(&["mutate", "foreach"])
                .is_some_and(|each| each.items().iter().any(|one| one.get("patchesJson6902").is_some()));
        if patches || rule.get("generate").is_some() {
            return None;
        }
        for resources in ["match", "exclude"].iter().filter_map(|side| rule.get(side)).flat_map(described) {
            if pins(resources) {
                return None;
            }
            needed |= kinds(resources).iter().any(|kind| *kind == "Pod" || CONTROLLERS.contains(kind));
        }
    }
    needed.then(|| CONTROLLERS.to_vec())
}

/// All `resources` of a match or exclude block: legacy, `any`, `all`.
fn described(block: &Node) -> Vec<&Node> {
    let legacy = block.get("resources");
    let listed = ["any", "all"].into_iter().filter_map(|list| block.get(list)).flat_map(Node::items);
    legacy.into_iter().chain(listed.filter_map(|filter| filter.get("resources"))).collect()
}

fn kinds(resources: &Node) -> Vec<&str> {
    resources.get("kinds").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect()
}

fn contains_pod(kinds: &[&str]) -> bool {
    kinds.iter().any(|kind| {
        let (_, kind) = kind::kind_from_gvk(kind);
        kind::split_subresource(&kind).0 == "Pod"
    })
}

/// Descriptions that cannot be carried over to controllers: they name objects, or Pods beside other kinds.
fn pins(resources: &Node) -> bool {
    let written = |key: &str| {
        resources.get(key).is_some_and(|node| match &node.value {
            NodeValue::Text(text) => !text.is_empty(),
            NodeValue::List(items) => !items.is_empty(),
            _ => true,
        })
    };
    let kinds = kinds(resources);
    ["name", "names", "selector", "annotations"].into_iter().any(written)
        || (kinds.len() > 1 && contains_pod(&kinds))
}

/// All rules of a policy as they are applied: those written, then those derived (the order matters for
/// `applyRules: One`).
#[must_use]
pub fn rules(policy: &Node) -> Vec<RuleInstance> {
    let written = policy.path(&["spec", "rules"]).map(Node::items).unwrap_or_default();
    let controllers = controllers(policy);
    let name = |rule: &Node| rule.get("name").and_then(Node::text).unwrap_or_default().to_owned();
    let generated: Vec<RuleInstance> = written
        .iter()
        .filter(|rule| !is_autogen_name(&name(rule)))
        .flat_map(|rule| derived(rule, &name(rule), &controllers))
        .collect();
    // Names of derived rules are free as long as nothing is derived.
    let kept = written.iter().filter(|rule| generated.is_empty() || !is_autogen_name(&name(rule)));
    let mut instances: Vec<RuleInstance> = kept
        .map(|rule| RuleInstance {
            name: name(rule),
            origin: name(rule),
            node: Arc::new(rule.clone()),
            generated: false,
        })
        .collect();
    instances.extend(generated);
    instances
}

/// The kinds that rules are derived for (`computeRules`, `generateRuleForControllers`, `generateCronJobRule`).
struct Controllers {
    /// Kinds of the rule for all controllers but CronJob; none: no such rule.
    plain: Vec<String>,
    /// Is there a rule for CronJobs?
    cron: bool,
}

/// The annotation, where rules that are derived by it are for Pods too: both rules apply to a Pod then.
pub(super) fn names_pods(policy: &Node) -> Option<&Node> {
    let pod = kind::Gvk::of("v1", "Pod");
    let is_pod = |text: &String| {
        kind::KindSelector::parse(&qualified(text)).is_some_and(|selector| selector.names(&pod, "", true))
    };
    let written = policy.path(&["metadata", "annotations"])?.get(ANNOTATION)?;
    controllers(policy).plain.iter().any(is_pod).then_some(written)
}

fn controllers(policy: &Node) -> Controllers {
    let nothing = Controllers { plain: Vec::new(), cron: false };
    let Some(possible) = can_autogen(policy) else { return nothing };
    let without_cron = || possible.iter().filter(|kind| **kind != "CronJob").map(|kind| (*kind).to_owned());
    let wanted =
        policy.path(&["metadata", "annotations"]).and_then(|node| node.get(ANNOTATION)).and_then(Node::text);
    let Some(list) = wanted else { return Controllers { plain: without_cron().collect(), cron: true } };
    // Not trimmed upstream either: a blank behind a comma hides the kind.
    let mut parts: Vec<&str> = list.split(',').collect();
    parts.sort_unstable();
    parts.dedup();
    if parts == ["none"] || parts == [""] {
        return nothing;
    }
    let cron = list.contains("CronJob") || list.contains("all");
    let rest: Vec<&str> = parts.into_iter().filter(|part| *part != "CronJob").collect();
    let known: Vec<&str> = rest.iter().copied().filter(|part| possible.contains(part)).collect();
    let plain = match (rest.as_slice(), known.as_slice()) {
        ([] | [""], _) => Vec::new(),
        (["all"], _) => without_cron().collect(),
        // Where none is known, they are taken as they are written: for kinds of whatever name.
        (rest, []) => rest.iter().map(|part| (*part).to_owned()).collect(),
        (_, known) => known.iter().map(|part| (*part).to_owned()).collect(),
    };
    Controllers { plain, cron }
}

fn derived(rule: &Node, name: &str, controllers: &Controllers) -> Vec<RuleInstance> {
    let matched: Vec<&str> = rule.get("match").into_iter().flat_map(described).flat_map(kinds).collect();
    let excluded: Vec<&str> = rule.get("exclude").into_iter().flat_map(described).flat_map(kinds).collect();
    if !contains_pod(&matched) || (!excluded.is_empty() && !contains_pod(&excluded)) {
        return Vec::new();
    }
    let plain: Vec<&str> = controllers.plain.iter().map(String::as_str).collect();
    let mut instances = Vec::new();
    let mut add = |prefix: &str, kinds: &[&str], kind: &str| {
        let kinds: Vec<String> = kinds.iter().map(|kind| qualified(kind)).collect();
        let node = carried(rule, &kinds, kind);
        let name_of_twin = rule_name(prefix, name);
        instances.push(RuleInstance {
            name: name_of_twin,
            origin: name.to_owned(),
            node: Arc::new(node),
            generated: true,
        });
    };
    if !plain.is_empty() {
        add("autogen", &plain, "Pod");
    }
    if controllers.cron {
        add("autogen-cronjob", &["CronJob"], "Cronjob");
    }
    instances
}

/// `ConvertKindsToGVK` of upstream; a kind that it does not know stays as it is.
fn qualified(kind: &str) -> String {
    match kind {
        "Job" | "CronJob" => format!("batch/v1/{kind}"),
        "ReplicationController" | "Pod" => format!("v1/{kind}"),
        "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet" => format!("apps/v1/{kind}"),
        other => other.to_owned(),
    }
}

/// The rule with other kinds where it says Pod, and with its variables rewritten.
fn carried(rule: &Node, kinds: &[String], kind: &str) -> Node {
    let mut node = rule.clone();
    rewrite_texts(&mut node, kind);
    if let NodeValue::Map(entries) = &mut node.value {
        // Extractors are not copied: they describe other kinds.
        entries.retain(|entry| &*entry.key != "imageExtractors");
        for entry in entries.iter_mut().filter(|entry| matches!(&*entry.key, "match" | "exclude")) {
            replace_kinds(&mut entry.node, kinds, kind == "Cronjob");
        }
    }
    node
}

fn entry_mut<'a>(node: &'a mut Node, key: &str) -> Option<&'a mut Entry> {
    match &mut node.value {
        NodeValue::Map(entries) => entries.iter_mut().find(|entry| &*entry.key == key),
        _ => None,
    }
}

/// Puts the kinds of the controllers into a block. For CronJobs upstream does so in every filter, whatever it says; for
/// the others only where the filter says Pod.
fn replace_kinds(block: &mut Node, kinds: &[String], every: bool) {
    for list in ["any", "all"] {
        if let Some(Entry { node: Node { value: NodeValue::List(filters), .. }, .. }) = entry_mut(block, list)
            && !filters.is_empty()
        {
            filters.iter_mut().for_each(|filter| replace_in_filter(filter, kinds, every));
            return;
        }
    }
    replace_in_filter(block, kinds, false);
}

fn replace_in_filter(filter: &mut Node, kinds: &[String], every: bool) {
    let written: Vec<&str> = filter.get("resources").map(self::kinds).unwrap_or_default();
    if !(every || contains_pod(&written)) {
        return;
    }
    let Some(resources) = entry_or_insert(filter, "resources", NodeValue::Map(Vec::new())) else { return };
    let Some(list) = entry_or_insert(resources, "kinds", NodeValue::List(Vec::new())) else { return };
    let span = list.items().first().map_or(&list.span, |node| &node.span).clone();
    let items =
        kinds.iter().map(|kind| Node { span: span.clone(), value: NodeValue::Text(kind.as_str().into()) });
    list.value = NodeValue::List(items.collect());
}

/// The value under a key; one that is not written stands where the mapping stands.
fn entry_or_insert<'a>(node: &'a mut Node, key: &str, value: NodeValue) -> Option<&'a mut Node> {
    let span = node.span.clone();
    let NodeValue::Map(entries) = &mut node.value else { return None };
    let at = match entries.iter().position(|entry| &*entry.key == key) {
        Some(at) => at,
        None => {
            let node = Node { span: span.clone(), value };
            entries.push(Entry { key: key.into(), key_span: span, node });
            entries.len() - 1
        }
    };
    entries.get_mut(at).map(|entry| &mut entry.node)
}

fn rewrite_texts(node: &mut Node, kind: &str) {
    let mut queue = vec![node];
    while let Some(node) = queue.pop() {
        match &mut node.value {
            NodeValue::Text(text) if text.contains("request.") => {
                *text = rewrite_variables(text, kind).into();
            }
            NodeValue::List(items) => queue.extend(items),
            NodeValue::Map(entries) => queue.extend(entries.iter_mut().map(|entry| &mut entry.node)),
            _ => {}
        }
    }
}

fn template(kind: &str) -> &'static str {
    if kind == "Cronjob" || kind == "cronjobs" { "spec.jobTemplate.spec.template" } else { "spec.template" }
}

fn replaced(text: &str, prefix: &str, kind: &str) -> String {
    let template = template(kind);
    text.replace(&format!("{prefix}.spec"), &format!("{prefix}.{template}.spec"))
        .replace(&format!("{prefix}.metadata"), &format!("{prefix}.{template}.metadata"))
}

/// Variables of a ClusterPolicy rule for the pod template; `kind` is `Pod` for all controllers but `Cronjob`.
#[must_use]
pub fn rewrite_variables(text: &str, kind: &str) -> String {
    replaced(&replaced(text, "request.object", kind), "request.oldObject", kind)
}

/// CEL expressions of a ClusterPolicy rule for the pod template.
#[must_use]
pub fn rewrite_cel_in_clusterpolicy(text: &str, kind: &str) -> String {
    replaced(&replaced(text, "object", kind), "oldObject", kind)
}

/// CEL expressions of an ImageValidatingPolicy; the namespace stays that of the object itself.
#[must_use]
pub fn rewrite_cel(text: &str, config: &str) -> String {
    const PROTECTED: &str = "bject.metadata.namespace";
    let mut out = String::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(found) = rest.get(from..).and_then(|tail| tail.find(PROTECTED)).map(|at| at + from) {
        let end = found + PROTECTED.len();
        let goes_on = rest
            .get(end..)
            .and_then(|tail| tail.chars().next())
            .is_some_and(|c| c.is_alphanumeric() || c == '_');
        let start =
            ["oldO", "o"].iter().find(|head| rest.get(..found).is_some_and(|before| before.ends_with(*head)));
        match start {
            Some(head) if !goes_on => {
                let start = found - head.len();
                out.push_str(&rewrite_cel_in_clusterpolicy(rest.get(..start).unwrap_or_default(), config));
                out.push_str(rest.get(start..end).unwrap_or_default());
                rest = rest.get(end..).unwrap_or_default();
                from = 0;
            }
            _ => from = end,
        }
    }
    out.push_str(&rewrite_cel_in_clusterpolicy(rest, config));
    out
}

/// May rules be derived for an ImageValidatingPolicy with these match constraints?
#[must_use]
pub fn can_autogen_cel(constraints: &Node) -> bool {
    let absent =
        |node: Option<&Node>| node.is_none_or(|node| node.items().is_empty() && node.entries().is_empty());
    let only = |rule: &Node, key: &str, value: &str| {
        let items = rule.get(key).map(Node::items).unwrap_or_default();
        matches!(items, [one] if one.text() == Some(value))
    };
    match constraints.get("resourceRules").map(Node::items) {
        Some([rule]) => {
            absent(constraints.path(&["objectSelector", "matchLabels"]))
                && absent(constraints.path(&["objectSelector", "matchExpressions"]))
                && absent(constraints.get("excludeResourceRules"))
                && absent(rule.get("resourceNames"))
                && only(rule, "apiGroups", "")
                && only(rule, "apiVersions", "v1")
                && only(rule, "resources", "pods")
        }
        _ => false,
    }
}
