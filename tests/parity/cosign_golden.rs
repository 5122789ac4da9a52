//! Every verdict that cosign gave over the fixtures, against the program's own answer to cosign's question.

use serde_json::Value;

use crate::codes;
use crate::fixtures;
use crate::program;
use crate::server::{self, Setup};

/// What became of a record.
enum Became {
    /// With the code, when it failed.
    Agreed(Option<String>),
    Pending(String),
    Differs(String),
}

/// Where the images are: in layouts in place of the registries, or in registries at other ports.
enum Place<'a> {
    Layouts,
    Http { without_api: &'a server::Registry, with_api: &'a server::Registry },
}

/// The record's own command, over the place.
fn answer(record: &Value, place: &Place<'_>) -> Became {
    let mut line = record["command"].as_str().unwrap().to_owned();
    if let Place::Http { without_api, with_api } = place {
        line =
            line.replace("127.0.0.1:5000", &without_api.host()).replace("127.0.0.1:5001", &with_api.host());
    }
    // The records quote as a shell does, and no argument has a blank in it.
    let words: Vec<&str> = line.split_whitespace().skip(1).map(|word| word.trim_matches('\'')).collect();
    let (mut command, _home) = program::command();
    command.current_dir(fixtures::folder()).args(&words).args(["--offline", "-o", "json"]);
    if !words.contains(&"--trusted-root") {
        command.args(["--trusted-root", "trust/trusted_root.json"]);
    }
    if let Place::Layouts = place {
        for host in ["127.0.0.1:5000", "127.0.0.1:5001"] {
            command.args(["--layouts", &format!("{host}/myorg=layouts")]);
        }
    }
    let output = command.output().unwrap();
    let status = output.status.code().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let document: Value = serde_json::from_str(&text).unwrap_or_default();
    let code = document["code"].as_str().unwrap_or_default();
    let wanted = record["verdict"].as_str().unwrap();
    match (wanted, status) {
        ("pass", 0) => Became::Agreed(None),
        ("fail", 1) => match codes::names_the_cause(record, code) {
            Ok(()) => Became::Agreed(Some(codes::line(record, code))),
            Err(how) => Became::Differs(how),
        },
        (_, 2) if code == "POL-UNSUPPORTED" => {
            Became::Pending(document["message"].as_str().unwrap_or_default().to_owned())
        }
        _ => Became::Differs(format!(
            "cosign says {wanted}, sigscope exits {status} with {code}: {}",
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

fn run(file: &str, place: &Place<'_>) {
    let Some(golden) = fixtures::golden(file) else { return };
    let (mut agreed, mut pending, mut differences, mut table) = (0, Vec::new(), Vec::new(), Vec::new());
    for record in golden["records"].as_array().unwrap() {
        let name =
            format!("{}: {}", record["fixture"].as_str().unwrap(), record["command"].as_str().unwrap());
        match answer(record, place) {
            Became::Agreed(line) => {
                agreed += 1;
                table.extend(line);
            }
            Became::Pending(what) => pending.push(format!("{name}: {what}")),
            Became::Differs(how) => differences.push(format!("{name}: {how}")),
        }
    }
    println!("{file}: {agreed} agreed, {} differ, {} pending:", differences.len(), pending.len());
    for line in &pending {
        println!("  {line}");
    }
    assert!(differences.is_empty(), "{file}:\n{}", differences.join("\n"));
    assert!(pending.is_empty(), "{file}: what cosign decides is decided here too");
    codes::compare(file, &table);
}

#[test]
fn every_verdict_of_cosign_3() {
    run("cosign-verify.json", &Place::Layouts);
}

/// cosign 2 looks at bundles where there are some, and took the trust of these records from its variables.
#[test]
fn every_verdict_of_cosign_2() {
    run("cosign2-verify.json", &Place::Layouts);
}

#[test]
fn every_verdict_of_cosign_about_attestations() {
    run("cosign-verify-attestation.json", &Place::Layouts);
}

#[test]
fn every_verdict_of_cosign_over_http() {
    let folder = fixtures::folder().join("layouts");
    let start = |referrers| {
        let mut setup = Setup::new(&folder);
        setup.referrers = referrers;
        server::Registry::start(setup)
    };
    let (without, with) = (start(false), start(true));
    let place = Place::Http { without_api: &without, with_api: &with };
    for file in ["cosign-verify.json", "cosign2-verify.json", "cosign-verify-attestation.json"] {
        run(file, &place);
    }
}
