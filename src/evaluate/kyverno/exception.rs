//! Exceptions from rules (`PolicyException` of `kyverno.io`): which rules they name, which resources they exempt
//! (`pkg/engine/utils/exceptions.go`).

use std::sync::Arc;

use super::condition::decide;
use super::gate::missing;
use super::policy::Refusal;
use super::read::Notes;
use super::scope::Scope;
use super::select;
use crate::evaluate::{refused, schema};
use crate::lang::jmespath::go_json;
use crate::lang::wildcard;
use crate::model::node::Node;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, Outcome, PolicyId, Trace};
use crate::model::workload::Resource;

/// An exception.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Which.
    pub id: PolicyId,
    /// Where it starts.
    pub span: Span,
    /// The whole document.
    node: Arc<Node>,
    /// Why Kyverno would refuse it: then it exempts nothing.
    pub refusals: Vec<Refusal>,
}

/// True when the document is an exception from classic policies.
#[must_use]
pub fn is_exception(document: &Node) -> bool {
    let text = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default();
    text("apiVersion").starts_with("kyverno.io/") && text("kind") == "PolicyException"
}

/// Reads a document for which `is_exception` holds.
#[must_use]
pub fn read_exception(document: &Arc<Node>) -> Exception {
    let mut notes = Notes::default();
    let version = document.get("apiVersion");
    if let Some(version) =
        version.filter(|version| !matches!(version.text(), Some("kyverno.io/v2" | "kyverno.io/v2beta1")))
    {
        let found = version.text().unwrap_or_default();
        notes
            .refuse(format!("no matches for kind \"PolicyException\" in version \"{found}\""), &version.span);
    }
    let metadata =
        |key: &str| document.path(&["metadata", key]).and_then(Node::text).unwrap_or_default().to_owned();
    let (name, namespace) = (metadata("name"), metadata("namespace"));
    if name.is_empty() {
        notes.refuse("metadata.name: Required value: name or generateName is required", &document.span);
    }
    match document.get("spec") {
        Some(spec) => check(&mut notes, spec),
        None => notes.refuse("spec: Required value", &document.span),
    }
    for (text, span) in schema::check(document).unwrap_or_default() {
        if !notes.refusals.iter().any(|known| known.span == span) {
            notes.refuse(text, &span);
        }
    }
    let namespace = if namespace.is_empty() { "default".to_owned() } else { namespace };
    let id = PolicyId { kind: "PolicyException".to_owned(), namespace, name };
    Exception { id, span: document.span.clone(), node: document.clone(), refusals: notes.refusals }
}

/// What Kyverno's webhook refuses beside the schema (`PolicyExceptionSpec.Validate`).
fn check(notes: &mut Notes, spec: &Node) {
    let Some(block) = spec.get("match") else {
        notes.refuse("spec.match: Required value", &spec.span);
        return;
    };
    let lists = |list: &str| block.get(list).map(Node::items).unwrap_or_default();
    if !lists("any").is_empty() && !lists("all").is_empty() {
        notes.refuse("spec.match: Invalid value: Can't specify any and all together", &block.span);
    }
    if spec.get("background").and_then(Node::bool) == Some(false) {
        return;
    }
    for filter in lists("any").iter().chain(lists("all")) {
        for key in ["roles", "clusterRoles", "subjects"] {
            if let Some(entry) = filter.entry(key).filter(|entry| !entry.node.items().is_empty()) {
                let text = format!(
                    "spec.match.{key}: Forbidden: Resource filters cannot contain user info with `background: true`"
                );
                notes.refuse(text, &entry.key_span);
            }
        }
    }
}

/// The one result for an exception that Kyverno refuses.
#[must_use]
pub fn refused_exception(exception: &Exception) -> Option<Trace> {
    let refusals = exception.refusals.iter().map(|refusal| (&*refusal.text, &refusal.span));
    refused::trace(&exception.id, refusals)
}

impl Exception {
    /// How Kyverno names it.
    pub(super) fn key(&self) -> String {
        format!("{}/{}", self.id.namespace, self.id.name)
    }

    /// Does it name this rule of this policy? The names of rules derived for pod controllers have to be named too.
    pub(super) fn names(&self, policy: &PolicyId, rule: &str) -> bool {
        let key = match policy.namespace.as_str() {
            "" => policy.name.clone(),
            namespace => format!("{namespace}/{}", policy.name),
        };
        let listed = self.node.path(&["spec", "exceptions"]).map(Node::items).unwrap_or_default();
        self.refusals.is_empty()
            && listed.iter().any(|one| {
                let rules = one.get("ruleNames").map(Node::items).unwrap_or_default();
                one.get("policyName").and_then(Node::text) == Some(&key)
                    && rules.iter().filter_map(Node::text).any(|pattern| wildcard::matches(pattern, rule))
            })
    }

    /// Does it exempt the resource? Held: it does.
    pub(super) fn exempts(&self, resource: &Resource, scope: &Scope) -> Clause {
        let label = format!("exception {}", self.key());
        let request = select::Request::create(&resource.id.namespace);
        let block = self.node.path(&["spec", "match"]).unwrap_or(&self.node);
        let selected = select::exempted(block, &resource.manifest, &request);
        let mut clause = Clause::new(label, selected.outcome.clone()).at(&self.span);
        clause.children.push(selected);
        if let Some(conditions) = self.node.path(&["spec", "conditions"])
            && !matches!(clause.outcome, Outcome::Failed(_))
        {
            let child = self.conditions(conditions, scope);
            match (&clause.outcome, &child.outcome) {
                (Outcome::Held, other) | (_, other @ Outcome::Failed(_)) => clause.outcome = other.clone(),
                _ => {}
            }
            clause.children.push(child);
        }
        clause
    }

    /// Conditions that cannot be evaluated exempt nothing.
    fn conditions(&self, conditions: &Node, scope: &Scope) -> Clause {
        let decision = decide(conditions, scope);
        let check = decision.deciding.and_then(|index| decision.checks.get(index));
        let failed = || Reason::NoMatch {
            attribute: "conditions of the exception",
            wanted: check
                .map(|check| format!("{} {}", check.operator, go_json(&check.wanted)))
                .into_iter()
                .collect(),
            found: check.map(|check| go_json(&check.found)).unwrap_or_default(),
        };
        let outcome = match &decision.result {
            Ok(true) => Outcome::Held,
            Ok(false) => Outcome::Failed(failed()),
            Err(super::scope::Trouble::Refused(problem)) => {
                Outcome::Failed(Reason::ExpressionError { problem: problem.clone() })
            }
            Err(trouble) => Outcome::Undecided(missing(trouble)),
        };
        Clause::new("conditions", outcome).at(&conditions.span)
    }
}
