//! The terminal program and the headless commands say the same.

use std::path::Path;
use std::process::Command;

use crate::session::Session;

/// An instant, so that no clock can make a difference.
const AS_OF: &str = "2026-11-24T12:00:00Z";

fn fixture(path: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path).to_string_lossy().into_owned()
}

/// What both sides are given: pods, policies and layouts.
fn inputs() -> Vec<String> {
    let layouts = format!("127.0.0.1:5000/myorg={}", fixture("layouts"));
    let mut all: Vec<String> = ["--layouts", &layouts, "--offline", "--as-of", AS_OF]
        .iter()
        .map(|text| (*text).to_owned())
        .collect();
    for pod in ["unsigned", "key-p256-notlog"] {
        all.extend(["--pod".to_owned(), fixture(&format!("pods/{pod}.yaml"))]);
    }
    all.extend(["--policy".to_owned(), fixture("policies/ignore-log/1-verify-image-signature.yaml")]);
    all
}

/// Byte for byte: the audit that the Audit screen exports, and that of `sigscope audit`.
#[test]
fn audit_and_the_terminal_program_give_the_same_json() {
    let mut arguments = vec!["open".to_owned()];
    arguments.extend(inputs());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut session = Session::start(&arguments, 120, 36, &[]);
    session.until("everything judged", |screen| screen.contains("idle") && screen.contains("DENY"));
    session.keys("6").shows("[6 Audit]");
    session.keys("oj").shows("saved sigscope-audit.json");
    session.keys("Q");
    assert_eq!(session.ends(), 0);
    let exported = std::fs::read_to_string(session.home.path().join("sigscope-audit.json")).unwrap();
    let headless = Command::new(env!("CARGO_BIN_EXE_sigscope"))
        .arg("audit")
        .args(inputs())
        .args(["--format", "json"])
        .env_clear()
        .env("HOME", session.home.path())
        .output()
        .unwrap();
    assert_eq!(headless.status.code(), Some(1), "{}", String::from_utf8_lossy(&headless.stderr));
    assert_eq!(exported, String::from_utf8(headless.stdout).unwrap());
    let document: serde_json::Value = serde_json::from_str(&exported).unwrap();
    let verdicts: Vec<&str> =
        document["results"].as_array().unwrap().iter().filter_map(|one| one["verdict"].as_str()).collect();
    assert!(verdicts.contains(&"deny") && verdicts.contains(&"pass"), "{verdicts:?}");
}
