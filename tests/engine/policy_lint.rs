//! `sigscope policy lint`: what it finds, where, and with which status it ends.

use std::fs;

use crate::program::{fixture, fixtures, run};

/// Lints a fixture changed by `change`; standard output and status.
fn linted(policy: &str, change: impl Fn(String) -> String, more: &[&str]) -> crate::program::Run {
    let text = fs::read_to_string(fixtures().join(policy)).unwrap();
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), change(text)).unwrap();
    let path = file.path().to_string_lossy().into_owned();
    run(&[&["policy", "lint", &path], more].concat())
}

const PINNED: &str = "policies/pinned/1-verify-image-signature.yaml";

#[test]
fn what_the_engine_refuses_ends_with_one_and_its_place() {
    let good = linted(PINNED, |text| text, &[]).ends_with(0);
    assert!(good.stdout.contains("hint LINT-DEPRECATED"), "{}", good.stdout);
    let bad =
        linted(PINNED, |text| text.replace("verifyImages:", "verifyImages: 5\n      x:"), &[]).ends_with(1);
    let line = bad.stdout.lines().find(|line| line.contains(" error POL-INVALID ")).unwrap();
    let mut parts = line.split(' ').next().unwrap().rsplit(':');
    assert!(parts.next().unwrap().parse::<usize>().is_ok(), "{line}");
    assert!(parts.next().unwrap().parse::<usize>().unwrap() > 5, "{line}");
}

#[test]
fn what_cannot_be_read_ends_with_three() {
    linted(PINNED, |_| "a: [".to_owned(), &[]).ends_with(3);
    linted(PINNED, |_| "kind: Pod\n".to_owned(), &[]).ends_with(3);
    run(&["policy", "lint", "/nowhere/at/all.yaml"]).ends_with(3);
}

#[test]
fn traps_are_found_where_they_are() {
    let cases: [(&str, &str, &str, &str); 4] = [
        ("policies/extra/keyless-regexp.yaml", "LINT-ANCHOR", "subjectRegExp: ", "subjectRegExp: x"),
        (PINNED, "LINT-REFERENCE", "imageReferences:\n", "imageReferences:\n            - nginx*\n"),
        (PINNED, "LINT-LOG", "url: ", "ignoreTlog: false # "),
        ("policies/bundle/2-verify-keyless-signature.yaml", "LINT-BUNDLE", "subject: \"", "subject: \"*"),
    ];
    for (policy, code, from, to) in cases {
        let run = linted(
            policy,
            |text| {
                assert!(text.contains(from), "{policy} has no `{from}`");
                text.replacen(from, to, 1)
            },
            &["--format", "json"],
        );
        let found = run.json();
        let all = found["findings"].as_array().unwrap();
        let hit = all.iter().find(|finding| finding["code"] == code);
        let hit = hit.unwrap_or_else(|| panic!("{policy}: no {code} in {found:#}"));
        assert!(hit["line"].as_u64().unwrap() > 1 && hit["column"].as_u64().unwrap() > 0);
    }
}

#[test]
fn every_form_has_the_same_findings() {
    let article = fixture("policies/article");
    let lines = run(&["policy", "lint", &article]).stdout.lines().count();
    assert!(lines >= 5, "each of them is of a kind that goes away");
    let json = run(&["policy", "lint", &article, "--format", "json"]).json();
    assert_eq!(json["findings"].as_array().unwrap().len(), lines);
    let sarif = run(&["policy", "lint", &article, "--format", "sarif"]).json();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), lines);
}
