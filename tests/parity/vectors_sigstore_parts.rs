//! Single pieces of other projects' tests: what must be read and what must be refused.

use serde_json::Value;
use sigscope::format::base64;
use sigscope::format::key::PublicKey;
use sigscope::format::note::Checkpoint;
use sigscope::format::pem;
use sigscope::format::x509::{CODE_SIGNING, Certificate};
use sigscope::verify::readable_stamp;

use crate::bundles::folder;
use crate::vectors_sigstore::manifest;

fn certificate(bytes: &[u8]) -> Result<Certificate, String> {
    let text = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    let block = pem::first(text).map_err(|error| error.to_string())?;
    Certificate::from_der(&block.der)
}

/// The answer of Rekor: every entry's body is JSON with a kind.
fn log_entry(bytes: &[u8]) -> Result<(), String> {
    let answer: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    for entry in answer.as_object().ok_or("no object")?.values() {
        let body = base64::decode(entry["body"].as_str().ok_or("no body")?)?;
        let body: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
        body["kind"].as_str().ok_or("no kind")?;
        if let Some(text) = entry["verification"]["inclusionProof"]["checkpoint"].as_str() {
            Checkpoint::parse(text)?;
        }
    }
    Ok(())
}

/// Whether a certificate may stand in this place of a chain, by what the program asks there.
fn has_role(certificate: &Certificate, role: &str) -> bool {
    let critical = certificate.extension("2.5.29.19").is_some_and(|extension| extension.critical);
    let authority = matches!(certificate.authority(), Ok((true, _)));
    match role {
        "root" | "intermediate" => critical && authority && certificate.may_sign_certificates(),
        "leaf" => {
            !authority
                && matches!(certificate.usages(), Ok(Some(list)) if list.iter().any(|one| one == CODE_SIGNING))
        }
        other => panic!("the role {other}"),
    }
}

fn read(case: &Value, bytes: &[u8]) -> Result<(), String> {
    match case["kind"].as_str().unwrap() {
        "certificate" => certificate(bytes).map(drop),
        "public-key" => {
            PublicKey::from_pem(std::str::from_utf8(bytes).unwrap()).map(drop).map_err(|e| e.to_string())
        }
        "checkpoint" => Checkpoint::parse(std::str::from_utf8(bytes).unwrap()).map(drop),
        "log-entry" => log_entry(bytes),
        "timestamp-response" => readable_stamp(bytes).map(drop),
        "certificate-profile" => {
            let role = case["role"].as_str().unwrap();
            if has_role(&certificate(bytes)?, role) { Ok(()) } else { Err(format!("no {role}")) }
        }
        other => panic!("the kind {other}"),
    }
}

#[test]
fn every_piece() {
    let Some(manifest) = manifest("sigstore-parts") else { return };
    let (mut run, mut differences) = (0, Vec::new());
    for case in manifest["cases"].as_array().into_iter().flatten() {
        run += 1;
        let bytes = std::fs::read(folder("sigstore-parts").join(case["file"].as_str().unwrap())).unwrap();
        let wanted = match case["expected"].as_str().unwrap() {
            "parse" | "accept" => true,
            "refuse" => false,
            other => panic!("the verdict {other}"),
        };
        let read = read(case, &bytes);
        if read.is_ok() != wanted {
            differences.push(format!("{}: wanted {}, {read:?}", case["name"], case["expected"]));
        }
    }
    println!("sigstore-parts: {run} run, {} agreed, 0 skipped", run - differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
