//! Kyverno's own unit-test tables: primitives of match and exclude.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::kind::{self, Gvk, KindSelector};
use sigscope::evaluate::kyverno::subject::{self, UserInfo};
use sigscope::evaluate::kyverno::{label, pointer, select};
use sigscope::lang::wildcard;
use sigscope::model::Outcome;
use sigscope::model::trace::PolicyId;

use crate::vectors::{every_case, node, same, text, texts, unknown};

fn map(value: &Value) -> BTreeMap<String, String> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn user(value: &Value) -> UserInfo {
    UserInfo {
        username: text(value, "username"),
        groups: texts(&value["groups"]),
        roles: texts(&value["roles"]),
        cluster_roles: texts(&value["clusterRoles"]),
    }
}

fn check_kind(case: &Value) -> bool {
    let gvk = &case["gvk"];
    let gvk = Gvk {
        group: gvk["group"].as_str().unwrap(),
        version: gvk["version"].as_str().unwrap(),
        kind: gvk["kind"].as_str().unwrap(),
    };
    let ephemeral = case["allow_ephemeral_containers"].as_bool().unwrap();
    texts(&case["kinds"]).iter().any(|selector| {
        KindSelector::parse(selector)
            .is_some_and(|selector| selector.names(&gvk, &text(case, "subresource"), ephemeral))
    })
}

/// Through the same road as a rule: a filter with `namespaces` alone.
fn check_namespace(case: &Value) -> bool {
    let patterns = texts(&case["patterns"]);
    if patterns.is_empty() {
        return false;
    }
    let resource = &case["resource"];
    let metadata = json!({"name": resource["name"], "namespace": resource["namespace"]});
    let resource = node(&json!({"kind": resource["kind"], "metadata": metadata}));
    let rule = node(&json!({"match": {"any": [{"resources": {"namespaces": patterns}}]}}));
    let policy = PolicyId { kind: String::new(), namespace: String::new(), name: String::new() };
    select::rule(&rule, &resource, &select::Request::create(""), &policy).outcome == Outcome::Held
}

fn check_selector(case: &Value) -> Result<(), String> {
    let found = label::selector_matches(&node(&case["selector"]), &map(&case["labels"]));
    match (found, case["error"].as_bool()) {
        (Err(_), Some(true)) => Ok(()),
        (Ok(found), None | Some(false)) => same(&json!(found), &case["want"]),
        (found, _) => Err(format!("{found:?}")),
    }
}

fn run(case: &Value) -> Result<(), String> {
    let input = text(case, "input");
    let found = match case["fn"].as_str() {
        Some("check_kind") => json!(check_kind(case)),
        Some("parse_kind_selector") => {
            let parsed = KindSelector::parse(&input);
            let of = |part: &dyn Fn(&KindSelector) -> String| parsed.as_ref().map(part).unwrap_or_default();
            json!({
                "group": of(&|p| p.group.clone()), "version": of(&|p| p.version.clone()),
                "kind": of(&|p| p.kind.clone()), "subresource": of(&|p| p.subresource.clone()),
            })
        }
        Some("kind_from_gvk") => {
            let (version, kind) = kind::kind_from_gvk(&input);
            json!({"apiVersion": version, "kind": kind})
        }
        Some("split_subresource") => {
            let (kind, subresource) = kind::split_subresource(&input);
            json!({"kind": kind, "subresource": subresource})
        }
        Some("group_version_matches") => {
            json!(kind::group_version_matches(&text(case, "selector"), &text(case, "actual")))
        }
        Some("check_name") => json!(wildcard::matches(&text(case, "pattern"), &text(case, "name"))),
        Some("check_namespace") => json!(check_namespace(case)),
        Some("check_annotations") => {
            json!(label::annotations_match(&map(&case["expected"]), &map(&case["actual"])))
        }
        Some("check_selector") => return check_selector(case),
        Some("check_subjects") => {
            json!(subject::subjects_match(node(&case["subjects"]).items(), &user(&case["user_info"])))
        }
        Some("pointer_parse") => json!(pointer::parse(&input)),
        Some("pointer_parse_path") => json!(pointer::parse_path(&input)),
        Some("pointer_to_jmespath") => json!(pointer::to_jmespath(&texts(&case["input"]))),
        Some("pointer_to_string") => json!(pointer::to_text(&texts(&case["input"]))),
        _ => return unknown(case),
    };
    same(&found, &case["want"])
}

#[test]
fn match_primitives() {
    every_case("match.json", &run);
}

/// The user of an admission request, as `match_rules` writes it.
pub(crate) fn admission_user(info: &Value) -> UserInfo {
    let mut whole = user(&info["userInfo"]);
    whole.roles = texts(&info["roles"]);
    whole.cluster_roles = texts(&info["clusterRoles"]);
    whole
}
