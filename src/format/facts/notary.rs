//! Every fact of a Notary Project envelope.

use serde_json::Value;

use super::json::{decode, fact, parse, text};
use super::{certificate, stamp};
use crate::format::envelope::{Envelope, Scheme};
use crate::model::facts::Fact;

const PREFIX: &str = "io.cncf.notary.";
/// Signed headers that have a fact of their own.
const OWN: &[&str] = &[
    "signingScheme",
    "signingTime",
    "authenticSigningTime",
    "expiry",
    "verificationPlugin",
    "verificationPluginMinVersion",
];

/// Whether a document is an envelope in JWS.
pub(super) fn is_jws(value: &Value) -> bool {
    value.get("protected").is_some() && value.get("payload").is_some() && value.get("signature").is_some()
}

/// The facts of an envelope in JWS.
pub(super) fn jws(value: &Value) -> Fact {
    let headers = match text(value, "/protected").and_then(decode).map(|bytes| parse(&bytes)) {
        Some(Ok(headers)) => headers,
        _ => {
            return Fact::map()
                .with("format", "jws")
                .with("parse_error", "the protected header cannot be read");
        }
    };
    let field = |name: &str| headers.get(name).map(fact);
    let unprotected = |name: &str| value.get("header").and_then(|header| header.get(name));
    let agent = unprotected("io.cncf.notary.signingAgent").and_then(Value::as_str);
    let mut facts = Fact::map()
        .with("format", "jws")
        .maybe("alg", field("alg"))
        .maybe("content_type", field("cty"))
        .maybe("crit", field("crit"))
        .with("signing_software", agent.map_or(Fact::Null, Fact::from));
    for name in OWN {
        facts = facts.maybe(name, field(&format!("{PREFIX}{name}")));
    }
    let own = |name: &str| {
        matches!(name, "alg" | "cty" | "crit")
            || name.strip_prefix(PREFIX).is_some_and(|name| OWN.contains(&name))
    };
    let entries = headers.as_object().into_iter().flatten();
    let extended: Vec<(String, Fact)> =
        entries.filter(|(name, _)| !own(name)).map(|(name, value)| (name.clone(), fact(value))).collect();
    let chain: Vec<Vec<u8>> = unprotected("x5c")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|one| decode(one.as_str()?))
        .collect();
    let stamp = unprotected("io.cncf.notary.timestampSignature").and_then(Value::as_str).and_then(decode);
    facts.maybe("extended", (!extended.is_empty()).then_some(Fact::Map(extended))).and(rest(
        &text(value, "/payload").and_then(decode).unwrap_or_default(),
        &chain,
        stamp.as_deref(),
    ))
}

/// The facts of an envelope in COSE.
pub(super) fn cose(bytes: &[u8]) -> Fact {
    match Envelope::read("application/cose", bytes) {
        Ok(envelope) => {
            let signed = &envelope.attributes;
            let time = match signed.scheme {
                Scheme::X509 => "signingTime",
                Scheme::SigningAuthority => "authenticSigningTime",
            };
            let critical: Vec<Fact> = signed.critical.iter().map(|name| Fact::from(name.as_str())).collect();
            let mut facts = Fact::map()
                .with("format", "cose")
                .with("alg", envelope.algorithm.name())
                .with("content_type", signed.content_type.as_str())
                .with("crit", critical)
                .with("signing_software", envelope.agent.clone().map_or(Fact::Null, Fact::from))
                .with("signingScheme", signed.scheme.name())
                .with(time, signed.signed_at.to_string())
                .maybe("expiry", signed.expiry.map(|expiry| expiry.to_string()));
            let mut extended = Vec::new();
            for (name, value) in &signed.extended {
                match name.strip_prefix(PREFIX).filter(|name| OWN.contains(name)) {
                    Some(own) => facts = facts.with(own, value.as_str()),
                    None => extended.push((name.clone(), Fact::from(value.as_str()))),
                }
            }
            facts.maybe("extended", (!extended.is_empty()).then_some(Fact::Map(extended))).and(rest(
                &envelope.payload,
                &envelope.chain,
                envelope.timestamp.as_deref(),
            ))
        }
        Err(problem) => Fact::map().with("format", "cose").with("parse_error", problem),
    }
}

fn rest(payload: &[u8], chain: &[Vec<u8>], token: Option<&[u8]>) -> Fact {
    let payload =
        parse(payload).map_or_else(|problem| Fact::map().with("parse_error", problem), |value| fact(&value));
    let countersignature = token.map(|token| {
        let read = stamp::stamp(token);
        let time = read.get("time").cloned().unwrap_or(Fact::Null);
        Fact::map().with("time", time).with("bytes", token.len()).with("token", read)
    });
    Fact::map()
        .with("payload", payload)
        .with("chain", chain.iter().map(|der| certificate::certificate(der)).collect::<Vec<_>>())
        .maybe("timestamp_countersignature", countersignature)
}
