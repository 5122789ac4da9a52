//! `sigscope verify --notation` as a program: the layouts of the Notary Project, the level skip, and wrong usage.

use std::path::Path;

use serde_json::{Value, json};

use crate::{fixtures, program, vectors};

fn policy(level: &str, scopes: &Value, stores: &Value, identities: &Value) -> Value {
    json!({"version": "1.0", "trustPolicies": [{
        "name": "p", "registryScopes": scopes, "signatureVerification": {"level": level},
        "trustStores": stores, "trustedIdentities": identities,
    }]})
}

/// Exit status and document of a verification with this trust policy.
fn verify(layouts: &Path, config: &Path, policy: &Value, image: &str) -> (i32, Value) {
    let file = config.join("trustpolicy.json");
    std::fs::write(&file, policy.to_string()).unwrap();
    let (mut command, _home) = program::command();
    command.args(["verify", "--notation", "-o", "json", "--notation-config"]).arg(config);
    command.arg("--layouts").arg(format!("registry.example.test/x={}", layouts.display())).arg(image);
    let output = command.output().unwrap();
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap_or_default())
}

#[test]
fn the_layouts_of_the_notary_project_get_notations_verdicts() {
    let folder = vectors::folder().join("notation");
    let Ok(text) = std::fs::read(folder.join("manifest.json")) else { return };
    let manifest: Value = serde_json::from_slice(&text).unwrap();
    let mut differences = Vec::new();
    for case in manifest["layouts"].as_array().unwrap() {
        let config = tempfile::tempdir().unwrap();
        let store = config.path().join("truststore/x509/ca/s");
        std::fs::create_dir_all(&store).unwrap();
        let certificate = folder.join(case["trust_store_cert"].as_str().unwrap());
        std::fs::copy(certificate, store.join("root.pem")).unwrap();
        let (name, digest) = (case["name"].as_str().unwrap(), case["digest"].as_str().unwrap());
        let image = format!("registry.example.test/x/{name}@{digest}");
        // Runs in which a time stamp counts are compared where the checks are, beside the envelopes.
        let stamped = case["signatures"]
            .as_array()
            .unwrap()
            .iter()
            .any(|signature| !signature["timestamp_countersignature"].is_null());
        for results in case["oracle"].as_object().unwrap().values() {
            for (run, level) in [("strict, right store", "strict"), ("audit, right store", "audit")] {
                let Some(wanted) = results[run]["result"].as_str().filter(|_| !stamped) else { continue };
                let policy = policy(level, &json!(["*"]), &json!(["ca:s"]), &json!(["*"]));
                let (status, document) = verify(&folder.join("layouts"), config.path(), &policy, &image);
                if !matches!((wanted, status), ("pass", 0) | ("fail", 1)) {
                    differences.push(format!("{name} under {run}: {wanted}, and we {status}: {document}"));
                }
            }
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn what_was_not_verified_is_not_called_verified() {
    let config = tempfile::tempdir().unwrap();
    let layouts = fixtures::folder().join("layouts");
    let image = "registry.example.test/x/notation-jws:v1.2.3";
    let skip = policy("skip", &json!(["*"]), &json!([]), &json!([]));
    let (status, document) = verify(&layouts, config.path(), &skip, image);
    assert_eq!(
        (status, document["code"].as_str(), document["verdict"].as_str()),
        (0, Some("REF-SKIPPED"), Some("none"))
    );
    let elsewhere = policy("strict", &json!(["registry.example.test/y"]), &json!(["ca:s"]), &json!(["*"]));
    let (status, document) = verify(&layouts, config.path(), &elsewhere, image);
    assert_eq!((status, document["code"].as_str()), (1, Some("REF-NONE")));
    let no_store = policy("strict", &json!(["*"]), &json!(["ca:absent"]), &json!(["*"]));
    let (status, document) = verify(&layouts, config.path(), &no_store, image);
    assert_eq!((status, document["code"].as_str()), (1, Some("NOTARY-TRUST")));
    let broken = json!({"version": "1.0"});
    assert_eq!(verify(&layouts, config.path(), &broken, image).0, 3);
    let absent = "registry.example.test/x/notation-jws:absent";
    assert_eq!(verify(&layouts, config.path(), &no_store, absent).0, 2);
}

#[test]
fn a_trust_policy_is_a_policy_for_audit_and_why() {
    let trust = Path::new("trust/notation");
    let run = |command: &str, policy: &str, image: &str| {
        let (mut program, _home) = program::command();
        program.current_dir(fixtures::folder()).arg(command).arg("--policy").arg(trust.join(policy));
        program.arg("--notation-config").arg(trust).args([
            "--layouts",
            "127.0.0.1:5001/myorg=layouts",
            "--offline",
        ]);
        let output = program.arg(format!("127.0.0.1:5001/myorg/{image}:v1.2.3")).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(run("audit", "trustpolicy.json", "notation-jws").0, 0);
    assert_eq!(run("audit", "trustpolicy.json", "notation-expired").0, 1);
    assert_eq!(run("audit", "trustpolicy-permissive.json", "notation-expired").0, 0);
    let (status, why) = run("why", "trustpolicy-wrongidentity.json", "notation-jws");
    assert_eq!(status, 1, "{why}");
    for part in [
        "NOTARY-IDENTITY",
        "trust/notation/trustpolicy-wrongidentity.json:",
        "trustedIdentities",
        "notation prints:",
    ] {
        assert!(why.contains(part), "{part}: {why}");
    }
}
