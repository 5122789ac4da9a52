//! Policies with several rules, and what decides whether a policy is asked at all, through the program.

use std::fs;

use serde_json::{Value, json};

use crate::program::{fixture, over_layouts};

/// A rule for Pods over images with these names, with the key of the fixtures.
fn rule(name: &str, images: &str, fields: &str) -> String {
    let key = fs::read_to_string(fixture("keys/cosign.pub")).unwrap().replace('\n', "\\n");
    let signed = format!(
        r#"attestors: [{{entries: [{{keys: {{publicKeys: "{key}", rekor: {{ignoreTlog: true}}, ctlog: {{ignoreSCT: true}}}}}}]}}],"#
    );
    let fields = fields.replace("SIGNED", &signed);
    format!(
        r#"{{name: {name}, match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, verifyImages: [{{imageReferences: ["{images}"], {fields}}}]}}"#
    )
}

/// All results for one image under rules with these fields of `spec`.
fn judged(spec: &str, rules: &[String], image: &str) -> Vec<Value> {
    let policy = format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{validationFailureAction: Enforce, \
         background: false, {spec} rules: [{}]}}}}",
        rules.join(", ")
    );
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), policy).unwrap();
    let path = file.path().to_string_lossy().into_owned();
    let image = format!("127.0.0.1:5000/myorg/{image}:v1.2.3");
    let words = ["audit", &image, "--policy", &path, "--offline", "--format", "json"];
    over_layouts(&words).json()["results"].as_array().unwrap().clone()
}

/// Rule, verdict and code of each result.
fn words(results: &[Value]) -> Vec<Value> {
    let one = |result: &Value| json!([result["rule"], result["verdict"], result["code"]]);
    results.iter().map(one).collect()
}

#[track_caller]
fn come_to(spec: &str, rules: &[String], image: &str, wanted: &[(&str, &str, &str)]) {
    let found = judged(spec, rules, image);
    let wanted: Vec<Value> =
        wanted.iter().map(|(rule, verdict, code)| json!([rule, verdict, code])).collect();
    assert_eq!(words(&found), wanted, "{found:#?}");
}

const ONE: &str = "applyRules: One,";
const PASSES: &str = "SIGNED";

#[test]
fn one_rule_applies_and_those_behind_it_do_not() {
    let first = |fields: &str| [rule("a", "*", fields), rule("b", "*/key-*", "SIGNED")];
    come_to(ONE, &first(PASSES), "key-p256-notlog", &[("a", "pass", "PASS"), ("b", "none", "REF-NONE")]);
    come_to("", &first(PASSES), "key-p256-notlog", &[("a", "pass", "PASS"), ("b", "pass", "PASS")]);
    // A failure ends it too.
    let key_other = first("SIGNED");
    come_to(ONE, &key_other, "key-other", &[("a", "deny", "SIG-KEY"), ("b", "none", "REF-NONE")]);
    // A rule that does not name the image, or skips it, does not.
    let names_none = [rule("a", "elsewhere.test/*", "SIGNED"), rule("b", "*", "SIGNED")];
    come_to(ONE, &names_none, "key-other", &[("a", "none", "REF-NONE"), ("b", "deny", "SIG-KEY")]);
    let skips = first(r#"SIGNED skipImageReferences: ["*"]"#);
    come_to(ONE, &skips, "key-other", &[("a", "none", "REF-SKIPPED"), ("b", "deny", "SIG-KEY")]);
}

#[test]
fn the_second_phase_of_a_rule_behind_is_reached_where_the_first_rule_has_none() {
    // Neither `verifyDigest` nor `required`: the first rule answers in the first phase alone, and what the second one
    // requires was never verified.
    let rules = [rule("a", "*", "SIGNED required: false, verifyDigest: false"), rule("b", "*", "SIGNED")];
    come_to(ONE, &rules, "key-p256-notlog", &[("a", "pass", "PASS"), ("b", "deny", "REQ-UNVERIFIED")]);
}

#[test]
fn what_is_not_known_of_the_first_rule_is_not_known_of_the_second() {
    let rules = [rule("a", "*", "SIGNED repository: \"127.0.0.1:1/aa\""), rule("b", "*", "SIGNED")];
    let found = judged(ONE, &rules, "key-p256-notlog");
    assert_eq!(found[0]["verdict"], "error", "{found:#?}");
    assert_eq!(found[1]["verdict"], "error", "{found:#?}");
}

#[test]
fn a_rule_that_validates_may_end_the_second_phase() {
    let validates = "{name: v, match: {any: [{resources: {kinds: [Pod]}}]}, validate: {message: m, pattern: {metadata: {name: \"?*\"}}}}";
    let image = rule("a", "*", "SIGNED mutateDigest: false");
    let rules = [validates.to_owned(), image.clone()];
    come_to(ONE, &rules, "key-p256-notlog", &[("a", "error", "POL-UNSUPPORTED")]);
    come_to("", &rules, "key-p256-notlog", &[("a", "deny", "DIG-MISSING")]);
    come_to(ONE, &rules, "key-other", &[("a", "deny", "SIG-KEY")]);
    let rules = [image, validates.to_owned()];
    come_to(ONE, &rules, "key-p256-notlog", &[("a", "deny", "DIG-MISSING")]);
}

#[test]
fn a_digest_that_one_rule_writes_is_there_for_the_others() {
    // The second rule writes none: what it verified it noted under the tag, and the digest stands there now.
    let rules = [rule("a", "*", "SIGNED"), rule("b", "*", "SIGNED mutateDigest: false")];
    come_to("", &rules, "key-p256-notlog", &[("a", "pass", "PASS"), ("b", "deny", "REQ-UNVERIFIED")]);
    let rules = [rule("a", "*", "SIGNED"), rule("b", "*", "SIGNED mutateDigest: false, required: false")];
    come_to("", &rules, "key-p256-notlog", &[("a", "pass", "PASS"), ("b", "pass", "PASS")]);
    let alone = [rule("b", "*", "SIGNED mutateDigest: false, required: false")];
    come_to("", &alone, "key-p256-notlog", &[("b", "deny", "DIG-MISSING")]);
    // Nor is a pattern compared with the tag any more.
    let rules = [rule("a", "*", "SIGNED"), rule("b", "*@sha256:*", "SIGNED mutateDigest: false")];
    come_to("", &rules, "key-p256-notlog", &[("a", "pass", "PASS"), ("b", "deny", "REQ-UNVERIFIED")]);
}

#[test]
fn conditions_of_the_webhook_decide_whether_the_policy_is_asked() {
    let when = |expression: &str| {
        format!("webhookConfiguration: {{matchConditions: [{{name: c, expression: \"{expression}\"}}]}},")
    };
    let signed = [rule("a", "*", "SIGNED")];
    let comes = |expression: &str, verdict: &str, code: &str| {
        come_to(&when(expression), &signed, "key-other", &[("a", verdict, code)]);
    };
    comes("object.kind == 'Pod'", "deny", "SIG-KEY");
    comes("request.operation == 'CREATE' && request.namespace == 'default'", "deny", "SIG-KEY");
    comes("object.kind == 'Deployment'", "none", "REF-NONE");
    comes("oldObject != null", "none", "REF-NONE");
    // What only a request knows is undecided, unless it does not matter.
    comes("request.userInfo.username == 'a'", "error", "POL-UNSUPPORTED");
    comes("request.userInfo.username == 'a' && false", "none", "REF-NONE");
    // An error is one with `failurePolicy: Fail`, and with Ignore the policy is not asked.
    comes("object.metadata.labels.a == 'b'", "error", "EXPR-ERROR");
    let ignored = format!("failurePolicy: Ignore, {}", when("object.metadata.labels.a == 'b'"));
    come_to(&ignored, &signed, "key-other", &[("a", "none", "REF-NONE")]);
    // What does not compile is refused.
    for bad in ["object.kind", "1 +", "authorizer.group('').resource('pods').check('get').allowed()"] {
        let found = judged(&when(bad), &signed, "key-other");
        assert_eq!(found[0]["code"], "POL-INVALID", "{bad}: {found:#?}");
    }
}

#[test]
fn cel_preconditions_decide_nothing_for_images() {
    let with = rule("a", "*", "SIGNED").replacen(
        "verifyImages",
        "celPreconditions: [{name: c, expression: \"false\"}], verifyImages",
        1,
    );
    come_to("", &[with], "key-other", &[("a", "deny", "SIG-KEY")]);
}

/// What a policy with this annotation says of a resource of the fixture's image, by rule.
fn of_controllers(annotation: &str, kind: &str, version: &str) -> Vec<Value> {
    let policy = format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p, annotations: \
         {{pod-policies.kyverno.io/autogen-controllers: \"{annotation}\"}}}}, spec: {{validationFailureAction: Enforce, \
         background: false, rules: [{}]}}}}",
        rule("a", "*", "SIGNED")
    );
    let pod = "{spec: {containers: [{name: c, image: \"127.0.0.1:5000/myorg/key-other:v1.2.3\"}]}}";
    let spec = match kind {
        "CronJob" => format!("{{jobTemplate: {{spec: {{template: {pod}}}}}}}"),
        _ => format!("{{template: {pod}}}"),
    };
    let resource = format!("{{apiVersion: {version}, kind: {kind}, metadata: {{name: n}}, spec: {spec}}}");
    let file = |text: &str| {
        let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
        fs::write(file.path(), text).unwrap();
        file
    };
    let (policy, resource) = (file(&policy), file(&resource));
    let path = |file: &tempfile::NamedTempFile| file.path().to_string_lossy().into_owned();
    let words =
        ["audit", "--pod", &path(&resource), "--policy", &path(&policy), "--offline", "--format", "json"];
    words_of(&over_layouts(&words).json())
}

fn words_of(report: &Value) -> Vec<Value> {
    words(report["results"].as_array().unwrap())
}

#[test]
fn controllers_of_the_annotation_are_read_as_they_are_written() {
    let denied = |annotation: &str, kind: &str, version: &str| {
        let found = of_controllers(annotation, kind, version);
        found.iter().any(|one| one[1] == "deny")
    };
    let deployment = |annotation: &str| denied(annotation, "Deployment", "apps/v1");
    let cron = |annotation: &str| denied(annotation, "CronJob", "batch/v1");
    for all in ["all", "Deployment,CronJob", "none,Deployment,CronJob", "Foo,Deployment,CronJob"] {
        assert!(deployment(all) && cron(all), "{all}");
    }
    // Where none of them is known they are kinds of whatever name.
    assert!(deployment("apps/v1/Deployment") && !cron("apps/v1/Deployment"));
    // A name that has another in it is enough for CronJobs.
    assert!(cron("MyCronJob") && !deployment("MyCronJob"));
    for none in ["none", "", "Foo", "deployment"] {
        assert!(!deployment(none) && !cron(none), "{none}");
    }
    assert!(!deployment("StatefulSet, Deployment"));
    let both = of_controllers("Pod", "Deployment", "apps/v1");
    assert!(both.iter().all(|one| one[1] != "pass"), "{both:?}");
}

/// Results by rule of a resource with this kind and spec under these rules.
fn of_resource(rules: &[String], resource: &str) -> Vec<Value> {
    let policy = format!(
        "{{apiVersion: kyverno.io/v1, kind: ClusterPolicy, metadata: {{name: p}}, spec: {{validationFailureAction: Enforce, \
         background: false, rules: [{}]}}}}",
        rules.join(", ")
    );
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::write(path("p.yaml"), policy).unwrap();
    fs::write(path("r.yaml"), resource).unwrap();
    let words =
        ["audit", "--pod", &path("r.yaml"), "--policy", &path("p.yaml"), "--offline", "--format", "json"];
    words_of(&over_layouts(&words).json())
}

#[test]
fn a_rule_for_pods_and_for_a_controller_is_applied_to_the_controller_twice() {
    // The rule as written looks at the labels of the Deployment, the derived one at those of its Pods.
    let written = rule("a", "*", "SIGNED")
        .replace("any: [{resources: {kinds: [Pod]}}]", "any: [{resources: {kinds: [Pod]}}, {resources: {kinds: [Deployment]}}]")
        .replacen(
            "verifyImages",
            "preconditions: {all: [{key: \"{{ request.object.metadata.labels.skip || '' }}\", operator: NotEquals, value: 'yes'}]}, verifyImages",
            1,
        );
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: n, labels: {skip: 'yes'}}, spec: {template: \
        {metadata: {labels: {}}, spec: {containers: [{name: c, image: '127.0.0.1:5000/myorg/key-other:v1.2.3'}]}}}}";
    let found = of_resource(&[written], deployment);
    assert_eq!(found, [json!(["a", "none", "REF-NONE"]), json!(["autogen-a", "deny", "SIG-KEY"])]);
}

#[test]
fn behind_a_rule_with_extractors_the_images_are_not_the_resources() {
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: n}, spec: {containers: [{name: c, image: \
        '127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3'}], initContainers: [{name: i, image: '127.0.0.1:5000/myorg/key-other:v1.2.3'}]}}";
    let some = rule("a", "*", "SIGNED").replacen(
        "verifyImages",
        "imageExtractors: {Pod: [{path: \"/spec/containers/*/image\"}]}, verifyImages",
        1,
    );
    let all = rule("b", "*", "SIGNED");
    let found = of_resource(&[some.clone(), all.clone()], pod);
    assert!(found.iter().any(|one| *one == json!(["a", "pass", "PASS"])), "{found:?}");
    let of_b: Vec<&Value> = found.iter().filter(|one| one[0] == "b").collect();
    assert!(!of_b.is_empty() && of_b.iter().all(|one| one[1] == "error"), "{found:?}");
    // Before it they are.
    let found = of_resource(&[all, some], pod);
    assert!(found.iter().any(|one| *one == json!(["b", "deny", "SIG-KEY"])), "{found:?}");
}

#[test]
fn keys_of_a_key_service_are_undecided_and_say_what_to_do() {
    let rule = |keys: &str| {
        format!(
            "{{name: a, match: {{any: [{{resources: {{kinds: [Pod]}}}}]}}, verifyImages: [{{imageReferences: ['*'], attestors: [{{entries: \
             [{{keys: {{{keys}}}}}]}}]}}]}}"
        )
    };
    for keys in
        ["kms: 'awskms:///alias/a'", "publicKeys: 'gcpkms://projects/a'", "publicKeys: /etc/cosign.pub"]
    {
        let found = judged("", &[rule(keys)], "key-p256");
        assert_eq!(words(&found), [json!(["a", "error", "POL-UNSUPPORTED"])], "{keys}");
        let said = found[0]["message"].as_str().unwrap();
        assert!(said.contains("paste the public key as PEM under publicKeys"), "{said}");
    }
}

#[test]
fn labels_of_the_namespace_count_as_none_for_the_action() {
    let over = |selector: &str| {
        let overrides = format!("{{action: Audit, namespaces: [default], namespaceSelector: {selector}}}");
        format!("validationFailureActionOverrides: [{overrides}],")
    };
    let rules = [rule("a", "*", "SIGNED mutateDigest: false, verifyDigest: false")];
    let labelled = over("{matchLabels: {team: a}}");
    come_to(&labelled, &rules, "key-other", &[("a", "deny", "SIG-KEY")]);
    let without = over("{matchExpressions: [{key: team, operator: DoesNotExist}]}");
    come_to(&without, &rules, "key-other", &[("a", "audit", "SIG-KEY")]);
}

#[test]
fn a_key_behind_a_comment_is_no_key() {
    let key = |name: &str| fs::read_to_string(fixture(name)).unwrap();
    let keyed = |form: &str, between: &str, count: &str| {
        let text =
            format!("{}{between}{}", key("keys/other.pub"), key("keys/cosign.pub")).replace('\n', "\\n");
        let entry = format!(
            "{{keys: {{publicKeys: \"{text}\", rekor: {{ignoreTlog: true}}, ctlog: {{ignoreSCT: true}}}}}}"
        );
        rule("a", "*", &format!("{form} attestors: [{{{count} entries: [{entry}]}}]"))
    };
    // The second key signed. With a comment before it it is the name of a file, which is not there.
    come_to("", &[keyed("", "", "count: 1,")], "key-p256-notlog", &[("a", "pass", "PASS")]);
    let found = judged("", &[keyed("", "# ours\n", "count: 1,")], "key-p256-notlog");
    assert_eq!(found[0]["verdict"], "deny", "{found:#?}");
    // Bundles are verified with whatever key is in the text.
    let bundle = judged("", &[keyed("type: SigstoreBundle,", "# ours\n", "count: 1,")], "bundle-key");
    assert_eq!(bundle[0]["verdict"], "pass", "{bundle:#?}");
}
