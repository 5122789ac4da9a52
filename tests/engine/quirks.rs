//! Behaviour of the engines that surprises, repeated on purpose (docs/quirks.md), through the program.

use std::fs;

use serde_json::Value;

use crate::program::{fixture, fixtures, over_layouts};

const LOG_IGNORED: &str = "policies/ignore-log/1-verify-image-signature.yaml";

/// The first result for an image under the policy fixture, changed by `change`.
fn judged(image: &str, policy: &str, change: impl Fn(String) -> String) -> Value {
    let text = fs::read_to_string(fixtures().join(policy)).unwrap();
    let changed = change(text.clone());
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), changed).unwrap();
    let policy = file.path().to_string_lossy().into_owned();
    let image = format!("127.0.0.1:5000/myorg/{image}");
    let run = over_layouts(&["audit", &image, "--policy", &policy, "--offline", "--format", "json"]);
    let results = run.json()["results"].clone();
    assert_eq!(results.as_array().unwrap().len(), 1, "{results:#}");
    results[0].clone()
}

fn replaced<'a>(from: &'a str, to: &'a str) -> impl Fn(String) -> String + 'a {
    move |text| {
        assert!(text.contains(from), "`{from}` is not in the policy");
        text.replace(from, to)
    }
}

fn same(text: String) -> String {
    text
}

fn word(result: &Value) -> (&str, &str) {
    (result["verdict"].as_str().unwrap(), result["code"].as_str().unwrap())
}

#[test]
fn keys_need_the_log_unless_it_is_switched_off() {
    let policy = "policies/pinned/1-verify-image-signature.yaml";
    assert_eq!(word(&judged("key-p256-notlog:v1.2.3", policy, same)), ("deny", "LOG-ABSENT"));
    assert_eq!(word(&judged("key-p256:v1.2.3", policy, same)), ("pass", "PASS"));
    assert_eq!(word(&judged("key-p256-notlog:v1.2.3", LOG_IGNORED, same)), ("pass", "PASS"));
}

#[test]
fn every_key_of_a_text_must_have_signed_unless_count_says_otherwise() {
    let trusted = fs::read_to_string(fixture("trust/cosign.pub")).unwrap();
    let other = fs::read_to_string(fixture("trust/rsa2048.pub")).unwrap();
    let with_keys = |count: &str, keys: &str| {
        let indented: String = keys.lines().map(|line| format!("                      {line}\n")).collect();
        let (count, keys) = (count.to_owned(), indented);
        move |text: String| {
            let (before, rest) = text.split_once("                      -----BEGIN PUBLIC KEY-----").unwrap();
            let (_, after) = rest.split_once("-----END PUBLIC KEY-----\n").unwrap();
            format!("{before}{keys}{after}").replace("            - count: 1\n              entries:", &count)
        }
    };
    let both = format!("{trusted}{other}");
    let any = with_keys("            - count: 1\n              entries:", &both);
    let all = with_keys("            - entries:", &both);
    let two = with_keys("            - count: 2\n              entries:", &both);
    assert_eq!(word(&judged("key-p256-notlog:v1.2.3", LOG_IGNORED, any)).0, "pass");
    assert_eq!(word(&judged("key-p256-notlog:v1.2.3", LOG_IGNORED, all)).0, "deny");
    assert_eq!(word(&judged("key-p256-notlog:v1.2.3", LOG_IGNORED, two)), ("error", "POL-INVALID"));
}

#[test]
fn its_own_p384_and_ed25519_signatures_are_refused_by_cosign() {
    let key = |name: &str| {
        let image = format!("127.0.0.1:5000/myorg/{name}:v1.2.3");
        let key = fixture(&format!("trust/{}.pub", name.trim_start_matches("key-")));
        over_layouts(&["verify", &image, "--key", &key, "--insecure-ignore-tlog", "-o", "json"])
    };
    for name in ["key-p384", "key-ed25519"] {
        assert_eq!(key(name).ends_with(1).json()["code"], "SIG-HASH", "{name}");
    }
}

#[test]
fn a_skipped_image_still_needs_its_digest() {
    let policy = "policies/extra/skip-reference.yaml";
    let skipped = judged("unsigned:v1.2.3", policy, same);
    assert_eq!(word(&skipped), ("none", "REF-SKIPPED"), "{skipped:#}");
    let no_mutation = replaced("          attestors:", "          mutateDigest: false\n          attestors:");
    let tagged = judged("unsigned:v1.2.3", policy, no_mutation);
    assert_eq!(word(&tagged), ("deny", "DIG-MISSING"), "{tagged:#}");
}

#[test]
fn an_audit_policy_that_mutates_is_refused() {
    let refused = judged("key-p256-notlog:v1.2.3", "policies/extra/invalid-audit-mutates.yaml", same);
    assert_eq!(word(&refused), ("error", "POL-INVALID"));
    assert!(refused["message"].as_str().unwrap().contains("mutateDigest"), "{refused:#}");
}

#[test]
fn both_phases_are_one_result() {
    let denied = judged("unsigned:v1.2.3", LOG_IGNORED, same);
    let said = denied["engine_message"].as_str().unwrap();
    assert!(said.contains("no signatures found"), "{said}");
}

#[test]
fn what_cannot_be_fetched_is_never_a_denial() {
    let gone = judged("no-such-repository:v1", LOG_IGNORED, same);
    assert_eq!(word(&gone), ("error", "NET-NOTFOUND"));
}

#[test]
fn a_rule_does_one_thing() {
    let both =
        replaced("      verifyImages:", "      validate: {message: no, deny: {}}\n      verifyImages:");
    let refused = judged("key-p256-notlog:v1.2.3", LOG_IGNORED, both);
    assert_eq!(word(&refused), ("error", "POL-INVALID"), "{refused:#}");
    assert!(refused["message"].as_str().unwrap().contains("Multiple operations"), "{refused:#}");
}

#[test]
fn a_version_that_no_cluster_serves_is_refused() {
    let other = judged("key-p256-notlog:v1.2.3", LOG_IGNORED, replaced("kyverno.io/v1\n", "kyverno.io/v9\n"));
    assert_eq!(word(&other), ("error", "POL-INVALID"), "{other:#}");
    let served = replaced("kyverno.io/v1\n", "kyverno.io/v2beta1\n");
    assert_eq!(word(&judged("key-p256-notlog:v1.2.3", LOG_IGNORED, served)).0, "pass");
}
