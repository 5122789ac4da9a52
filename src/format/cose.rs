//! Notary Project envelopes in `COSE_Sign1` (RFC 9052 section 4.2; `specs/signature-envelope-cose.md`).

use coset::cbor::value::Value;
use coset::iana::{self, EnumI64};
use coset::{CoseSign1, Label, RegisteredLabel, RegisteredLabelWithPrivate, TaggedCborSerializable};

use super::envelope::{self, Algorithm, Attributes, Envelope, Scheme};
use crate::model::Moment;

/// CBOR tag of seconds since 1970 (RFC 8949 section 3.4.2).
const EPOCH: u64 = 1;
/// Header label of the certificate chain (RFC 9360).
const CHAIN: i64 = 33;
/// Headers that are no extended attributes.
const KNOWN: &[&str] =
    &[envelope::SCHEME, envelope::SIGNING_TIME, envelope::AUTHENTIC_TIME, envelope::EXPIRY];

/// Reads an envelope. The tag 18 is demanded, and nothing may follow.
pub(super) fn read(bytes: &[u8]) -> Result<Envelope, String> {
    let message =
        CoseSign1::from_tagged_slice(bytes).map_err(|error| format!("not a COSE_Sign1: {error}"))?;
    let signed = message.tbs_data(&[]);
    let protected = &message.protected.header;
    let unprotected = &message.unprotected.rest;
    let timestamp = match text_label(unprotected, envelope::STAMP) {
        Some(Value::Bytes(token)) if !token.is_empty() => Some(token.clone()),
        _ => None,
    };
    let agent = text_label(unprotected, envelope::AGENT).and_then(|value| value.as_text().map(str::to_owned));
    envelope::check_values(Envelope {
        payload: message.payload.clone().unwrap_or_default(),
        algorithm: algorithm(protected)?,
        attributes: attributes(protected)?,
        chain: chain(unprotected)?,
        signature: message.signature.clone(),
        signed,
        timestamp,
        agent,
    })
}

fn text_label<'a>(rest: &'a [(Label, Value)], name: &str) -> Option<&'a Value> {
    rest.iter().find(|(label, _)| matches!(label, Label::Text(text) if text == name)).map(|(_, value)| value)
}

fn algorithm(header: &coset::Header) -> Result<Algorithm, String> {
    Ok(match &header.alg {
        Some(RegisteredLabelWithPrivate::Assigned(alg)) => match alg {
            iana::Algorithm::PS256 => Algorithm::Ps256,
            iana::Algorithm::PS384 => Algorithm::Ps384,
            iana::Algorithm::PS512 => Algorithm::Ps512,
            iana::Algorithm::ES256 => Algorithm::Es256,
            iana::Algorithm::ES384 => Algorithm::Es384,
            iana::Algorithm::ES512 => Algorithm::Es512,
            other => return Err(format!("signature algorithm not supported: {}", other.to_i64())),
        },
        Some(_) => return Err("signature algorithm not supported".to_owned()),
        None => return Err("signature algorithm is not present".to_owned()),
    })
}

fn attributes(header: &coset::Header) -> Result<Attributes, String> {
    let find = |name: &str| text_label(&header.rest, name);
    let scheme = match find(envelope::SCHEME) {
        Some(Value::Text(text)) => Scheme::from_name(text)?,
        _ => return Err("invalid signingScheme".to_owned()),
    };
    let critical: Vec<String> = header.crit.iter().map(critical_name).collect();
    envelope::check_headers(scheme, &critical, &|name| match name.strip_prefix("label ") {
        Some(number) => number.parse().is_ok_and(|label| has(header, label)),
        None => find(name).is_some(),
    })?;
    let time = |name| find(name).map(|value| time(value, name)).transpose();
    let signed_at = match scheme {
        Scheme::X509 => time(envelope::SIGNING_TIME)?,
        Scheme::SigningAuthority => time(envelope::AUTHENTIC_TIME)?,
    };
    Ok(Attributes {
        content_type: content_type(header)?,
        scheme,
        signed_at: signed_at.ok_or("signing-time not present")?,
        expiry: time(envelope::EXPIRY)?,
        critical,
        extended: header
            .rest
            .iter()
            .filter_map(|(label, value)| match label {
                Label::Text(name) if KNOWN.contains(&name.as_str()) => None,
                Label::Text(name) => Some((name.clone(), words(value))),
                Label::Int(number) => Some((format!("label {number}"), words(value))),
            })
            .collect(),
    })
}

fn critical_name(label: &RegisteredLabelWithPrivate<iana::HeaderParameter>) -> String {
    match label {
        RegisteredLabelWithPrivate::Text(text) => text.clone(),
        RegisteredLabelWithPrivate::Assigned(parameter) => format!("label {}", parameter.to_i64()),
        RegisteredLabelWithPrivate::PrivateUse(number) => format!("label {number}"),
    }
}

/// Whether a header of the registry is among the signed ones.
fn has(header: &coset::Header, label: i64) -> bool {
    match label {
        1 => header.alg.is_some(),
        3 => header.content_type.is_some(),
        _ => header.rest.iter().any(|(other, _)| *other == Label::Int(label)),
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn content_type(header: &coset::Header) -> Result<String, String> {
    match &header.content_type {
        Some(RegisteredLabel::Text(text)) => Ok(text.clone()),
        Some(RegisteredLabel::Assigned(_)) => Err("content type should be of 'tstr' type".to_owned()),
        None => Err("missing content type".to_owned()),
    }
}

fn time(value: &Value, name: &str) -> Result<Moment, String> {
    let inner = match value {
        Value::Tag(EPOCH, inner) => inner.as_integer(),
        _ => None,
    };
    inner
        .and_then(|seconds| i64::try_from(seconds).ok())
        .map(Moment)
        .ok_or_else(|| format!("{name} is no time of whole seconds under the CBOR tag 1"))
}

fn chain(rest: &[(Label, Value)]) -> Result<Vec<Vec<u8>>, String> {
    let absent = || "certificate chain is not present".to_owned();
    let value = rest.iter().find(|(label, _)| *label == Label::Int(CHAIN)).map(|(_, value)| value);
    let list = value.and_then(Value::as_array).ok_or_else(absent)?;
    list.iter().map(|item| item.as_bytes().cloned().ok_or_else(absent)).collect()
}
