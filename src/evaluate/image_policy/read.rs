//! Reads ImageValidatingPolicy documents, as strictly as their schema does.

use std::sync::Arc;

use super::attestors;
use super::autogen;
use super::expression::Expression;
use super::glob::Glob;
use super::names::names;
use super::policy::{Checks, Derived, Named, Note, Policy, Reference, Spec, Text, Validation, Values};
use crate::evaluate::schema;
use crate::lang::expr::{Stop, Type};
use crate::model::node::{Node, NodeValue};
use crate::model::span::Span;
use crate::model::trace::PolicyId;

const KINDS: &[&str] = &["ImageValidatingPolicy", "NamespacedImageValidatingPolicy"];
const VERSIONS: &[&str] = &["v1", "v1beta1", "v1alpha1"];
const SPEC: &[&str] = &[
    "matchConstraints",
    "failurePolicy",
    "auditAnnotations",
    "validationActions",
    "matchConditions",
    "variables",
    "validationConfigurations",
    "matchImageReferences",
    "credentials",
    "images",
    "attestors",
    "attestations",
    "validations",
    "webhookConfiguration",
    "evaluation",
    "autogen",
];
const CONSTRAINTS: &[&str] =
    &["resourceRules", "excludeResourceRules", "namespaceSelector", "objectSelector", "matchPolicy"];
const RULE: &[&str] = &["apiGroups", "apiVersions", "operations", "resources", "scope", "resourceNames"];

/// What is noticed while reading.
#[derive(Default)]
pub(super) struct Notes {
    /// Variables that are declared so far, with their types.
    variables: Vec<(String, Type)>,
    pub(super) refusals: Vec<Note>,
    pub(super) unsupported: Vec<Note>,
}

impl Notes {
    pub(super) fn refuse(&mut self, text: impl Into<String>, span: &Span) {
        self.refusals.push(Note { text: text.into(), span: span.clone() });
    }

    pub(super) fn known(&mut self, node: &Node, path: &str, known: &[&str]) {
        if !matches!(node.value, NodeValue::Map(_) | NodeValue::Null) {
            self.wrong_type(node, path, "object");
        }
        for entry in node.entries().iter().filter(|entry| !known.contains(&&*entry.key)) {
            let text = format!("strict decoding error: unknown field \"{path}.{}\"", entry.key);
            self.refuse(text, &entry.key_span);
        }
    }

    pub(super) fn wrong_type(&mut self, node: &Node, path: &str, wanted: &str) {
        let text = format!("{path}: Invalid value: must be of type {wanted}, this is {}", node.kind());
        self.refuse(text, &node.span);
    }

    pub(super) fn text(&mut self, node: &Node, path: &str, key: &str) -> Option<Text> {
        let value = node.get(key)?;
        let Some(text) = value.text() else {
            self.wrong_type(value, &format!("{path}.{key}"), "string");
            return None;
        };
        Some(Text { value: text.to_owned(), span: value.span.clone() })
    }

    pub(super) fn flag(&mut self, node: &Node, path: &str, key: &str, default: bool) -> bool {
        let Some(value) = node.get(key) else { return default };
        value.bool().unwrap_or_else(|| {
            self.wrong_type(value, &format!("{path}.{key}"), "boolean");
            default
        })
    }

    pub(super) fn list<'a>(&mut self, node: &'a Node, path: &str, key: &str) -> &'a [Node] {
        let Some(value) = node.get(key) else { return &[] };
        if !matches!(value.value, NodeValue::List(_)) {
            self.wrong_type(value, &format!("{path}.{key}"), "array");
        }
        value.items()
    }

    fn one_of(&mut self, node: &Node, path: &str, key: &str, allowed: &[&str]) -> Option<String> {
        let text = self.text(node, path, key)?;
        if !allowed.contains(&&*text.value) {
            let problem = format!(
                "{path}.{key}: Unsupported value: \"{}\": supported values: {}",
                text.value,
                allowed.join(", ")
            );
            self.refuse(problem, &text.span);
        }
        Some(text.value)
    }

    /// Kyverno compiles every expression before it evaluates any.
    pub(super) fn expression(&mut self, text: &Text, path: &str, file: &str, results: &[&str]) -> Expression {
        let names: Vec<(String, Type)> = names().chain(self.variables.iter().cloned()).collect();
        self.over(&names, text, path, file, results)
    }

    fn over(
        &mut self,
        names: &[(String, Type)],
        text: &Text,
        path: &str,
        file: &str,
        results: &[&str],
    ) -> Expression {
        let expression = Expression::new(&text.value, &text.span, file, names, results);
        match expression.fault() {
            Some(Stop::Error(problem)) => {
                self.refuse(format!("{path}: Invalid value: \"{}\": {problem}", text.value), &text.span);
            }
            Some(Stop::Undecided(missing)) => {
                self.unsupported.push(Note { text: missing.to_string(), span: text.span.clone() });
            }
            None => {}
        }
        expression
    }
}

/// True when the document is one that this evaluator reads.
#[must_use]
pub fn is_policy(document: &Node) -> bool {
    let text = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default();
    text("apiVersion").starts_with("policies.kyverno.io/") && KINDS.contains(&text("kind"))
}

/// Reads a document for which `is_policy` holds; `file` is the text in which it stands. It never fails: what is wrong is in
/// `refusals` and `unsupported`.
#[must_use]
pub fn read(document: &Node, file: &str) -> Policy {
    let mut notes = Notes::default();
    let text = |keys: &[&str]| document.path(keys).and_then(Node::text).unwrap_or_default().to_owned();
    let id = PolicyId {
        kind: text(&["kind"]),
        namespace: text(&["metadata", "namespace"]),
        name: text(&["metadata", "name"]),
    };
    notes.known(document, "", &["apiVersion", "kind", "metadata", "spec", "status"]);
    if id.name.is_empty() {
        notes.refuse("metadata.name: Required value", &document.span);
    }
    let version = text(&["apiVersion"]);
    if !VERSIONS.contains(&version.trim_start_matches("policies.kyverno.io/")) {
        notes.refuse(format!("no kind \"{}\" is served in version \"{version}\"", id.kind), &document.span);
    }
    let empty = Node { span: document.span.clone(), value: NodeValue::Map(Vec::new()) };
    let node = document.get("spec").unwrap_or_else(|| {
        notes.refuse("spec: Required value", &document.span);
        &empty
    });
    let own = Arc::new(spec(&mut notes, node, file));
    let derived = autogen::variants(node)
        .into_iter()
        .map(|(kinds, rewritten)| {
            let mut notes = Notes::default();
            let spec = Arc::new(spec(&mut notes, &rewritten, file));
            Derived { kinds, spec, refusals: notes.refusals, unsupported: notes.unsupported }
        })
        .collect();
    for (text, span) in schema::check(document).unwrap_or_default() {
        // What is refused at this place already is not said twice.
        if !notes.refusals.iter().any(|known| known.span == span) {
            notes.refuse(text, &span);
        }
    }
    let Notes { refusals, unsupported, .. } = notes;
    Policy { id, span: document.span.clone(), own, derived, refusals, unsupported }
}

fn spec(notes: &mut Notes, node: &Node, file: &str) -> Spec {
    notes.known(node, "spec", SPEC);
    if let Some(constraints) = node.get("matchConstraints") {
        notes.known(constraints, "spec.matchConstraints", CONSTRAINTS);
        for key in ["resourceRules", "excludeResourceRules"] {
            for rule in notes.list(constraints, "spec.matchConstraints", key) {
                notes.known(rule, &format!("spec.matchConstraints.{key}[]"), RULE);
            }
        }
    }
    let failure = notes.one_of(node, "spec", "failurePolicy", &["Ignore", "Fail"]);
    let conditions = named(notes, node, "matchConditions", "name", "expression", file);
    let values = values(notes, node, file);
    let validations = validations(notes, node, file);
    Spec {
        span: node.span.clone(),
        constraints: node.get("matchConstraints").cloned().map(Arc::new),
        conditions,
        ignores_failures: failure.as_deref() == Some("Ignore"),
        denies: denies(notes, node),
        references: references(notes, node, file),
        checks: checks(notes, node),
        values,
        attestors: attestors::read(notes, node, file),
        attestations: attestors::attestations(notes, node),
        validations,
    }
}

fn denies(notes: &mut Notes, node: &Node) -> bool {
    let actions = notes.list(node, "spec", "validationActions");
    for action in actions.iter().filter(|action| !matches!(action.text(), Some("Deny" | "Audit" | "Warn"))) {
        notes.refuse(
            "spec.validationActions: Unsupported value: supported values: Deny, Audit, Warn",
            &action.span,
        );
    }
    actions.is_empty() || actions.iter().any(|action| action.text() == Some("Deny"))
}

fn checks(notes: &mut Notes, node: &Node) -> Checks {
    let path = "spec.validationConfigurations";
    let Some(own) = node.get("validationConfigurations") else {
        return Checks { pins: true, digest: true, required: true, span: node.span.clone() };
    };
    notes.known(own, path, &["mutateDigest", "verifyDigest", "required"]);
    Checks {
        pins: notes.flag(own, path, "mutateDigest", true),
        digest: notes.flag(own, path, "verifyDigest", true),
        required: notes.flag(own, path, "required", true),
        span: own.span.clone(),
    }
}

fn values(notes: &mut Notes, node: &Node, file: &str) -> Values {
    let mut values = Values {
        // In the order in which Kyverno compiles: no image extractor sees a variable.
        images: named(notes, node, "images", "name", "expression", file),
        variables: named(notes, node, "variables", "name", "expression", file),
        annotations: named(notes, node, "auditAnnotations", "key", "valueExpression", file),
        not_for_requests: None,
    };
    if let Some(evaluation) = node.get("evaluation") {
        notes.known(evaluation, "spec.evaluation", &["mode", "admission", "background"]);
        let mode = notes.text(evaluation, "spec.evaluation", "mode");
        if let Some(mode) = mode.as_ref().filter(|mode| !matches!(&*mode.value, "" | "JSON" | "Kubernetes")) {
            let text = format!("evaluation.mode {}", mode.value);
            notes.unsupported.push(Note { text, span: mode.span.clone() });
        }
        values.not_for_requests = mode.filter(|mode| mode.value == "JSON");
        let admission = evaluation.get("admission").and_then(|admission| admission.get("enabled"));
        if let Some(off) = admission.filter(|enabled| enabled.bool() == Some(false)) {
            values.not_for_requests = Some(Text { value: "admission".to_owned(), span: off.span.clone() });
        }
    }
    values
}

pub(super) fn named(
    notes: &mut Notes,
    node: &Node,
    list: &str,
    name: &str,
    expression: &str,
    file: &str,
) -> Vec<Named> {
    let path = format!("spec.{list}");
    let mut found: Vec<Named> = Vec::new();
    for (index, item) in notes.list(node, "spec", list).iter().enumerate() {
        let path = format!("{path}[{index}]");
        notes.known(item, &path, &[name, expression]);
        let (own, text) = (notes.text(item, &path, name), notes.text(item, &path, expression));
        let (Some(own), Some(text)) = (own, text) else {
            notes.refuse(format!("{path}: Required value: {name}, {expression}"), &item.span);
            continue;
        };
        if found.iter().any(|other| other.name == own.value) {
            notes.refuse(format!("{path}: Duplicate value: \"{}\"", own.value), &own.span);
        }
        let results: &[&str] = match list {
            "matchConditions" => &["bool"],
            "images" => &["list(string)", "list(dyn)", "dyn"],
            "auditAnnotations" => &["string", "null"],
            _ => &[],
        };
        let expression = notes.expression(&text, &format!("{path}.{expression}"), file, results);
        if list == "variables" {
            notes.variables.push((format!("variables.{}", own.value), expression.result.clone()));
        }
        found.push(Named { name: own.value, expression });
    }
    found
}

pub(super) fn references(notes: &mut Notes, node: &Node, file: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    for (index, item) in notes.list(node, "spec", "matchImageReferences").iter().enumerate() {
        let path = format!("spec.matchImageReferences[{index}]");
        notes.known(item, &path, &["glob", "expression"]);
        let (glob, text) = (notes.text(item, &path, "glob"), notes.text(item, &path, "expression"));
        match (glob, text) {
            (Some(glob), None) => match Glob::parse(&glob.value) {
                Some(parsed) => found.push(Reference::Glob(parsed, glob)),
                None => notes.refuse(format!("{path}.glob: Invalid value: \"{}\"", glob.value), &glob.span),
            },
            (None, Some(text)) => {
                let path = format!("{path}.expression");
                let names = [("ref".to_owned(), Type::parse("string"))];
                found.push(Reference::Expression(notes.over(&names, &text, &path, file, &["bool"])));
            }
            _ => notes.refuse(format!("{path}: either glob or expression must be set"), &item.span),
        }
    }
    found
}

fn validations(notes: &mut Notes, node: &Node, file: &str) -> Vec<Validation> {
    let mut found = Vec::new();
    let items = notes.list(node, "spec", "validations");
    if items.is_empty() {
        notes.refuse("spec.validations: Required value", &node.span);
    }
    for (index, item) in items.iter().enumerate() {
        let path = format!("spec.validations[{index}]");
        notes.known(item, &path, &["expression", "message", "messageExpression", "reason"]);
        let Some(text) = notes.text(item, &path, "expression") else {
            notes.refuse(format!("{path}.expression: Required value"), &item.span);
            continue;
        };
        let expression = notes.expression(&text, &format!("{path}.expression"), file, &["bool"]);
        let message = notes.text(item, &path, "message").map(|text| text.value).unwrap_or_default();
        let message_expression = notes
            .text(item, &path, "messageExpression")
            .map(|text| notes.expression(&text, &format!("{path}.messageExpression"), file, &["string"]));
        found.push(Validation { expression, message, message_expression });
    }
    found
}
