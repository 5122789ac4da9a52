//! Every verdict that notation gave over the fixtures, against the program's own answer to notation's question.

use serde_json::Value;

use crate::codes;
use crate::fixtures;
use crate::program;
use crate::server::{self, Setup};

enum Place<'a> {
    Layouts,
    Http { without_api: &'a server::Registry, with_api: &'a server::Registry },
}

/// The trust store folder and the trust policy that a record's environment names; a record that names none used the
/// ordinary ones.
fn trust(record: &Value) -> Vec<String> {
    let said = record["environment"].as_str().unwrap_or(
        "configuration folder: trust/notation/truststore and trust/notation/trustpolicy.json as trustpolicy.json",
    );
    let said = said.strip_prefix("configuration folder: ").unwrap();
    let (store, policy) = said.split_once(" and ").unwrap();
    let policy = policy.strip_suffix(" as trustpolicy.json").unwrap();
    let config = store.strip_suffix("/truststore").unwrap();
    ["--notation-config", config, "--trust-policy", policy].map(str::to_owned).to_vec()
}

fn answer(record: &Value, place: &Place<'_>) -> Result<Option<String>, String> {
    let mut line = record["command"].as_str().unwrap().to_owned();
    if let Place::Http { without_api, with_api } = place {
        line =
            line.replace("127.0.0.1:5000", &without_api.host()).replace("127.0.0.1:5001", &with_api.host());
    }
    let words: Vec<&str> = line.split_whitespace().skip(1).collect();
    let (mut command, _home) = program::command();
    command.current_dir(fixtures::folder()).args(&words).arg("--notation").args(trust(record));
    command.args(["-o", "json"]);
    if let Place::Layouts = place {
        for host in ["127.0.0.1:5000", "127.0.0.1:5001"] {
            command.args(["--layouts", &format!("{host}/myorg=layouts")]);
        }
    }
    let output = command.output().unwrap();
    let status = output.status.code().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let wanted = record["verdict"].as_str().unwrap();
    match (wanted, status) {
        ("pass", 0) if document["verdict"] == "pass" => Ok(None),
        ("fail", 1) if document["verdict"] == "deny" => {
            let code = document["code"].as_str().unwrap_or_default();
            codes::names_the_cause(record, code).map(|()| Some(codes::line(record, code)))
        }
        _ => Err(format!(
            "notation says {wanted}, sigscope exits {status} with {}: {} {}",
            document["code"],
            document["message"],
            String::from_utf8_lossy(&output.stderr)
        )),
    }
}

fn run(place: &Place<'_>) {
    let Some(golden) = fixtures::golden("notation-verify.json") else { return };
    let records = golden["records"].as_array().unwrap();
    let (mut table, mut differences) = (Vec::new(), Vec::new());
    for record in records {
        match answer(record, place) {
            Ok(line) => table.extend(line),
            Err(how) => differences.push(format!("{} {}: {how}", record["command"], record["profile"])),
        }
    }
    println!("notation-verify.json: {} records, {} differ", records.len(), differences.len());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    codes::compare("notation-verify.json", &table);
}

#[test]
fn every_verdict_of_notation() {
    run(&Place::Layouts);
}

#[test]
fn every_verdict_of_notation_over_http() {
    let folder = fixtures::folder().join("layouts");
    let start = |referrers| {
        let mut setup = Setup::new(&folder);
        setup.referrers = referrers;
        server::Registry::start(setup)
    };
    let (without, with) = (start(false), start(true));
    run(&Place::Http { without_api: &without, with_api: &with });
}
