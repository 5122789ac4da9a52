//! Findings about a whole policy: what Kyverno refuses, what is deprecated, and each entry of `verifyImages`.

use super::super::policy::Policy;
use super::super::read::is_empty;
use super::{condition, entry};
use crate::model::code::Code;
use crate::model::lint::{Lint, Severity};
use crate::model::node::Node;
use crate::model::span::Span;

/// Collects findings.
#[derive(Default)]
pub(super) struct Findings(Vec<Lint>);

impl Findings {
    pub(super) fn add(&mut self, code: Code, severity: Severity, span: &Span, message: impl Into<String>) {
        self.0.push(Lint { code, severity, span: span.clone(), message: message.into() });
    }

    pub(super) fn warn(&mut self, code: Code, span: &Span, message: impl Into<String>) {
        self.add(code, Severity::Warning, span, message);
    }

    pub(super) fn hint(&mut self, code: Code, span: &Span, message: impl Into<String>) {
        self.add(code, Severity::Hint, span, message);
    }
}

/// Everything that is conspicuous in a policy, in the order of its lines.
#[must_use]
pub fn lint(policy: &Policy) -> Vec<Lint> {
    let mut findings = Findings::default();
    for refusal in &policy.refusals {
        findings.add(Code::PolInvalid, Severity::Error, &refusal.span, refusal.text.clone());
    }
    deprecated(&mut findings, policy);
    for rule in &policy.rules {
        if let Some(entry) = rule.node.entry("celPreconditions").filter(|entry| !is_empty(&entry.node)) {
            let text = "these conditions are never evaluated: Kyverno reads `celPreconditions` for `validate.cel` alone";
            findings.warn(Code::LintDeny, &entry.key_span, text);
        }
        if let Some(conditions) = rule.node.get("preconditions") {
            condition::list(&mut findings, conditions);
        }
        let entries = rule.node.get("verifyImages").map(Node::items).unwrap_or_default();
        for (index, node) in entries.iter().enumerate() {
            entry::entry(&mut findings, node);
            let of_entry = rule.entries.get(index).into_iter().flat_map(|entry| &entry.unsupported);
            for field in of_entry.filter(|field| !field.is_variable()) {
                later(&mut findings, &field.field, &field.span);
            }
        }
    }
    for field in &policy.unsupported {
        later(&mut findings, &field.field, &field.span);
    }
    let mut lints = findings.0;
    lints.sort_by_key(|lint| (lint.span.start, lint.code, lint.message.clone()));
    lints.dedup();
    lints
}

/// What sigscope itself does not evaluate yet is said, so that nobody takes silence for approval.
fn later(findings: &mut Findings, field: &str, span: &Span) {
    findings.hint(Code::PolUnsupported, span, format!("sigscope does not evaluate this yet: {field}"));
}

fn deprecated(findings: &mut Findings, policy: &Policy) {
    let span = policy.node.get("kind").map_or(&policy.span, |node| &node.span);
    let kind = &policy.id.kind;
    findings.hint(
        Code::LintDeprecated,
        span,
        format!("{kind} is deprecated since Kyverno 1.17; ImageValidatingPolicy takes its place"),
    );
}
