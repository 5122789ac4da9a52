//! Exceptions from ImageValidatingPolicies (`PolicyException` of `policies.kyverno.io`;
//! `pkg/image/verification/evaluator/policy.go`, `pkg/cel/engine/exception.go`).

use super::clauses;
use super::policy::{Named, Note, Policy};
use super::read::{Notes, named};
use super::ruling::{End, Ruling};
use super::scene::Scene;
use crate::evaluate::refused;
use crate::lang::expr::{Stop, Value};
use crate::lang::go_time;
use crate::model::moment::Moment;
use crate::model::node::Node;
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, Outcome, PolicyId, Trace};

/// Fields of `spec` (`config/crds`).
const SPEC: &[&str] = &[
    "policyRefs",
    "matchConditions",
    "images",
    "allowedValues",
    "reportResult",
    "expiresAt",
    "properties",
    "evaluationMode",
];

/// An exception.
#[derive(Clone, Debug)]
pub struct Exception {
    /// Which.
    pub id: PolicyId,
    /// Where it starts.
    pub span: Span,
    /// Kind and name of each policy that it names.
    policies: Vec<(String, String)>,
    conditions: Vec<Named>,
    /// `images` or `allowedValues` are given: it is for expressions to look at, and exempts nothing by itself.
    partial: bool,
    expires: Option<Moment>,
    /// What Kyverno refuses: then it exempts nothing.
    pub refusals: Vec<Note>,
}

/// True when the document is an exception from policies in CEL.
#[must_use]
pub fn is_exception(document: &Node) -> bool {
    let text = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default();
    text("apiVersion").starts_with("policies.kyverno.io/") && text("kind") == "PolicyException"
}

/// Reads a document for which `is_exception` holds; `file` is the text in which it stands.
#[must_use]
pub fn read_exception(document: &Node, file: &str) -> Exception {
    let mut notes = Notes::default();
    let text = |keys: &[&str]| document.path(keys).and_then(Node::text).unwrap_or_default().to_owned();
    let version = text(&["apiVersion"]);
    if !matches!(
        &*version,
        "policies.kyverno.io/v1" | "policies.kyverno.io/v1beta1" | "policies.kyverno.io/v1alpha1"
    ) {
        notes.refuse(
            format!("no kind \"PolicyException\" is served in version \"{version}\""),
            &document.span,
        );
    }
    let namespace = match text(&["metadata", "namespace"]) {
        own if own.is_empty() => "default".to_owned(),
        own => own,
    };
    let id = PolicyId { kind: "PolicyException".to_owned(), namespace, name: text(&["metadata", "name"]) };
    if id.name.is_empty() {
        notes.refuse("metadata.name: Required value", &document.span);
    }
    let empty = Node { span: document.span.clone(), value: crate::model::node::NodeValue::Map(Vec::new()) };
    let spec = document.get("spec").unwrap_or(&empty);
    notes.known(spec, "spec", SPEC);
    let policies = policies(&mut notes, spec);
    let filled = |key: &str| spec.get(key).is_some_and(|list| !list.items().is_empty());
    let expires = notes.text(spec, "spec", "expiresAt").and_then(|text| {
        let parsed = go_time::parse("2006-01-02T15:04:05Z07:00", &text.value);
        if parsed.is_err() {
            notes.refuse("spec.expiresAt: Invalid value: must be of type date-time", &text.span);
        }
        parsed.ok().map(|time| Moment(time.seconds))
    });
    Exception {
        id,
        span: document.span.clone(),
        policies,
        conditions: named(&mut notes, spec, "matchConditions", "name", "expression", file),
        partial: filled("images") || filled("allowedValues"),
        expires,
        refusals: notes.refusals,
    }
}

fn policies(notes: &mut Notes, spec: &Node) -> Vec<(String, String)> {
    let items = notes.list(spec, "spec", "policyRefs");
    if items.is_empty() {
        notes.refuse("spec.policyRefs: Required value", &spec.span);
    }
    let mut policies = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = format!("spec.policyRefs[{index}]");
        notes.known(item, &path, &["kind", "name"]);
        match (notes.text(item, &path, "kind"), notes.text(item, &path, "name")) {
            (Some(kind), Some(name)) => policies.push((kind.value, name.value)),
            _ => notes.refuse(format!("{path}: Required value: kind, name"), &item.span),
        }
    }
    policies
}

/// The one result for an exception that Kyverno refuses.
#[must_use]
pub fn refused_exception(exception: &Exception) -> Option<Trace> {
    refused::trace(&exception.id, exception.refusals.iter().map(|note| (&*note.text, &note.span)))
}

impl Exception {
    fn names(&self, policy: &Policy, now: Moment) -> bool {
        self.refusals.is_empty()
            && !self.partial
            && self.expires.is_none_or(|expires| now < expires)
            && self.policies.iter().any(|(kind, name)| *kind == policy.id.kind && *name == policy.id.name)
    }

    /// Every condition must hold; one that is false decides, whatever the others come to.
    fn exempts(&self, scene: &Scene<'_>) -> (Clause, Option<Stop>) {
        let label = format!("exception {}/{}", self.id.namespace, self.id.name);
        let mut clause = Clause::new(label, Outcome::Held).at(&self.span);
        let mut open: Option<Stop> = None;
        for Named { name, expression } in &self.conditions {
            let evaluated = expression.evaluate(scene);
            let outcome = match &evaluated.value {
                Ok(Value::Bool(true)) => Outcome::Held,
                Ok(Value::Bool(false)) => Outcome::Failed(Reason::NoMatch {
                    attribute: "matchConditions of the exception",
                    wanted: vec![expression.part(0, expression.text.len())],
                    found: "false".to_owned(),
                }),
                Ok(_) => clauses::stopped(&Stop::error("type conversion error to 'bool'")),
                Err(stop) => clauses::stopped(stop),
            };
            let is_false = evaluated.value == Ok(Value::Bool(false));
            match evaluated.value {
                Ok(Value::Bool(_)) => {}
                Ok(_) => open = open.or_else(|| Some(Stop::error("type conversion error to 'bool'"))),
                Err(stop) => open = Some(open.map_or(stop.clone(), |first| first.or(stop))),
            }
            clause
                .children
                .push(Clause::new(format!("matchConditions.{name}"), outcome.clone()).at(&expression.span));
            if is_false {
                clause.outcome = outcome;
                return (clause, None);
            }
            if clause.outcome == Outcome::Held {
                clause.outcome = outcome;
            }
        }
        (clause, open)
    }
}

/// Exceptions that are made for the policy: one is enough. An error in one is an error of the policy, unless it ignores
/// failures.
pub(super) fn apply(ruling: &mut Ruling<'_>, scene: &Scene<'_>) {
    let context = scene.context;
    let policy = ruling.policy;
    let mut made: Vec<(String, Clause)> = Vec::new();
    for exception in context.exceptions.iter().filter(|one| one.names(policy, context.as_of)) {
        match exception.exempts(scene) {
            (clause, None) if clause.outcome == Outcome::Held => {
                made.push((format!("{}/{}", exception.id.namespace, exception.id.name), clause));
            }
            (clause, Some(Stop::Error(_))) if scene.spec.ignores_failures => ruling.clauses.push(clause),
            (clause, Some(stop)) => return ruling.stop(clause, End::of(&stop)),
            (clause, None) => ruling.clauses.push(clause),
        }
    }
    let keys: Vec<String> = made.iter().map(|(key, _)| key.clone()).collect();
    ruling.clauses.extend(made.into_iter().map(|(_, clause)| clause));
    if !keys.is_empty() {
        ruling.finish_last(End::Exempt(format!(
            "rule is skipped due to policy exception: {}",
            keys.join(", ")
        )));
    }
}
