//! Every fact of a DSSE envelope and of the in-toto statement in it.

use std::sync::Arc;

use serde_json::Value;

use super::json::{decode, list, text};
use crate::format::document;
use crate::format::predicate;
use crate::model::document::{Document, Item, Kind, Subtree};
use crate::model::facts::Fact;

/// Most subjects that are facts; the document has the others.
const SUBJECTS: usize = 10_000;

/// Whether a document is an envelope.
pub(super) fn is_envelope(value: &Value) -> bool {
    value.get("payloadType").is_some() && value.get("payload").is_some()
}

/// Whether a document is a statement.
pub(super) fn is_statement(root: Item<'_>) -> bool {
    root.word(&["_type"]).is_some_and(|kind| kind.starts_with("https://in-toto.io/Statement/"))
}

/// The facts of an envelope and its payload, side by side: what a bundle or a layer shows.
pub(super) fn envelope(value: &Value) -> Fact {
    let facts = head(value, "dsse_signatures");
    match payload(value) {
        Ok(document) => facts.and(statement(&document, Name::Alone)),
        Err(_) => facts.with("payload_json", false),
    }
}

/// The facts of an envelope that stands alone, with its payload inside.
pub(super) fn alone(value: &Value) -> Fact {
    let facts = head(value, "signatures");
    facts.with(
        "inner",
        match payload(value) {
            Ok(document) => super::any::of_document(&document),
            Err(problem) => Fact::map().with("kind", "not JSON").with("parse_error", problem),
        },
    )
}

fn payload(value: &Value) -> Result<Arc<Document>, String> {
    let payload = text(value, "/payload").and_then(decode).ok_or("not base64")?;
    document::read(&payload).map(Arc::new)
}

fn head(value: &Value, count: &str) -> Fact {
    let signatures = list(value, "/signatures");
    let ids: Vec<Fact> = signatures
        .iter()
        .filter_map(|one| text(one, "/keyid").filter(|id| !id.is_empty()).map(Fact::from))
        .collect();
    Fact::map()
        .maybe("payload_type", text(value, "/payloadType"))
        .with(count, signatures.len())
        .maybe("key_ids", (!ids.is_empty()).then_some(ids))
}

/// What a subject's name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// Its `name`, as a verifier takes it.
    Alone,
    /// Its `name`, else its `uri`: what a person calls it.
    OrUri,
}

/// The facts of a statement: what it is about, what is looked at first, and all of it as people read it.
pub(super) fn statement(document: &Arc<Document>, name: Name) -> Fact {
    let Some(root) = document.root() else { return Fact::map() };
    let amount = root.list(&["subject"]).count();
    let subjects: Vec<Fact> =
        root.list(&["subject"]).take(SUBJECTS).map(|one| subject(document, one, name)).collect();
    let word = |key: &str| root.get(key).and_then(Item::as_text);
    let kind = word("predicateType");
    let facts = Fact::map()
        .maybe("statement_type", word("_type"))
        .maybe("predicate_type", kind)
        .with("subjects", subjects)
        .with("subject_count", amount);
    let Some(item) = root.get("predicate").filter(|item| item.kind() != Kind::Null) else { return facts };
    let view = predicate::view(kind, document, item.id());
    facts.with("predicate", view.facts.clone()).with("readable", Fact::View(Arc::new(view)))
}

fn subject(document: &Arc<Document>, item: Item<'_>, name: Name) -> Fact {
    let part = |key: &str| item.get(key).map(|item| json(document, item));
    let uri = || part("uri").filter(|_| name == Name::OrUri);
    let facts = Fact::map()
        .with("name", part("name").or_else(uri).unwrap_or(Fact::Null))
        .with("digest", part("digest").unwrap_or(Fact::Null));
    facts.maybe("uri", part("uri")).maybe("annotations", part("annotations"))
}

/// A value as a fact.
fn json(document: &Arc<Document>, item: Item<'_>) -> Fact {
    match item.kind() {
        Kind::Null => Fact::Null,
        Kind::Text => Fact::from(item.text()),
        _ => Fact::Json(Subtree::new(document.clone(), item.id())),
    }
}

/// The facts of a layer that a builder put beside an image: whether anything signs it, its type, and the digests that it
/// is about.
#[must_use]
pub fn beside(bytes: &[u8]) -> Fact {
    let read = match document::read(bytes) {
        Ok(read) => Arc::new(read),
        Err(problem) => return Fact::map().with("parse_error", problem),
    };
    let keys = ["payload", "payloadType"];
    let enveloped = read.root().is_some_and(|root| keys.iter().all(|key| root.get(key).is_some()));
    let inner = if enveloped {
        let payload = read.root().and_then(|root| decode(root.word(&["payload"])?));
        match payload.ok_or_else(|| "not base64".to_owned()).and_then(|payload| document::read(&payload)) {
            Ok(inner) => Arc::new(inner),
            Err(problem) => return Fact::map().with("signed", true).with("parse_error", problem),
        }
    } else {
        read
    };
    let digests = inner.root().into_iter().flat_map(|root| root.list(&["subject"])).take(SUBJECTS);
    let digests: Vec<Fact> =
        digests.map(|one| one.get("digest").map_or(Fact::Null, |set| json(&inner, set))).collect();
    match statement(&inner, Name::OrUri) {
        Fact::Map(entries) => Fact::Map(entries.into_iter().filter(|(key, _)| key != "subjects").collect()),
        other => other,
    }
    .with("signed", enveloped)
    .with("subjects", digests)
}
