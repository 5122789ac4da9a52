//! What a failed rule means for the request, and the texts of the admission answer
//! (`pkg/engine/api/engineresponse.go`, `pkg/webhooks/utils`).

use std::collections::BTreeMap;

use super::policy::Action;
use super::{go_yaml, label};
use crate::lang::wildcard;
use crate::model::node::Node;

/// The action that `spec` gives for a namespace. Without a cluster the labels of the namespace are unknown and count as
/// none, as they do for Kyverno's command line.
#[must_use]
pub fn of_spec(policy: &Node, namespace: &str) -> Action {
    policy.get("spec").map_or(Action::Audit, |spec| of_policy(spec, namespace, &BTreeMap::new()))
}

fn parse(node: Option<&Node>) -> Option<Action> {
    node.and_then(Node::text).and_then(Action::parse)
}

fn of_policy(spec: &Node, namespace: &str, labels: &BTreeMap<String, String>) -> Action {
    overridden(spec.get("validationFailureActionOverrides"), namespace, labels)
        .or_else(|| parse(spec.get("validationFailureAction")))
        .unwrap_or(Action::Audit)
}

fn overridden(
    overrides: Option<&Node>,
    namespace: &str,
    labels: &BTreeMap<String, String>,
) -> Option<Action> {
    overrides.map(Node::items).unwrap_or_default().iter().find_map(|one| {
        let action = parse(one.get("action"))?;
        let selected = one
            .get("namespaceSelector")
            .is_none_or(|selector| label::selector_matches(selector, labels).unwrap_or(false));
        // Without namespaces the selector alone decides, and without both the override is for every namespace.
        let named = one.get("namespaces").is_none_or(|namespaces| {
            namespaces
                .items()
                .iter()
                .filter_map(Node::text)
                .any(|pattern| wildcard::matches(pattern, namespace))
        });
        (selected && named).then_some(action)
    })
}

/// The action of a whole policy's answer: that of the first rule that sets one, else that of the `spec`.
#[must_use]
pub fn of_response(spec: &Node, namespace: &str, labels: &BTreeMap<String, String>) -> Action {
    let rules = spec.get("rules").map(Node::items).unwrap_or_default();
    rules
        .iter()
        .find_map(|rule| of_rule(rule, namespace, labels))
        .unwrap_or_else(|| of_policy(spec, namespace, labels))
}

/// The action that a rule sets itself. A rule that validates is not asked for its images; among the entries of
/// `verifyImages` any Enforce wins.
fn of_rule(rule: &Node, namespace: &str, labels: &BTreeMap<String, String>) -> Option<Action> {
    if let Some(validate) = rule.get("validate").filter(|validate| !validate.entries().is_empty()) {
        return overridden(validate.get("failureActionOverrides"), namespace, labels)
            .or_else(|| parse(validate.get("failureAction")));
    }
    let entries = rule.get("verifyImages").map(Node::items).unwrap_or_default();
    let written: Vec<Action> = entries.iter().filter_map(|entry| parse(entry.get("failureAction"))).collect();
    written.iter().copied().find(|action| *action == Action::Enforce).or(written.first().copied())
}

/// Is a request blocked by a rule with this status (`fail`, `error`, …)?
#[must_use]
pub fn blocks(status: &str, action: Action, failure_policy: &str) -> bool {
    match status {
        "fail" => action == Action::Enforce,
        "error" => failure_policy == "Fail",
        _ => false,
    }
}

/// One rule of an answer: name, status, message.
pub type RuleText<'a> = (&'a str, &'a str, &'a str);

/// The text of a denied request. Rules are sorted by name, as the YAML printer sorts them.
#[must_use]
pub fn blocked_message(policy: &str, resource: &str, rules: &[RuleText<'_>]) -> String {
    let mut failed: Vec<&RuleText<'_>> =
        rules.iter().filter(|rule| !matches!(rule.1, "pass" | "skip")).collect();
    failed.sort_by_key(|rule| rule.0);
    let lines: String = failed
        .iter()
        .map(|rule| format!("  {}: {}\n", go_yaml::scalar(rule.0, 2), go_yaml::scalar(rule.2, 4)))
        .collect();
    let policy = go_yaml::scalar(policy, 0);
    format!("\n\nresource {resource} was blocked due to the following policies \n\n{policy}:\n{lines}")
}

/// The text of an event about failed rules: once one failed, every rule that did not pass is told.
#[must_use]
pub fn error_message(policy: &str, resource: &str, rules: &[RuleText<'_>]) -> String {
    let told = rules.iter().filter(|rule| rule.1 != "pass");
    let parts: Vec<String> = told.map(|rule| format!("rule {} (Validation): {}", rule.0, rule.2)).collect();
    format!("Resource {resource} failed policy {policy}:;{}", parts.join(";"))
}

/// The admission warnings.
#[must_use]
pub fn warnings(policy: &str, rules: &[RuleText<'_>]) -> Vec<String> {
    let told = rules.iter().filter(|rule| matches!(rule.1, "warning" | "fail" | "error"));
    told.map(|rule| format!("policy {policy}.{}: {}", rule.0, rule.2)).collect()
}

/// The word for what went wrong, in the right number.
#[must_use]
pub fn action_word(has_violations: bool, count: usize) -> &'static str {
    match (has_violations, count > 1) {
        (true, true) => "violations",
        (true, false) => "violation",
        (false, true) => "errors",
        (false, false) => "error",
    }
}
