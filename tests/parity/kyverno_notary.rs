//! Kyverno's `type: Notary`: every recorded verdict, and every recorded word of the denials.

use serde_json::Value;
use sigscope::model::Verdict;

use crate::fixtures;
use crate::kyverno_golden::{judge, layouts};

fn is_notary(record: &&Value) -> bool {
    let policy = record["command"].as_str().unwrap().split_whitespace().nth(2).unwrap();
    let text = std::fs::read_to_string(fixtures::folder().join(policy)).unwrap();
    text.contains("kind: ClusterPolicy") && text.contains("type: Notary")
}

#[test]
fn every_notary_verdict_of_kyverno_in_its_words() {
    let Some(golden) = fixtures::golden("kyverno-apply.json") else { return };
    let folder = fixtures::folder();
    let mut seen = [0, 0];
    for record in golden["records"].as_array().unwrap().iter().filter(is_notary) {
        let name = format!("{} {}", record["profile"], record["pod"]);
        let world = judge(record, &folder, &layouts(), &str::to_owned);
        let denied: Vec<_> = world.traces.iter().filter(|trace| trace.verdict == Verdict::Deny).collect();
        let passed = world.traces.iter().all(|trace| matches!(trace.verdict, Verdict::Pass | Verdict::None));
        match record["verdict"].as_str().unwrap() {
            "allow" => assert!(passed, "{name}"),
            "deny" => assert!(!denied.is_empty(), "{name}"),
            other => panic!("{name}: {other}"),
        }
        seen[denied.len().min(1)] += 1;
        let stdout = record["stdout"].as_str().unwrap();
        for line in denied.iter().flat_map(|trace| trace.engine_message.lines()) {
            assert!(stdout.contains(line), "{name}: {line}\n{stdout}");
        }
        for trace in denied {
            let clause = trace.deciding_clause().unwrap();
            let about = trace.clauses.iter().any(|clause| !clause.children.is_empty());
            assert!(
                trace.location.is_some() && about && clause.outcome.code().is_some(),
                "{name}: {clause:?}"
            );
        }
    }
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}
