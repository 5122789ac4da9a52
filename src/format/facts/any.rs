//! Recognises what a document is, and gives its facts.

use serde_json::Value;

use super::json::{fact, list, parse};
use super::{bundle, certificate, log, notary, stamp, statement};
use crate::format::key::PublicKey;
use crate::model::facts::Fact;

/// The facts of a document, with what it is under `kind`.
#[must_use]
pub fn document(bytes: &[u8]) -> Fact {
    match recognised(bytes) {
        Some((kind, facts)) => Fact::map().with("kind", kind).and(facts),
        None => Fact::map().with("kind", "unknown").with("bytes", bytes.len()).with(
            "parse_error",
            "neither JSON, PEM, a certificate, a time stamp, a COSE envelope nor a checkpoint",
        ),
    }
}

/// The same without the kind; nothing where nothing is recognised.
pub(super) fn content(bytes: &[u8]) -> Fact {
    recognised(bytes).map_or_else(Fact::map, |(_, facts)| facts)
}

fn recognised(bytes: &[u8]) -> Option<(&'static str, Fact)> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace())? {
        b'{' | b'[' => Some(match parse(bytes) {
            Ok(value) => json(&value),
            Err(problem) => ("unknown", Fact::map().with("parse_error", problem)),
        }),
        0x30 => Some(der(bytes)),
        0xd2 => Some(("notation", notary::cose(bytes))),
        _ => std::str::from_utf8(bytes).ok().and_then(text),
    }
}

fn json(value: &Value) -> (&'static str, Fact) {
    if bundle::is(value) {
        return ("bundle", bundle::bundle(value));
    }
    if notary::is_jws(value) {
        return ("notation", notary::jws(value));
    }
    if statement::is_envelope(value) {
        return ("dsse", statement::envelope(value));
    }
    if statement::is_statement(value) {
        return ("statement", statement::statement(value));
    }
    if let Some(facts) = log::answer(value) {
        return ("log entry", facts);
    }
    let attestations = list(value, "/attestations");
    if !attestations.is_empty() && attestations.iter().all(|one| one.get("bundle").is_some_and(bundle::is)) {
        let facts = attestations.iter().filter_map(|one| one.get("bundle")).map(bundle::bundle);
        return ("npm attestations", Fact::map().with("attestations", facts.collect::<Vec<_>>()));
    }
    ("document", Fact::map().with("document", fact(value)))
}

fn der(bytes: &[u8]) -> (&'static str, Fact) {
    if let Ok(facts) = stamp::read(bytes) {
        return ("time stamp", facts);
    }
    let facts = certificate::certificate(bytes);
    if facts.get("parse_error").is_some() {
        let problem = "neither a time stamp nor a certificate in DER";
        return ("unknown", Fact::map().with("parse_error", problem));
    }
    ("certificate", facts)
}

fn text(text: &str) -> Option<(&'static str, Fact)> {
    if let Some(mut certificates) = certificate::from_pem(text) {
        let first = certificates.remove(0);
        return Some((
            "certificate",
            first.maybe("chain", (!certificates.is_empty()).then_some(certificates)),
        ));
    }
    if let Ok(key) = PublicKey::from_pem(text) {
        let identity = key.identity();
        return Some((
            "public key",
            Fact::map().with("key", identity.kind).with("sha256", identity.fingerprint),
        ));
    }
    text.contains("\n\n").then(|| ("checkpoint", log::note_facts(text)))
}
