//! Exceptions from policies (`PolicyException` of both groups), through the program.

use std::fs;

use serde_json::Value;

use crate::program::{fixture, fixtures, over_layouts};

const CLASSIC: &str = "policies/ignore-log/1-verify-image-signature.yaml";
const IN_CEL: &str = "policies/image-validating/1-verify-image-signature.yaml";
const POD: &str = "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: team, labels: {a: b}}, spec: {containers: [\
     {name: c, image: '127.0.0.1:5000/myorg/unsigned:v1.2.3'}]}}";

/// What the program says of a resource under a policy of the fixtures and one more document.
fn judged(policy: &str, more: &str, on: &str) -> Value {
    let text = fs::read_to_string(fixtures().join(policy)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_string_lossy().into_owned()
    };
    let (policy, pod) = (write("policy.yaml", &format!("{text}\n---\n{more}\n")), write("pod.yaml", on));
    let root = fixture("trust/trusted_root.json");
    let words = ["audit", "--pod", &pod, "--policy", &policy, "--offline", "--format", "json"];
    over_layouts(&[&words[..], &["--trusted-root", &root]].concat()).json()
}

fn word(found: &Value) -> (&str, &str) {
    let result = &found["results"][0];
    (result["verdict"].as_str().unwrap(), result["code"].as_str().unwrap())
}

fn classic(rules: &str, matched: &str, more: &str) -> String {
    format!(
        "{{apiVersion: kyverno.io/v2, kind: PolicyException, metadata: {{name: e, namespace: ns}}, spec: {{{more} \
         exceptions: [{{policyName: verify-image-signature, ruleNames: [{rules}]}}], match: {{any: [{{resources: {{{matched}}}}}]}}}}}}"
    )
}

#[track_caller]
fn classic_comes_to(rules: &str, matched: &str, more: &str, wanted: &str) {
    let found = judged(CLASSIC, &classic(rules, matched, more), POD);
    assert_eq!(word(&found).0, wanted, "{found:#}");
}

#[test]
fn an_exception_skips_the_rule_that_it_names() {
    let found = judged(CLASSIC, &classic("verify-cosign-signature", "kinds: [Pod], names: [a]", ""), POD);
    assert_eq!(word(&found), ("none", "REF-SKIPPED"), "{found:#}");
    let result = &found["results"][0];
    assert_eq!(result["engine_message"], "rule is skipped due to policy exceptionsns/e");
    assert!(result["message"].as_str().unwrap().contains("`exception ns/e` is made"), "{result:#}");
    let line = result["policy_location"]["line"].as_u64().unwrap();
    let text = fs::read_to_string(fixtures().join(CLASSIC)).unwrap();
    assert_eq!(usize::try_from(line).unwrap(), text.lines().count() + 3, "{result:#}");
    classic_comes_to("'*'", "kinds: [Pod]", "", "none");
    classic_comes_to("other", "kinds: [Pod]", "", "deny");
    classic_comes_to("'*'", "kinds: [Deployment]", "", "deny");
    classic_comes_to("'*'", "kinds: [Pod], namespaces: [te*]", "", "none");
    classic_comes_to("'*'", "kinds: [Pod], namespaces: [other]", "", "deny");
    classic_comes_to("'*'", "kinds: [Pod], selector: {matchLabels: {a: b}}", "", "none");
    // What is asked for does not matter.
    classic_comes_to("'*'", "kinds: [Pod], operations: [DELETE]", "", "none");
    classic_comes_to("'*'", "kinds: [Pod], namespaceSelector: {matchLabels: {a: b}}", "", "error");
}

#[test]
fn conditions_of_an_exception_count() {
    let when = |key: &str| format!("conditions: {{all: [{{key: \"{key}\", operator: Equals, value: a}}]}},");
    classic_comes_to("'*'", "kinds: [Pod]", &when("{{ request.object.metadata.name }}"), "none");
    classic_comes_to("'*'", "kinds: [Pod]", &when("{{ request.object.metadata.namespace }}"), "deny");
    // What has no value exempts nothing; what only a request knows is not known.
    classic_comes_to("'*'", "kinds: [Pod]", &when("{{ request.object.metadata.nothing }}"), "deny");
    classic_comes_to("'*'", "kinds: [Pod]", &when("{{ request.userInfo.username }}"), "error");
}

#[test]
fn rules_for_controllers_have_names_of_their_own() {
    let deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a, namespace: team}, spec: {template: {spec: \
        {containers: [{name: c, image: '127.0.0.1:5000/myorg/unsigned:v1.2.3'}]}}}}";
    let of = |rules: &str| judged(CLASSIC, &classic(rules, "kinds: [Deployment]", ""), deployment);
    assert_eq!(word(&of("verify-cosign-signature")).0, "deny");
    assert_eq!(word(&of("autogen-verify-cosign-signature")).0, "none");
}

#[test]
fn an_exception_that_kyverno_refuses_exempts_nothing() {
    let found = judged(CLASSIC, &classic("'*'", "kindz: [Pod]", ""), POD);
    let codes: Vec<&str> =
        found["results"].as_array().unwrap().iter().map(|result| result["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&"POL-INVALID") && codes.contains(&"SIG-NONE"), "{codes:?}");
    let old = classic("'*'", "kinds: [Pod]", "").replace("kyverno.io/v2,", "kyverno.io/v2alpha1,");
    assert!(judged(CLASSIC, &old, POD).to_string().contains("POL-INVALID"));
    let user = classic("'*'", "kinds: [Pod]", "").replace("{resources:", "{roles: ['a:b'], resources:");
    assert!(judged(CLASSIC, &user, POD).to_string().contains("POL-INVALID"));
}

#[test]
fn an_exception_in_cel_skips_the_policy_that_it_names() {
    let exception = |more: &str| {
        format!(
            "{{apiVersion: policies.kyverno.io/v1, kind: PolicyException, metadata: {{name: e, namespace: ns}}, spec: {{{more} \
             policyRefs: [{{kind: ImageValidatingPolicy, name: verify-image-signature}}]}}}}"
        )
    };
    let of = |more: &str| judged(IN_CEL, &exception(more), POD);
    let found = of("");
    assert_eq!(word(&found), ("none", "REF-SKIPPED"), "{found:#}");
    let result = &found["results"][0];
    assert_eq!(result["engine_message"], "rule is skipped due to policy exception: ns/e");
    assert!(result["message"].as_str().unwrap().contains("exception ns/e"), "{result:#}");
    let when = |condition: &str| format!("matchConditions: [{{name: c, expression: \"{condition}\"}}],");
    assert_eq!(word(&of(&when("object.metadata.name == 'a'"))).0, "none");
    assert_eq!(word(&of(&when("object.metadata.name == 'b'"))).0, "deny");
    assert_eq!(word(&of(&when("object.metadata.nothing == 'b'"))).0, "error");
    assert!(of(&when("object.metadata.name")).to_string().contains("POL-INVALID"));
    assert_eq!(word(&of("expiresAt: '2020-01-01T00:00:00Z',")).0, "deny");
    assert_eq!(word(&of("expiresAt: '2120-01-01T00:00:00Z',")).0, "none");
    // For expressions to look at: by itself it exempts nothing.
    assert_eq!(word(&of("images: ['127.0.0.1:*'],")).0, "deny");
    let other = exception("").replace("name: verify-image-signature", "name: other");
    assert_eq!(word(&judged(IN_CEL, &other, POD)).0, "deny");
    let kind = exception("").replace("kind: ImageValidatingPolicy", "kind: ValidatingPolicy");
    assert_eq!(word(&judged(IN_CEL, &kind, POD)).0, "deny");
}
