//! Notary Project envelopes in flattened JWS JSON (RFC 7515 section 7.2.2; `specs/signature-envelope-jws.md`).

use ::base64::Engine as _;
use ::base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::base64;
use super::envelope::{self, Algorithm, Attributes, Envelope, Scheme};
use super::go_json::Tree;
use crate::model::Moment;

/// Headers that are no extended attributes.
const KNOWN: &[&str] = &[
    "alg",
    "cty",
    "crit",
    envelope::SCHEME,
    envelope::SIGNING_TIME,
    envelope::AUTHENTIC_TIME,
    envelope::EXPIRY,
];

/// Reads an envelope. Doubled fields are refused.
pub(super) fn read(bytes: &[u8]) -> Result<Envelope, String> {
    let document = Tree::parse(bytes)?;
    let (payload, protected) = (document.text("payload")?, document.text("protected")?);
    let headers = Tree::parse(&url_decode(protected, "protected header")?)?;
    let unprotected = document.field("header")?.ok_or("the JWS has no header")?;
    let algorithm = headers.text("alg")?;
    envelope::check_values(Envelope {
        payload: url_decode(payload, "payload")?,
        algorithm: Algorithm::from_name(algorithm)
            .ok_or_else(|| format!("signature algorithm {algorithm:?} is not supported"))?,
        attributes: attributes(&headers)?,
        chain: chain(unprotected)?,
        signature: url_decode(document.text("signature")?, "signature")?,
        signed: format!("{protected}.{payload}").into_bytes(),
        timestamp: Some(base64::decode(unprotected.text(envelope::STAMP)?)?).filter(|t| !t.is_empty()),
        agent: Some(unprotected.text(envelope::AGENT)?.to_owned()).filter(|text| !text.is_empty()),
    })
}

fn url_decode(text: &str, what: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD.decode(text).map_err(|error| format!("the {what} is not base64url: {error}"))
}

fn attributes(headers: &Tree) -> Result<Attributes, String> {
    let Tree::Object(entries) = headers else { return Err("the protected header is no object".to_owned()) };
    let critical = texts(headers, "crit")?;
    let scheme = Scheme::from_name(headers.text(envelope::SCHEME)?)?;
    // A header of another spelling would be read by Go under the known name, and is then no attribute of its own.
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    let spelt = |name: &str| KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name));
    if let Some(name) = names.iter().find(|name| spelt(name).is_some_and(|known| known != *name)) {
        return Err(format!("the header {name:?} is spelt with other letters than the specification's"));
    }
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    if names.len() != count {
        return Err("a protected header is there twice".to_owned());
    }
    envelope::check_headers(scheme, &critical, &|name| {
        entries.iter().any(|(key, value)| key == name && *value != Tree::Null)
    })?;
    let time = |name| time(headers, name);
    let signed_at = match scheme {
        Scheme::X509 => time(envelope::SIGNING_TIME)?,
        Scheme::SigningAuthority => time(envelope::AUTHENTIC_TIME)?,
    };
    Ok(Attributes {
        content_type: headers.text("cty")?.to_owned(),
        scheme,
        signed_at: signed_at.ok_or("signing-time not present")?,
        expiry: time(envelope::EXPIRY)?,
        critical,
        extended: entries
            .iter()
            .filter(|(name, _)| !KNOWN.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), words(value)))
            .collect(),
    })
}

fn words(value: &Tree) -> String {
    match value {
        Tree::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

fn time(headers: &Tree, name: &str) -> Result<Option<Moment>, String> {
    let text = headers.text(name)?;
    if text.is_empty() {
        return Ok(None);
    }
    let at: jiff::Timestamp = text.parse().map_err(|error| format!("the header {name}: {error}"))?;
    Ok(Some(Moment(at.as_second())))
}

fn texts(tree: &Tree, name: &str) -> Result<Vec<String>, String> {
    let list = match tree.field(name)? {
        None => return Ok(Vec::new()),
        Some(Tree::List(list)) => list,
        Some(_) => return Err(format!("`{name}` is no list")),
    };
    list.iter()
        .map(|item| match item {
            Tree::Text(text) => Ok(text.clone()),
            _ => Err(format!("`{name}` holds something that is no text")),
        })
        .collect()
}

fn chain(header: &Tree) -> Result<Vec<Vec<u8>>, String> {
    texts(header, "x5c")?.iter().map(|text| base64::decode(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demands_the_critical_headers_and_refuses_doubles() {
        let read = |protected: &str| {
            let protected = URL_SAFE_NO_PAD.encode(protected);
            read(
                format!(r#"{{"payload":"e30","protected":"{protected}","header":{{"x5c":["AA=="]}},"signature":"AA"}}"#)
                    .as_bytes(),
            )
        };
        let good = r#"{"alg":"ES256","cty":"x","crit":["io.cncf.notary.signingScheme"],"io.cncf.notary.signingScheme":"notary.x509","io.cncf.notary.signingTime":"2026-11-23T06:38:47Z"}"#;
        let envelope = read(good).unwrap();
        assert_eq!((envelope.payload.as_slice(), envelope.chain.len()), (&b"{}"[..], 1));
        assert_eq!(envelope.attributes.signed_at.to_string(), "2026-11-23T06:38:47Z");
        for (from, to) in [
            (r#"["io.cncf.notary.signingScheme"]"#, "[]"),
            (r#"["io.cncf.notary.signingScheme"]"#, r#"["io.cncf.notary.signingScheme","nothing"]"#),
            (r#""cty":"x""#, r#""cty":"x","alg":"ES384""#),
            (r#""cty":"x""#, r#""cty":"x","io.cncf.notary.expiry":"2030-11-23T06:38:47Z""#),
            (r#""cty":"x""#, r#""cty":"x","io.cncf.notary.authenticSigningTime":"2030-11-23T06:38:47Z""#),
            ("ES256", "none"),
            ("2026-11-23", "20x6-11-23"),
        ] {
            assert!(read(&good.replace(from, to)).is_err(), "{to}");
        }
    }
}
