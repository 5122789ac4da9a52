//! Every fact of a certificate.

use super::name;
use crate::format::hash::sha256_hex;
use crate::format::pem;
use crate::format::x509::Certificate;
use crate::model::Moment;
use crate::model::digest::hex;
use crate::model::facts::Fact;

/// Prefix of Fulcio's extensions.
const FULCIO: &str = "1.3.6.1.4.1.57264.1.";

/// Longest certificate that is read, in bytes: real ones have a few thousand.
const LIMIT: usize = 64 << 10;

/// What extensions and usages are called (RFC 5280, RFC 6962, Fulcio's `docs/oid-info.md`).
const NAMES: &[(&str, &str)] = &[
    ("2.5.29.14", "subject key identifier"),
    ("2.5.29.15", "key usage"),
    ("2.5.29.17", "subject alternative name"),
    ("2.5.29.19", "basic constraints"),
    ("2.5.29.31", "CRL distribution points"),
    ("2.5.29.32", "certificate policies"),
    ("2.5.29.35", "authority key identifier"),
    ("2.5.29.37", "extended key usage"),
    ("1.3.6.1.5.5.7.1.1", "authority information access"),
    ("1.3.6.1.4.1.11129.2.4.2", "SCT list"),
    ("1.3.6.1.4.1.11129.2.4.3", "precertificate poison"),
    ("1.3.6.1.5.5.7.3.1", "server authentication"),
    ("1.3.6.1.5.5.7.3.2", "client authentication"),
    ("1.3.6.1.5.5.7.3.3", "code signing"),
    ("1.3.6.1.5.5.7.3.4", "e-mail protection"),
    ("1.3.6.1.5.5.7.3.8", "time stamping"),
];

/// The facts of a certificate in DER; what cannot be read says so under `parse_error`.
pub(super) fn certificate(der: &[u8]) -> Fact {
    if der.len() > LIMIT {
        let problem = format!("{} bytes are more than the {LIMIT} that are read of a certificate", der.len());
        return Fact::map().with("bytes", der.len()).with("parse_error", problem);
    }
    match Certificate::from_der(der) {
        Ok(certificate) => read(&certificate),
        Err(problem) => Fact::map().with("sha256", sha256_hex(der)).with("parse_error", problem),
    }
}

/// The certificates of a text with PEM blocks, in their order. `None`: no block of a certificate.
pub(super) fn from_pem(text: &str) -> Option<Vec<Fact>> {
    let blocks = pem::blocks(text).ok()?;
    let certificates: Vec<Fact> = blocks
        .iter()
        .filter(|block| matches!(block.label.as_str(), "CERTIFICATE" | "X509 CERTIFICATE"))
        .map(|block| certificate(&block.der))
        .collect();
    (!certificates.is_empty()).then_some(certificates)
}

fn read(certificate: &Certificate) -> Fact {
    let facts = Fact::map()
        .with("sha256", sha256_hex(&certificate.der))
        .with("serial", serial(&certificate.serial))
        .with("subject", name::rfc4514(&certificate.subject))
        .with("issuer_dn", name::rfc4514(&certificate.issuer))
        .with("not_before", certificate.leaf.from.to_string())
        .with("not_after", certificate.leaf.until.to_string())
        .with("sans", sans(certificate));
    let fulcio = fulcio(certificate);
    let scts = scts(certificate);
    facts
        .maybe("fulcio", (fulcio != Fact::map()).then_some(fulcio))
        .maybe("scts", (scts != Fact::List(Vec::new())).then_some(scts))
        .with("key", key(certificate))
        .with("signature_algorithm", certificate.algorithm.clone())
        .maybe("extended_key_usage", usages(certificate))
        .with("is_ca", certificate.authority().is_ok_and(|(ca, _)| ca))
        .with("extensions", extensions(certificate))
}

/// Hexadecimal without zeros at the front.
fn serial(bytes: &[u8]) -> String {
    let text = hex(bytes);
    let short = text.trim_start_matches('0');
    if short.is_empty() { "0".to_owned() } else { short.to_owned() }
}

fn sans(certificate: &Certificate) -> Fact {
    let names = match certificate.names() {
        Ok(names) => names,
        Err(problem) => return Fact::map().with("parse_error", problem),
    };
    let one = |(kind, value): &(String, String)| {
        let facts = Fact::map().with("type", kind.as_str());
        let oid = match kind.as_str() {
            "othername" => Some("1.3.6.1.4.1.57264.1.7"),
            _ => None,
        };
        facts.maybe("oid", oid).with("value", value.as_str())
    };
    Fact::List(names.iter().map(one).collect())
}

fn fulcio(certificate: &Certificate) -> Fact {
    certificate.claims().extensions.into_iter().fold(Fact::map(), |facts, (number, label, value)| {
        let value = value.unwrap_or_else(|hex| hex);
        facts.with(&format!("{FULCIO}{number}"), Fact::map().with("label", label).with("value", value))
    })
}

fn scts(certificate: &Certificate) -> Fact {
    match certificate.scts() {
        Ok(scts) => Fact::List(
            scts.iter()
                .map(|sct| {
                    let facts = Fact::map()
                        .with("log_id", sct.log.as_str())
                        .with("timestamp", milliseconds(sct.timestamp));
                    facts.maybe("extensions", (!sct.extensions.is_empty()).then(|| hex(&sct.extensions)))
                })
                .collect(),
        ),
        Err(problem) => Fact::map().with("parse_error", problem),
    }
}

fn milliseconds(since: u64) -> String {
    let seconds = i64::try_from(since / 1_000).unwrap_or(i64::MAX);
    let whole = Moment(seconds.min(253_402_300_799)).to_string();
    format!("{}.{:03}Z", whole.trim_end_matches('Z'), since % 1_000)
}

fn key(certificate: &Certificate) -> Fact {
    let facts = match certificate.key() {
        Some(key) => Fact::map().with("kind", key.identity().kind),
        None => Fact::map().with("kind", "unknown"),
    };
    facts.with("sha256", sha256_hex(&certificate.leaf.spki))
}

fn usages(certificate: &Certificate) -> Option<Fact> {
    let list = certificate.usages().ok().flatten()?;
    Some(Fact::List(list.iter().map(|oid| Fact::from(named(oid))).collect()))
}

/// An identifier with its name, where it has one.
fn named(oid: &str) -> String {
    NAMES
        .iter()
        .find(|known| known.0 == oid)
        .map_or_else(|| oid.to_owned(), |known| format!("{} ({oid})", known.1))
}

fn extensions(certificate: &Certificate) -> Fact {
    let one = |extension: &crate::format::x509::Extension| {
        let known = NAMES.iter().find(|known| known.0 == extension.oid).map(|known| known.1);
        let known = known.or_else(|| {
            let number = extension.oid.strip_prefix(FULCIO)?.parse().ok()?;
            Some(crate::format::x509::label(number))
        });
        Fact::map()
            .with("oid", extension.oid.as_str())
            .maybe("label", known)
            .with("critical", extension.critical)
            .with("value", hex(&extension.value))
    };
    Fact::List(certificate.extensions.iter().map(one).collect())
}
