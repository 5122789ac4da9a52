//! `sigscope policy compare`: image by image, where a policy and what is to replace it disagree.

use std::fs;

use crate::program::{fixture, fixtures, over_layouts};

const OLD: &str = "policies/ignore-log/1-verify-image-signature.yaml";
const NEW: &str = "policies/image-validating/1-verify-image-signature.yaml";

fn compare(old: &str, new: &str, pods: &[&str], more: &[&str]) -> crate::program::Run {
    let pods: Vec<String> = pods.iter().map(|pod| fixture(&format!("pods/{pod}.yaml"))).collect();
    let mut words = vec!["policy", "compare", old, new, "--offline", "--pod"];
    words.extend(pods.iter().map(String::as_str));
    words.extend(more);
    over_layouts(&words)
}

fn changed(policy: &str, from: &str, to: &str) -> (tempfile::NamedTempFile, String) {
    let text = fs::read_to_string(fixtures().join(policy)).unwrap();
    assert!(text.contains(from), "{from}");
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), text.replace(from, to)).unwrap();
    let path = file.path().to_string_lossy().into_owned();
    (file, path)
}

#[test]
fn a_policy_and_its_replacement_agree() {
    let run = compare(&fixture(OLD), &fixture(NEW), &["key-p256", "unsigned", "key-other"], &[]).ends_with(0);
    assert!(run.stdout.ends_with("3 images: 3 agree, 0 disagree, 0 undecided\n"), "{}", run.stdout);
    assert!(run.stdout.contains("agree      deny            Pod/default/unsigned app"), "{}", run.stdout);
}

#[test]
fn where_they_disagree_both_sides_are_shown() {
    let (_file, new) = changed(NEW, "127.0.0.1:*/myorg/*", "127.0.0.1:*/myorg/key-*");
    let run = compare(&fixture(OLD), &new, &["key-p256", "unsigned"], &["--format", "json"]).ends_with(1);
    let found = run.json();
    let images = found["images"].as_array().unwrap();
    assert_eq!(images.len(), 2);
    let one = images.iter().find(|one| one["image"].as_str().unwrap().contains("unsigned")).unwrap();
    assert_eq!((&one["agreement"], &one["old"]["verdict"]), (&"disagree".into(), &"deny".into()), "{one:#}");
    assert_eq!(one["new"]["verdict"], "none", "{one:#}");
    for side in ["old", "new"] {
        for field in ["code", "policy", "message"] {
            assert!(!one[side][field].as_str().unwrap().is_empty(), "{side}.{field}: {one:#}");
        }
        assert!(one[side]["location"]["line"].as_u64().unwrap() > 1, "{one:#}");
        assert!(!one[side]["want"].as_str().unwrap().is_empty(), "{one:#}");
        assert!(!one[side]["have"].as_str().unwrap().is_empty(), "{one:#}");
    }
    let text = compare(&fixture(OLD), &new, &["key-p256", "unsigned"], &[]).ends_with(1).stdout;
    for part in ["deny -> none", "  old: deny SIG-NONE ", "  new: none REF-NONE ", "1 agree, 1 disagree"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn what_is_open_on_a_side_is_undecided() {
    let (_file, new) =
        changed(NEW, "apiVersion: policies.kyverno.io/v1\n", "apiVersion: policies.kyverno.io/v9\n");
    let run = compare(&fixture(OLD), &new, &["key-p256"], &[]).ends_with(2);
    assert!(run.stdout.contains("undecided  pass -> error"), "{}", run.stdout);
    let (_pod, gone) = changed("pods/key-p256.yaml", "key-p256:v1.2.3", "key-p256:nowhere");
    let words = ["policy", "compare", &fixture(OLD), &fixture(NEW), "--pod", &gone];
    over_layouts(&words).ends_with(2);
}

#[test]
fn wrong_usage_ends_with_three() {
    compare("/nowhere.yaml", &fixture(NEW), &["key-p256"], &[]).ends_with(3);
    compare(&fixture(OLD), &fixture("pods/unsigned.yaml"), &["key-p256"], &[]).ends_with(3);
    over_layouts(&["policy", "compare", &fixture(OLD), &fixture(NEW)]).ends_with(3);
    let (_file, broken) = changed(OLD, "apiVersion", "a: [\napiVersion");
    compare(&fixture(OLD), &broken, &["key-p256"], &[]).ends_with(3);
}

/// An exception denies nothing: alone it is no policy.
#[test]
fn an_exception_alone_is_no_policy() {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(
        file.path(),
        "{apiVersion: kyverno.io/v2, kind: PolicyException, metadata: {name: e, namespace: ns}, spec: {exceptions: \
         [{policyName: p, ruleNames: [r]}], match: {any: [{resources: {kinds: [Pod]}}]}}}",
    )
    .unwrap();
    let path = file.path().to_string_lossy().into_owned();
    over_layouts(&["audit", "--pod", &fixture("pods/unsigned.yaml"), "--policy", &path]).ends_with(3);
}
