//! Reads `attestations` and `validate` of an entry of `verifyImages` (spec A.10, A.12).

use std::sync::Arc;

use super::attestor;
use super::condition::Operator;
use super::fields;
use super::policy::{Attestation, AttestorSet, Deny, Placed, Signer};
use super::read::Notes;
use crate::model::node::{Node, NodeValue};

/// Reads `attestations`.
pub(super) fn read_all(notes: &mut Notes, owner: &Node, path: &str) -> Vec<Attestation> {
    let inherited = attestor::annotations(&mut Notes::default(), owner, path);
    let mut all = Vec::new();
    for (index, node) in notes.list(owner, path, "attestations").iter().enumerate() {
        let path = format!("{path}.attestations[{index}]");
        notes.known(node, &path, fields::ATTESTATION);
        let mut text = |field| notes.text(node, &path, field).filter(|text| !text.value.is_empty());
        let (kind, old, name) = (text("type"), text("predicateType"), text("name"));
        let absent = Placed { value: String::new(), span: node.span.clone(), by_default: true };
        let listed = notes.list(node, &path, "conditions");
        for (number, block) in listed.iter().enumerate() {
            conditions(notes, block, &format!("{path}.conditions[{number}]"));
        }
        all.push(Attestation {
            span: node.span.clone(),
            name: name.map(|name| name.value).unwrap_or_default(),
            kind: kind.or(old).unwrap_or(absent),
            attestors: without_further_keys(attestor::read_listed(notes, node, &path, &inherited)),
            conditions: node
                .get("conditions")
                .filter(|_| !listed.is_empty())
                .map(|list| Arc::new(list.clone())),
            roots: None,
        });
    }
    all
}

/// Here a PEM of several keys is not taken apart, and only its first key counts.
fn without_further_keys(mut sets: Vec<AttestorSet>) -> Vec<AttestorSet> {
    for set in &mut sets {
        set.entries.retain(|entry| !matches!(&entry.signer, Signer::Key(key) if key.index > 0));
    }
    sets
}

/// A block of `any` and `all` (`AnyAllConditions` of the schema).
fn conditions(notes: &mut Notes, block: &Node, path: &str) {
    notes.known(block, path, fields::CONDITIONS);
    for side in fields::CONDITIONS {
        for (index, one) in notes.list(block, path, side).iter().enumerate() {
            let path = format!("{path}.{side}[{index}]");
            notes.known(one, &path, fields::CONDITION);
            notes.text(one, &path, "message");
            let Some(operator) = notes.text(one, &path, "operator") else { continue };
            if !Operator::is_valid(&operator.value) || matches!(&*operator.value, "Equal" | "NotEqual") {
                notes.refuse(
                    format!("{path}.operator: Unsupported value: \"{}\"", operator.value),
                    &operator.span,
                );
            }
        }
    }
}

/// Reads `validate`.
pub(super) fn read_deny(notes: &mut Notes, owner: &Node, path: &str) -> Option<Deny> {
    let validate = owner.get("validate").filter(|node| node.value != NodeValue::Null)?;
    let path = format!("{path}.validate");
    notes.known(validate, &path, fields::VALIDATE);
    let message = notes.text(validate, &path, "message").map(|text| text.value).unwrap_or_default();
    let deny = validate.get("deny").filter(|node| node.value != NodeValue::Null)?;
    notes.known(deny, &format!("{path}.deny"), &["conditions"]);
    let conditions = deny.get("conditions").filter(|node| node.value != NodeValue::Null);
    Some(Deny { message, conditions: conditions.map(|node| Arc::new(node.clone())), span: deny.span.clone() })
}

/// Where one entry of a rule has `validate`, Kyverno reads `deny` of all of them, and stops with an internal error at one
/// that has none (`HasValidateImageVerification` and what asks it): such a policy is never accepted.
pub(super) fn every_deny(notes: &mut Notes, rule: &Node, path: &str) {
    let entries = rule.get("verifyImages").map(Node::items).unwrap_or_default();
    let written = |node: &&Node| node.value != NodeValue::Null;
    let validate = |entry: &Node| {
        let message = entry.path(&["validate", "message"]).and_then(Node::text);
        message.is_some_and(|text| !text.is_empty())
            || entry.path(&["validate", "deny"]).filter(written).is_some()
    };
    if !entries.iter().any(validate) {
        return;
    }
    for (index, entry) in entries.iter().enumerate() {
        if entry.path(&["validate", "deny"]).filter(written).is_none() {
            notes.refuse(
                format!(
                    "{path}.verifyImages[{index}].validate.deny: Kyverno stops with an internal error: where one entry of \
                     a rule has `validate`, every one needs `validate.deny`"
                ),
                &entry.span,
            );
        }
    }
}
