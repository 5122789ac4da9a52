//! `sigscope verify-bundle` as sigstore's conformance suite calls it: once with the file, once with its digest.

use serde_json::Value;
use sigscope::format::hash::digest_of;

use crate::bundles::folder;
use crate::program;
use crate::vectors_sigstore::manifest;

fn status(folder: &std::path::Path, case: &Value, artifact: &str) -> (i32, String) {
    let text = |field: &str| case[field].as_str().unwrap();
    let (mut command, _home) = program::command();
    command.current_dir(folder).args(["verify-bundle", "--bundle", text("bundle")]);
    match case["key"].as_str() {
        Some(key) => command.args(["--key", key]),
        None => command.args([
            "--certificate-identity",
            text("identity"),
            "--certificate-oidc-issuer",
            text("issuer"),
        ]),
    };
    let output = command.args(["--trusted-root", text("trusted_root"), artifact]).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn every_case_of_the_suite_over_the_program() {
    let Some(manifest) = manifest("sigstore-conformance") else { return };
    let folder = folder("sigstore-conformance");
    let (mut run, mut differences) = (0, Vec::new());
    for case in manifest["cases"].as_array().into_iter().flatten() {
        let file = case["artifact"].as_str().unwrap();
        let digest = digest_of(&std::fs::read(folder.join(file)).unwrap());
        for artifact in [file, digest.as_str()] {
            run += 1;
            let (status, said) = status(&folder, case, artifact);
            // A root that cannot be used is refused as an argument.
            let agrees = match case["expected"].as_str().unwrap() {
                "pass" => status == 0,
                "fail" => status == 1 || status == 3 && said.contains("trusted root"),
                other => panic!("the verdict {other}"),
            };
            if !agrees {
                differences.push(format!("{} {artifact}: {status}\n{said}", case["name"]));
            }
        }
    }
    println!("sigstore-conformance: {run} run, {} agreed, 0 skipped", run - differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn both_signers_or_none_is_wrong_usage() {
    for more in [&[][..], &["--key", "k", "--certificate-identity", "i", "--certificate-oidc-issuer", "j"]] {
        let (mut command, _home) = program::command();
        let output = command.args(["verify-bundle", "--bundle", "b"]).args(more).arg("a").output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
    }
}
