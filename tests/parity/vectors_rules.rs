//! Kyverno's own unit-test tables: whole rules, derived rules, answers.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::{Action, action, autogen, select};
use sigscope::model::Outcome;
use sigscope::model::trace::PolicyId;

use crate::vectors::{every_case, node, same, text, unknown};
use crate::vectors_match::admission_user;

#[test]
fn match_rules() {
    every_case("match_rules.json", &|case| {
        let policy = node(&case["policy"]);
        let resource = node(&case["resource"]);
        let request = select::Request {
            operation: text(case, "operation"),
            namespace: String::new(),
            namespace_labels: Some(BTreeMap::new()),
            user: admission_user(&case["admission_info"]),
            subresource: String::new(),
        };
        let id = PolicyId { kind: "Policy".to_owned(), namespace: String::new(), name: "vector".to_owned() };
        let rules = autogen::rules(&policy);
        assert!(!rules.is_empty());
        for rule in rules {
            let found = select::rule(&rule.node, &resource, &request, &id).outcome == Outcome::Held;
            same(&json!(found), &case["want_match"])
                .map_err(|problem| format!("{}: {problem}", rule.name))?;
        }
        Ok(())
    });
}

#[test]
fn autogen_rules() {
    every_case("autogen.json", &|case| {
        let found = match case["fn"].as_str() {
            Some("can_autogen") => json!(autogen::can_autogen(&node(&case["policy"]))),
            Some("can_autogen_cel") => json!(autogen::can_autogen_cel(&node(&case["match_constraints"]))),
            Some("autogen_rule_name") => {
                json!(autogen::rule_name(&text(case, "prefix"), &text(case, "rule")))
            }
            Some("is_autogen_rule_name") => json!(autogen::is_autogen_name(&text(case, "rule"))),
            Some("rewrite_variables") => {
                json!(autogen::rewrite_variables(&text(case, "text"), &text(case, "kind")))
            }
            Some("rewrite_cel_in_clusterpolicy") => {
                json!(autogen::rewrite_cel_in_clusterpolicy(&text(case, "text"), &text(case, "kind")))
            }
            Some("rewrite_cel") => json!(autogen::rewrite_cel(&text(case, "text"), &text(case, "config"))),
            _ => return unknown(case),
        };
        same(&found, &case["want"])
    });
}

fn rules(case: &Value) -> Vec<(&str, &str, &str)> {
    let rules = case["rules"].as_array().unwrap().iter();
    rules.map(|r| (r[0].as_str().unwrap(), r[1].as_str().unwrap(), r[2].as_str().unwrap())).collect()
}

#[test]
fn responses() {
    every_case("responses.json", &|case| {
        let found = match case["fn"].as_str() {
            Some("failure_action") => {
                let labels = case["namespace_labels"].as_object().unwrap().iter();
                let labels = labels.map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())).collect();
                let namespace = text(case, "resource_namespace");
                json!(action::of_response(&node(&case["spec"]), &namespace, &labels).word())
            }
            Some("block_request") => {
                let action = Action::parse(&text(case, "failure_action")).unwrap();
                json!(action::blocks(&text(case, "rule_status"), action, &text(case, "failure_policy")))
            }
            Some("blocked_message") => {
                json!(action::blocked_message(&text(case, "policy"), &text(case, "resource"), &rules(case)))
            }
            Some("error_message") => {
                json!(action::error_message(&text(case, "policy"), &text(case, "resource"), &rules(case)))
            }
            Some("warnings") => json!(action::warnings(&text(case, "policy"), &rules(case))),
            Some("action_word") => {
                let count = usize::try_from(case["count"].as_u64().unwrap()).unwrap();
                json!(action::action_word(case["has_violations"].as_bool().unwrap(), count))
            }
            _ => return unknown(case),
        };
        same(&found, &case["want"])
    });
}
