//! Every fact of a DSSE envelope and of the in-toto statement in it.

use serde_json::Value;

use super::json::{decode, fact, list, parse, text};
use crate::model::facts::Fact;

/// Whether a document is an envelope.
pub(super) fn is_envelope(value: &Value) -> bool {
    value.get("payloadType").is_some() && value.get("payload").is_some()
}

/// Whether a document is a statement.
pub(super) fn is_statement(value: &Value) -> bool {
    text(value, "/_type").is_some_and(|kind| kind.starts_with("https://in-toto.io/Statement/"))
}

/// The facts of an envelope and its payload.
pub(super) fn envelope(value: &Value) -> Fact {
    let signatures = list(value, "/signatures");
    let ids: Vec<Fact> = signatures
        .iter()
        .filter_map(|one| text(one, "/keyid").filter(|id| !id.is_empty()).map(Fact::from))
        .collect();
    let facts = Fact::map()
        .maybe("payload_type", text(value, "/payloadType"))
        .with("dsse_signatures", signatures.len())
        .maybe("key_ids", (!ids.is_empty()).then_some(ids));
    let payload = text(value, "/payload").and_then(decode);
    match payload.as_deref().map(parse) {
        Some(Ok(inner)) => facts.and(statement(&inner)),
        _ => facts.with("payload_json", false),
    }
}

/// The facts of a statement.
pub(super) fn statement(value: &Value) -> Fact {
    let subjects: Vec<Fact> = list(value, "/subject").iter().map(subject).collect();
    Fact::map()
        .maybe("statement_type", text(value, "/_type"))
        .maybe("predicate_type", text(value, "/predicateType"))
        .with("subjects", subjects)
        .maybe("predicate", value.get("predicate").map(fact))
}

fn subject(value: &Value) -> Fact {
    let or_null = |name: &str| value.get(name).map_or(Fact::Null, fact);
    let facts = Fact::map().with("name", or_null("name")).with("digest", or_null("digest"));
    facts.maybe("annotations", value.get("annotations").map(fact))
}
