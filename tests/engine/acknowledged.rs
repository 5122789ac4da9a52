//! Acknowledgements in what leaves the program: they hold for one digest, policy and verdict, lapse with any of them, and
//! change no verdict.

use std::fs;
use std::sync::Arc;

use serde_json::Value;
use sigscope::engine::ledger;
use sigscope::model::ledger::{Acknowledgement, Ledger};
use sigscope::model::trace::PolicyId;
use sigscope::model::world::{PolicyFile, PolicyRow};
use sigscope::model::{Moment, Span, Trace, Verdict, World};
use sigscope::report::audit::Audit;
use sigscope::report::ink::Ink;
use sigscope::report::junit::Failures;
use sigscope::report::policy_report::{Group, reports};
use sigscope::report::{concise, json, junit, markdown, sarif, table};

use crate::program::{command, fixture, fixtures, layouts, over_layouts};
use crate::schema::{sarif_is_sound, valid, well_formed};
use crate::trace::{POLICY, POLICY_FILE, all_missing, all_reasons, denied, passed, undecided};

fn world(hash: &str) -> World {
    let traces = [denied(all_reasons().remove(0)), undecided(all_missing().remove(0)), passed()];
    let policy = PolicyRow {
        draft: false,
        id: traces[0].policy.clone(),
        span: Span::whole(POLICY_FILE.into()),
        action: "Enforce".to_owned(),
        rules: Vec::new(),
        problems: Vec::new(),
        lints: Vec::new(),
    };
    let traces = traces.into_iter().enumerate().map(|(number, mut trace)| {
        trace.image.image = format!("r.example/a:{number}");
        trace.digest = Some(crate::trace::digest(['a', 'b', 'c'][number]));
        Arc::new(trace)
    });
    World {
        traces: traces.collect(),
        files: vec![PolicyFile {
            path: POLICY_FILE.into(),
            text: POLICY.into(),
            hash: hash.into(),
            policies: vec![policy],
            broken: None,
        }],
        ..World::default()
    }
}

/// Everything that can be is acknowledged.
fn said(world: &World) -> Ledger {
    let mut ledger = Ledger::default();
    for trace in &world.traces {
        let trace: &Trace = trace;
        ledger.acknowledge(world, trace, "known <b> & `quoted`", Moment(1_795_516_245));
    }
    ledger
}

#[test]
fn every_form_tells_what_was_said() {
    let world = world("sha256:1");
    let ledger = said(&world);
    let log = sarif::sarif(&world, &ledger);
    sarif_is_sound(&log);
    let suppressed = &log["runs"][0]["results"][0]["suppressions"][0];
    assert_eq!((&suppressed["kind"], &suppressed["status"]), (&"external".into(), &"accepted".into()));
    assert_eq!(suppressed["justification"], "known <b> & `quoted`");
    let document = json::document(&Audit::with(&world, &ledger)).unwrap();
    valid(&serde_json::from_str(&document).unwrap());
    let words = "acknowledged 2026-11-24T10:30:45Z";
    let xml = junit::junit(&world, &ledger, Failures::default());
    well_formed(&xml);
    assert!(xml.contains("known &lt;b&gt; &amp; `quoted`") && xml.contains("<failure "), "{xml}");
    let page = markdown::markdown(&world, &ledger);
    assert!(page.contains(words) && !page.contains("<b>"), "{page}");
    for text in [
        table::table(&world, &ledger, Ink::default()),
        concise::concise(&world, &ledger),
        json::document(&reports(&world, &ledger, Group::OpenReports)).unwrap(),
    ] {
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn what_changed_is_told_and_suppresses_nothing() {
    let ledger = said(&world("sha256:1"));
    let world = world("sha256:2");
    let log = sarif::sarif(&world, &ledger);
    let result = &log["runs"][0]["results"][0];
    assert!(result.get("suppressions").is_none(), "{result:#}");
    let told = &result["properties"]["acknowledgement"];
    assert_eq!((&told["holds"], &told["changed"][0]), (&false.into(), &"the policy".into()));
    let page = markdown::markdown(&world, &ledger);
    assert!(page.contains("lapsed, since the policy changed"), "{page}");
    let xml = junit::junit(&world, &ledger, Failures { accepted: true, ..Failures::default() });
    assert!(xml.contains("<failure ") && !xml.contains("<skipped "), "{xml}");
}

#[test]
fn accepted_denials_are_skipped_and_what_is_undecided_is_not() {
    let world = world("sha256:1");
    let xml = junit::junit(&world, &said(&world), Failures { accepted: true, ..Failures::default() });
    well_formed(&xml);
    assert!(!xml.contains("<failure ") && xml.contains("failures=\"0\""), "{xml}");
    assert_eq!((xml.matches("<skipped ").count(), xml.matches("<error ").count()), (1, 1), "{xml}");
}

const POLICY_OF_UNSIGNED: &str = "policies/ignore-log/1-verify-image-signature.yaml";

/// What `audit` says of the unsigned image, and an acknowledgement of it.
fn unsigned() -> (Value, Acknowledgement) {
    let (pod, policy) = (fixture("pods/unsigned.yaml"), fixture(POLICY_OF_UNSIGNED));
    let run = over_layouts(&["audit", "--pod", &pod, "--policy", &policy, "--offline", "-o", "json"]);
    let result = run.ends_with(1).json()["results"][0].clone();
    let word = |key: &str| result[key].as_str().unwrap().to_owned();
    let text = fs::read(fixtures().join(POLICY_OF_UNSIGNED)).unwrap();
    let entry = Acknowledgement {
        image: word("image"),
        digest: Some(word("digest").parse().unwrap()),
        policy: PolicyId { kind: "ClusterPolicy".into(), namespace: String::new(), name: word("policy") },
        rule: word("rule"),
        policy_hash: sigscope::format::hash::digest_of(&text).to_string(),
        verdict: Verdict::Deny,
        note: "ticket 7".to_owned(),
        at: Moment(0),
    };
    (result, entry)
}

fn audit(entry: &Acknowledgement, more: &[&str]) -> crate::program::Run {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("said.json");
    fs::write(&file, ledger::write(&Ledger { entries: vec![entry.clone()] })).unwrap();
    let (pod, policy) = (fixture("pods/unsigned.yaml"), fixture(POLICY_OF_UNSIGNED));
    let file = file.to_string_lossy();
    let common = ["audit", "--pod", &pod, "--policy", &policy, "--offline", "--acknowledged", &file];
    over_layouts(&[&common, more].concat())
}

#[test]
fn an_acknowledged_denial_is_a_denial_unless_it_is_accepted() {
    let (plain, entry) = unsigned();
    assert!(plain.get("acknowledgement").is_none());
    let run = audit(&entry, &["-o", "json"]).ends_with(1).json();
    valid(&run);
    let result = &run["results"][0];
    assert_eq!((&result["verdict"], &result["acknowledgement"]["holds"]), (&"deny".into(), &true.into()));
    assert_eq!(result["acknowledgement"]["note"], "ticket 7");
    let accepted = audit(&entry, &["--accept-acknowledged", "-o", "json"]).ends_with(0).json();
    assert_eq!(accepted, run, "the verdict stays");
    type Change = fn(&mut Acknowledgement);
    let changes: [(Change, &str); 3] = [
        (|entry| entry.digest = None, "the digest"),
        (|entry| entry.policy_hash.push('0'), "the policy"),
        (|entry| entry.verdict = Verdict::Audit, "the verdict"),
    ];
    for (change, what) in changes {
        let mut other = entry.clone();
        change(&mut other);
        let run = audit(&other, &["--accept-acknowledged", "-o", "json"]).ends_with(1).json();
        let told = &run["results"][0]["acknowledgement"];
        assert_eq!((&told["holds"], &told["changed"]), (&false.into(), &serde_json::json!([what])));
    }
}

#[test]
fn the_file_of_the_terminal_program_is_told_without_being_asked_for() {
    let (_, entry) = unsigned();
    let (pod, policy) = (fixture("pods/unsigned.yaml"), fixture(POLICY_OF_UNSIGNED));
    let (mut program, home) = command();
    let file = home.path().join(".local/state/sigscope/acknowledgements.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, ledger::write(&Ledger { entries: vec![entry] })).unwrap();
    let common = ["audit", "--pod", &pod, "--policy", &policy, "--offline", "-o", "concise"];
    program.args(common).args(layouts());
    let run = program.output().unwrap();
    assert!(String::from_utf8_lossy(&run.stdout).contains("ticket 7") && run.status.code() == Some(1));
    // What cannot be read is named, kept, and no reason to judge otherwise.
    fs::write(&file, "{").unwrap();
    let run = program.output().unwrap();
    assert!(String::from_utf8_lossy(&run.stderr).contains("not told") && run.status.code() == Some(1));
    assert_eq!(fs::read(&file).unwrap(), b"{");
}

#[test]
fn a_file_that_is_named_must_be_there_and_be_read() {
    let pod = fixture("pods/unsigned.yaml");
    let policy = fixture(POLICY_OF_UNSIGNED);
    let common = ["audit", "--pod", &pod, "--policy", &policy, "--offline", "--acknowledged"];
    over_layouts(&[&common[..], &["no/such/file"]].concat()).ends_with(3).says("no such file");
    over_layouts(&[&common[..], &[&pod]].concat()).ends_with(3).says("unsigned.yaml");
}
