//! Answers of OCSP responders (RFC 6960) as notation-core-go takes them (`revocation/internal/ocsp`), and no laxer.

use der::Encode;
use der::oid::db::rfc5280::ID_KP_OCSP_SIGNING;
use der::{Decode, asn1::ObjectIdentifier};
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::certificate::{Cert, check};
use super::signed_list::{algorithm, bits, extensions};
use crate::format::hash::{sha1, sha256};
use crate::format::tlv::{BIT_STRING, INTEGER, OCTET_STRING, OID, SEQUENCE, Tlv, only, time, write};
use crate::model::Moment;

const BASIC: &str = "1.3.6.1.5.5.7.48.1.1";
const SHA1: &str = "1.3.14.3.2.26";
const SHA256: &str = "2.16.840.1.101.3.4.2.1";
const INVALIDITY: &str = "2.5.29.24";
/// `AlgorithmIdentifier` of SHA-1, with its parameters.
const SHA1_ALGORITHM: &[u8] = &[0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00];

/// What a responder says about a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Good,
    Revoked,
    /// It does not know the certificate.
    Unknown,
}

/// Name and key of an issuer, as they are hashed.
fn issuer_parts(issuer: &Cert) -> Option<(Vec<u8>, Vec<u8>)> {
    let tbs = &issuer.fields.tbs_certificate;
    let key = tbs.subject_public_key_info.subject_public_key.as_bytes()?;
    Some((tbs.subject.to_der().ok()?, key.to_vec()))
}

/// The digits of a serial number: zeros in front say nothing but that it is positive.
pub(super) fn digits(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The digits of the serial number of a certificate.
pub(super) fn serial(cert: &Cert) -> &[u8] {
    digits(cert.fields.tbs_certificate.serial_number.as_bytes())
}

/// The request: one certificate by SHA-1, no nonce.
pub(super) fn request(cert: &Cert, issuer: &Cert) -> Option<Vec<u8>> {
    let (name, key) = issuer_parts(issuer)?;
    let id = [
        SHA1_ALGORITHM.to_vec(),
        write(OCTET_STRING, &sha1(&name)),
        write(OCTET_STRING, &sha1(&key)),
        cert.fields.tbs_certificate.serial_number.to_der().ok()?,
    ]
    .concat();
    let one = write(SEQUENCE, &write(SEQUENCE, &id));
    Some(write(SEQUENCE, &write(SEQUENCE, &write(SEQUENCE, &one))))
}

/// Reads and verifies an answer.
pub(super) fn status(
    bytes: &[u8],
    cert: &Cert,
    issuer: &Cert,
    now: Moment,
    signed: Option<Moment>,
) -> Result<Status, String> {
    let unreadable = || "it is not an OCSP response".to_owned();
    let mut outer = Tlv::new(only(bytes, SEQUENCE).ok_or_else(unreadable)?.content);
    let code = outer.take(0x0a).ok_or_else(unreadable)?;
    if code.content != [0] {
        return Err(format!("the responder refuses (status {:?})", code.content));
    }
    let mut body = outer.enter(0xa0).and_then(|mut own| own.enter(SEQUENCE)).ok_or_else(unreadable)?;
    let kind = body.take(OID).and_then(|kind| ObjectIdentifier::from_bytes(kind.content).ok());
    if kind.is_none_or(|kind| kind.to_string() != BASIC) {
        return Err("it is of an unknown type".to_owned());
    }
    let basic = body.take(OCTET_STRING).ok_or_else(unreadable)?.content;
    let mut parts = Tlv::new(only(basic, SEQUENCE).ok_or_else(unreadable)?.content);
    let data = parts.take(SEQUENCE).ok_or_else(unreadable)?;
    let named = parts.take(SEQUENCE).and_then(|element| algorithm(&element)).ok_or_else(unreadable)?;
    let signature = parts.take(BIT_STRING).and_then(|element| bits(&element)).ok_or_else(unreadable)?;
    let certificates = match parts.enter(0xa0) {
        Some(mut own) => own.enter(SEQUENCE).and_then(Tlv::all).ok_or_else(unreadable)?,
        None => Vec::new(),
    };
    if !(outer.is_empty() && body.is_empty() && parts.is_empty()) {
        return Err(unreadable());
    }
    // Of several certificates only the first counts (`ocsp.ParseResponseForCert`).
    let own = certificates.first().map(|element| Cert::read(element.raw)).transpose()?;
    let signer = match &own {
        Some(own) if own != issuer => {
            delegated(own, issuer, now)?;
            own
        }
        _ => issuer,
    };
    let key = signer.key.as_ref().map_err(Clone::clone)?;
    if !matches!(check(&named, None, key, data.raw, signature), Ok(true)) {
        return Err("its signature is not by the responder".to_owned());
    }
    single(data.content, cert, issuer, now, signed)
}

/// A responder of its own: by the issuer, for this and nothing else, and valid now (RFC 6960 section 4.2.2.2).
fn delegated(own: &Cert, issuer: &Cert, now: Moment) -> Result<(), String> {
    let usages = own
        .extension(der::oid::db::rfc5280::ID_CE_EXT_KEY_USAGE)
        .and_then(|extension| ExtendedKeyUsage::from_der(extension.extn_value.as_bytes()).ok());
    if !own.names_as_issuer(issuer) || own.signed_by(issuer).is_err() {
        return Err("its responder has no certificate of the issuer".to_owned());
    }
    if !usages.is_some_and(|usages| usages.0.contains(&ID_KP_OCSP_SIGNING)) {
        return Err("its signer is no OCSP responder".to_owned());
    }
    if now < own.from || now > own.until {
        return Err("the certificate of its responder is not valid now".to_owned());
    }
    Ok(())
}

fn single(
    data: &[u8],
    cert: &Cert,
    issuer: &Cert,
    now: Moment,
    signed: Option<Moment>,
) -> Result<Status, String> {
    let unreadable = || "its data cannot be read".to_owned();
    let mut walk = Tlv::new(data);
    if walk.peek() == Some(0xa0) {
        walk.any();
    }
    // Who the responder is, and when it answered.
    walk.any().ok_or_else(unreadable)?;
    walk.any().ok_or_else(unreadable)?;
    let answers = walk.enter(SEQUENCE).and_then(Tlv::all).ok_or_else(unreadable)?;
    for answer in answers.iter().filter(|answer| answer.tag == SEQUENCE) {
        let mut parts = Tlv::new(answer.content);
        let id = parts.enter(SEQUENCE).ok_or_else(unreadable)?;
        if names(id, cert, issuer).ok_or_else(unreadable)? {
            return one(parts, now, signed);
        }
    }
    Err("it does not speak of the certificate".to_owned())
}

/// Whether a `CertID` is the certificate's.
fn names(mut id: Tlv<'_>, cert: &Cert, issuer: &Cert) -> Option<bool> {
    let hash = algorithm(&id.take(SEQUENCE)?)?.to_string();
    let (name, key, number) = (id.take(OCTET_STRING)?, id.take(OCTET_STRING)?, id.take(INTEGER)?);
    let (own_name, own_key) = issuer_parts(issuer)?;
    let hashed = |bytes: &[u8]| match hash.as_str() {
        SHA1 => Some(sha1(bytes)),
        SHA256 => Some(sha256(bytes).to_vec()),
        _ => None,
    };
    Some(
        digits(number.content) == serial(cert)
            && hashed(&own_name).is_some_and(|own| own == name.content)
            && hashed(&own_key).is_some_and(|own| own == key.content),
    )
}

fn one(mut parts: Tlv<'_>, now: Moment, signed: Option<Moment>) -> Result<Status, String> {
    let unreadable = || "its data cannot be read".to_owned();
    let said = parts.any().ok_or_else(unreadable)?;
    let status = match said.tag {
        0x80 => Status::Good,
        0xa1 => Status::Revoked,
        0x82 => Status::Unknown,
        _ => return Err(unreadable()),
    };
    let from = parts.any().and_then(|element| time(&element)).ok_or_else(unreadable)?;
    let until = parts.enter(0xa0).and_then(|mut own| own.any()).and_then(|element| time(&element));
    match until {
        // An answer without end has ended for notation-core-go.
        None => return Err("it does not say until when it counts".to_owned()),
        Some(until) if now > until => return Err(format!("it ended to count at {until}")),
        Some(_) if now < from => return Err(format!("it counts from {from}")),
        Some(_) => {}
    }
    let own = match parts.enter(0xa1) {
        Some(mut own) => own.enter(SEQUENCE).and_then(extensions).ok_or_else(unreadable)?,
        None => Vec::new(),
    };
    if !parts.is_empty() {
        return Err(unreadable());
    }
    for (name, critical, value) in own {
        if critical {
            return Err(format!("it has the unknown critical extension {name}"));
        }
        let from = (name.to_string() == INVALIDITY).then(|| only(value, 0x18)).flatten();
        if let (Status::Revoked, Some(signed), Some(from)) = (status, signed, from.and_then(|at| time(&at)))
            && signed < from
        {
            return Ok(Status::Good);
        }
    }
    Ok(status)
}
