//! `diff`: verdicts, signers, what attestations say by key, configuration; what any two builds have otherwise is noise.

use serde_json::Value;

use crate::program::{fixture, over_layouts};

fn image(name: &str) -> String {
    format!("127.0.0.1:5000/myorg/{name}")
}

fn diff(a: &str, b: &str, more: &[&str]) -> (i32, Value) {
    let (a, b) = (image(a), image(b));
    let run = over_layouts(&[&["diff", &a, &b, "--format", "json", "--offline"], more].concat());
    (run.status, run.json())
}

fn sections(document: &Value) -> Vec<&str> {
    let list = document["differences"].as_array().unwrap();
    let mut all: Vec<&str> = list.iter().map(|one| one["section"].as_str().unwrap()).collect();
    all.dedup();
    all
}

#[test]
fn a_signed_tag_beside_an_unsigned_one() {
    let policy = fixture("policies/ignore-log/1-verify-image-signature.yaml");
    let (status, document) = diff("tag-moved:v1.2.3", "tag-moved:v1.2.4", &["--policy", &policy]);
    assert_eq!(status, 1, "{document:#}");
    let verdict = &document["differences"][0];
    assert_eq!(verdict["section"], "verdict", "{document:#}");
    assert!(verdict["a"].as_str().unwrap().starts_with("PASS"), "{verdict:#}");
    assert!(verdict["b"].as_str().unwrap().starts_with("DENY"), "{verdict:#}");
    assert_eq!((&document["a"]["verdict"], &document["b"]["verdict"]), (&"pass".into(), &"deny".into()));
    assert_eq!(document["b"]["signers"], serde_json::json!([]));
    assert!(sections(&document).contains(&"signature"), "{document:#}");
    assert!(sections(&document).contains(&"what hangs on it"), "{document:#}");
}

#[test]
fn packages_are_matched_by_name_and_what_is_gone_is_said() {
    let (_, document) = diff("att-full:v1.2.3", "att-no-sbom:v1.2.3", &[]);
    let gone = document["differences"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["section"] == "attestations" && one["field"].as_str().unwrap().contains("spdx"));
    assert_eq!(gone.unwrap_or_else(|| panic!("{document:#}"))["change"], "removed");
    let (_, scans) = diff("att-full:v1.2.3", "att-vuln-critical:v1.2.3", &[]);
    assert!(
        scans["differences"].as_array().unwrap().iter().any(|one| {
            one["noise"] == false && one["section"].as_str().unwrap().to_lowercase().contains("vuln")
        }),
        "{scans:#}"
    );
}

#[test]
fn the_same_image_differs_in_nothing_that_matters() {
    let (status, document) = diff("tag-moved:v1.2.3", "key-p256:v1.2.3", &[]);
    assert!(matches!(status, 0..=2), "{document:#}");
    let other = image("tag-moved:v1.2.3");
    let again = format!("{}@{}", image("tag-moved"), document["a"]["digest"].as_str().unwrap());
    let run = over_layouts(&["diff", &other, &again, "--format", "json", "--offline"]).ends_with(0);
    assert_eq!(run.json()["differences"], serde_json::json!([]));
    over_layouts(&["diff", &other, &other]).ends_with(3).says("both are the same image");
    over_layouts(&["diff", &other, &image("not-there:v1"), "--offline"]).ends_with(2).says("not-there");
}

#[test]
fn noise_is_hidden_and_shown_on_demand() {
    let (a, b) = (image("att-full:v1.2.3"), image("att-keyless:v1.2.3"));
    let hidden = over_layouts(&["diff", &a, &b, "--offline"]).stdout;
    let shown = over_layouts(&["diff", &a, &b, "--offline", "--noise"]).stdout;
    let (_, document) = diff("att-full:v1.2.3", "att-keyless:v1.2.3", &[]);
    let noise = document["differences"].as_array().unwrap().iter().filter(|one| one["noise"] == true).count();
    assert!(noise > 0, "{document:#}");
    assert!(shown.lines().count() >= hidden.lines().count() + noise, "{hidden}\n{shown}");
    assert!(hidden.contains("--noise shows them"), "{hidden}");
}
