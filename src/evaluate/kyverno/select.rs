//! Does a rule select a resource? `match` and `exclude` of a rule (`pkg/engine/utils/match.go`), every attribute with
//! its outcome.

use std::collections::BTreeMap;

use super::kind::{Gvk, KindSelector};
use super::label;
use super::subject::{self, UserInfo};
use crate::lang::wildcard;
use crate::model::missing::Missing;
use crate::model::node::{Node, NodeValue};
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, Outcome, PolicyId};

/// The admission request, as far as selecting needs it.
#[derive(Clone, Debug)]
pub struct Request {
    /// `CREATE`, `UPDATE`, `DELETE`, `CONNECT`.
    pub operation: String,
    /// Namespace of a resource that names none.
    pub namespace: String,
    /// Labels of the namespace; `None`: unknown, for want of a cluster.
    pub namespace_labels: Option<BTreeMap<String, String>>,
    /// Who asks.
    pub user: UserInfo,
    /// Subresource; empty: the resource itself.
    pub subresource: String,
}

impl Request {
    /// A resource is created, by nobody in particular, in a namespace of which only the name is known.
    #[must_use]
    pub fn create(namespace: &str) -> Self {
        Self {
            operation: "CREATE".to_owned(),
            namespace: namespace.to_owned(),
            namespace_labels: None,
            user: UserInfo::default(),
            subresource: String::new(),
        }
    }
}

/// The resource under question.
struct Target<'a> {
    resource: &'a Node,
    request: &'a Request,
}

impl<'a> Target<'a> {
    fn text(&self, path: &[&str]) -> &'a str {
        self.resource.path(path).and_then(Node::text).unwrap_or_default()
    }

    fn name(&self) -> &'a str {
        match self.text(&["metadata", "name"]) {
            "" => self.text(&["metadata", "generateName"]),
            name => name,
        }
    }

    /// The namespace; for a Namespace its own name.
    fn namespace(&self) -> String {
        if self.text(&["kind"]) == "Namespace" { self.name().to_owned() } else { self.own_namespace() }
    }

    /// The namespace that the resource is in: none for a Namespace, so that no namespaced policy applies to one.
    fn own_namespace(&self) -> String {
        if self.text(&["kind"]) == "Namespace" {
            return String::new();
        }
        match self.text(&["metadata", "namespace"]) {
            "" => self.request.namespace.clone(),
            namespace => namespace.to_owned(),
        }
    }

    fn describe(&self) -> String {
        format!("{}/{}/{}", self.text(&["kind"]), self.namespace(), self.name())
    }
}

/// Judges `match` and `exclude` of a rule. Held: the rule applies to the resource.
#[must_use]
pub fn rule(rule: &Node, resource: &Node, request: &Request, policy: &PolicyId) -> Clause {
    let target = Target { resource, request };
    let mut root = Clause::new("match", Outcome::Held);
    if !policy.namespace.is_empty() && policy.namespace != target.own_namespace() {
        root.outcome = Outcome::Failed(Reason::NoMatch {
            attribute: "namespace of the policy",
            wanted: vec![policy.namespace.clone()],
            found: target.own_namespace(),
        });
        return root;
    }
    let Some(block) = rule.get("match") else {
        root.outcome = empty(&target);
        return root;
    };
    root = root.at(&block.span);
    let (outcome, children) = matched(block, &target);
    root.outcome = outcome;
    root.children = children;
    if matches!(root.outcome, Outcome::Failed(_)) {
        return root;
    }
    if let Some(block) = rule.get("exclude") {
        let exclude = excluded(block, &target);
        match &exclude.outcome {
            Outcome::Held => {}
            other if root.outcome == Outcome::Held || matches!(other, Outcome::Failed(_)) => {
                root.outcome = other.clone();
            }
            _ => {}
        }
        root.children.push(exclude);
    }
    root
}

/// Judges `match` of an exception (`checkMatchesResources`): `any` or `all` of filters, who asks always counts, and what is
/// asked for never.
pub(super) fn exempted(block: &Node, resource: &Node, request: &Request) -> Clause {
    let target = Target { resource, request };
    let mut root = Clause::new("match", empty(&target)).at(&block.span);
    for list in ["any", "all"] {
        let items = filters(block, list);
        if items.is_empty() {
            continue;
        }
        let judge = |(index, item): (usize, &Node)| {
            filter(&format!("{list}[{index}]"), &without_operations(item), &target, false)
        };
        let clauses: Vec<Clause> = items.iter().enumerate().map(judge).collect();
        root.outcome = if list == "any" { one_of(&clauses) } else { every(&clauses) };
        root.children = clauses;
        break;
    }
    root
}

/// A filter without `resources.operations`.
fn without_operations(filter: &Node) -> Node {
    let mut filter = filter.clone();
    if let NodeValue::Map(entries) = &mut filter.value {
        let resources = entries.iter_mut().find(|entry| &*entry.key == "resources");
        if let Some(NodeValue::Map(attributes)) = resources.map(|entry| &mut entry.node.value) {
            attributes.retain(|entry| &*entry.key != "operations");
        }
    }
    filter
}

fn empty(target: &Target<'_>) -> Outcome {
    Outcome::Failed(Reason::NoMatch {
        attribute: "match cannot be empty",
        wanted: Vec::new(),
        found: target.describe(),
    })
}

fn filters<'a>(block: &'a Node, list: &str) -> &'a [Node] {
    block.get(list).map(Node::items).unwrap_or_default()
}

fn matched(block: &Node, target: &Target<'_>) -> (Outcome, Vec<Clause>) {
    let judge = |list: &str, items: &[Node]| -> Vec<Clause> {
        items
            .iter()
            .enumerate()
            .map(|(index, item)| filter(&format!("{list}[{index}]"), item, target, true))
            .collect()
    };
    let any = filters(block, "any");
    if !any.is_empty() {
        let clauses = judge("any", any);
        return (one_of(&clauses), clauses);
    }
    let all = filters(block, "all");
    if !all.is_empty() {
        let clauses = judge("all", all);
        return (every(&clauses), clauses);
    }
    let clauses = vec![filter("resources", block, target, true)];
    (every(&clauses), clauses)
}

/// Held: the resource is not excluded.
fn excluded(block: &Node, target: &Target<'_>) -> Clause {
    let judge = |list: &str, items: &[Node]| -> Vec<Clause> {
        items
            .iter()
            .enumerate()
            .map(|(index, item)| filter(&format!("{list}[{index}]"), item, target, false))
            .collect()
    };
    let (any, all) = (filters(block, "any"), filters(block, "all"));
    let (outcome, children) = if !any.is_empty() {
        let clauses = judge("any", any);
        (one_of(&clauses), clauses)
    } else if !all.is_empty() {
        let clauses = judge("all", all);
        (every(&clauses), clauses)
    } else {
        let clauses = vec![filter("resources", block, target, false)];
        (every(&clauses), clauses)
    };
    let outcome = match outcome {
        Outcome::Held => Outcome::Failed(Reason::NoMatch {
            attribute: "exclude",
            wanted: vec!["not excluded".to_owned()],
            found: target.describe(),
        }),
        Outcome::Failed(_) => Outcome::Held,
        other => other,
    };
    let mut clause = Clause::new("exclude", outcome).at(&block.span);
    clause.children = children;
    clause
}

fn one_of(clauses: &[Clause]) -> Outcome {
    let of = |wanted: &dyn Fn(&Outcome) -> bool| clauses.iter().find(|clause| wanted(&clause.outcome));
    of(&|outcome| *outcome == Outcome::Held)
        .or_else(|| of(&|outcome| matches!(outcome, Outcome::Undecided(_))))
        .or_else(|| clauses.first())
        .map_or(Outcome::Held, |clause| clause.outcome.clone())
}

fn every(clauses: &[Clause]) -> Outcome {
    let of = |wanted: &dyn Fn(&Outcome) -> bool| clauses.iter().find(|clause| wanted(&clause.outcome));
    of(&|outcome| matches!(outcome, Outcome::Failed(_)))
        .or_else(|| of(&|outcome| matches!(outcome, Outcome::Undecided(_))))
        .map_or(Outcome::Held, |clause| clause.outcome.clone())
}

/// One filter: all of its attributes must hold. User attributes count in `match` only when somebody asks.
fn filter(label: &str, node: &Node, target: &Target<'_>, in_match: bool) -> Clause {
    let mut clause = Clause::new(label, Outcome::Held).at(&node.span);
    let user = !in_match || !target.request.user.is_empty();
    if let Some(resources) = node.get("resources") {
        clause.children.extend(attributes(resources, target));
    }
    if user {
        clause.children.extend(users(node, target));
    }
    clause.outcome = if clause.children.is_empty() { empty(target) } else { every(&clause.children) };
    clause
}

fn check(attribute: &'static str, node: &Node, wanted: Vec<String>, found: String, holds: bool) -> Clause {
    let outcome =
        if holds { Outcome::Held } else { Outcome::Failed(Reason::NoMatch { attribute, wanted, found }) };
    Clause::new(attribute, outcome).at(first_place(node))
}

/// The first item of a list says more than the list.
fn first_place(node: &Node) -> &Span {
    node.items().first().map_or(&node.span, |item| &item.span)
}

fn texts(node: &Node) -> Vec<String> {
    node.items().iter().filter_map(Node::text).map(str::to_owned).collect()
}

fn attributes(resources: &Node, target: &Target<'_>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    let mut listed = |key: &'static str, found: String, holds: &dyn Fn(&str) -> bool| {
        if let Some(node) = resources.get(key).filter(|node| !node.items().is_empty()) {
            let wanted = texts(node);
            let holds = wanted.iter().any(|pattern| holds(pattern));
            clauses.push(check(key, node, wanted, found, holds));
        }
    };
    let request = target.request;
    listed("operations", request.operation.clone(), &|wanted| wanted == request.operation);
    let api_version = target.text(&["apiVersion"]);
    let gvk = Gvk::of(api_version, target.text(&["kind"]));
    listed("kinds", format!("{api_version}/{}", gvk.kind), &|pattern| {
        KindSelector::parse(pattern).is_some_and(|selector| selector.names(&gvk, &request.subresource, true))
    });
    listed("names", target.name().to_owned(), &|pattern| wildcard::matches(pattern, target.name()));
    listed("namespaces", target.namespace(), &|pattern| wildcard::matches(pattern, &target.namespace()));
    if let Some(name) = resources.get("name").filter(|name| name.text() != Some("")) {
        let pattern = name.text().unwrap_or_default();
        let holds = wildcard::matches(pattern, target.name());
        clauses.push(check("name", name, vec![pattern.to_owned()], target.name().to_owned(), holds));
    }
    clauses.extend(labelled(resources, target));
    clauses
}

fn pairs(map: &BTreeMap<String, String>) -> Vec<String> {
    map.iter().map(|(key, value)| format!("{key}={value}")).collect()
}

fn labelled(resources: &Node, target: &Target<'_>) -> Vec<Clause> {
    let mut clauses = Vec::new();
    // A mapping without pairs counts as not written: an `exclude` of nothing else excludes nothing.
    if let Some(node) = resources.get("annotations").filter(|node| !node.entries().is_empty()) {
        let expected = label::texts(Some(node));
        let actual = label::texts(target.resource.path(&["metadata", "annotations"]));
        let holds = label::annotations_match(&expected, &actual);
        clauses.push(check("annotations", node, pairs(&expected), pairs(&actual).join(", "), holds));
    }
    if let Some(node) = resources.get("selector") {
        let labels = label::texts(target.resource.path(&["metadata", "labels"]));
        clauses.push(selected("selector", node, &labels));
    }
    if let Some(node) = resources.get("namespaceSelector") {
        let kind = target.text(&["kind"]);
        if kind == "Namespace" {
            let wanted = vec!["a resource other than Namespace".to_owned()];
            clauses.push(check("namespaceSelector", node, wanted, "Namespace".to_owned(), false));
        } else if !kind.is_empty() {
            clauses.push(match &target.request.namespace_labels {
                Some(labels) => selected("namespaceSelector", node, labels),
                None => {
                    let what = "namespaceSelector without a cluster".to_owned();
                    let outcome = Outcome::Undecided(Missing::NotImplemented { what });
                    Clause::new("namespaceSelector", outcome).at(&node.span)
                }
            });
        }
    }
    clauses
}

fn selected(attribute: &'static str, node: &Node, labels: &BTreeMap<String, String>) -> Clause {
    let wanted = pairs(&label::texts(node.get("matchLabels")));
    match label::selector_matches(node, labels) {
        Ok(holds) => check(attribute, node, wanted, pairs(labels).join(", "), holds),
        Err(problem) => {
            check(attribute, node, vec![format!("failed to parse selector: {problem}")], String::new(), false)
        }
    }
}

fn users(node: &Node, target: &Target<'_>) -> Vec<Clause> {
    let user = &target.request.user;
    let mut clauses = Vec::new();
    for (key, held) in [("roles", &user.roles), ("clusterRoles", &user.cluster_roles)] {
        if let Some(list) = node.get(key).filter(|list| !list.items().is_empty()) {
            let wanted = texts(list);
            let holds = wanted.iter().any(|role| held.contains(role));
            clauses.push(check(key, list, wanted, held.join(", "), holds));
        }
    }
    if let Some(list) = node.get("subjects").filter(|list| !list.items().is_empty()) {
        let names = list.items().iter().map(|subject| {
            let text = |key: &str| subject.get(key).and_then(Node::text).unwrap_or_default();
            format!("{} {}", text("kind"), text("name"))
        });
        let holds = subject::subjects_match(list.items(), user);
        clauses.push(check("subjects", list, names.collect(), user.username.clone(), holds));
    }
    clauses
}
