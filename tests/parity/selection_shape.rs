//! What Kyverno refuses in the parts of a policy that select resources and images, and what it passes over there.

use std::sync::Arc;

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::reference::{ImageDefaults, ImageInfo};
use sigscope::evaluate::kyverno::{self, extract, select};
use sigscope::model::Outcome;
use sigscope::model::trace::PolicyId;

use crate::vectors::{every_case, node};

fn policy(kind: &str, rule: &Value, spec: &Value) -> Value {
    let mut whole = json!({
        "apiVersion": "kyverno.io/v1",
        "kind": kind,
        "metadata": {"name": "p"},
        "spec": {"background": false, "validationFailureAction": "Enforce", "rules": [{
            "name": "r",
            "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "verifyImages": [{"imageReferences": ["*"], "mutateDigest": true}],
        }]},
    });
    for (key, value) in rule.as_object().unwrap() {
        whole["spec"]["rules"][0][key] = value.clone();
    }
    for (key, value) in spec.as_object().unwrap() {
        whole["spec"][key] = value.clone();
    }
    whole
}

fn refusals(policy: &Value) -> Vec<String> {
    let read = kyverno::read(&Arc::new(node(policy)));
    assert_eq!(kyverno::refused(&read).is_some(), !read.refusals.is_empty());
    read.refusals.into_iter().map(|refusal| refusal.text).collect()
}

#[track_caller]
fn refused(rule: &Value, wanted: &str) {
    let found = refusals(&policy("ClusterPolicy", rule, &json!({})));
    assert!(found.iter().any(|text| text.contains(wanted)), "{rule}: wanted {wanted}, found {found:?}");
}

#[track_caller]
fn accepted(rule: &Value) {
    assert_eq!(refusals(&policy("ClusterPolicy", rule, &json!({}))), Vec::<String>::new(), "{rule}");
}

fn pods(more: &Value) -> Value {
    let mut resources = json!({"kinds": ["Pod"]});
    for (key, value) in more.as_object().unwrap() {
        resources[key] = value.clone();
    }
    json!({"match": {"any": [{"resources": resources}]}})
}

#[test]
fn what_selects_must_be_of_its_form() {
    refused(&json!({"match": null}), "match: Required value");
    refused(
        &json!({"match": {"any": {"resources": {"kinds": ["Pod"]}}}}),
        "match.any: Invalid value: must be of type array",
    );
    refused(&json!({"match": {"some": []}}), "unknown field \"spec.rules[0].match.some\"");
    refused(&json!({"match": {"any": ["Pod"]}}), "match.any[0]: Invalid value: must be of type object");
    refused(
        &json!({"match": {"resources": {"kinds": "Pod"}}}),
        "match.resources.kinds: Invalid value: must be of type array",
    );
    refused(&pods(&json!({"names": [1]})), "names[0]: Invalid value: must be of type string");
    refused(
        &pods(&json!({"namespace": "a"})),
        "unknown field \"spec.rules[0].match.any[0].resources.namespace\"",
    );
    refused(
        &pods(&json!({"annotations": {"a": true}})),
        "annotations.a: Invalid value: must be of type string",
    );
    refused(&pods(&json!({"operations": ["create"]})), "operations: Unsupported value: \"create\"");
    refused(
        &json!({"exclude": {"any": [{"resources": {"namespaces": "kube-system"}}]}}),
        "exclude.any[0].resources.namespaces",
    );
    refused(
        &json!({"exclude": {"any": [{"resource": {}}]}}),
        "unknown field \"spec.rules[0].exclude.any[0].resource\"",
    );
    accepted(&json!({}));
    accepted(&json!({"match": {"resources": {"kinds": ["Pod"]}}, "exclude": null}));
    accepted(&json!({"exclude": {"any": [{"resources": {"annotations": {"a": "b"}}}]}}));
    accepted(&pods(&json!({"namespaces": ["a"], "operations": ["CREATE"], "names": ["*"]})));
}

#[test]
fn what_selects_must_agree_with_itself() {
    let any = json!([{"resources": {"kinds": ["Pod"]}}]);
    refused(&json!({"match": {"any": any, "all": any}}), "Can't specify any and all together");
    refused(
        &json!({"match": {"any": any, "resources": {"names": ["a"]}}}),
        "can't specify any/all together with match resources",
    );
    refused(
        &pods(&json!({"name": "a", "names": ["b"]})),
        "Both name and names can not be specified together",
    );
    refused(
        &json!({"match": {"any": [{"resources": {"namespaces": ["a"]}}]}}),
        "at least one element must be specified in a kind block",
    );
    refused(
        &json!({"match": {"any": [{"resources": {"kinds": ["*"]}}]}}),
        "wildcard policy does not support rule type",
    );
    accepted(&json!({"exclude": {"any": [{"resources": {"namespaces": ["a"]}}]}}));
}

#[test]
fn selectors_and_users_must_be_valid() {
    refused(&pods(&json!({"selector": {}})), "The requirements are not specified in selector");
    refused(&pods(&json!({"selector": {"app": "x"}})), "unknown field");
    refused(
        &pods(&json!({"selector": {"matchLabels": {"app": true}}})),
        "matchLabels.app: Invalid value: must be of type string",
    );
    let expression = |value: Value| pods(&json!({"selector": {"matchExpressions": [value]}}));
    refused(
        &expression(json!({"key": "a", "operator": "Is", "values": ["b"]})),
        "\"Is\" is not a valid label selector operator",
    );
    refused(&expression(json!({"key": "a"})), "operator: Required value");
    accepted(&expression(json!({"key": "a", "operator": "Exists"})));
    accepted(&pods(&json!({"selector": {"matchLabels": {"a/*": "?*"}}, "namespaceSelector": {}})));
    let excluding = |filter: Value| json!({"exclude": {"any": [filter]}});
    refused(&excluding(json!({"roles": ["admin"]})), "Role is expected to be in namespace:name format");
    refused(
        &excluding(json!({"subjects": [{"kind": "Robot", "name": "a"}]})),
        "kind must be 'User', 'Group', or 'ServiceAccount'",
    );
    refused(
        &excluding(json!({"subjects": [{"kind": "ServiceAccount", "name": "a"}]})),
        "subjects[0].namespace: Required value",
    );
    accepted(&excluding(json!({"roles": ["a:b"], "subjects": [{"kind": "User", "name": "a"}]})));
}

#[test]
fn namespaced_policies_have_their_own_namespace_only() {
    let rule = pods(&json!({"namespaces": ["a"]}));
    let overrides = json!({"validationFailureActionOverrides": [{"action": "Audit", "namespaces": ["a"]}]});
    let found = refusals(&policy("Policy", &rule, &overrides)).join("\n");
    assert!(found.contains("Filtering namespaces not allowed in namespaced policies"), "{found}");
    assert!(found.contains("supported only with ClusterPolicy"), "{found}");
    assert!(refusals(&policy("ClusterPolicy", &rule, &overrides)).is_empty());
    for (wrong, wanted) in [
        (json!({"action": "Enforce"}), "must be of type array"),
        (json!([{"action": "Deny"}]), "invalid action"),
        (json!([{"action": "Audit", "namespaces": "a"}]), "namespaces: Invalid value: must be of type array"),
        (json!([{"action": "Audit", "namespace": ["a"]}]), "unknown field"),
    ] {
        let spec = json!({"validationFailureActionOverrides": wrong});
        let found = refusals(&policy("ClusterPolicy", &json!({}), &spec)).join("\n");
        assert!(found.contains(wanted), "{spec}: {found}");
    }
}

#[test]
fn extractors_must_be_of_their_form() {
    let task = |extractors: Value| json!({"imageExtractors": {"Task": extractors}});
    refused(
        &task(json!({"path": "/spec/image"})),
        "imageExtractors.Task: Invalid value: must be of type array",
    );
    refused(&task(json!([{"name": "x"}])), "path: Required value");
    refused(&task(json!([{"path": " / "}])), "path: Required value");
    refused(&task(json!([{"path": "/a/b", "jmespath": "@"}])), "unknown field");
    refused(
        &task(json!([{"path": "/a/b", "jmesPath": "trim_prefix(@, 'x')"}])),
        "jmespath may not be used in an image extractor when mutating digests",
    );
    accepted(&task(json!([{"path": "/", "value": "image"}, {"path": "/a/*/image", "key": "name"}])));
}

fn found(extractors: &Value) -> Result<Vec<String>, String> {
    let steps = json!([{"name": "x", "image": "one"}, {"name": "x", "image": "two"}, {"name": "y", "image": "three"}]);
    let task = node(&json!({"kind": "Task", "spec": {"image": "other", "steps": steps}}));
    let images = extract(&task, Some(&node(&json!({"Task": extractors}))))?;
    Ok(images.into_iter().map(|image| image.image).collect())
}

/// `ExtractImagesFromResource` keeps groups and images in maps.
#[test]
fn extractors_of_one_name_replace_one_another() {
    let steps = json!({"path": "/spec/steps/*", "value": "image"});
    let other = json!({"path": "/spec/image"});
    let absent = json!({"path": "/spec/nothing/*/image"});
    let images = |extractors: Value| found(&extractors).unwrap();
    assert_eq!(images(json!([steps])), ["one", "two", "three"]);
    assert_eq!(images(json!([steps, other])), ["other"]);
    assert_eq!(images(json!([other, steps, absent])), ["one", "two", "three"]);
    let named = json!({"path": "/spec/image", "name": "single"});
    assert_eq!(images(json!([steps, named])), ["one", "two", "three", "other"]);
    let keyed = json!({"path": "/spec/steps/*", "value": "image", "key": "name"});
    assert_eq!(images(json!([keyed])), ["two", "three"]);
    assert_eq!(found(&json!([])).unwrap_err(), "no extractors found for Task");
    let keyless = json!({"path": "/spec", "value": "absent", "key": "absent"});
    assert_eq!(found(&json!([keyless])).unwrap_err(), "invalid key");
}

/// Kyverno's maps would keep the later one; the API server refuses such a pod, so nothing is gained by hiding one.
#[test]
fn pods_keep_containers_of_one_name_apart() {
    let containers = json!([{"name": "x", "image": "one"}, {"name": "x", "image": "two"}]);
    let pod = node(&json!({"kind": "Pod", "spec": {"containers": containers}}));
    assert_eq!(extract::extract(&pod, None).unwrap().len(), 2);
}

fn selected(rule: &Value, resource: &Value, namespace: &str) -> Outcome {
    let id = PolicyId { kind: "Policy".to_owned(), namespace: namespace.to_owned(), name: "p".to_owned() };
    select::rule(&node(rule), &node(resource), &select::Request::create("default"), &id).outcome
}

/// `ResourceDescription.IsEmpty`, and the two senses of a Namespace's namespace.
#[test]
fn empty_annotations_select_nothing_and_exclude_nothing() {
    let pod =
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "annotations": {"x": "y"}}});
    let pods = json!({"any": [{"resources": {"kinds": ["Pod"]}}]});
    let empty = json!({"any": [{"resources": {"annotations": {}}}]});
    assert_eq!(selected(&json!({"match": pods, "exclude": empty}), &pod, ""), Outcome::Held);
    assert!(matches!(selected(&json!({"match": empty}), &pod, ""), Outcome::Failed(_)));
    let everything =
        json!({"match": {"any": [{"resources": {"kinds": ["Namespace"], "namespaces": ["prod"]}}]}});
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "prod"}});
    assert_eq!(selected(&everything, &namespace, ""), Outcome::Held);
    assert!(matches!(selected(&everything, &namespace, "prod"), Outcome::Failed(_)));
}

#[test]
fn addresses_are_hosts() {
    let parse = |image: &str| ImageInfo::parse(image, &ImageDefaults::default());
    let info = parse("[2001:db8::1]:5000/team/app:1").unwrap();
    assert_eq!((info.registry.as_str(), info.path.as_str()), ("[2001:db8::1]:5000", "team/app"));
    assert_eq!(parse("[::1]/app").unwrap().string(), "[::1]/app:latest");
    for wrong in ["[]/app", "[::1/app", "[::g]/app", "[::1]:/app", "[::1]5/app", "::1]/app"] {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
}

/// Policies that people run are not refused for how they select.
#[test]
fn policies_of_the_sample_library_select_well() {
    every_case("policy_samples.json", &|case| {
        let policy = &case["policy"];
        if policy["kind"] != "ClusterPolicy" {
            return Ok(());
        }
        let selection = |text: &String| text.contains(".match") || text.contains(".exclude");
        match refusals(policy).into_iter().find(selection) {
            Some(text) => Err(text),
            None => Ok(()),
        }
    });
}
