//! Findings about conditions: operators that are deprecated, or that are always false as they are spelt.

use super::policy::Findings;
use crate::evaluate::kyverno::condition::Operator;
use crate::model::code::Code;
use crate::model::node::{Node, NodeValue};

/// Looks at every condition of a list, whatever its form.
pub(super) fn list(findings: &mut Findings, conditions: &Node) {
    match &conditions.value {
        NodeValue::List(items) => items.iter().for_each(|item| list(findings, item)),
        NodeValue::Map(entries) if conditions.get("operator").is_none() => {
            for entry in entries.iter().filter(|entry| matches!(&*entry.key, "any" | "all")) {
                if &*entry.key == "any"
                    && matches!(&entry.node.value, NodeValue::List(items) if items.is_empty())
                {
                    findings.warn(
                        Code::LintOperator,
                        &entry.key_span,
                        "an empty `any` is never true in this place",
                    );
                }
                list(findings, &entry.node);
            }
        }
        NodeValue::Map(_) => one(findings, conditions),
        _ => {}
    }
}

fn one(findings: &mut Findings, condition: &Node) {
    let Some(node) = condition.get("operator") else { return };
    let name = node.text().unwrap_or_default();
    let Some(operator) = Operator::find(name) else { return };
    let ordered = ["Greater", "Less", "Duration"].iter().any(|head| operator.name().starts_with(head));
    if ordered && !Operator::is_valid(name) {
        let message = format!("`{name}` in this spelling is always false; write `{}`", operator.name());
        findings.warn(Code::LintOperator, &node.span, message);
    } else if let [first, ..] = operator.replacements() {
        let message = format!("the operator `{name}` is deprecated; write `{first}`");
        findings.hint(Code::LintOperator, &node.span, message);
    }
}
