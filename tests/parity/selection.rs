//! What upstream's source says about selection beyond its unit-test tables, read case by case.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::kind::{self, KindSelector};
use sigscope::evaluate::kyverno::reference::{ImageDefaults, ImageInfo};
use sigscope::evaluate::kyverno::{Action, action, autogen, label, pointer};
use sigscope::format::yaml;

use crate::vectors::node;

fn response(spec: &Value, namespace: &str) -> Action {
    action::of_response(&node(spec), namespace, &BTreeMap::new())
}

/// `matchOverride`, `ruleAction` of pkg/engine/api/engineresponse.go.
#[test]
fn the_action_is_that_of_the_first_rule_that_sets_one() {
    let everywhere = json!({"validationFailureAction": "Audit", "validationFailureActionOverrides": [{"action": "Enforce"}]});
    assert_eq!(response(&everywhere, "any"), Action::Enforce);
    assert_eq!(action::of_spec(&node(&json!({"spec": everywhere})), "any"), Action::Enforce);
    let nowhere = json!({"validationFailureActionOverrides": [{"action": "Enforce", "namespaces": []}]});
    assert_eq!(response(&nowhere, "any"), Action::Audit);
    let ordered = json!({"rules": [
        {"validate": {"failureAction": "Audit", "deny": {}}},
        {"verifyImages": [{"failureAction": "Enforce"}]},
    ]});
    assert_eq!(response(&ordered, ""), Action::Audit);
    let validating =
        json!({"rules": [{"validate": {"deny": {}}, "verifyImages": [{"failureAction": "Enforce"}]}]});
    assert_eq!(response(&validating, ""), Action::Audit);
}

/// pkg/webhooks/utils/{block,error}.go.
#[test]
fn messages_tell_what_did_not_pass() {
    let rules = [("w", "warning", "m"), ("s", "skip", "m"), ("f", "fail", "m"), ("p", "pass", "m")];
    let blocked = action::blocked_message("p", "Pod/d/n", &rules);
    assert!(blocked.ends_with("p:\n  f: m\n  w: m\n"), "{blocked}");
    let quoted = action::blocked_message("p", "Pod/d/n", &[("r", "fail", "failed: a")]);
    assert!(quoted.ends_with("p:\n  r: 'failed: a'\n"), "{quoted}");
    let told = action::error_message("p", "Pod/d/n", &rules);
    assert!(
        told.ends_with(":;rule w (Validation): m;rule s (Validation): m;rule f (Validation): m"),
        "{told}"
    );
}

fn policy(annotation: Option<&str>, rules: &Value) -> Value {
    let annotations =
        annotation.map_or(json!({}), |list| json!({"pod-policies.kyverno.io/autogen-controllers": list}));
    json!({"metadata": {"name": "p", "annotations": annotations}, "spec": {"rules": rules}})
}

fn names(policy: &Value) -> Vec<String> {
    autogen::rules(&node(policy)).into_iter().map(|rule| rule.name).collect()
}

/// `computeRules`, `generateRules`, `generateCronJobRule` of pkg/autogen/v1.
#[test]
fn derived_rules_follow_all_written_ones() {
    let pods = json!({"any": [{"resources": {"kinds": ["Pod"]}}]});
    let rules = json!([{"name": "a", "match": pods}, {"name": "autogen-x", "match": pods}, {"name": "b", "match": pods}]);
    assert_eq!(
        names(&policy(None, &rules)),
        ["a", "b", "autogen-a", "autogen-cronjob-a", "autogen-b", "autogen-cronjob-b"]
    );
    assert_eq!(names(&policy(Some("none"), &rules)), ["a", "autogen-x", "b"]);
    let listed = policy(Some("Deployment, Job"), &rules);
    let kinds: Vec<Value> = autogen::rules(&node(&listed))
        .iter()
        .filter(|rule| rule.generated)
        .map(|rule| yaml::to_json(rule.node.path(&["match", "any"]).unwrap()))
        .collect();
    let only = json!([{"resources": {"kinds": ["apps/v1/Deployment"]}}]);
    assert_eq!(kinds, [only.clone(), only]);
}

#[test]
fn cron_jobs_take_every_filter_and_other_controllers_those_for_pods() {
    let rules = json!([{
        "name": "a",
        "match": {"any": [{"resources": {"kinds": ["Pod"]}}, {"subjects": [{"kind": "User", "name": "u"}]}]},
        "exclude": {"any": [{"resources": {"kinds": ["Pod"]}}, {"resources": {"kinds": ["Service"], "namespaces": ["n"]}}]},
    }]);
    let derived = autogen::rules(&node(&policy(Some("Deployment,CronJob"), &rules)));
    let of = |name: &str, side: &str| {
        let rule = derived.iter().find(|rule| rule.name == name).unwrap();
        yaml::to_json(rule.node.path(&[side, "any"]).unwrap())
    };
    let subject = json!([{"kind": "User", "name": "u"}]);
    let (deployment, cron) =
        (json!({"kinds": ["apps/v1/Deployment"]}), json!({"kinds": ["batch/v1/CronJob"]}));
    assert_eq!(of("autogen-a", "match"), json!([{"resources": deployment}, {"subjects": subject}]));
    assert_eq!(
        of("autogen-cronjob-a", "match"),
        json!([{"resources": cron}, {"subjects": subject, "resources": cron}])
    );
    assert_eq!(
        of("autogen-a", "exclude")[1],
        json!({"resources": {"kinds": ["Service"], "namespaces": ["n"]}})
    );
    assert_eq!(
        of("autogen-cronjob-a", "exclude")[1],
        json!({"resources": {"kinds": ["batch/v1/CronJob"], "namespaces": ["n"]}})
    );
}

/// distribution/reference `Parse`, and the quirk of pkg/utils/image/infos.go.
#[test]
fn references_follow_the_grammar_and_the_quirk() {
    let hex = "a".repeat(64);
    let parse = |image: &str| ImageInfo::parse(image, &ImageDefaults::default());
    let said = |image: &str| parse(image).unwrap_err();
    let quirk = parse("my_host.example/team/app:1").unwrap();
    assert_eq!((quirk.registry.as_str(), quirk.path.as_str()), ("my_host.example", "team/app"));
    let unchanged = ImageDefaults { registry: "docker.io".to_owned(), mutate: false };
    let quirk = ImageInfo::parse("my_team/app", &unchanged).unwrap();
    assert_eq!((quirk.registry.as_str(), quirk.path.as_str()), ("my_team", "app"));
    assert_eq!(parse("Foo/bar").unwrap().string(), "Foo/bar:latest");
    assert_eq!(parse("localhost:5000/a/b:1").unwrap().string(), "localhost:5000/a/b:1");
    assert_eq!(parse(&format!("a:1@sha256:{hex}")).unwrap().reference_with_tag(), "docker.io/a:1");
    assert!(said("foo/Bar").ends_with(": repository name must be lowercase)"));
    assert!(said("foo/Bar+").ends_with(": invalid reference format)"));
    assert!(said(&format!("a@sha256:{}", "a".repeat(63))).ends_with(": invalid checksum digest length)"));
    assert!(said(&format!("a@sha256:{}", "A".repeat(64))).ends_with(": invalid checksum digest format)"));
    assert!(said(&format!("a@md5:{}", "a".repeat(32))).ends_with(": unsupported digest algorithm)"));
    assert!(
        said("a:b:c")
            .starts_with("invalid image 'a:b:c' (bad image: docker.io/a:b:c, defaultRegistry: docker.io, ")
    );
}

/// pkg/utils/kube/kind.go.
#[test]
fn kind_selectors_are_taken_apart_by_the_number_of_segments() {
    let parts = |input: &str| {
        let found = KindSelector::parse(input).unwrap();
        [found.group, found.version, found.kind, found.subresource].join(" ")
    };
    for (input, wanted) in [
        ("*.*", "* * * *"),
        ("*/Pod", "* * Pod "),
        // The first star is a version to upstream, so the last segment is a subresource.
        ("*/*/Pod", "* * * Pod"),
        ("*/v1/Pod", "* * v1 Pod"),
        ("apps/v1/Deployment", "apps v1 Deployment "),
        ("v1/v1/Foo", "* v1 v1 Foo"),
        ("a/Deployment.scale", "a Deployment scale "),
        ("apps/v1beta1/Deployment/scale", "apps v1beta1 Deployment scale"),
    ] {
        assert_eq!(parts(input), wanted, "{input}");
    }
    assert!(KindSelector::parse("a/b/c/d/e").is_none() && KindSelector::parse("Pod.a.b.c.d").is_none());
    for (input, version, kind) in [
        ("apps/Deployment", "", "apps/Deployment"),
        ("*/Pod", "*", "Pod"),
        ("*/*/*", "*", "*/*"),
        ("apps/v1/Deployment/scale", "apps/v1", "Deployment/scale"),
    ] {
        assert_eq!(kind::kind_from_gvk(input), (version.to_owned(), kind.to_owned()), "{input}");
    }
}

#[test]
fn selectors_are_checked_and_lose_no_pair() {
    let labels: BTreeMap<String, String> = [("skip".to_owned(), "true".to_owned())].into();
    let holds = |selector: Value| label::selector_matches(&node(&selector), &labels);
    assert_eq!(holds(json!({"matchLabels": {"skip": true}})), Ok(true));
    assert_eq!(holds(json!({"matchLabels": {"skip": false}})), Ok(false));
    let expression = |key: &str, operator: &str, values: Value| {
        holds(json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]}))
    };
    assert_eq!(expression("other", "NotIn", json!(["x"])), Ok(true));
    assert!(expression("bad_prefix/a", "NotIn", json!(["x"])).is_err());
    assert!(expression("skip", "NotIn", json!(["no space"])).is_err());
    assert!(expression("skip", "Exists", json!(["x"])).is_err());
}

/// pkg/utils/jsonpointer.
#[test]
fn pointers_drop_empty_segments_and_read_every_escape_once() {
    assert_eq!(pointer::parse("/a//b~01/"), ["a", "b~1"]);
    assert_eq!(pointer::parse(r#"a\\b/c\"d"#), [r"a\b", "c\"d"]);
    assert_eq!(pointer::parse_path("/a//b"), ["a", "b"]);
    let long = "9".repeat(30);
    assert_eq!(pointer::to_jmespath(&["a".to_owned(), long.clone()]), format!("a.\"{long}\""));
    assert_eq!(pointer::to_jmespath(&["\u{7f}".to_owned()]), "\"\u{7f}\"");
}
