//! Every fact of a sigstore bundle of any version.

use serde_json::Value;

use super::json::{decode, list, scalar, text};
use super::{certificate, log, stamp, statement};
use crate::model::digest::hex;
use crate::model::facts::Fact;

/// Whether a document is a bundle.
pub(super) fn is(value: &Value) -> bool {
    value.get("verificationMaterial").is_some()
        || text(value, "/mediaType").is_some_and(|kind| kind.contains("sigstore.bundle"))
}

/// The facts.
pub(super) fn bundle(value: &Value) -> Fact {
    let stamps = list(value, "/verificationMaterial/timestampVerificationData/rfc3161Timestamps");
    let facts = Fact::map().maybe("media_type", text(value, "/mediaType")).and(material(value));
    let entries =
        list(value, "/verificationMaterial/tlogEntries").iter().map(log::of_bundle).collect::<Vec<_>>();
    let stamps = stamps
        .iter()
        .map(|one| stamp::encoded(text(one, "/signedTimestamp").unwrap_or_default()))
        .collect::<Vec<_>>();
    facts.with("tlog", entries).with("timestamps", stamps).and(content(value))
}

fn material(value: &Value) -> Fact {
    let raw = |value: &Value| {
        let der = text(value, "/rawBytes").and_then(decode);
        der.map_or_else(
            || Fact::map().with("parse_error", "not base64"),
            |der| certificate::certificate(&der),
        )
    };
    let at = |name: &str| value.pointer(&format!("/verificationMaterial/{name}"));
    if let Some(single) = at("certificate") {
        return Fact::map().with("key_material", "certificate").with("certificate", raw(single));
    }
    if at("x509CertificateChain").is_some() {
        let chain = list(value, "/verificationMaterial/x509CertificateChain/certificates");
        let above: Vec<Fact> = chain.iter().skip(1).map(raw).collect();
        return Fact::map()
            .with("key_material", "x509CertificateChain")
            .maybe("certificate", chain.first().map(raw))
            .with("chain_length", chain.len())
            .maybe("chain", (!above.is_empty()).then_some(above));
    }
    let Some(key) = at("publicKey") else { return Fact::map() };
    let hint = text(key, "/hint").filter(|hint| !hint.is_empty());
    Fact::map().with("key_material", "publicKey").with("key_hint", hint.map_or(Fact::Null, Fact::from))
}

fn content(value: &Value) -> Fact {
    if let Some(envelope) = value.get("dsseEnvelope") {
        return Fact::map().with("content", "dsseEnvelope").and(statement::envelope(envelope));
    }
    let Some(message) = value.get("messageSignature") else { return Fact::map() };
    let digest = text(message, "/messageDigest/digest").and_then(decode);
    let algorithm = scalar(message.pointer("/messageDigest/algorithm"));
    let facts = Fact::map()
        .with("algorithm", algorithm.map_or(Fact::Null, Fact::from))
        .with("hex", digest.map_or(Fact::Null, |digest| Fact::from(hex(&digest))));
    Fact::map()
        .with("content", "messageSignature")
        .maybe("message_digest", message.get("messageDigest").map(|_| facts))
        .maybe("signature", text(message, "/signature"))
}
