//! Every verdict that the Kyverno command line gave over the fixtures, against ours.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;
use sigscope::discover::workload;
use sigscope::engine::{self, Command, PolicyInput, Settings, SourceInput};
use sigscope::model::{Code, Verdict, World};
use sigscope::port::Store;
use sigscope::source::registry::Credentials;
use sigscope::source::{LayoutRule, Layouts, Mux, Registry, RegistryOptions};
use sigscope::trust::Material;

use crate::fixtures;
use crate::server::{self, Setup};

/// What became of a record.
#[derive(Debug, PartialEq, Eq)]
enum Became {
    Agreed,
    Pending(String),
    Differs(String),
}

/// Our verdict in Kyverno's words: deny and audit are `deny`; any pass is `allow`; only none is `not-applicable`.
fn in_kyverno_words(world: &World) -> &'static str {
    let has = |wanted: &[Verdict]| world.traces.iter().any(|trace| wanted.contains(&trace.verdict));
    if has(&[Verdict::Error, Verdict::Waiting]) {
        "error"
    } else if has(&[Verdict::Deny, Verdict::Audit]) {
        "deny"
    } else if has(&[Verdict::Pass]) {
        "allow"
    } else {
        "not-applicable"
    }
}

/// Judges one record over a store.
pub(crate) fn judge(
    record: &Value,
    folder: &Path,
    store: &Arc<dyn Store>,
    rename: &dyn Fn(&str) -> String,
) -> World {
    let words: Vec<&str> = record["command"].as_str().unwrap().split_whitespace().collect();
    let after = |flag: &str| {
        let at = words.iter().position(|word| *word == flag).unwrap();
        folder.join(words[at + 1])
    };
    let policy = folder.join(words[words.iter().position(|word| *word == "apply").unwrap() + 1]);
    let pod = after("--resource");
    let text = rename(&std::fs::read_to_string(&pod).unwrap());
    let resources = workload::read(&pod.display().to_string(), &text).unwrap();
    let root = std::fs::read(folder.join("trust/trusted_root.json")).unwrap();
    let material = Material::from_trusted_root(&root, "trusted root of the fixtures").unwrap();
    let settings = Settings {
        store: store.clone(),
        log_keys: material.log_keys_without_windows(),
        named: true,
        material: Arc::new(material),
        trust_stores: Arc::default(),
        trust: String::new(),
        offline: true,
        services: None,
        as_of: None,
        parallel: 4,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut handle = engine::start(settings);
        handle.send(Command::LoadPolicies(vec![PolicyInput::Path(policy)]));
        handle.send(Command::Open(SourceInput::Resources(resources)));
        handle.settled().await;
        let world = handle.world();
        World::clone(&world)
    })
}

fn compare(record: &Value, world: &World) -> Became {
    let wanted = record["verdict"].as_str().unwrap();
    let found = in_kyverno_words(world);
    let pending = world
        .traces
        .iter()
        .find(|trace| trace.verdict == Verdict::Error && trace.code == Code::PolUnsupported);
    if let Some(trace) = pending {
        let what = trace.deciding_clause().map(|clause| clause.label.clone()).unwrap_or_default();
        return Became::Pending(what);
    }
    if wanted == found {
        return Became::Agreed;
    }
    let codes: Vec<String> = world
        .traces
        .iter()
        .map(|trace| format!("{} {} {}", trace.image.image, trace.verdict.word(), trace.code))
        .collect();
    Became::Differs(format!("Kyverno says {wanted}, sigscope says {found}: {}", codes.join("; ")))
}

/// Runs every record and returns the differences; what is not judged is one.
pub(crate) fn run(
    store: &Arc<dyn Store>,
    rename: &dyn Fn(&str) -> String,
    only: &dyn Fn(&Value) -> bool,
) -> Vec<String> {
    let folder: PathBuf = fixtures::folder();
    let Some(golden) = fixtures::golden("kyverno-apply.json") else { return Vec::new() };
    let (mut agreed, mut differences) = (0, Vec::new());
    for record in golden["records"].as_array().unwrap().iter().filter(|record| only(record)) {
        let name = format!("{} {}", record["profile"].as_str().unwrap(), record["pod"].as_str().unwrap());
        match compare(record, &judge(record, &folder, store, rename)) {
            Became::Agreed => agreed += 1,
            Became::Pending(what) => differences.push(format!("{name}: not judged: {what}")),
            Became::Differs(how) => differences.push(format!("{name}: {how}")),
        }
    }
    println!("kyverno-apply: {agreed} agreed, {} differ", differences.len());
    differences
}

pub(crate) fn layouts() -> Arc<dyn Store> {
    let dir = fixtures::folder().join("layouts");
    let rules = ["127.0.0.1:5000", "127.0.0.1:5001"]
        .map(|host| LayoutRule::parse(&format!("{host}/myorg={}", dir.display())).unwrap());
    Arc::new(Mux::new(Layouts::new(rules.to_vec())))
}

#[test]
fn every_verdict_of_kyverno_over_the_layouts() {
    let differences = run(&layouts(), &str::to_owned, &|_| true);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// The pods name another port then; nothing signed depends on it.
#[test]
fn every_verdict_of_kyverno_over_http() {
    let folder = fixtures::folder().join("layouts");
    let start = |referrers| {
        let mut setup = Setup::new(&folder);
        setup.referrers = referrers;
        server::Registry::start(setup)
    };
    let (without, with) = (start(false), start(true));
    let rename =
        |text: &str| text.replace("127.0.0.1:5000", &without.host()).replace("127.0.0.1:5001", &with.host());
    let client =
        Registry::new(RegistryOptions { credentials: Credentials::none(), ..RegistryOptions::default() });
    let store: Arc<dyn Store> = Arc::new(client.unwrap());
    let differences = run(&store, &rename, &|_| true);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(!without.seen().is_empty() && !with.seen().is_empty());
}

/// The image-validating part alone, with Kyverno's message.
#[test]
fn every_message_of_image_validating_policies() {
    let ours = |record: &Value| record["profile"].as_str().unwrap().starts_with("image-validating/");
    let differences = run(&layouts(), &str::to_owned, &ours);
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    let Some(golden) = fixtures::golden("kyverno-apply.json") else { return };
    let folder = fixtures::folder();
    let mut wrong = Vec::new();
    for record in golden["records"].as_array().unwrap().iter().filter(|record| ours(record)) {
        let world = judge(record, &folder, &layouts(), &str::to_owned);
        let stdout = record["stdout"].as_str().unwrap();
        for trace in world.traces.iter().filter(|trace| !trace.engine_message.is_empty()) {
            let evidence = trace.deciding_clause().and_then(|clause| clause.evidence.as_ref());
            let pair =
                sigscope::explain::pair(trace).filter(|pair| !pair.want.is_empty() && !pair.have.is_empty());
            let remedies = sigscope::explain::remedies(trace);
            if trace.location.is_none() || evidence.is_none() || pair.is_none() || remedies.is_empty() {
                wrong.push(format!(
                    "{}: {} is not explained: {:?}",
                    record["pod"], trace.code, trace.deciding
                ));
            }
            if !stdout.contains(&trace.engine_message) {
                wrong.push(format!("{}: {:?} is not in {stdout:?}", record["pod"], trace.engine_message));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
