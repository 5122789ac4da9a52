//! Every fact of a layer that signs or states something about an image.

use std::collections::BTreeMap;

use super::json::{fact, parse, text};
use super::{any, certificate, log, stamp};
use crate::model::facts::Fact;

/// The facts of a layer: its annotations, and its content by its media type.
#[must_use]
pub fn layer(media_type: &str, annotations: &BTreeMap<String, String>, bytes: &[u8]) -> Fact {
    let names: Vec<Fact> = annotations.keys().map(|name| Fact::from(name.as_str())).collect();
    let note = |name: &str| annotations.get(name).filter(|text| !text.is_empty());
    let mut chain = note("dev.sigstore.cosign/certificate")
        .and_then(|text| certificate::from_pem(text))
        .unwrap_or_default();
    let leaf = if chain.is_empty() { None } else { Some(chain.remove(0)) };
    let stamp = note("dev.sigstore.cosign/rfc3161timestamp").map(|note| {
        let token = parse(note.as_bytes()).ok();
        let token = token.as_ref().and_then(|value| text(value, "/SignedRFC3161Timestamp"));
        vec![stamp::encoded(token.unwrap_or_default())]
    });
    let facts = Fact::map()
        .with("media_type", media_type)
        .with("annotations", names)
        .maybe("certificate", leaf)
        .maybe("rekor", note("dev.sigstore.cosign/bundle").map(|note| log::of_annotation(note)))
        .maybe("timestamps", stamp)
        .maybe("signature", note("dev.cosignproject.cosign/signature").map(String::as_str));
    let signed = if media_type.contains("simplesigning") {
        parse(bytes).map_or_else(
            |problem| Fact::map().with("parse_error", problem),
            |value| Fact::map().with("payload", fact(&value)),
        )
    } else {
        any::content(bytes)
    };
    match signed {
        // A bundle names its own media type, which may differ from the layer's.
        Fact::Map(entries) => entries.into_iter().fold(facts, |facts, (key, value)| {
            let key = if key == "media_type" { "bundle_media_type".to_owned() } else { key };
            facts.with(&key, value)
        }),
        _ => facts,
    }
}
