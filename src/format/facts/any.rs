//! Recognises what a document is, and gives its facts.

use std::sync::Arc;

use serde_json::Value;

use super::json::{list, parse};
use super::statement::Name;
use super::{bundle, certificate, log, notary, stamp, statement};
use crate::format::key::PublicKey;
use crate::format::{predicate, tag_value};
use crate::model::document::{Document, Item};
use crate::model::facts::Fact;

/// Most lines of JSON Lines that are shown.
const MOST_LINES: usize = 1_000;
/// Most values of what is read once more as a whole: bundles, envelopes and log entries are small, or one long text.
const MOST_VALUES: usize = 200_000;

/// The facts of a document, with what it is under `kind`.
#[must_use]
pub fn document(bytes: &[u8]) -> Fact {
    let (kind, facts) = recognised(bytes, true);
    Fact::map().with("kind", kind).and(facts)
}

/// The same without the kind; nothing where nothing is recognised. An envelope and its payload stand side by side.
pub(super) fn content(bytes: &[u8]) -> Fact {
    recognised(bytes, false).1
}

fn recognised(bytes: &[u8], alone: bool) -> (&'static str, Fact) {
    let known = match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => Some(match crate::format::document::read(bytes) {
            Ok(document) => json(bytes, &Arc::new(document), alone),
            Err(problem) => {
                lines(bytes, alone).unwrap_or_else(|| ("not JSON", Fact::map().with("parse_error", problem)))
            }
        }),
        Some(0x30) => Some(der(bytes)),
        Some(0xd2) => Some(("notation", notary::cose(bytes))),
        _ => std::str::from_utf8(bytes).ok().and_then(text),
    };
    known.unwrap_or_else(|| {
        let problem =
            "neither JSON, SPDX, PEM, a certificate, a time stamp, a COSE envelope nor a checkpoint";
        ("not JSON", Fact::map().with("bytes", bytes.len()).with("parse_error", problem))
    })
}

/// JSON Lines, as `gh attestation download` and npm write bundles: every line a document of its own.
fn lines(bytes: &[u8], alone: bool) -> Option<(&'static str, Fact)> {
    let lines = || bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let is_whole = |line: &[u8]| {
        let line = line.trim_ascii();
        line.starts_with(b"{") && line.ends_with(b"}")
    };
    // Of anything else a line that stands alone is no document.
    if lines().nth(1).is_none() || !lines().take(MOST_LINES).all(is_whole) {
        return None;
    }
    let one = |line: &[u8]| {
        let (kind, facts) = match crate::format::document::read(line) {
            Ok(document) => json(line, &Arc::new(document), alone),
            Err(problem) => ("not JSON", Fact::map().with("parse_error", problem)),
        };
        Fact::map().with("kind", kind).and(facts)
    };
    let facts: Vec<Fact> = lines().take(MOST_LINES).map(one).collect();
    let more = lines().count().saturating_sub(MOST_LINES);
    Some(("JSON lines", Fact::map().with("lines", facts).maybe("more_lines", (more > 0).then_some(more))))
}

/// SPDX in tag-value form is no JSON, and says the same.
fn spdx(text: &str) -> Fact {
    let document = tag_value::to_json(text)
        .and_then(|value| serde_json::to_vec(&value).map_err(|error| error.to_string()))
        .and_then(|json| crate::format::document::read(&json));
    match document {
        Ok(document) => alone_facts(&Arc::new(document)),
        Err(problem) => Fact::map().with("parse_error", problem),
    }
}

fn json(bytes: &[u8], document: &Arc<Document>, alone: bool) -> (&'static str, Fact) {
    let Some(root) = document.root() else { return ("document", Fact::map()) };
    if statement::is_statement(root) {
        return ("statement", statement::statement(document, Name::OrUri));
    }
    if document.len() <= MOST_VALUES && may_be_signed(root) {
        match parse(bytes) {
            Ok(value) => {
                if let Some(found) = signed(&value, alone) {
                    return found;
                }
            }
            Err(problem) => return ("not JSON", Fact::map().with("parse_error", problem)),
        }
    }
    ("document", alone_facts(document))
}

/// Whether one of the forms that carry signatures has these keys: all else need not be read once more.
fn may_be_signed(root: Item<'_>) -> bool {
    let keys = ["verificationMaterial", "mediaType", "payload", "attestations"];
    keys.iter().any(|key| root.get(key).is_some())
        || root.children().next().is_some_and(|first| first.get("logID").is_some())
}

fn signed(value: &Value, alone: bool) -> Option<(&'static str, Fact)> {
    if bundle::is(value) {
        return Some(("bundle", bundle::bundle(value)));
    }
    if notary::is_jws(value) {
        return Some(("notation", notary::jws(value)));
    }
    if statement::is_envelope(value) {
        let facts = if alone { statement::alone(value) } else { statement::envelope(value) };
        return Some(("dsse", facts));
    }
    if let Some(facts) = log::answer(value) {
        return Some(("log entry", facts));
    }
    let attestations = list(value, "/attestations");
    if !attestations.is_empty() && attestations.iter().all(|one| one.get("bundle").is_some_and(bundle::is)) {
        let facts = attestations.iter().filter_map(|one| one.get("bundle")).map(bundle::bundle);
        return Some(("npm attestations", Fact::map().with("attestations", facts.collect::<Vec<_>>())));
    }
    None
}

/// The facts of what an envelope holds, with what it is.
pub(super) fn of_document(document: &Arc<Document>) -> Fact {
    match document.root() {
        Some(root) if statement::is_statement(root) => {
            Fact::map().with("kind", "statement").and(statement::statement(document, Name::OrUri))
        }
        _ => Fact::map().with("kind", "document").and(alone_facts(document)),
    }
}

/// The facts of a predicate or report that stands alone.
fn alone_facts(document: &Arc<Document>) -> Fact {
    let view = predicate::view(None, document, 0);
    Fact::map().with("document", view.facts.clone()).with("readable", Fact::View(Arc::new(view)))
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
    if tag_value::is(text) {
        return Some(("not JSON", spdx(text)));
    }
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
    // Signatures of a note stand behind an empty line, each behind an em dash.
    text.contains("\n\n\u{2014} ").then(|| ("checkpoint", log::note_facts(text)))
}
