//! `identities`: only what was verified counts, claims stand apart, and what stands on an identity is counted.

use serde_json::Value;

use crate::program::{fixture, over_layouts};

const KEY_POLICY: &str = "policies/ignore-log/1-verify-image-signature.yaml";

fn image(name: &str) -> String {
    format!("127.0.0.1:5000/myorg/{name}:v1.2.3")
}

fn identities(images: &[&str], more: &[&str]) -> Value {
    let images: Vec<String> = images.iter().map(|name| image(name)).collect();
    let mut arguments = vec!["identities", "--format", "json", "--offline"];
    arguments.extend(images.iter().map(String::as_str));
    arguments.extend(more);
    let run = over_layouts(&arguments);
    assert!(matches!(run.status, 0 | 2), "{}", run.stderr);
    run.json()
}

fn all(document: &Value, verified: bool) -> Vec<&Value> {
    let list = document["identities"].as_array().unwrap();
    list.iter().filter(|one| one["verified"] == verified && one["identity"] != "(unsigned)").collect()
}

#[test]
fn a_key_that_a_policy_verified_is_named_with_what_stands_on_it() {
    let policy = fixture(KEY_POLICY);
    let document =
        identities(&["key-p256-notlog", "key-other", "unsigned", "key-two"], &["--policy", &policy]);
    let verified = all(&document, true);
    assert_eq!(verified.len(), 1, "{document:#}");
    let key = verified[0];
    assert!(key["levels"][1].as_str().unwrap().starts_with("SHA256:"), "{key:#}");
    let images = key["images"].as_array().unwrap();
    assert!(images.contains(&image("key-p256-notlog").into()), "{key:#}");
    assert!(!images.contains(&image("key-other").into()), "another key signed it: {key:#}");
    assert!(key["blast"]["sole_proof"].as_array().unwrap().contains(&image("key-p256-notlog").into()));
    assert_eq!(key["blast"]["fall_back"][image("key-p256-notlog")], Value::Null);
    let claims = all(&document, false);
    assert!(claims.iter().any(|one| one["images"].as_array().unwrap().contains(&image("key-other").into())));
    let unsigned =
        document["identities"].as_array().unwrap().iter().find(|one| one["identity"] == "(unsigned)");
    assert_eq!(unsigned.unwrap()["images"], serde_json::json!([image("unsigned")]));
}

#[test]
fn without_a_policy_nothing_is_verified_and_a_workflow_is_only_a_claim() {
    let document = identities(&["keyless-gh", "keyless-email"], &[]);
    assert!(all(&document, true).is_empty(), "{document:#}");
    let claims = all(&document, false);
    let workflow = claims.iter().find(|one| one["levels"].as_array().unwrap().len() == 4).unwrap();
    assert!(workflow["first_seen"].is_string(), "{workflow:#}");
    assert!(workflow["levels"][3].as_str().unwrap().starts_with("refs/"), "{workflow:#}");
    assert_eq!(workflow["blast"]["sole_proof"], serde_json::json!([]), "a claim is no proof");
    assert!(claims.iter().any(|one| one["levels"][1].as_str().is_some_and(|name| name.contains('@'))));
}

#[test]
fn a_signature_of_another_image_is_not_by_its_signer_here() {
    // The same manifest hangs on two images, and names the first one.
    let policy = fixture("policies/article/1-verify-image-signature.yaml");
    let names = ["donor", "v1.2.3"].map(|tag| format!("127.0.0.1:5000/myorg/tampered-payload-digest:{tag}"));
    let root = fixture("trust/trusted_root.json");
    let run = over_layouts(&[
        "identities",
        &names[0],
        &names[1],
        "--policy",
        &policy,
        "--trusted-root",
        &root,
        "--format",
        "json",
        "--offline",
    ]);
    let document = run.json();
    let verified = all(&document, true);
    let signs = |name: &String| {
        verified.iter().any(|one| one["images"].as_array().unwrap().contains(&name.as_str().into()))
    };
    assert!(signs(&names[0]), "the donor is signed: {document:#}");
    assert!(!signs(&names[1]), "the copy is not: {document:#}");
}

#[test]
fn text_says_what_it_is_not_sure_of() {
    let run = over_layouts(&["identities", &image("keyless-gh"), "--offline"]);
    assert!(run.stdout.contains("not verified by any policy: these prove nothing"), "{}", run.stdout);
    assert!(run.stdout.contains("no policy is loaded"), "{}", run.stdout);
    over_layouts(&["identities"]).ends_with(3).says("nothing to look at");
}
