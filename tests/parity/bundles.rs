//! Bundles of other projects' suites, with the verdicts that cosign gave, against ours.

use std::path::PathBuf;

use serde_json::Value;
use sigscope::model::demand::{CertificateDemand, Demand, Signer, Wanted};
use sigscope::model::verifier::{HashAlgorithm, KeyDemand, LogDemand};
use sigscope::model::{Moment, Outcome};
use sigscope::trust::Material;
use sigscope::verify::{About, prove_bundle};

pub(crate) fn folder(source: &str) -> PathBuf {
    let vectors = std::env::var_os("SIGSCOPE_VECTORS")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")), PathBuf::from);
    vectors.join(source)
}

pub(crate) fn demand(folder: &std::path::Path, case: &Value) -> Option<Demand> {
    let root = std::fs::read(folder.join(case["trusted_root"].as_str().unwrap())).unwrap();
    let trust = Material::from_trusted_root(&root, "the case's root").ok()?;
    let text = |field: &str| Wanted::Exact(case[field].as_str().unwrap().to_owned());
    let signer = match case["key"].as_str() {
        Some(key) => Signer::Key(KeyDemand {
            pem: std::fs::read_to_string(folder.join(key)).unwrap(),
            hash: HashAlgorithm::Sha256,
        }),
        None => Signer::Certificate(CertificateDemand {
            travelling: false,
            subject: vec![text("identity")],
            issuer: vec![text("issuer")],
            extensions: std::collections::BTreeMap::new(),
            authorities: trust.authorities.clone(),
            ct_logs: Some(trust.ct_logs.clone()),
        }),
    };
    Some(Demand {
        signer,
        log: LogDemand::Required { keys: trust.log_keys.clone(), url: String::new(), offline: true },
        logs: trust.logs.clone(),
        stamps: case["use_signed_timestamps"] == true,
        bundles: sigscope::model::demand::Bundles::Cosign,
        stamp_authorities: trust.stamp_authorities,
        annotations: std::collections::BTreeMap::new(),
        as_of: Moment(1_795_000_000),
    })
}

/// A case that passes here and fails there is the worst there is, and one that is left open is no verdict.
#[test]
fn every_verdict_of_the_conformance_suite() {
    let folder = folder("sigstore-conformance");
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let (mut agreed, mut differences) = (0, Vec::new());
    for case in manifest["cases"].as_array().unwrap() {
        let bytes = |field: &str| std::fs::read(folder.join(case[field].as_str().unwrap())).unwrap();
        let wanted = case["expected"] == "pass";
        // A root that cannot be used refuses everything, and says so before a bundle is looked at.
        let Some(demand) = demand(&folder, case) else {
            assert!(!wanted, "{}: the trusted root cannot be read", case["name"]);
            agreed += 1;
            continue;
        };
        let proof = prove_bundle(&bytes("bundle"), About::Content(&bytes("artifact")), &demand);
        let open = matches!(proof.stopped().map(|step| &step.outcome), Some(Outcome::Undecided(_)));
        if proof.holds() == wanted && !open {
            agreed += 1;
        } else {
            let stopped = proof.stopped().map(|step| format!("{:?} {:?}", step.name, step.outcome));
            differences.push(format!("{}: wanted {}, {stopped:?}", case["name"], case["expected"]));
        }
    }
    assert!(differences.is_empty(), "{agreed} agreed:\n{}", differences.join("\n"));
}

/// protobuf's reader refuses a field that is there twice; a reader that takes one of both can be shown two bundles.
#[test]
fn a_field_that_is_there_twice_is_refused() {
    let folder = folder("sigstore-conformance");
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let case = manifest["cases"].as_array().unwrap().iter().find(|case| case["expected"] == "pass").unwrap();
    let read = |field: &str| std::fs::read(folder.join(case[field].as_str().unwrap())).unwrap();
    let (bundle, artifact, demand) = (read("bundle"), read("artifact"), demand(&folder, case).unwrap());
    assert!(prove_bundle(&bundle, About::Content(&artifact), &demand).holds());
    let mut members: serde_json::Map<String, Value> = serde_json::from_slice(&bundle).unwrap();
    let again = members.remove("mediaType").unwrap();
    let rest = Value::Object(members).to_string();
    let doubled = format!("{{\"mediaType\":{again},\"mediaType\":{again},{}", rest.trim_start_matches('{'));
    assert!(!prove_bundle(doubled.as_bytes(), About::Content(&artifact), &demand).holds());
}
