//! What Kyverno printed for each denied record, against what we say that it prints; and what we say ourselves.

use std::collections::BTreeSet;

use regex::Regex;
use serde_json::Value;
use sigscope::explain;
use sigscope::model::{Trace, Verdict, World};

use crate::fixtures;
use crate::kyverno_golden::{judge, layouts};

/// Lines of the messages, without addresses and ports.
fn printed(stdout: &str) -> BTreeSet<String> {
    let number = Regex::new(r"^\d+ - \S+ ").unwrap();
    let mut lines = BTreeSet::new();
    let mut inside = false;
    for line in stdout.lines() {
        if line.starts_with("policy ") && line.ends_with(" failed:") {
            inside = true;
        } else if line.starts_with("pass: ") {
            inside = false;
        } else if inside && !line.trim().is_empty() {
            lines.insert(bare(&number.replace(line, "")));
        }
    }
    lines
}

fn bare(line: &str) -> String {
    let address = Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    address.replace_all(line.trim(), "ADDRESS").into_owned()
}

fn denied(world: &World) -> impl Iterator<Item = &Trace> {
    world
        .traces
        .iter()
        .map(|trace| &**trace)
        .filter(|trace| matches!(trace.verdict, Verdict::Deny | Verdict::Audit))
}

fn ours(world: &World) -> BTreeSet<String> {
    denied(world)
        .flat_map(|trace| trace.engine_message.lines())
        .filter(|line| !line.trim().is_empty())
        .map(bare)
        .collect()
}

/// Denied records of the policies that `only` wants, each with our world.
fn records(only: &dyn Fn(&str) -> bool) -> Vec<(String, Value, World)> {
    let folder = fixtures::folder();
    let Some(golden) = fixtures::golden("kyverno-apply.json") else { return Vec::new() };
    let store = layouts();
    let mut all = Vec::new();
    for record in golden["records"].as_array().unwrap() {
        let profile = record["profile"].as_str().unwrap();
        if record["verdict"] != "deny" || !only(profile) {
            continue;
        }
        let name = format!("{profile} {}", record["pod"].as_str().unwrap());
        let world = judge(record, &folder, &store, &str::to_owned);
        assert!(denied(&world).next().is_some(), "{name} is not denied");
        all.push((name, record.clone(), world));
    }
    all
}

#[test]
fn the_messages_of_kyverno_are_carried() {
    let (mut count, mut other) = (0, Vec::new());
    for (name, record, world) in records(&|profile| !profile.starts_with("image-validating")) {
        let stdout = record["stdout"].as_str().unwrap();
        if stdout.contains("dial") {
            continue;
        }
        count += 1;
        let (wanted, found) = (printed(stdout), ours(&world));
        if wanted != found {
            let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| {
                a.difference(b).cloned().collect::<Vec<_>>().join(" | ")
            };
            other.push(format!(
                "{name}\n  theirs: {}\n  ours:   {}",
                only(&wanted, &found),
                only(&found, &wanted)
            ));
        }
    }
    println!("{} of {count} differ:\n{}", other.len(), other.join("\n"));
    assert!(other.len() * 20 <= count, "{}", other.join("\n"));
}

#[test]
fn every_denial_names_clause_both_sides_evidence_and_remedy() {
    let (mut empty, mut kinds) = (Vec::new(), BTreeSet::new());
    for (name, _, world) in records(&|_| true) {
        for trace in denied(&world) {
            kinds.insert(trace.policy.kind.clone());
            let pair = explain::pair(trace);
            let place = trace.location.as_ref().is_some_and(|place| {
                place.start.line > 1 && place.start.column > 0 && place.file.ends_with(".yaml")
            });
            let want = pair.as_ref().is_some_and(|pair| !pair.want.is_empty());
            let have = pair.as_ref().is_some_and(|pair| !pair.have.is_empty());
            let remedy = !explain::remedies(trace).is_empty();
            let checks = [
                (place, "clause"),
                (want, "want"),
                (have, "have"),
                (trace.digest.is_some(), "evidence"),
                (trace.deciding_clause().is_some_and(|clause| !clause.label.is_empty()), "deciding clause"),
                (remedy, "remedy"),
                (!trace.engine_message.is_empty(), "engine message"),
            ];
            empty.extend(
                checks.iter().filter(|(there, _)| !there).map(|(_, what)| format!("{name}: no {what}")),
            );
        }
    }
    assert!(empty.is_empty(), "{}", empty.join("\n"));
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), ["ClusterPolicy", "ImageValidatingPolicy"]);
}
