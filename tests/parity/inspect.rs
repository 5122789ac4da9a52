//! What `sigscope inspect` shows, against facts that other readers took of the same documents.

use std::path::{Path, PathBuf};

use serde_json::Value;
use sigscope::format::facts::document;
use sigscope::report::facts::json;

fn folder(source: &str) -> PathBuf {
    std::env::var_os("SIGSCOPE_VECTORS")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")), PathBuf::from)
        .join(source)
}

fn manifest(source: &str) -> Value {
    let Ok(text) = std::fs::read(folder(source).join("manifest.json")) else { return Value::Null };
    serde_json::from_slice(&text).expect("a manifest is JSON")
}

fn shown(source: &str, file: &Value) -> Value {
    let path = folder(source).join(file.as_str().expect("a path"));
    json(&document(&std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))))
}

/// Every wanted fact that is not shown, with its place. Labels are ours to choose; numbers may be texts.
fn differences(place: &str, want: &Value, have: &Value, out: &mut Vec<String>) {
    match (want, have) {
        (Value::Object(want), _) => {
            for (key, value) in want.iter().filter(|(key, _)| *key != "label") {
                let none = Value::Null;
                differences(&format!("{place}/{key}"), value, have.get(key).unwrap_or(&none), out);
            }
        }
        (Value::Array(want), Value::Array(have)) if want.len() == have.len() => {
            for (at, (want, have)) in want.iter().zip(have).enumerate() {
                differences(&format!("{place}/{at}"), want, have, out);
            }
        }
        (Value::Number(_) | Value::String(_), Value::Number(_) | Value::String(_)) => {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            // A log leaves a field out where its value is 0.
            let same = text(want) == text(have)
                || (place.ends_with("integrated_time") && text(want) == "0" && text(have).is_empty());
            if !same {
                out.push(format!("{place}: want {want}, have {have}"));
            }
        }
        (want, have) if want == have => {}
        (want, have) => out.push(format!("{place}: want {want}, have {have}")),
    }
}

fn compare(place: &str, facts: &Value, have: &Value, problems: &mut Vec<String>) {
    if facts.get("parse_error").is_some() {
        // The other reader's words do not matter, and where ours reads more, it may.
        return;
    }
    differences(place, facts, have, problems);
}

fn report(run: usize, problems: &[String]) {
    println!("{run} documents compared, {} differences", problems.len());
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn bundles_show_every_fact() {
    let (mut run, mut problems) = (0, Vec::new());
    for source in ["sigstore-conformance", "sigstore-clients"] {
        for case in manifest(source)["cases"].as_array().into_iter().flatten() {
            run += 1;
            compare(
                &format!("{source}/{}", case["name"]),
                &case["facts"],
                &shown(source, &case["bundle"]),
                &mut problems,
            );
        }
    }
    let source = "npm-attestations";
    for case in manifest(source)["cases"].as_array().into_iter().flatten() {
        let have = shown(source, &case["document"]);
        for (at, attestation) in case["attestations"].as_array().into_iter().flatten().enumerate() {
            run += 1;
            compare(
                &format!("{source}/{}/{at}", case["name"]),
                &attestation["facts"],
                &have["attestations"][at],
                &mut problems,
            );
        }
    }
    report(run, &problems);
}

#[test]
fn notation_envelopes_show_every_fact() {
    let (mut run, mut problems) = (0, Vec::new());
    let source = "notation";
    let manifest = manifest(source);
    for case in manifest["envelopes"].as_array().into_iter().flatten() {
        run += 1;
        compare(&case["name"].to_string(), &case["facts"], &shown(source, &case["envelope"]), &mut problems);
    }
    for case in manifest["layouts"].as_array().into_iter().flatten() {
        let blobs = folder(source).join(case["layout"].as_str().expect("a path")).join("blobs");
        for want in case["signatures"].as_array().into_iter().flatten() {
            run += 1;
            let manifest: Value =
                serde_json::from_slice(&blob(&blobs, &want["manifest"])).expect("a manifest");
            let layer = &manifest["layers"][0];
            let have = of_layer(&blobs, layer);
            let mut want = want.clone();
            want.as_object_mut().expect("facts").remove("manifest");
            compare(&case["name"].to_string(), &want, &have, &mut problems);
        }
    }
    report(run, &problems);
}

#[test]
fn classic_attestations_show_every_fact() {
    let (mut run, mut problems) = (0, Vec::new());
    let source = "gha-container-layouts";
    for case in manifest(source)["cases"].as_array().into_iter().flatten() {
        let blobs = folder(source).join(case["layout"].as_str().expect("a path")).join("blobs");
        for want in case["facts"].as_array().into_iter().flatten() {
            run += 1;
            let manifest: Value =
                serde_json::from_slice(&blob(&blobs, &want["manifest"])).expect("a manifest");
            let layers = manifest["layers"].as_array().expect("layers");
            let layer = layers.iter().find(|layer| layer["digest"] == want["layer"]).expect("the layer");
            let mut want = want.clone();
            want.as_object_mut()
                .expect("facts")
                .retain(|key, _| !matches!(key.as_str(), "manifest" | "layer"));
            compare(&case["name"].to_string(), &want, &of_layer(&blobs, layer), &mut problems);
        }
    }
    report(run, &problems);
}

#[test]
fn predicates_show_what_is_looked_at_first() {
    let (mut run, mut problems) = (0, Vec::new());
    let source = "predicates";
    for case in manifest(source)["cases"].as_array().into_iter().flatten() {
        run += 1;
        let have = shown(source, &case["document"]);
        compare(&case["name"].to_string(), &case["facts"], &have, &mut problems);
        // What is no JSON has a view of its own, or a reason why there is none.
        let seen = have["parse_error"].is_string() || have["document"]["format"] == "SPDX";
        if case["facts"]["kind"] == "not JSON" && !seen {
            problems.push(format!("{}: no reason is given", case["name"]));
        }
    }
    report(run, &problems);
}

#[test]
fn indexes_of_buildkit_show_their_trees() {
    let (mut run, mut problems) = (0, Vec::new());
    let source = "buildkit-layouts";
    for case in manifest(source)["cases"].as_array().into_iter().flatten() {
        run += 1;
        let layout = folder(source).join(case["layout"].as_str().expect("a path"));
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_sigscope"))
            .arg("inspect")
            .arg(&layout)
            .args(["--format", "json"])
            .output()
            .expect("the program runs");
        let have: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        compare(&case["name"].to_string(), &case["tree"], &have["tree"], &mut problems);
        let text = String::from_utf8(output.stdout).expect("text");
        if text.contains("verified") {
            problems.push(format!("{}: calls something verified that nothing signs", case["name"]));
        }
    }
    report(run, &problems);
}

#[test]
fn parts_show_every_fact() {
    let (mut run, mut problems) = (0, Vec::new());
    let source = "sigstore-parts";
    for case in manifest(source)["cases"].as_array().into_iter().flatten() {
        let path = Value::String(format!(
            "files/{}",
            case["file"].as_str().unwrap_or_default().trim_start_matches("files/")
        ));
        let have = shown(source, &path);
        let place = format!("{} {}", case["kind"], case["name"]);
        run += 1;
        let unread = have.get("parse_error").is_some();
        match case["expected"].as_str() {
            Some("parse") if unread => problems.push(format!("{place}: {}", have["parse_error"])),
            Some("refuse") if !unread && case["kind"] != "certificate-profile" => {
                problems.push(format!("{place}: is read"));
            }
            _ => {}
        }
        if case["facts"].is_object() {
            compare(&place, &case["facts"], &have, &mut problems);
        }
    }
    report(run, &problems);
}

fn blob(blobs: &Path, digest: &Value) -> Vec<u8> {
    let digest = digest.as_str().expect("a digest").replace(':', "/");
    std::fs::read(blobs.join(digest)).expect("a blob")
}

fn of_layer(blobs: &Path, layer: &Value) -> Value {
    let entries = layer["annotations"].as_object().into_iter().flatten();
    let annotations =
        entries.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect();
    let media_type = layer["mediaType"].as_str().expect("a media type");
    json(&sigscope::format::facts::layer(media_type, &annotations, &blob(blobs, &layer["digest"])))
}
