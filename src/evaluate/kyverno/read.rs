//! Reads ClusterPolicy and Policy documents into policies as meant, and says what Kyverno would refuse and what
//! sigscope does not evaluate yet.

use std::sync::Arc;

use super::attestation;
use super::attestor;
use super::autogen;
use super::deprecated;
use super::fields;
use super::policy::{Action, Form, Placed, Policy, Reading, Refusal, Rule, Unsupported, VerifyImages};
use super::shape;
use super::spec;
use super::substitute::is_variable;
use super::webhook;
use crate::evaluate::schema;
use crate::model::node::{Node, NodeValue};
use crate::model::span::Span;
use crate::model::trace::PolicyId;

/// Collects what is found besides the policy itself.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Fields not evaluated yet.
    pub(super) unsupported: Vec<Unsupported>,
    /// What Kyverno refuses.
    pub(super) refusals: Vec<Refusal>,
}

impl Notes {
    pub(super) fn later(&mut self, field: impl Into<String>, span: &Span) {
        self.unsupported.push(Unsupported { field: field.into(), span: span.clone() });
    }

    pub(super) fn refuse(&mut self, text: impl Into<String>, span: &Span) {
        self.refusals.push(Refusal { text: text.into(), span: span.clone() });
    }

    /// Refuses every field that is not in `known`, and what has no fields.
    pub(super) fn known(&mut self, node: &Node, path: &str, known: &[&str]) {
        if !matches!(node.value, NodeValue::Map(_) | NodeValue::Null) {
            self.wrong_type(node, path, "object");
        }
        for entry in node.entries() {
            if !known.contains(&&*entry.key) {
                self.refuse(
                    format!("strict decoding error: unknown field \"{path}.{}\"", entry.key),
                    &entry.key_span,
                );
            }
        }
    }

    /// A text field; any other type is refused.
    pub(super) fn text(&mut self, node: &Node, path: &str, key: &str) -> Option<Placed<String>> {
        let value = node.get(key)?;
        match value.text() {
            Some(text) => {
                Some(Placed { value: text.to_owned(), span: value.span.clone(), by_default: false })
            }
            None => {
                self.wrong_type(value, &format!("{path}.{key}"), "string");
                None
            }
        }
    }

    /// A boolean field with its default.
    pub(super) fn flag(&mut self, node: &Node, path: &str, key: &str, default: bool) -> Placed<bool> {
        let absent = Placed { value: default, span: node.span.clone(), by_default: true };
        let Some(value) = node.get(key) else { return absent };
        match value.bool() {
            Some(flag) => Placed { value: flag, span: value.span.clone(), by_default: false },
            None => {
                self.wrong_type(value, &format!("{path}.{key}"), "boolean");
                absent
            }
        }
    }

    /// A list field; any other type is refused.
    pub(super) fn list<'a>(&mut self, node: &'a Node, path: &str, key: &str) -> &'a [Node] {
        let Some(value) = node.get(key) else { return &[] };
        if !matches!(value.value, NodeValue::List(_)) {
            self.wrong_type(value, &format!("{path}.{key}"), "array");
        }
        value.items()
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, node: &Node, path: &str, key: &str) -> Vec<Placed<String>> {
        let items = self.list(node, path, key);
        let mut texts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            match item.text() {
                Some(text) => {
                    texts.push(Placed { value: text.to_owned(), span: item.span.clone(), by_default: false });
                }
                None => self.wrong_type(item, &format!("{path}.{key}[{index}]"), "string"),
            }
        }
        texts
    }

    pub(super) fn wrong_type(&mut self, node: &Node, path: &str, wanted: &str) {
        self.refuse(
            format!("{path}: Invalid value: must be of type {wanted}, this is {}", node.kind()),
            &node.span,
        );
    }
}

/// True when the document is a policy that this evaluator reads: `kyverno.io`, ClusterPolicy or Policy.
#[must_use]
pub fn is_policy(document: &Node) -> bool {
    let group = document.get("apiVersion").and_then(Node::text).unwrap_or_default();
    let kind = document.get("kind").and_then(Node::text).unwrap_or_default();
    group.starts_with("kyverno.io/") && matches!(kind, "ClusterPolicy" | "Policy")
}

/// Reads a document for which `is_policy` holds. It never fails: what is wrong is in `refusals` and `unsupported`.
#[must_use]
pub fn read(document: &Arc<Node>) -> Policy {
    let mut notes = Notes::default();
    let kind = document.get("kind").and_then(Node::text).unwrap_or_default().to_owned();
    let name = document.path(&["metadata", "name"]).and_then(Node::text).unwrap_or_default().to_owned();
    let namespace = match document.path(&["metadata", "namespace"]).and_then(Node::text) {
        Some(namespace) if kind == "Policy" => namespace.to_owned(),
        _ if kind == "Policy" => "default".to_owned(),
        _ => String::new(),
    };
    if let Some(version) = document.get("apiVersion")
        && !matches!(version.text(), Some("kyverno.io/v1" | "kyverno.io/v2beta1"))
    {
        let found = version.text().unwrap_or_default();
        notes.refuse(format!("no matches for kind \"{kind}\" in version \"{found}\""), &version.span);
    }
    if name.is_empty() {
        notes.refuse("metadata.name: Required value: name or generateName is required", &document.span);
    }
    let namespaced = kind == "Policy";
    if let Some(namespace) = document.path(&["metadata", "namespace"]).filter(|_| !namespaced) {
        notes.refuse("A clusterpolicy should not have the namespace defined", &namespace.span);
    }
    let mut rules = Vec::new();
    let mut other_rules = 0;
    match document.get("spec") {
        Some(spec) => {
            spec_fields(&mut notes, spec);
            spec::check(&mut notes, document, spec);
            shape::overrides(&mut notes, spec, namespaced);
            let action = spec_action(&mut notes, spec);
            let listed = notes.list(spec, "spec", "rules");
            if listed.is_empty() {
                notes.refuse("spec.rules: Required value: at least one rule is required", &spec.span);
            }
            for (index, node) in listed.iter().enumerate() {
                let path = format!("spec.rules[{index}]");
                rule_name(&mut notes, listed, node, &path);
                one_operation(&mut notes, node, &path);
                shape::rule(&mut notes, node, &path, namespaced);
                if node.get("verifyImages").is_some() {
                    rules.push(rule(&mut notes, node, &path, action));
                } else {
                    notes.known(node, &path, fields::RULE);
                    other_rules += 1;
                }
            }
        }
        None => notes.refuse("spec: Required value", &document.span),
    }
    by_schema(&mut notes, document);
    Policy {
        id: PolicyId { kind, namespace, name },
        node: document.clone(),
        span: document.span.clone(),
        rules,
        instances: autogen::rules(document).into(),
        conditions: webhook::read(&mut notes, document),
        other_rules,
        unsupported: notes.unsupported,
        refusals: notes.refusals,
    }
}

/// What the schema refuses at a place that is refused already is not said twice.
fn by_schema(notes: &mut Notes, document: &Node) {
    for (text, span) in schema::check(document).unwrap_or_default() {
        if !notes.refusals.iter().any(|known| known.span == span) {
            notes.refuse(text, &span);
        }
    }
}

fn spec_fields(notes: &mut Notes, spec: &Node) {
    notes.known(spec, "spec", fields::SPEC);
    let images = |rule: &Node| rule.get("verifyImages").is_some();
    let any = spec.get("rules").map(Node::items).unwrap_or_default().iter().any(images);
    if let Some(admission) = spec.get("admission").filter(|node| any && node.bool() == Some(false)) {
        notes.refuse(
            "disabling admission processing is only allowed with validation policies",
            &admission.span,
        );
    }
}

/// `validationFailureAction`, default Audit.
fn spec_action(notes: &mut Notes, spec: &Node) -> Action {
    let Some(node) = spec.get("validationFailureAction") else { return Action::Audit };
    match node.text().and_then(Action::parse) {
        Some(action) => action,
        None => {
            let found = node.text().unwrap_or_else(|| node.kind());
            notes.refuse(
                format!(
                    "spec.validationFailureAction: Unsupported value: \"{found}\": supported values: \"audit\", \
                     \"enforce\", \"Audit\", \"Enforce\""
                ),
                &node.span,
            );
            Action::Audit
        }
    }
}

fn rule_name(notes: &mut Notes, all: &[Node], node: &Node, path: &str) {
    let name_of = |node: &Node| node.get("name").and_then(Node::text).map(str::to_owned);
    match name_of(node) {
        None => notes.refuse(format!("{path}.name: Required value"), &node.span),
        Some(name) if name.chars().count() > 63 => {
            notes.refuse(format!("{path}.name: Too long: may not be more than 63 bytes"), &node.span);
        }
        Some(name) => {
            let twin = all
                .iter()
                .take_while(|other| !std::ptr::eq(*other, node))
                .find(|o| name_of(o).as_ref() == Some(&name));
            if twin.is_some() {
                notes.refuse(
                    format!("{path}.name: Invalid value: \"{name}\": Duplicate rule name: '{name}'"),
                    &node.span,
                );
            }
        }
    }
}

/// A rule does one thing (`K:api/kyverno/v1/rule_types.go`, `ValidateRuleType`): beside `validate`, a rule's `verifyImages`
/// would never be asked.
fn one_operation(notes: &mut Notes, node: &Node, path: &str) {
    let name = node.get("name").and_then(Node::text).unwrap_or_default();
    let operations = ["mutate", "validate", "generate", "verifyImages"];
    let used: Vec<&Node> =
        operations.iter().filter_map(|field| node.get(field)).filter(|node| !is_empty(node)).collect();
    match used.as_slice() {
        [_] => {}
        [] => notes.refuse(
            format!(
                "{path}: Invalid value: No operation defined in the rule '{name}'.(supported operations: \
                 mutate,validate,generate,verifyImages)"
            ),
            &node.span,
        ),
        [.., last] => notes.refuse(
            format!(
                "{path}: Invalid value: Multiple operations defined in the rule '{name}', only one operation \
                 (mutate,validate,generate,verifyImages) is allowed per rule"
            ),
            &last.span,
        ),
    }
}

/// Reads a rule with `verifyImages`.
pub(super) fn rule(notes: &mut Notes, node: &Node, path: &str, spec_action: Action) -> Rule {
    notes.known(node, path, fields::RULE);
    let mut entries: Vec<VerifyImages> = Vec::new();
    // An entry without an action is checked with that of the entry before it.
    let mut action = spec_action;
    for (index, entry) in notes.list(node, path, "verifyImages").iter().enumerate() {
        let read = read_entry(notes, entry, &format!("{path}.verifyImages[{index}]"), action);
        action = read.failure_action.as_ref().map_or(action, |placed| placed.value);
        entries.push(read);
    }
    attestation::every_deny(notes, node, path);
    Rule {
        name: node.get("name").and_then(Node::text).unwrap_or_default().to_owned(),
        span: node.span.clone(),
        node: Arc::new(node.clone()),
        entries,
    }
}

/// What an entry uses whose references cannot be compared before variables are put in.
pub(super) const VARIABLE_REFERENCES: &str = "variables in imageReferences";

pub(super) fn is_empty(node: &Node) -> bool {
    match &node.value {
        NodeValue::Null => true,
        NodeValue::List(items) => items.is_empty(),
        NodeValue::Map(entries) => entries.is_empty(),
        _ => false,
    }
}

fn read_entry(notes: &mut Notes, node: &Node, path: &str, spec_action: Action) -> VerifyImages {
    notes.known(node, path, fields::VERIFY_IMAGES);
    let mut later = Notes::default();
    let reading = Reading {
        form: form(notes, node, path),
        repository: notes.text(node, path, "repository").filter(|text| !text.value.is_empty()),
        referrers_first: notes.flag(node, path, "cosignOCI11", false).value,
    };
    let references = notes.texts(node, path, "imageReferences");
    // What is compared with the image before anything else must not be compared with the text of a variable.
    for pattern in &references {
        if pattern.value.contains("{{") {
            notes.refuse("variables are not allowed in image reference", &pattern.span);
        } else if is_variable(&pattern.value) {
            later.later(VARIABLE_REFERENCES, &pattern.span);
        }
    }
    let failure_action = failure_action(notes, node, path);
    let mutate_digest = notes.flag(node, path, "mutateDigest", true);
    let action = failure_action.as_ref().map_or(spec_action, |placed| placed.value);
    if action == Action::Audit && mutate_digest.value {
        notes.refuse(
            format!("{path}.mutateDigest: Invalid value: true: mutateDigest must be set to false for ‘Audit’ failure action"),
            &mutate_digest.span,
        );
    }
    let mut entry = VerifyImages {
        span: node.span.clone(),
        skip: notes.texts(node, path, "skipImageReferences"),
        reading,
        attestors: attestor::read_sets(notes, node, path),
        attestations: attestation::read_all(notes, node, path),
        deny: attestation::read_deny(notes, node, path),
        verify_digest: notes.flag(node, path, "verifyDigest", true),
        required: notes.flag(node, path, "required", true),
        unsupported: later.unsupported,
        references,
        mutate_digest,
        failure_action,
    };
    deprecated::convert(notes, node, path, &mut entry);
    if entry.references.is_empty() {
        notes.refuse(format!("{path}: Invalid value: An image reference is required"), &node.span);
    }
    entry
}

/// `type`, default Cosign.
fn form(notes: &mut Notes, node: &Node, path: &str) -> Form {
    let Some(kind) = node.get("type") else { return Form::Cosign };
    match kind.text() {
        Some("Cosign") => Form::Cosign,
        Some("SigstoreBundle") => Form::SigstoreBundle,
        Some("Notary") => Form::Notary,
        _ => {
            notes.wrong_type(kind, &format!("{path}.type"), "Cosign, SigstoreBundle or Notary");
            Form::Cosign
        }
    }
}

fn failure_action(notes: &mut Notes, node: &Node, path: &str) -> Option<Placed<Action>> {
    let node = node.get("failureAction")?;
    match node.text().and_then(Action::parse) {
        Some(value) => Some(Placed { value, span: node.span.clone(), by_default: false }),
        None => {
            notes.wrong_type(node, &format!("{path}.failureAction"), "Audit or Enforce");
            None
        }
    }
}
