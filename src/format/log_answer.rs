//! The answer of a transparency log of version 1 to a search: entries by identifier, with promise and proof.

use serde_json::Value;

use super::base64;
use super::bundle::{Entry, InclusionProof};
use super::go_json::Tree;
use super::note::leaf_hash;
use super::oci::parse_json;
use crate::model::Missing;

/// Most entries of an answer that are looked at: a search is for one signature.
const MOST: usize = 20;
/// Most hashes of an inclusion proof.
const MOST_HASHES: usize = 64;

/// An entry that a search found, read but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundEntry {
    /// The entry.
    pub entry: Entry,
    /// The same in the form of cosign's annotation `dev.sigstore.cosign/bundle`.
    pub annotation: String,
}

/// Reads an answer. Entries whose identifier is not the hash of their body are passed over, as cosign does (`verifyUUID`).
///
/// # Errors
/// [`Missing::Malformed`] when it is not such an answer, [`Missing::TooMany`] when it holds too much.
pub fn read(what: &str, bytes: &[u8]) -> Result<Vec<FoundEntry>, Missing> {
    let malformed = |problem: &str| Missing::Malformed { what: what.to_owned(), problem: problem.to_owned() };
    let Value::Array(list) = parse_json(what, bytes)? else {
        return Err(malformed("the answer is not a list"));
    };
    let mut found = Vec::new();
    for item in &list {
        let Value::Object(map) = item else { return Err(malformed("an entry is not an object")) };
        for (identifier, value) in map {
            let entry = one(value).map_err(|problem| malformed(&problem))?;
            if names(identifier, &entry.entry.body) {
                found.push(entry);
            }
        }
        if found.len() > MOST {
            return Err(Missing::TooMany { what: format!("entries of the {what}"), limit: MOST });
        }
    }
    Ok(found)
}

fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pair = |pair: &[u8]| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

/// 64 hexadecimal digits, or 16 more in front that name the tree.
fn names(identifier: &str, body: &[u8]) -> bool {
    let hash = crate::model::digest::hex(&leaf_hash(body));
    match identifier.len() {
        64 => identifier == hash,
        80 => identifier.ends_with(&hash) && identifier.bytes().all(|byte| byte.is_ascii_hexdigit()),
        _ => false,
    }
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str, String> {
    value.get(name).and_then(Value::as_str).ok_or_else(|| format!("`{name}` is no text"))
}

fn number(value: &Value, name: &str) -> Result<i64, String> {
    value.get(name).and_then(Value::as_i64).ok_or_else(|| format!("`{name}` is no whole number"))
}

fn one(value: &Value) -> Result<FoundEntry, String> {
    let written = text(value, "body")?;
    let body = base64::decode_exact(written).map_err(|problem| format!("body: {problem}"))?;
    let tree = Tree::parse(&body)?;
    let verification = value.get("verification").ok_or("`verification` is missing")?;
    let promise = verification.get("signedEntryTimestamp").and_then(Value::as_str);
    let promise = promise.map(base64::decode_exact).transpose()?;
    let entry = Entry {
        index: number(value, "logIndex")?,
        log: text(value, "logID")?.to_owned(),
        kind: format!("{} {}", tree.text("kind")?, tree.text("apiVersion")?),
        integrated: number(value, "integratedTime")?,
        proof: verification.get("inclusionProof").map(proof).transpose()?,
        promise,
        body,
    };
    let annotation = serde_json::json!({
        "SignedEntryTimestamp": base64::encode(entry.promise.as_deref().unwrap_or_default()),
        "Payload": {
            "body": written, "integratedTime": entry.integrated,
            "logIndex": entry.index, "logID": entry.log,
        },
    });
    Ok(FoundEntry { entry, annotation: annotation.to_string() })
}

fn proof(value: &Value) -> Result<InclusionProof, String> {
    let hashes = value.get("hashes").and_then(Value::as_array).ok_or("`hashes` is no list")?;
    if hashes.len() > MOST_HASHES {
        return Err(format!("more than {MOST_HASHES} hashes"));
    }
    let bytes = |value: &Value| value.as_str().and_then(hex_bytes).ok_or("a hash is not hexadecimal");
    Ok(InclusionProof {
        index: number(value, "logIndex")?,
        root: hex_bytes(text(value, "rootHash")?).ok_or("`rootHash` is not hexadecimal")?,
        size: number(value, "treeSize")?,
        hashes: hashes.iter().map(bytes).collect::<Result<_, _>>()?,
        checkpoint: value.get("checkpoint").and_then(Value::as_str).unwrap_or_default().to_owned(),
    })
}
