//! A transparency log of version 1 on loopback: a tree of two leaves for every entry, promises and checkpoints by one key.
#![allow(dead_code, reason = "every test binary uses another part")]

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use sigscope::format::base64;
use sigscope::format::hash::{sha256, sha256_hex};
use sigscope::format::note::leaf_hash;
use sigscope::model::digest::hex;

use crate::service::{Answer, Service};
use crate::signed::{Entry, Signer};

/// An entry of the log as it answers, with inclusion proof and checkpoint by `by`.
pub(crate) fn answer(log: &Signer, by: &Signer, entry: &Entry) -> Value {
    let body = base64::decode(&entry.body).unwrap();
    let (leaf, other) = (leaf_hash(&body), sha256(b"another entry"));
    let root = sha256(&[&[1][..], &leaf, &other].concat());
    let note = format!("rekor.test - 17\n2\n{}\n", base64::encode(&root));
    let hint = &sha256(&log.spki())[..4];
    let line = base64::encode(&[hint, &by.sign(note.as_bytes())].concat());
    let identifier = format!("{:016x}{}", 17, hex(&leaf));
    json!({identifier: {
        "body": entry.body, "integratedTime": entry.time, "logID": entry.log_id, "logIndex": entry.index,
        "verification": {
            "signedEntryTimestamp": base64::encode(&entry.promise),
            "inclusionProof": {
                "logIndex": 0, "treeSize": 2, "rootHash": hex(&root), "hashes": [hex(&other)],
                "checkpoint": format!("{note}\n— rekor.test {line}\n"),
            },
        },
    }})
}

/// A log that answers searches for a signature with these entries.
pub(crate) fn start(entries: Vec<(String, Value)>) -> Service {
    let entries = Arc::new(Mutex::new(entries));
    Service::start(move |asked| {
        if asked.method != "POST" || asked.path != "/api/v1/log/entries/retrieve" {
            return Answer::Status(404);
        }
        let search: Value = serde_json::from_slice(&asked.body).unwrap();
        let proposed = search["entries"].as_array().unwrap();
        let wanted = |key: &str| {
            proposed.iter().any(|one| match one["kind"].as_str().unwrap() {
                "hashedrekord" => one["spec"]["signature"]["content"] == key,
                "dsse" => {
                    let envelope = one["spec"]["proposedContent"]["envelope"].as_str().unwrap();
                    sha256_hex(envelope.as_bytes()) == key
                }
                _ => false,
            })
        };
        let found = entries.lock().unwrap();
        let found: Vec<&Value> =
            found.iter().filter(|(key, _)| wanted(key)).map(|(_, entry)| entry).collect();
        Answer::Body(json!(found).to_string().into_bytes())
    })
}
