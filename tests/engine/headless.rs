//! The program without a terminal: exit statuses, what goes to which stream, and every form of output.

use std::fs;
use std::process::Stdio;

use serde_json::Value;

use crate::program::{command, fixture, fixtures, layouts, over_layouts, run};
use crate::schema::{sarif_is_sound, valid, well_formed};

const LOG_IGNORED: &str = "policies/ignore-log/1-verify-image-signature.yaml";

/// `audit` of one pod fixture under one policy fixture.
fn audit(pod: &str, policy: &str, more: &[&str]) -> crate::program::Run {
    let (pod, policy) = (fixture(&format!("pods/{pod}.yaml")), fixture(policy));
    over_layouts(&[&["audit", "--pod", &pod, "--policy", &policy, "--offline"], more].concat())
}

#[test]
fn the_schema_refuses_what_it_must() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/audit.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let counts = serde_json::json!({"results": 0, "pass": 0, "deny": 0, "audit": 0, "error": 0, "none": 0});
    let good = serde_json::json!({"schema": "sigscope.audit/v1", "results": [], "summary": counts});
    assert!(validator.is_valid(&good));
    for (key, value) in [("schema", "sigscope.audit/v2"), ("more", "x")] {
        let mut bad = good.clone();
        bad[key] = value.into();
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}

#[test]
fn an_unsigned_image_is_denied_with_code_place_and_digest() {
    let run = audit("unsigned", LOG_IGNORED, &["--format", "json"]).ends_with(1);
    let document = run.json();
    valid(&document);
    let results = document["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{document:#}");
    let result = &results[0];
    assert_eq!(result["verdict"], "deny");
    assert_eq!(result["code"], "SIG-NONE");
    assert!(result["digest"].as_str().unwrap().starts_with("sha256:"));
    assert_eq!(result["resource"]["kind"], "Pod");
    assert_eq!(result["resource"]["namespace"], "default");
    assert_eq!(result["resource"]["container"], "app");
    let place = &result["policy_location"];
    assert!(place["file"].as_str().unwrap().ends_with(LOG_IGNORED));
    let text = fs::read_to_string(fixtures().join(LOG_IGNORED)).unwrap();
    assert!(place["line"].as_u64().unwrap() as usize <= text.lines().count());
    assert!(place["line"].as_u64().unwrap() > 12, "the place is that of a clause, not of the file: {place}");
    assert!(result["engine_message"].as_str().unwrap().contains("no signatures found"), "{result:#}");
    assert_eq!(document["summary"]["deny"], 1);
}

#[test]
fn a_signed_image_passes() {
    let run = audit("key-p256-notlog", LOG_IGNORED, &["--format", "json"]).ends_with(0);
    let document = run.json();
    valid(&document);
    assert_eq!(document["results"][0]["verdict"], "pass");
    assert_eq!(document["results"][0]["code"], "PASS");
    assert_eq!(document["summary"]["pass"], 1);
}

#[test]
fn keys_of_the_json_keep_their_order() {
    let text = audit("unsigned", LOG_IGNORED, &["--format=json"]).stdout;
    let keys = [
        "\"schema\"",
        "\"results\"",
        "\"resource\"",
        "\"image\"",
        "\"digest\"",
        "\"policy\"",
        "\"rule\"",
        "\"verdict\"",
        "\"code\"",
        "\"message\"",
        "\"engine_message\"",
        "\"policy_location\"",
        "\"clauses\"",
        "\"summary\"",
    ];
    let mut from = 0;
    for key in keys {
        from +=
            text[from..].find(key).unwrap_or_else(|| panic!("{key} is not behind the one before:\n{text}"));
    }
}

#[test]
fn every_format_says_the_same_and_stdout_holds_data_only() {
    let image = "127.0.0.1:5000/myorg/unsigned:v1.2.3";
    let table = audit("unsigned", LOG_IGNORED, &[]).ends_with(1);
    assert!(
        table.stdout.contains("DENY") && table.stdout.contains("SIG-NONE") && table.stdout.contains(image)
    );
    assert!(!table.stdout.contains('\u{1b}'), "no colours in a pipe");
    let concise = audit("unsigned", LOG_IGNORED, &["--format", "concise"]).ends_with(1).stdout;
    assert_eq!(concise.lines().count(), 1, "{concise}");
    assert!(concise.contains(": deny: SIG-NONE ") && concise.contains(LOG_IGNORED), "{concise}");
    let sarif = audit("unsigned", LOG_IGNORED, &["-o", "sarif"]).ends_with(1).json();
    sarif_is_sound(&sarif);
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!((&result["level"], &result["ruleId"]), (&"error".into(), &"SIG-NONE".into()));
    let junit = audit("unsigned", LOG_IGNORED, &["--output=junit"]).ends_with(1).stdout;
    well_formed(&junit);
    assert!(junit.contains("<failure ") && junit.contains("failures=\"1\""), "{junit}");
    let markdown = audit("unsigned", LOG_IGNORED, &["-o", "markdown"]).ends_with(1).stdout;
    assert!(markdown.contains("## Denied") && markdown.contains("**SIG-NONE**"), "{markdown}");
    assert!(
        markdown.contains(image) && markdown.contains("sha256:") && markdown.contains(LOG_IGNORED),
        "{markdown}"
    );
    for (format, version) in
        [("policy-report", "wgpolicyk8s.io/v1alpha2"), ("open-reports", "openreports.io/v1alpha1")]
    {
        let report = audit("unsigned", LOG_IGNORED, &["-o", format]).ends_with(1).json();
        let report = &report["items"][0];
        assert_eq!((&report["apiVersion"], &report["summary"]["fail"]), (&version.into(), &1.into()));
        let result = &report["results"][0];
        assert_eq!((&result["result"], &result["properties"]["code"]), (&"fail".into(), &"SIG-NONE".into()));
        assert_eq!(result["resources"][0]["kind"], "Pod");
    }
}

#[test]
fn an_audit_verdict_changes_the_status_only_on_demand() {
    let quiet = audit("unsigned", "policies/extra/audit.yaml", &["--format", "json"]).ends_with(0).json();
    valid(&quiet);
    assert_eq!(quiet["results"][0]["verdict"], "audit");
    audit("unsigned", "policies/extra/audit.yaml", &["--fail-on", "audit"]).ends_with(1);
    audit("key-p256-notlog", "policies/extra/audit.yaml", &["--fail-on", "audit"]);
    let junit = audit("unsigned", "policies/extra/audit.yaml", &["--format", "junit", "--fail-on", "audit"]);
    assert!(junit.stdout.contains("<failure "), "{}", junit.stdout);
}

#[test]
fn a_policy_that_matches_nothing_says_so() {
    let run = audit("unsigned", "policies/extra/other-registry.yaml", &["--format", "json"]).ends_with(0);
    assert!(run.stderr.contains("warning:"), "{}", run.stderr);
    let document = run.json();
    valid(&document);
    let results = document["results"].as_array().unwrap();
    assert!(!results.is_empty() && results.iter().all(|result| result["verdict"] == "none"), "{document:#}");
    assert_eq!(results[0]["digest"], Value::Null, "an image that no rule matches is not fetched");
}

#[test]
fn a_policy_that_its_engine_refuses_is_one_error() {
    let run = audit("key-p256-notlog", "policies/extra/invalid-audit-mutates.yaml", &["--format", "json"])
        .ends_with(2);
    let document = run.json();
    valid(&document);
    let results = document["results"].as_array().unwrap();
    assert_eq!(results.len(), 1, "{document:#}");
    assert_eq!(results[0]["verdict"], "error");
    assert_eq!(results[0]["code"], "POL-INVALID");
}

#[test]
fn what_is_not_evaluated_yet_is_an_error_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yaml");
    let text = std::fs::read_to_string(fixture(LOG_IGNORED)).unwrap();
    let (before, rest) = text.split_once("publicKeys: |-").unwrap();
    let (_, after) = rest.split_once("-----END PUBLIC KEY-----").unwrap();
    std::fs::write(&path, format!("{before}kms: awskms:///alias/release{after}")).unwrap();
    let image = "127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3";
    let run = over_layouts(&["audit", image, "--offline", "--policy", &path.to_string_lossy(), "-o", "json"]);
    let document = run.ends_with(2).json();
    valid(&document);
    let result = &document["results"][0];
    assert_eq!(result["code"], "POL-UNSUPPORTED");
    assert!(result["message"].as_str().unwrap().contains("kms"), "{result:#}");
    assert!(result["policy_location"]["line"].as_u64().unwrap() > 1);
}

#[test]
fn an_image_that_is_not_there_is_an_error() {
    let run = audit("pod-missing-image", LOG_IGNORED, &["--format", "json"]).ends_with(2);
    let document = run.json();
    valid(&document);
    assert!(
        document["results"].as_array().unwrap().iter().any(|result| result["code"] == "NET-NOTFOUND"),
        "{document:#}"
    );
}

#[test]
fn many_containers_many_results_and_the_worst_decides() {
    let document = audit("pod-many-containers", LOG_IGNORED, &["--format", "json"]).ends_with(1).json();
    valid(&document);
    let results = document["results"].as_array().unwrap();
    let containers: Vec<&str> =
        results.iter().map(|result| result["resource"]["container"].as_str().unwrap()).collect();
    let mut unique = containers.clone();
    unique.dedup();
    assert!(results.len() > 1 && unique.len() == containers.len(), "{containers:?}");
    let pod = fs::read_to_string(fixtures().join("pods/pod-many-containers.yaml")).unwrap();
    assert_eq!(results.len(), pod.matches("image:").count());
}

#[test]
fn controllers_are_judged_by_the_generated_rules() {
    let document = audit("deployment-unsigned", LOG_IGNORED, &["--format", "json"]).ends_with(1).json();
    valid(&document);
    assert_eq!(document["results"][0]["resource"]["kind"], "Deployment");
}

#[test]
fn a_bare_image_is_judged_as_a_pod() {
    let policy = fixture(LOG_IGNORED);
    let image = "127.0.0.1:5000/myorg/unsigned:v1.2.3";
    let run = over_layouts(&["audit", image, "--policy", &policy, "--format", "json"]).ends_with(1);
    let document = run.json();
    valid(&document);
    assert_eq!(document["results"][0]["resource"]["kind"], "Pod");
    assert_eq!(document["results"][0]["resource"]["namespace"], "default");
    assert_eq!(document["results"][0]["image"], image);
}

#[test]
fn all_tags_of_a_repository_and_of_a_layout_are_judged() {
    let policy = fixture(LOG_IGNORED);
    let by_name =
        over_layouts(&["audit", "127.0.0.1:5000/myorg/tag-moved", "--policy", &policy, "--format", "json"]);
    let document = by_name.ends_with(1).json();
    valid(&document);
    let images: Vec<&str> = document["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|result| result["image"].as_str().unwrap())
        .collect();
    assert!(images.len() > 1 && images.iter().all(|image| !image.contains("sha256-")), "{images:?}");
}

#[test]
fn a_missing_policy_path_is_wrong_usage() {
    let pod = fixture("pods/unsigned.yaml");
    let run = over_layouts(&["audit", "--pod", &pod, "--policy", "no/such/policy.yaml"]).ends_with(3);
    assert!(run.stdout.is_empty(), "{}", run.stdout);
    run.says("no/such/policy.yaml").says("no such file");
    let run =
        over_layouts(&["audit", "--pod", "no/such/pod.yaml", "--policy", &fixture(LOG_IGNORED)]).ends_with(3);
    run.says("no/such/pod.yaml");
    over_layouts(&["audit", "--pod", &pod]).ends_with(3).says("--policy");
    over_layouts(&["audit", "--policy", &fixture(LOG_IGNORED)]).ends_with(3);
    let empty = tempfile::tempdir().unwrap();
    let empty = empty.path().to_string_lossy().into_owned();
    over_layouts(&["audit", "--pod", &pod, "--policy", &empty]).ends_with(3).says("*.yaml");
    let manifest = fixture("pods/unsigned.yaml");
    over_layouts(&["audit", "--pod", &pod, "--policy", &manifest]).ends_with(3).says("no policy");
}

#[test]
fn a_broken_file_is_named_with_its_place_and_the_others_still_load() {
    let directory = tempfile::tempdir().unwrap();
    fs::copy(fixtures().join(LOG_IGNORED), directory.path().join("a-good.yaml")).unwrap();
    fs::write(
        directory.path().join("b-broken.yaml"),
        "apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nmetadata:\n\tname: x\n",
    )
    .unwrap();
    let path = directory.path().to_string_lossy().into_owned();
    let pod = fixture("pods/unsigned.yaml");
    let run = over_layouts(&["audit", "--pod", &pod, "--policy", &path, "--format", "json"]).ends_with(3);
    let run = run.says("b-broken.yaml:4:").says("hint:");
    let document = run.json();
    valid(&document);
    assert_eq!(document["results"][0]["code"], "SIG-NONE", "the good policy is judged");
}

#[test]
fn a_file_that_is_not_yaml_is_wrong_usage() {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    fs::write(file.path(), b"\x00\xff\xfe{{{{").unwrap();
    let path = file.path().to_string_lossy().into_owned();
    over_layouts(&["audit", "--pod", &fixture("pods/unsigned.yaml"), "--policy", &path])
        .ends_with(3)
        .says(&path);
    over_layouts(&["audit", "--pod", &path, "--policy", &fixture(LOG_IGNORED)]).ends_with(3).says(&path);
}

#[test]
fn wrong_arguments_end_with_three_and_help_with_none() {
    for wrong in [
        &["nosuch"][..],
        &["audit", "--format", "xml"],
        &["audit", "--offline=perhaps"],
        &["verify"],
        &["why", "a.b/c"],
    ] {
        let run = run(wrong).ends_with(3);
        assert!(run.stdout.is_empty() && !run.stderr.is_empty());
    }
    for help in [&["--help"][..], &["audit", "--help"], &["--version"]] {
        let run = run(help).ends_with(0);
        assert!(!run.stdout.is_empty() && run.stderr.is_empty());
    }
    run(&["audit", "https://a.b/c", "--policy", &fixture(LOG_IGNORED)])
        .ends_with(3)
        .says("scheme")
        .says("a.b/c");
    run(&["audit", "x.y/a:b", "--policy", &fixture(LOG_IGNORED), "--as-of", "soon"])
        .ends_with(3)
        .says("--as-of");
    run(&["tree", "x.y/a:b", "--layouts", "x.y"]).ends_with(3).says("HOST/PREFIX=DIR");
}

#[test]
fn a_closed_pipe_is_silent() {
    let (mut command, _home) = command();
    let pod = fixture("pods/pod-many-containers.yaml");
    let policy = fixture(LOG_IGNORED);
    let mut child = command
        .args(["audit", "--pod", &pod, "--policy", &policy, "--format", "json"])
        .args(layouts())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn why_shows_the_clauses_and_their_places() {
    let policy = fixture(LOG_IGNORED);
    let image = "127.0.0.1:5000/myorg/unsigned:v1.2.3";
    let text = over_layouts(&["why", image, "--policy", &policy]).ends_with(1).stdout;
    assert!(text.contains("SIG-NONE") && text.contains(image) && text.contains(LOG_IGNORED), "{text}");
    let document = over_layouts(&["why", image, "--policy", &policy, "-o", "json"]).ends_with(1).json();
    assert_eq!(document["schema"], "sigscope.why/v1");
    assert_eq!(document["results"][0]["code"], "SIG-NONE");
    assert!(!document["results"][0]["deciding"].as_array().unwrap().is_empty());
    over_layouts(&["why", "127.0.0.1:5000/myorg/key-p256-notlog:v1.2.3", "--policy", &policy]).ends_with(0);
}

#[test]
fn text_from_outside_never_reaches_a_terminal_raw() {
    let file = tempfile::Builder::new().suffix(".yaml").tempfile().unwrap();
    let hostile = "apiVersion: v1\nkind: Pod\nmetadata: {name: \"a\\e[31m\\u202Eb\"}\nspec:\n  containers:\n    - {name: \"c\\e]0;x\\a\", image: 127.0.0.1:5000/myorg/unsigned:v1.2.3}\n";
    fs::write(file.path(), hostile).unwrap();
    let pod = file.path().to_string_lossy().into_owned();
    for format in ["table", "concise", "json", "sarif", "junit"] {
        let run =
            over_layouts(&["audit", "--pod", &pod, "--policy", &fixture(LOG_IGNORED), "--format", format]);
        for bad in ['\u{1b}', '\u{7}', '\u{202e}'] {
            assert!(
                !run.stdout.contains(bad) && !run.stderr.contains(bad),
                "{format}: {bad:?}\n{}",
                run.stdout
            );
        }
        if format == "json" {
            assert_eq!(run.json()["results"][0]["resource"]["name"], "a\u{1b}[31m\u{202e}b");
        }
    }
}
