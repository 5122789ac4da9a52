//! What services answered is in the record: verdicts that rest on it are the same when it is replayed, with nobody to ask.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::online_log::logged_now;
use crate::program::{Run, command, fixture, over_layouts, run};
use crate::{layout, service};

fn policy(url: &str) -> String {
    let (key, log) = (layout::fixture_text("trust/cosign.pub"), layout::fixture_text("trust/rekor.pub"));
    let keys = json!({"publicKeys": key, "ctlog": {"ignoreSCT": true}, "rekor": {"url": url, "pubkey": log}});
    json!({
        "apiVersion": "kyverno.io/v1", "kind": "ClusterPolicy", "metadata": {"name": "p"},
        "spec": {"rules": [{
            "name": "r", "match": {"any": [{"resources": {"kinds": ["Pod"]}}]},
            "verifyImages": [{
                "imageReferences": ["*"], "failureAction": "Enforce", "mutateDigest": false,
                "verifyDigest": false, "attestors": [{"entries": [{"keys": keys}]}],
            }],
        }]},
    })
    .to_string()
}

/// Exports what is judged with a log at this URL.
fn export(url: &str, home: &Path) -> Run {
    let file = home.join("policy.json");
    fs::write(&file, policy(url)).unwrap();
    let image = "127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3";
    let out = home.join("evidence").to_string_lossy().into_owned();
    let root = fixture("trust/trusted_root.json");
    over_layouts(&[
        "export",
        image,
        "--policy",
        &file.to_string_lossy(),
        "--out",
        &out,
        "--trusted-root",
        &root,
    ])
}

fn replay(dir: &Path) -> Run {
    run(&["replay", &dir.to_string_lossy()])
}

fn index(dir: &Path) -> Value {
    serde_json::from_slice(&fs::read(dir.join("sigscope.json")).unwrap()).unwrap()
}

fn of_log(index: &Value) -> Vec<&Value> {
    index["answers"].as_array().unwrap().iter().filter(|answer| answer["asked"] == "log").collect()
}

#[test]
fn what_a_log_answered_is_replayed() {
    let (home, (_, log)) = (tempfile::tempdir().unwrap(), logged_now());
    export(&log.url(), home.path()).ends_with(0);
    let asked = log.seen().len();
    assert!(asked > 0);
    let dir = home.path().join("evidence");
    let verdicts: Value = serde_json::from_slice(&fs::read(dir.join("verdicts.json")).unwrap()).unwrap();
    assert_eq!(verdicts["results"][0]["verdict"], "pass", "{verdicts:#}");
    drop(log);
    replay(&dir).ends_with(0);
    let index = index(&dir);
    let [answer] = of_log(&index)[..] else { panic!("{index:#}") };
    // The record is worth what the log signed, and nothing more.
    let digest = answer["digest"].as_str().unwrap();
    let blob = dir.join("blobs").join(digest.replacen(':', "/", 1));
    fs::write(blob, b"[]").unwrap();
    replay(&dir).ends_with(2);
}

#[test]
fn a_log_that_was_not_reached_is_not_reached_again() {
    let home = tempfile::tempdir().unwrap();
    export(&service::nobody(), home.path()).ends_with(0);
    let dir = home.path().join("evidence");
    let index = index(&dir);
    assert_eq!(of_log(&index)[0]["missing"]["why"], "unreachable", "{index:#}");
    replay(&dir).ends_with(0);
    let (mut program, _home) = command();
    let audit = program.arg("audit").arg(&dir).output().unwrap();
    assert_eq!(audit.status.code(), Some(2), "{audit:?}");
}
