//! A policy of a file stands in place of the cluster's of its name, and is a draft wherever it is named.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::api_server::{Server, config, status};
use crate::program::{Run, fixture, over_layouts, run};

const NOW: [&str; 3] = ["--as-of", "2026-11-24T12:00:00Z", "--offline"];

fn in_force() -> String {
    fs::read_to_string(fixture("policies/ignore-log/1-verify-image-signature.yaml")).unwrap()
}

fn answers(path: &str) -> Option<(u16, Value)> {
    let list =
        |items: Value| json!({"apiVersion": "v1", "metadata": {"resourceVersion": "1"}, "items": items});
    if path.starts_with("/api/v1/pods") {
        let containers = json!([{"name": "app", "image": "127.0.0.1:5000/myorg/unsigned:v1.2.3"}]);
        let pod =
            json!({"metadata": {"name": "bad", "namespace": "shop"}, "spec": {"containers": containers}});
        return Some((200, list(json!([pod]))));
    }
    if path.starts_with("/apis/kyverno.io/v1/clusterpolicies") {
        let node = sigscope::format::yaml::parse("policy.yaml".into(), &in_force()).unwrap();
        let policy = sigscope::format::yaml::to_json(&node[0]);
        let mut other = policy.clone();
        other["metadata"]["name"] = "other".into();
        return Some((200, list(json!([policy, other]))));
    }
    Some((404, status(404, "NotFound")))
}

/// Audits the cluster with a policy of a file.
fn audit(folder: &Path, policy: &str, format: &str) -> Run {
    let server = Server::start(answers);
    let (kubeconfig, file) = (folder.join("config"), folder.join("mine.yaml"));
    fs::write(&kubeconfig, config(server.port)).unwrap();
    fs::write(&file, policy).unwrap();
    let place = ["--kubeconfig", &*kubeconfig.to_string_lossy(), "--policy", &*file.to_string_lossy()]
        .map(str::to_owned);
    let place: Vec<&str> = place.iter().map(String::as_str).collect();
    if format == "snapshot" {
        let out = folder.join("kept.tar");
        return over_layouts(&[&["snapshot", &*out.to_string_lossy()], &place[..], &NOW].concat());
    }
    over_layouts(&[&["audit", "--cluster", "-o", format], &place[..], &NOW].concat())
}

/// Policy, verdict and whether it is a draft.
fn results(audit: &Value) -> Vec<(String, String, bool)> {
    let text = |result: &Value, field: &str| result[field].as_str().unwrap().to_owned();
    let results = audit["results"].as_array().unwrap().iter();
    results.map(|one| (text(one, "policy"), text(one, "verdict"), one["draft"] == true)).collect()
}

#[test]
fn a_file_shadows_the_policy_of_its_name_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let draft = in_force()
        .replace("validationFailureAction: Enforce", "validationFailureAction: Audit")
        .replace("          attestors:", "          mutateDigest: false\n          attestors:");
    let expected = [("other", "deny", false), ("verify-image-signature", "audit", true)];
    let found = audit(folder.path(), &draft, "json");
    let mut seen = results(&found.json());
    seen.sort();
    assert_eq!(seen, expected.map(|(policy, verdict, draft)| (policy.to_owned(), verdict.to_owned(), draft)));
    assert!(found.stderr.contains("verify-image-signature is a draft"), "{}", found.stderr);
    // Another name, another kind: nothing is shadowed.
    let other = in_force().replace("name: verify-image-signature", "name: mine");
    assert!(results(&audit(folder.path(), &other, "json").json()).iter().all(|(_, _, draft)| !draft));
    let of_namespace = in_force()
        .replace("kind: ClusterPolicy", "kind: Policy")
        .replace("  annotations:", "  namespace: shop\n  annotations:");
    assert_eq!(results(&audit(folder.path(), &of_namespace, "json").json()).len(), 3);
}

#[test]
fn every_form_of_the_audit_says_so() {
    let folder = tempfile::tempdir().unwrap();
    for (format, text) in [
        ("table", "verify-image-signature/verify-cosign-signature (draft)"),
        ("concise", "verify-image-signature/verify-cosign-signature (draft)"),
        ("markdown", "**draft**"),
        ("sarif", "\"draft\": true"),
        ("junit", "(draft)"),
        ("policy-report", "\"draft\": \"true\""),
    ] {
        let found = audit(folder.path(), &in_force(), format).ends_with(1);
        assert!(found.stdout.contains(text), "{format}: {}", found.stdout);
        assert!(!found.stdout.contains("other/verify-cosign-signature (draft)"), "{format}");
    }
}

#[test]
fn a_snapshot_keeps_what_is_a_draft() {
    let folder = tempfile::tempdir().unwrap();
    let live = audit(folder.path(), &in_force(), "json").json();
    audit(folder.path(), &in_force(), "snapshot").ends_with(0);
    let replayed = run(&["audit", &folder.path().join("kept.tar").to_string_lossy(), "-o", "json"]).json();
    assert_eq!(results(&replayed), results(&live));
    assert_eq!(results(&live).iter().filter(|(_, _, draft)| *draft).count(), 1);
}
