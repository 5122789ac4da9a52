//! The whole rule with its variables put in, as Kyverno has it before it verifies (`mutate_image.go:substituteVariables`,
//! spec A.6); conditions on attestations and of `validate.deny` keep theirs for later.

use serde_json::Value;

use super::policy::{Action, Rule};
use super::read::{self, Notes};
use super::scope::{Scope, Trouble};
use crate::format::yaml;
use crate::model::node::{Entry, Node, NodeValue};
use crate::model::span::Span;

/// What an entry names that is read only after its variables are put in.
pub(super) const VARIABLE: &str = "a variable that is not put in";

/// True when a text holds a variable or a reference.
pub(super) fn is_variable(text: &str) -> bool {
    text.contains("{{") || text.contains("$(")
}

/// The rule as a document without the conditions that are substituted later, when it holds a variable.
pub(super) fn pruned(rule: &Node) -> Option<Value> {
    let mut whole = yaml::to_json(rule);
    let entries = whole.get_mut("verifyImages").and_then(Value::as_array_mut);
    for entry in entries.into_iter().flatten() {
        let attestations = entry.get_mut("attestations").and_then(Value::as_array_mut);
        for attestation in attestations.into_iter().flatten().filter_map(Value::as_object_mut) {
            attestation.remove("conditions");
        }
        if let Some(deny) = entry.pointer_mut("/validate/deny").and_then(Value::as_object_mut) {
            deny.remove("conditions");
        }
    }
    is_variable(&whole.to_string()).then_some(whole)
}

/// The rule with its values in place of its variables: `None`, when none of them is in what is verified.
pub(super) fn rule(node: &Node, pruned: &Value, scope: &Scope) -> Result<Option<Rule>, Trouble> {
    let found = scope.substitute(pruned)?;
    if found.get("verifyImages") == pruned.get("verifyImages") {
        return Ok(None);
    }
    let node = Node { value: over(node, &found, &[]).value, span: node.span.clone() };
    let mut notes = Notes::default();
    // Which action goes with which entry was checked when the policy was read.
    let rule = read::rule(&mut notes, &node, "rule", Action::Enforce);
    match notes.refusals.first() {
        // Upstream decodes the substituted rule; what it then checks no more is not known to be harmless.
        Some(refusal) => {
            Err(Trouble::Unknown(format!("the rule with its variables put in ({})", refusal.text)))
        }
        None => Ok(Some(rule)),
    }
}

/// Keys below which a document keeps what it says, as the document with values does not have it.
fn is_kept(path: &[&str]) -> bool {
    matches!(
        path,
        ["verifyImages", "attestations", "conditions"] | ["verifyImages", "validate", "deny", "conditions"]
    )
}

/// The values where they differ, at the places of what they replace.
fn over(node: &Node, value: &Value, path: &[&str]) -> Node {
    match (&node.value, value) {
        (NodeValue::Map(entries), Value::Object(map)) => {
            let mut all: Vec<Entry> = Vec::with_capacity(entries.len());
            for entry in entries {
                let path: Vec<&str> = path.iter().copied().chain([&*entry.key]).collect();
                match map.get(&*entry.key) {
                    Some(value) => all.push(Entry { node: over(&entry.node, value, &path), ..entry.clone() }),
                    None if is_kept(&path) => all.push(entry.clone()),
                    None => {}
                }
            }
            let new = map.iter().filter(|(key, _)| !entries.iter().any(|entry| *entry.key == **key));
            all.extend(new.map(|(key, value)| entry(key, value, &node.span)));
            Node { value: NodeValue::Map(all), span: node.span.clone() }
        }
        (NodeValue::List(items), Value::Array(values)) if items.len() == values.len() => {
            let items = items.iter().zip(values).map(|(item, value)| over(item, value, path)).collect();
            Node { value: NodeValue::List(items), span: node.span.clone() }
        }
        _ if yaml::to_json(node) == *value => node.clone(),
        _ => yaml::json_at(&node.span, value),
    }
}

fn entry(key: &str, value: &Value, span: &Span) -> Entry {
    Entry { key: key.into(), key_span: span.clone(), node: yaml::json_at(span, value) }
}
