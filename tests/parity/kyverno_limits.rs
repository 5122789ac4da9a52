//! Where sigscope does not follow Kyverno to its verdict, and says so: what is undecided, and what is judged more strictly.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use sigscope::model::Verdict;
use sigscope::model::artifact::{ArtifactKind, Evidence, Found};
use sigscope::verify::Memory;

use crate::evidence::evidence;
use crate::stand_in::{Good, hang};
use crate::vectors::folder;
use crate::vectors_engine::{file, judge, one_rule, pod};

fn keyless(more: &[(&str, Value)]) -> Value {
    let mut keyless = json!({"issuer": "https://token.actions.githubusercontent.com",
        "rekor": {"url": "https://rekor.example.test"}, "roots": file("trust/fulcio-root.pem")});
    for (key, value) in more {
        keyless[key] = value.clone();
    }
    json!({"keyless": keyless})
}

fn verdict(policy: &Value, found: Evidence, good: bool) -> (Verdict, String) {
    let found = Arc::new(found);
    let on = pod("a.test/b:1", &json!({}));
    let of = |_: &str| Ok(found.clone());
    let traces = match good {
        true => judge(policy, &on, &Good, &of),
        false => judge(policy, &on, &Memory::new(), &of),
    };
    let clause =
        traces[0].deciding_clause().map(|clause| format!("{:?}", clause.outcome)).unwrap_or_default();
    (traces[0].verdict, clause)
}

#[test]
fn expressions_beyond_what_both_libraries_know_are_undecided() {
    let of = |pattern: &str| {
        verdict(&one_rule(&keyless(&[("subjectRegExp", json!(pattern))])), evidence("keyless-gh-v2"), true)
    };
    assert_eq!(of("^https://github.com/myorg/").0, Verdict::Pass);
    assert_eq!(of("^https://gitlab.com/").0, Verdict::Deny);
    let (found, why) = of("^https://github.com/(?P<owner>myorg)/");
    assert_eq!(found, Verdict::Error, "{why}");
    assert!(why.contains("regular expression"), "{why}");
}

#[test]
fn a_bundle_that_signs_a_message_is_undecided() {
    let bundle = folder().join("sigstore-clients/bundles/sigstore-rust/cosign-v3-blob.sigstore.json");
    let mut found = evidence("unsigned");
    hang(
        &mut found,
        ArtifactKind::SigstoreBundle,
        "-bundle",
        &[(std::fs::read(bundle).unwrap(), BTreeMap::new())],
    );
    let hung = found.artifacts.last_mut().unwrap();
    hung.found = vec![Found::Referrers];
    hung.artifact_type = "application/vnd.dev.sigstore.bundle.v0.3+json".to_owned();
    let mut policy = one_rule(&keyless(&[("subject", json!("https://github.com/myorg/x"))]));
    policy["spec"]["rules"][0]["verifyImages"][0]["type"] = json!("SigstoreBundle");
    let (found, why) = verdict(&policy, found, false);
    assert_eq!(found, Verdict::Error, "{why}");
    assert!(why.contains("signs the digest of a manifest itself"), "{why}");
}

#[test]
fn more_than_fifty_referrers_are_undecided_for_notary() {
    let certificates = json!({"certificates": {"cert": file("trust/notation/root.crt")}});
    let mut policy = one_rule(&certificates);
    policy["spec"]["rules"][0]["verifyImages"][0]["type"] = json!("Notary");
    let with = |count: usize| {
        let mut found = evidence("notation-jws");
        for number in 0..count {
            let suffix = format!("-{number}");
            hang(
                &mut found,
                ArtifactKind::Other("a/b".into()),
                &suffix,
                &[(b"{}".to_vec(), BTreeMap::new())],
            );
            found.artifacts.last_mut().unwrap().found = vec![Found::Referrers];
        }
        verdict(&policy, found, false)
    };
    assert_ne!(with(49).0, Verdict::Error);
    let (found, why) = with(50);
    assert_eq!(found, Verdict::Error, "{why}");
    assert!(why.contains("TooMany"), "{why}");
}

/// Kyverno stops at the first condition that decides; here a fault anywhere decides.
#[test]
fn a_fault_in_a_later_condition_denies() {
    let statement =
        json!({"_type": "https://in-toto.io/Statement/v0.1", "predicateType": "a/b", "predicate": {"x": 1}});
    let payload = sigscope::format::base64::encode(statement.to_string().as_bytes());
    let envelope =
        json!({"payloadType": "application/vnd.in-toto+json", "payload": payload, "signatures": []});
    let of = |second: &str| {
        let mut found = evidence("unsigned");
        let layer = (envelope.to_string().into_bytes(), BTreeMap::new());
        hang(&mut found, ArtifactKind::CosignAttestation, ".att", &[layer]);
        let conditions = json!({"all": [{"key": "a", "operator": "Equals", "value": "b"},
            {"key": second, "operator": "Equals", "value": "b"}]});
        let mut policy = one_rule(&keyless(&[]));
        let entry = &mut policy["spec"]["rules"][0]["verifyImages"][0];
        entry["attestations"] = json!([{"name": "n", "type": "a/b"}]);
        entry["validate"] = json!({"deny": {"conditions": conditions}});
        entry.as_object_mut().unwrap().remove("attestors");
        verdict(&policy, found, true)
    };
    assert_eq!(of("{{ n.x }}").0, Verdict::Pass);
    assert_eq!(of("{{ n.nothing }}").0, Verdict::Deny);
}
