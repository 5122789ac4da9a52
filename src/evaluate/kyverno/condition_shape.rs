//! Conditions that Kyverno refuses with their policy, whether or not they are ever evaluated
//! (`K:pkg/validation/policy/validate.go`, `validateResources`, `validateConditions`).

use super::condition::Operator;
use super::read::Notes;
use crate::model::node::{Node, NodeValue};

/// Operations that `{{ request.operation }}` may be compared with.
const OPERATIONS: &[&str] = &["CREATE", "UPDATE", "DELETE", "CONNECT"];

/// Checks the preconditions of a rule and the `validate.deny` of its image entries.
pub(super) fn rule(notes: &mut Notes, rule: &Node, path: &str) {
    if let Some(conditions) = rule.get("preconditions") {
        block(notes, conditions, &format!("{path}.preconditions"));
    }
    for (index, entry) in rule.get("verifyImages").map(Node::items).unwrap_or_default().iter().enumerate() {
        if let Some(conditions) = entry.path(&["validate", "deny", "conditions"]) {
            block(notes, conditions, &format!("{path}.verifyImages[{index}].validate.deny.conditions"));
        }
    }
}

/// Either a list of conditions (the old form), or `any` and `all`; what else a mapping holds is not looked at.
fn block(notes: &mut Notes, conditions: &Node, path: &str) {
    match &conditions.value {
        NodeValue::List(listed) => all(notes, listed, path),
        NodeValue::Map(_) => {
            for side in ["any", "all"] {
                let listed = notes.list(conditions, path, side);
                all(notes, listed, &format!("{path}.{side}"));
            }
        }
        _ => notes.refuse(format!("{path}: failed to unmarshal Conditions"), &conditions.span),
    }
}

fn all(notes: &mut Notes, listed: &[Node], path: &str) {
    for (index, condition) in listed.iter().enumerate() {
        one(notes, condition, &format!("{path}[{index}]"));
    }
}

fn one(notes: &mut Notes, condition: &Node, path: &str) {
    let operator = condition.get("operator").and_then(Node::text).unwrap_or_default();
    let (Some(key), Some(value)) = (condition.get("key"), condition.get("value")) else {
        return missing(notes, condition, path);
    };
    if operator.is_empty() {
        return missing(notes, condition, path);
    }
    if !Operator::is_valid(operator) {
        let place = condition.get("operator").unwrap_or(condition);
        notes.refuse(format!("{path}: entered value of `operator` is invalid: \"{operator}\""), &place.span);
    }
    if key.text().is_some_and(|key| key.replace(' ', "") == "{{request.operation}}") {
        operation(notes, value, path);
    }
}

fn missing(notes: &mut Notes, condition: &Node, path: &str) {
    notes.refuse(
        format!("{path}: entered value of `key`, `value` or `operator` is missing or misspelled"),
        &condition.span,
    );
}

fn operation(notes: &mut Notes, value: &Node, path: &str) {
    let variable = |text: &str| text.len() >= 4 && text.starts_with("{{") && text.ends_with("}}");
    let allowed = match &value.value {
        NodeValue::Text(text) => variable(text) || OPERATIONS.contains(&&**text),
        NodeValue::List(listed) => {
            listed.iter().all(|one| one.text().is_some_and(|text| OPERATIONS.contains(&text)))
        }
        _ => false,
    };
    if !allowed {
        notes.refuse(
            format!("{path}.value: only the following values are allowed: [CREATE, UPDATE, DELETE, CONNECT]"),
            &value.span,
        );
    }
}
