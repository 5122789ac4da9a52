//! Decodes payloads and log entries for display. Nothing here verifies anything: all of it is shown as claims.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

use super::node::{EvidenceNode, Raw, Standing};
use crate::model::Moment;

/// Longest content that is decoded here, in bytes: this happens while the screen waits. What is longer is read by the
/// engine, and shown raw until then.
pub(super) const DECODED: usize = 256 << 10;
/// Most values shown of one document.
const VALUES: usize = 300;
/// Deepest value shown; the JSON reader itself stops at 128 levels.
const DEPTH: usize = 24;

/// A document as claims: one line for each value, with its JSON pointer. `path` is where the document is.
pub(super) fn document(id: &str, label: &str, bytes: &[u8], path: &str) -> EvidenceNode {
    let mut node = EvidenceNode::new(id, label, Standing::Claim);
    path.clone_into(&mut node.path);
    match parse(bytes) {
        Ok(value) => {
            node.children = leaves(&value, path);
            node.raw = Raw::Text(pretty(&value));
            node.value = value.to_string();
        }
        Err(problem) => {
            node.standing = Standing::Gap;
            node.label = format!("{label}: cannot be read: {problem}");
        }
    }
    node
}

/// The log entry of a classic signature: the annotation `dev.sigstore.cosign/bundle` (cosign, `pkg/oci/internal/signature`).
pub(super) fn log_entry(annotation: &str, path: &str) -> EvidenceNode {
    let mut node = EvidenceNode::new("log", "log entry", Standing::Claim);
    path.clone_into(&mut node.path);
    node.raw = Raw::Text(annotation.to_owned());
    annotation.clone_into(&mut node.value);
    let value = match parse(annotation.as_bytes()) {
        Ok(value) => value,
        Err(problem) => {
            node.standing = Standing::Gap;
            node.label = format!("log entry cannot be read: {problem}");
            return node;
        }
    };
    let index = value.pointer("/Payload/logIndex").and_then(Value::as_i64);
    let time = value.pointer("/Payload/integratedTime").and_then(Value::as_i64).map(Moment);
    let log = value.pointer("/Payload/logID").and_then(Value::as_str).unwrap_or_default();
    if let Some(index) = index {
        node.label = format!("log entry {index}");
        node = node.fact("log index", &index);
    }
    if let Some(time) = time {
        node.label.push_str(&format!(", {time}"));
        node = node.fact("integrated time", &time);
    }
    node = node.fact("log", &log);
    let body = value.pointer("/Payload/body").and_then(Value::as_str).unwrap_or_default();
    let body_path = format!("{path}/Payload/body");
    node.children = match decode(body) {
        Some(bytes) => {
            vec![EvidenceNode { noise: true, ..document("body", "body of the entry", &bytes, &body_path) }]
        }
        None => vec![EvidenceNode::new("body", "body of the entry is not base64", Standing::Gap)],
    };
    node
}

/// A DSSE envelope: its statement as claims (`in-toto` attestation framework, `envelope.md`).
pub(super) fn envelope(bytes: &[u8], path: &str) -> EvidenceNode {
    let payload = parse(bytes).ok().and_then(|value| inner_payload(&value));
    match payload {
        Some(payload) => document("statement", "statement", &payload, &format!("{path}#/payload")),
        None => document("envelope", "content", bytes, path),
    }
}

/// Content that is too long to be decoded here: the engine reads it.
pub(super) fn long(id: &str, bytes: &Arc<[u8]>, path: &str) -> EvidenceNode {
    let label = format!("content, {} bytes: read beside the screen", bytes.len());
    let mut node = EvidenceNode::new(id, label, Standing::NotChecked);
    path.clone_into(&mut node.path);
    node.raw = Raw::Bytes(bytes.clone());
    node
}

/// What the envelope of a bundle or of Notation carries, and the rest of it, as claims.
pub(super) fn wrapped(bytes: &Arc<[u8]>, path: &str) -> Vec<EvidenceNode> {
    if bytes.len() > DECODED {
        return vec![long("content", bytes, path)];
    }
    let mut nodes = Vec::new();
    if let Some(payload) = parse(bytes).ok().and_then(|value| inner_payload(&value)) {
        nodes.push(document("payload", "payload", &payload, &format!("{path}#payload")));
    }
    // What the payload says is the point; the rest of the envelope is for a second look.
    let noise = !nodes.is_empty();
    nodes.push(EvidenceNode { noise, ..document("content", "content", bytes, path) });
    nodes
}

/// The predicate type that an envelope's statement claims.
pub(super) fn predicate_type(bytes: &[u8]) -> Option<String> {
    let payload = parse(bytes).ok().and_then(|value| inner_payload(&value))?;
    Some(parse(&payload).ok()?.get("predicateType")?.as_str()?.to_owned())
}

/// `payload` of a DSSE envelope or JWS, or of the envelope in a bundle.
fn inner_payload(value: &Value) -> Option<Vec<u8>> {
    let text = value.get("payload").or_else(|| value.pointer("/dsseEnvelope/payload"))?;
    decode(text.as_str()?)
}

/// A PEM block or an X.509 certificate in an annotation, unread.
pub(super) fn text_claim(id: &str, label: &str, text: &str, path: &str) -> EvidenceNode {
    let mut node = EvidenceNode::new(id, label, Standing::Claim);
    path.clone_into(&mut node.path);
    node.raw = Raw::Text(text.to_owned());
    text.clone_into(&mut node.value);
    node
}

/// Indented JSON, or the text as it is, or its beginning in hexadecimal.
pub(super) fn readable(bytes: &[u8]) -> String {
    const HEX: usize = 512;
    match (parse(bytes), std::str::from_utf8(bytes)) {
        (Ok(value), _) => pretty(&value),
        (Err(_), Ok(text)) => text.chars().take(DECODED).collect(),
        (Err(_), Err(_)) => {
            let lines: Vec<String> = bytes
                .get(..bytes.len().min(HEX))
                .unwrap_or_default()
                .chunks(16)
                .map(crate::model::digest::hex)
                .collect();
            format!(
                "{} bytes that are not text; the first in hexadecimal:\n{}",
                bytes.len(),
                lines.join("\n")
            )
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() > DECODED {
        return Err(format!("{} bytes are more than is decoded for display", bytes.len()));
    }
    serde_json::from_slice(bytes).map_err(|error| error.to_string())
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

fn decode(text: &str) -> Option<Vec<u8>> {
    if text.len() > DECODED {
        return None;
    }
    STANDARD.decode(text).or_else(|_| URL_SAFE_NO_PAD.decode(text)).ok().filter(|bytes| !bytes.is_empty())
}

fn leaves(value: &Value, path: &str) -> Vec<EvidenceNode> {
    let mut nodes = Vec::new();
    let complete = flatten(value, "", 0, &mut |pointer, text| {
        if nodes.len() >= VALUES {
            return false;
        }
        let mut node = leaf(pointer, text);
        node.path = if path.contains('#') { format!("{path}{pointer}") } else { format!("{path}#{pointer}") };
        nodes.push(node);
        true
    });
    if !complete {
        let more = format!("more than {VALUES} values: see the raw content");
        nodes.push(EvidenceNode::new("more", more, Standing::Claim));
    }
    nodes
}

/// One value; a PEM block that is packed in base64 (keys and certificates in log entries) is unpacked.
fn leaf(pointer: &str, text: &str) -> EvidenceNode {
    const BEGIN: &str = "LS0tLS1CRUdJTi";
    let unpacked = text.starts_with(BEGIN).then(|| decode(text)).flatten();
    if let Some(pem) = unpacked.and_then(|bytes| String::from_utf8(bytes).ok()) {
        let kind =
            pem.lines().next().unwrap_or_default().trim_matches('-').trim_start_matches("BEGIN ").to_owned();
        let mut node = EvidenceNode::new(pointer, format!("{pointer}: {kind} (PEM)"), Standing::Claim);
        node.value.clone_from(&pem);
        node.raw = Raw::Text(pem);
        return node;
    }
    let mut node = EvidenceNode::new(pointer, format!("{pointer}: {text}"), Standing::Claim);
    text.clone_into(&mut node.value);
    node
}

/// Visits scalars and empty containers with their pointers (RFC 6901); false: it was stopped.
fn flatten(value: &Value, pointer: &str, depth: usize, visit: &mut dyn FnMut(&str, &str) -> bool) -> bool {
    let below = |key: &str| format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(map) if !map.is_empty() && depth < DEPTH => {
            map.iter().all(|(key, value)| flatten(value, &below(key), depth + 1, visit))
        }
        Value::Array(list) if !list.is_empty() && depth < DEPTH => list
            .iter()
            .enumerate()
            .all(|(index, value)| flatten(value, &below(&index.to_string()), depth + 1, visit)),
        Value::String(text) => visit(pointer, text),
        other => visit(pointer, &other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_are_escaped_and_bounded() {
        let node = document("d", "d", br#"{"a/b":{"c~d":[1,{}]}}"#, "sha256:1");
        let paths: Vec<&str> = node.children.iter().map(|child| child.path.as_str()).collect();
        assert_eq!(paths, ["sha256:1#/a~1b/c~0d/0", "sha256:1#/a~1b/c~0d/1"]);
        let many = format!("[{}1]", "1,".repeat(2_000));
        assert_eq!(document("d", "d", many.as_bytes(), "").children.len(), VALUES + 1);
        let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        assert_eq!(document("d", "d", deep.as_bytes(), "").standing, Standing::Gap);
    }

    #[test]
    fn a_broken_log_entry_is_said_to_be_broken() {
        assert_eq!(log_entry("{", "p").standing, Standing::Gap);
        let entry =
            log_entry(r#"{"Payload":{"logIndex":7,"integratedTime":0,"logID":"ab","body":"!"}}"#, "p");
        assert_eq!(entry.label, "log entry 7, 1970-01-01T00:00:00Z");
        assert_eq!(entry.children[0].standing, Standing::Gap);
    }

    #[test]
    fn what_is_not_text_is_shown_in_hexadecimal() {
        assert!(readable(&[0xff, 0xfe, 0]).ends_with("fffe00"));
        assert_eq!(readable(b"{\"a\":1}"), "{\n  \"a\": 1\n}");
    }
}
