//! Every fact of an RFC 3161 time stamp, in the words of `openssl ts -text`.

use super::json::decode;
use super::{certificate, name};
use crate::format::time_stamp::Token;
use crate::format::tlv::{self, Element, Tlv};
use crate::model::digest::hex;
use crate::model::facts::Fact;

/// Hash algorithms by their identifiers.
const HASHES: &[(&str, &str)] = &[
    ("1.3.14.3.2.26", "sha1"),
    ("2.16.840.1.101.3.4.2.1", "sha256"),
    ("2.16.840.1.101.3.4.2.2", "sha384"),
    ("2.16.840.1.101.3.4.2.3", "sha512"),
];
/// The policies that OpenSSL's own configuration names (`apps/openssl.cnf`).
const POLICIES: &[(&str, &str)] =
    &[("1.2.3.4.1", "tsa_policy1"), ("1.2.3.4.5.6", "tsa_policy2"), ("1.2.3.4.5.7", "tsa_policy3")];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The facts of a token or response in base64.
pub(super) fn encoded(text: &str) -> Fact {
    match decode(text) {
        Some(der) => stamp(&der),
        None => Fact::map().with("parse_error", "not base64"),
    }
}

/// The facts of a token, or of a response with one.
pub(super) fn stamp(der: &[u8]) -> Fact {
    match read(der) {
        Ok(facts) => facts,
        Err(problem) => Fact::map().with("parse_error", problem),
    }
}

/// The facts, where the bytes are a token or a response.
pub(super) fn read(der: &[u8]) -> Result<Fact, String> {
    let token = Token::read(token_of(der))?;
    let facts = info(&token.content).ok_or("TSTInfo cannot be read")?.with("at", token.info.at.to_string());
    let certificates: Vec<Fact> =
        token.certificates.iter().map(|der| certificate::certificate(der)).collect();
    Ok(facts.maybe("certificates", (!certificates.is_empty()).then_some(certificates)))
}

/// The token in a granted `TimeStampResp` (RFC 3161 section 2.4.2), else the bytes themselves.
fn token_of(der: &[u8]) -> &[u8] {
    let response = || {
        let mut walk = Tlv::new(tlv::only(der, tlv::SEQUENCE)?.content);
        let mut status = walk.enter(tlv::SEQUENCE)?;
        let granted = matches!(status.take(tlv::INTEGER)?.content, [0 | 1]);
        let token = walk.take(tlv::SEQUENCE)?.raw;
        (granted && walk.is_empty()).then_some(token)
    };
    response().unwrap_or(der)
}

fn info(content: &[u8]) -> Option<Fact> {
    let mut walk = Tlv::new(tlv::only(content, tlv::SEQUENCE)?.content);
    walk.take(tlv::INTEGER)?;
    let policy = tlv::oid(walk.take(tlv::OID)?.content)?;
    let mut imprint = walk.enter(tlv::SEQUENCE)?;
    let hash = tlv::oid(imprint.enter(tlv::SEQUENCE)?.take(tlv::OID)?.content)?;
    let hashed = imprint.take(tlv::OCTET_STRING)?.content;
    let serial = walk.take(tlv::INTEGER)?.content;
    let time = walk.take(0x18)?.content;
    let accuracy = walk.take(tlv::SEQUENCE);
    let ordering = walk.take(tlv::BOOLEAN).is_some_and(|value| value.content != [0]);
    let nonce = walk.take(tlv::INTEGER);
    let tsa = walk.take(0xa0);
    let named = |table: &[(&str, &str)], oid: &str| {
        table.iter().find(|known| known.0 == oid).map_or_else(|| oid.to_owned(), |known| known.1.to_owned())
    };
    let words =
        accuracy.map_or_else(|| Some("unspecified".to_owned()), |accuracy| accuracy_words(&accuracy))?;
    Some(
        Fact::map()
            .with("time", openssl_time(std::str::from_utf8(time).ok()?)?)
            .with("hash", named(HASHES, &hash))
            .with("imprint", hex(hashed))
            .with("policy", named(POLICIES, &policy))
            .with("policy_oid", policy)
            .with("serial", number(serial))
            .with("accuracy", words)
            .with("ordering", ordering)
            .maybe("nonce", nonce.map(|nonce| number(nonce.content)))
            .with("tsa", tsa.map_or_else(|| "unspecified".to_owned(), |tsa| authority(&tsa))),
    )
}

/// `0x` and hexadecimal of whole bytes, without zeros at the front; a minus sign stands between, as OpenSSL has it.
fn number(content: &[u8]) -> String {
    let negative = content.first().is_some_and(|first| first & 0x80 != 0);
    let mut magnitude = content.to_vec();
    if negative {
        // Two's complement: all bits turned over, and one added.
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (value, over) = (!*byte).overflowing_add(u8::from(carry));
            (*byte, carry) = (value, over);
        }
    }
    let zeros =
        magnitude.iter().take_while(|byte| **byte == 0).count().min(magnitude.len().saturating_sub(1));
    let sign = if negative { "-" } else { "" };
    format!("0x{sign}{}", hex(magnitude.get(zeros..).unwrap_or_default()).to_uppercase())
}

fn accuracy_words(accuracy: &Element<'_>) -> Option<String> {
    let mut words = ["unspecified".to_owned(), "unspecified".to_owned(), "unspecified".to_owned()];
    for part in Tlv::new(accuracy.content).all()? {
        let at = match part.tag {
            tlv::INTEGER => 0,
            0x80 => 1,
            0x81 => 2,
            _ => return None,
        };
        if let Some(word) = words.get_mut(at) {
            *word = number(part.content);
        }
    }
    let [seconds, millis, micros] = words;
    Some(format!("{seconds} seconds, {millis} millis, {micros} micros"))
}

fn authority(tsa: &Element<'_>) -> String {
    let directory = || Some(format!("DirName:{}", name::oneline(tlv::only(tsa.content, 0xa4)?.content)));
    directory().unwrap_or_else(|| hex(tsa.content))
}

/// `20250806185136.5Z` as `Aug  6 18:51:36.5 2025 GMT`.
fn openssl_time(text: &str) -> Option<String> {
    let text = text.strip_suffix('Z')?;
    let month: usize = text.get(4..6)?.parse().ok()?;
    let day: u8 = text.get(6..8)?.parse().ok()?;
    let month = MONTHS.get(month.checked_sub(1)?)?;
    let (year, hour, minute) = (text.get(..4)?, text.get(8..10)?, text.get(10..12)?);
    Some(format!("{month} {day:>2} {hour}:{minute}:{} {year} GMT", text.get(12..)?))
}
