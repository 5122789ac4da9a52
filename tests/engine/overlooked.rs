//! Nothing that was given is passed over in silence: files below a directory, resources and policies in lists, and fields of
//! another type.

use std::fs;

use crate::program::{fixture, fixtures, over_layouts};

const GOOD: &str = "127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3";
const BAD: &str = "127.0.0.1:5000/myorg/unsigned:v1.2.3";

fn policy() -> String {
    fs::read_to_string(fixtures().join("policies/ignore-log/1-verify-image-signature.yaml")).unwrap()
}

/// The same policy under another name, with a key that did not sign.
fn denying() -> String {
    let text = policy();
    let (before, rest) = text.split_once("-----BEGIN PUBLIC KEY-----").unwrap();
    let (_, after) = rest.split_once("-----END PUBLIC KEY-----").unwrap();
    let other = fs::read_to_string(fixture("trust/rsa2048.pub")).unwrap();
    let other = other.trim().replace('\n', "\n                      ");
    format!("{before}{other}{after}").replace("name: verify-image-signature", "name: other")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

fn status(policies: &str, image: &str) -> i32 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yaml");
    fs::write(&path, policies).unwrap();
    over_layouts(&["audit", image, "--offline", "--policy", &path.to_string_lossy()]).status
}

#[test]
fn policies_below_a_directory_are_read() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("prod/eu")).unwrap();
    fs::write(folder.path().join("a.yaml"), policy()).unwrap();
    let run = || over_layouts(&["audit", GOOD, "--offline", "--policy", &folder.path().to_string_lossy()]);
    run().ends_with(0);
    fs::write(folder.path().join("prod/eu/deny.YAML"), denying()).unwrap();
    run().ends_with(1);
}

#[test]
fn policies_in_lists_of_lists_are_read_and_misspelt_ones_are_errors() {
    let nested = format!(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: List\n  items:\n  -\n{}",
        indented(&denying())
    );
    assert_eq!(status(&format!("{}\n---\n{nested}", policy()), GOOD), 1);
    for (from, to) in [("kind: ClusterPolicy", "kind: clusterpolicy"), ("kyverno.io/v1", "kyverno.io")] {
        let misspelt = denying().replace(from, to);
        assert_eq!(status(&format!("{}\n---\n{misspelt}", policy()), GOOD), 2, "{to}");
    }
}

#[test]
fn resources_in_lists_are_read_and_those_without_a_kind_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (rules, pods) = (folder.path().join("p.yaml"), folder.path().join("pods.yaml"));
    fs::write(&rules, policy()).unwrap();
    let pod =
        |image: &str| format!("metadata: {{name: a}}, spec: {{containers: [{{name: a, image: '{image}'}}]}}");
    let run = |text: String| {
        fs::write(&pods, text).unwrap();
        let (rules, pods) = (rules.to_string_lossy(), pods.to_string_lossy());
        over_layouts(&["audit", "--offline", "--pod", &pods, "--policy", &rules]).status
    };
    let list = |image: &str| format!("{{apiVersion: v1, kind: PodList, items: [{{{}}}]}}", pod(image));
    assert_eq!(run(list(GOOD)), 0);
    assert_eq!(run(list(BAD)), 1);
    let nested = format!("{{apiVersion: v1, kind: List, items: [{}]}}", list(BAD));
    assert_eq!(run(nested), 1);
    assert_eq!(run(format!("{{apiVersion: v1, {}}}", pod(BAD))), 3);
    assert_eq!(run(format!("{{apiVersion: v1, kind: pod, {}}}", pod(BAD))), 3);
}

#[test]
fn a_field_of_another_type_is_refused() {
    let at_entry = "          attestors:";
    for (from, to) in [
        (at_entry, "          annotations: [a]\n          attestors:"),
        (at_entry, "          annotations: x\n          attestors:"),
        ("                - keys:", "                - annotations: ['team=a']\n                  keys:"),
        ("ignoreSCT: true", "ignoreSCT: 'true'"),
        ("ignoreSCT: true", "pubkey: garbage"),
    ] {
        assert!(policy().contains(from), "{from}");
        assert_eq!(status(&policy().replace(from, to), GOOD), 2, "{to}");
    }
}

#[test]
fn what_the_schema_refuses_judges_nothing() {
    for (from, to) in [
        ("webhookTimeoutSeconds: 30", "webhookTimeoutSeconds: 90"),
        ("webhookTimeoutSeconds: 30", "webhookConfiguration: {timeoutSeconds: 0}"),
        ("webhookTimeoutSeconds: 30", "webhookConfiguration: {bogus: 1}"),
        ("webhookTimeoutSeconds: 30", "failurePolicy: Foo"),
        ("webhookTimeoutSeconds: 30", "applyRules: one"),
        ("webhookTimeoutSeconds: 30", "background: 'x'"),
        ("kind: ClusterPolicy", "kind: ClusterPolicy\nfoo: 1"),
        ("          - resources:", "          - clusterRoles: [admin]\n            resources:"),
        ("\"127.0.0.1:*/myorg/*\"", "\"{{ images }}\""),
        ("          attestors:", "          attestations: {}\n          attestors:"),
        ("              entries:", "              entries:\n                - keyless: {}"),
    ] {
        assert!(policy().contains(from), "{from}");
        assert_eq!(status(&policy().replace(from, to), GOOD), 2, "{to}");
    }
    let fine = "failurePolicy: Ignore\n  applyRules: All\n  background: false";
    assert_eq!(status(&policy().replace("webhookTimeoutSeconds: 30", fine), GOOD), 0);
}

#[test]
fn a_device_is_no_key() {
    over_layouts(&["verify", GOOD, "--key", "/dev/zero", "--insecure-ignore-tlog"]).ends_with(3);
}

#[test]
fn what_the_schema_of_the_resource_refuses_is_an_error_at_every_depth() {
    let good = policy();
    let entry = "imageReferences:";
    let head = "name: verify-image-signature";
    assert!(good.contains(entry) && good.contains(head));
    let indent = good.lines().find(|line| line.contains(entry)).unwrap();
    let indent: String =
        indent.chars().map(|c| if c == '-' { ' ' } else { c }).take_while(|c| *c == ' ').collect();
    assert_eq!(status(&good, GOOD), 0);
    let beside = |field: &str| good.replacen(entry, &format!("{field}\n{indent}{entry}"), 1);
    for field in [
        "imageRegistryCredentials: {bogus: 1}",
        "imageRegistryCredentials: {providers: [bogus]}",
        "imageRegistryCredentials: {secrets: [1]}",
        "useCache: 'x'",
        "cosignOCI11: 'true'",
    ] {
        assert_eq!(status(&beside(field), GOOD), 2, "{field}");
    }
    for metadata in ["bogus: 1", "labels: {a: 1}", "namespace: 7"] {
        let text = good.replacen(head, &format!("{metadata}\n  {head}"), 1);
        assert_eq!(status(&text, GOOD), 2, "{metadata}");
    }
    for name in ["Verify", "a_b", "-a", "a..b", "a."] {
        assert_eq!(status(&good.replacen(head, &format!("name: {name}"), 1), GOOD), 2, "{name}");
    }
    let attestor = "entries:\n";
    let (before, after) = good.split_once(attestor).unwrap();
    let items = " ".repeat(after.find('-').unwrap());
    for other in [
        "- keyless: {subject: 'a', issuer: 'b', bogus: 1}",
        "- certificates: {cert: 'x', bogus: 1}",
        "- keys: {secret: {}}",
        "- keys: {secret: {name: a}}",
    ] {
        let text = format!("{before}{attestor}{items}{other}\n{after}");
        assert_eq!(status(&text, GOOD), 2, "{other}");
    }
}

#[test]
fn rules_that_match_nothing_or_are_never_asked_are_refused() {
    let good = policy();
    let (before, after) = good.split_once("      verifyImages:").unwrap();
    let excluding = |exclude: &str| format!("{before}      exclude: {exclude}\n      verifyImages:{after}");
    for exclude in ["{any: [{resources: {kinds: [Pod]}}]}", "{any: [{resources: {kinds: [Pod], names: []}}]}"]
    {
        assert_eq!(status(&excluding(exclude), GOOD), 2, "{exclude}");
    }
    for exclude in ["{}", "{any: [{resources: {kinds: [Pod], names: [a]}}]}", "{resources: {kinds: [Pod]}}"] {
        assert_eq!(status(&excluding(exclude), GOOD), 0, "{exclude}");
    }
    assert_eq!(status(&good.replacen("spec:", "spec:\n  admission: false", 1), GOOD), 2);
    assert_eq!(status(&good.replacen("metadata:", "metadata:\n  namespace: a", 1), GOOD), 2);
}

#[test]
fn credentials_of_a_policy_do_not_change_what_was_read() {
    let beside =
        "          imageRegistryCredentials: {secrets: [nosuch], providers: [github]}\n          attestors:";
    let text = policy().replacen("          attestors:", beside, 1);
    assert!(text.contains("nosuch"));
    assert_eq!((status(&text, GOOD), status(&text, BAD)), (0, 1));
}

#[test]
fn resources_that_an_installation_leaves_out_are_judged() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: kube-system}\nspec: {containers: [{name: a, image: IMAGE}]}\n";
    fs::write(path("pod.yaml"), pod.replace("IMAGE", BAD)).unwrap();
    fs::write(path("p.yaml"), policy()).unwrap();
    over_layouts(&["audit", "--pod", &path("pod.yaml"), "--offline", "--policy", &path("p.yaml")])
        .ends_with(1);
}

#[test]
fn image_policies_are_held_to_their_schema_too() {
    let path = fixtures().join("policies/image-validating/1-verify-image-signature.yaml");
    let good = fs::read_to_string(path).unwrap();
    assert_eq!(status(&good, GOOD), 0);
    for (from, to) in [
        ("metadata:", "metadata:\n  bogus: 1"),
        ("name: verify-image-signature", "name: A_B"),
        ("data: |", "bogus: x\n          data: |"),
        ("mutateDigest: false", "mutateDigest: 'x'"),
    ] {
        assert!(good.contains(from), "{from}");
        assert_eq!(status(&good.replacen(from, to, 1), GOOD), 2, "{to}");
    }
}

/// Kyverno refuses these with their policy, although an entry without attestations never comes to its conditions.
#[test]
fn conditions_that_are_never_evaluated_are_held_to_their_form() {
    let good = policy();
    let (before, after) = good.split_once("          attestors:").unwrap();
    let denying = |conditions: &str| {
        format!(
            "{before}          validate: {{deny: {{conditions: {conditions}}}}}\n          attestors:{after}"
        )
    };
    let (before, after) = good.split_once("      verifyImages:").unwrap();
    let gated =
        |conditions: &str| format!("{before}      preconditions: {conditions}\n      verifyImages:{after}");
    for conditions in [
        "{any: [{key: a, operator: Bogus, value: b}]}",
        "{any: [{key: a, value: a}]}",
        "{all: [{operator: Equals, value: a}]}",
        "{all: [{key: a, operator: Equals}]}",
        "[{any: [{key: a, operator: Equals, value: a}]}]",
        "{any: x}",
        "x",
        "{any: [{key: '{{ request.operation }}', operator: Equals, value: create}]}",
    ] {
        assert_eq!(status(&denying(conditions), GOOD), 2, "{conditions}");
        assert_eq!(status(&gated(conditions), GOOD), 2, "{conditions}");
    }
    assert_eq!(status(&denying("{any: [{key: a, operator: Equals, value: a}]}"), GOOD), 0);
    assert_eq!(status(&gated("[{key: a, operator: Equals, value: a}]"), GOOD), 0);
}
