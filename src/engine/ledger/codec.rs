//! Acknowledgements as JSON and back.

use serde_json::{Value, json};

use crate::model::ledger::{Acknowledgement, Ledger, MOST};
use crate::model::trace::PolicyId;
use crate::model::{Moment, Verdict};

/// Name of the format.
const SCHEMA: &str = "sigscope.acknowledgements/v1";

/// As a text.
#[must_use]
pub fn write(ledger: &Ledger) -> String {
    let entry = |entry: &Acknowledgement| {
        json!({
            "image": entry.image,
            "digest": entry.digest.as_ref().map(crate::model::digest::Digest::as_str),
            "policy": {
                "kind": entry.policy.kind,
                "namespace": entry.policy.namespace,
                "name": entry.policy.name,
                "hash": entry.policy_hash,
            },
            "rule": entry.rule,
            "verdict": entry.verdict.word(),
            "note": entry.note,
            "at": entry.at.0,
        })
    };
    let entries: Vec<Value> = ledger.entries.iter().map(entry).collect();
    format!("{:#}\n", json!({"schema": SCHEMA, "acknowledgements": entries}))
}

/// Reads it back.
///
/// # Errors
/// What is wrong, in words. Nothing is taken of a file that is not understood as a whole.
pub fn read(text: &str) -> Result<Ledger, String> {
    let document: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    if document.get("schema").and_then(Value::as_str) != Some(SCHEMA) {
        return Err(format!("its `schema` is not `{SCHEMA}`"));
    }
    let list = document.get("acknowledgements").and_then(Value::as_array).ok_or("it has no list")?;
    if list.len() > MOST {
        return Err(format!("it has more than {MOST} entries"));
    }
    let entries = list
        .iter()
        .enumerate()
        .map(|(at, value)| entry(value).ok_or_else(|| format!("entry {at} has another form")))
        .collect::<Result<_, _>>()?;
    Ok(Ledger { entries })
}

fn entry(value: &Value) -> Option<Acknowledgement> {
    let text = |path: &str| value.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let digest = match value.get("digest") {
        None | Some(Value::Null) => None,
        Some(digest) => Some(digest.as_str()?.parse().ok()?),
    };
    let word = text("/verdict")?;
    Some(Acknowledgement {
        image: text("/image")?,
        digest,
        policy: PolicyId {
            kind: text("/policy/kind")?,
            namespace: text("/policy/namespace")?,
            name: text("/policy/name")?,
        },
        rule: text("/rule")?,
        policy_hash: text("/policy/hash")?,
        verdict: Verdict::ALL.into_iter().find(|verdict| verdict.word() == word)?,
        note: text("/note")?,
        at: Moment(value.get("at").and_then(Value::as_i64)?),
    })
}
