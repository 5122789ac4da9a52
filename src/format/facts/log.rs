//! Every fact of a log entry: of a bundle, of cosign's annotation, of Rekor's answer.

use serde_json::Value;

use super::json::{decode, fact, list, parse, scalar, text};
use crate::format::note::Checkpoint;
use crate::model::Moment;
use crate::model::digest::hex;
use crate::model::facts::Fact;

/// An entry of a bundle.
pub(super) fn of_bundle(entry: &Value) -> Fact {
    let kind = format!(
        "{}/{}",
        text(entry, "/kindVersion/kind").unwrap_or_default(),
        text(entry, "/kindVersion/version").unwrap_or_default()
    );
    let log = text(entry, "/logId/keyId").and_then(decode).map(|id| hex(&id)).unwrap_or_default();
    let promise = text(entry, "/inclusionPromise/signedEntryTimestamp").filter(|set| !set.is_empty());
    let time = scalar(entry.get("integratedTime"));
    Fact::map()
        .with("kind", kind)
        .with("log_index", scalar(entry.get("logIndex")).unwrap_or_else(|| "0".to_owned()))
        .with("log_id", log)
        .with("integrated_time", time.clone().unwrap_or_default())
        .maybe("time", time.as_deref().and_then(moment))
        .with("inclusion_promise", promise.is_some())
        .maybe("signed_entry_timestamp", promise)
        .maybe("inclusion_proof", entry.get("inclusionProof").map(proof))
        .maybe("body", text(entry, "/canonicalizedBody").map(body))
}

fn moment(seconds: &str) -> Option<String> {
    let seconds: i64 = seconds.parse().ok()?;
    (1..=253_402_300_799).contains(&seconds).then(|| Moment(seconds).to_string())
}

fn proof(proof: &Value) -> Fact {
    let note = text(proof, "/checkpoint/envelope").filter(|note| !note.is_empty());
    let root = text(proof, "/rootHash").and_then(decode).map(|root| hex(&root)).unwrap_or_default();
    let number = |name: &str| scalar(proof.get(name)).unwrap_or_else(|| "0".to_owned());
    Fact::map()
        .with("log_index", number("logIndex"))
        .with("tree_size", number("treeSize"))
        .with("root_hash", root)
        .with("hashes", list(proof, "/hashes").len())
        .and(checkpoint(note))
}

fn checkpoint(note: Option<&str>) -> Fact {
    let origin = note.and_then(|note| note.lines().next());
    let facts = Fact::map().with("checkpoint_origin", origin.map_or(Fact::Null, Fact::from));
    let Some(note) = note else { return facts };
    facts.with("checkpoint", note_facts(note))
}

/// The facts of a checkpoint.
pub(super) fn note_facts(note: &str) -> Fact {
    match Checkpoint::parse(note) {
        Ok(read) => {
            let signer = |(name, hint, _): &(String, [u8; 4], Vec<u8>)| {
                Fact::map().with("name", name.as_str()).with("key_hint", hex(hint))
            };
            Fact::map()
                .with("origin", read.origin.as_str())
                .with("size", Fact::Number(read.size.to_string()))
                .with("root_hash", hex(&read.root))
                .with("signatures", read.signatures.iter().map(signer).collect::<Vec<_>>())
        }
        Err(problem) => Fact::map().with("parse_error", problem),
    }
}

fn body(encoded: &str) -> Fact {
    match decode(encoded).ok_or_else(|| "not base64".to_owned()).and_then(|bytes| parse(&bytes)) {
        Ok(value) => fact(&value),
        Err(problem) => Fact::map().with("parse_error", problem),
    }
}

/// The entry in cosign's annotation `dev.sigstore.cosign/bundle`.
pub(super) fn of_annotation(annotation: &str) -> Fact {
    let value = match parse(annotation.as_bytes()) {
        Ok(value) => value,
        Err(problem) => return Fact::map().with("parse_error", problem),
    };
    let none = Value::Null;
    let set = text(&value, "/SignedEntryTimestamp").filter(|set| !set.is_empty());
    entry(value.get("Payload").unwrap_or(&none), set)
}

/// What Rekor version 1 says of an entry.
fn entry(payload: &Value, set: Option<&str>) -> Fact {
    let read = text(payload, "/body").map(body);
    let part =
        |name: &str| read.as_ref().and_then(|body| body.get(name)?.text()).unwrap_or_default().to_owned();
    let number = |name: &str| match payload.get(name) {
        Some(Value::Number(number)) => Fact::Number(number.to_string()),
        other => scalar(other).map_or(Fact::Null, Fact::from),
    };
    let time = scalar(payload.get("integratedTime"));
    Fact::map()
        .with("kind", format!("{}/{}", part("kind"), part("apiVersion")))
        .with("log_index", number("logIndex"))
        .with("log_id", text(payload, "/logID").unwrap_or_default())
        .with("integrated_time", number("integratedTime"))
        .maybe("time", time.as_deref().and_then(moment))
        .with("inclusion_promise", set.is_some())
        .maybe("signed_entry_timestamp", set)
        .maybe("body", read)
}

/// The entries of an answer of Rekor; `None` when the document is none.
pub(super) fn answer(value: &Value) -> Option<Fact> {
    let object = value.as_object().filter(|object| !object.is_empty())?;
    let is = |value: &Value| value.get("body").is_some() && value.get("logID").is_some();
    if !object.values().all(is) {
        return None;
    }
    let one = |(id, value): (&String, &Value)| {
        let set = text(value, "/verification/signedEntryTimestamp");
        let proof = value.pointer("/verification/inclusionProof").map(|proof| {
            let text = |name: &str| scalar(proof.get(name)).unwrap_or_default();
            let note = proof.get("checkpoint").and_then(Value::as_str);
            Fact::map()
                .with("log_index", text("logIndex"))
                .with("tree_size", text("treeSize"))
                .with("root_hash", text("rootHash"))
                .with("hashes", list(proof, "/hashes").len())
                .and(checkpoint(note))
        });
        Fact::map().with("id", id.as_str()).and(entry(value, set)).maybe("inclusion_proof", proof)
    };
    Some(Fact::map().with("tlog", object.iter().map(one).collect::<Vec<_>>()))
}
