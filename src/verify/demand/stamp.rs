//! RFC 3161 time stamps, checked as sigstore's timestamp-authority does (`pkg/verification/verify.go`).
//!
//! Read apart from `format::time_stamp`, which reads as notation does: one takes the signed attributes as they stand, any
//! version and one signer, the other puts them in order, demands version 1 and tries every signer. One reader for both would
//! be laxer than one of the tools.

use aws_lc_rs::digest::{self, digest};

use super::chain;
use crate::format::tlv::{self, Element, Tlv};
use crate::format::x509::{self, Certificate, TIME_STAMPING};
use crate::model::Moment;
use crate::model::demand::Authority;
use crate::model::verifier::HashAlgorithm;
use crate::verify::scheme;

const SIGNED_DATA: &str = "1.2.840.113549.1.7.2";
const TST_INFO: &str = "1.2.840.113549.1.9.16.1.4";
const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";

/// A verified time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stamped {
    pub(super) at: Moment,
    /// `uri` of the authority.
    pub(super) uri: String,
    pub(super) origin: String,
}

/// A token, read but not verified.
struct Token<'a> {
    /// `TSTInfo` as signed.
    info: &'a [u8],
    imprint_algorithm: String,
    imprint: &'a [u8],
    at: Moment,
    certificates: Vec<Certificate>,
    signer: SignerInfo<'a>,
}

struct SignerInfo<'a> {
    issuer: &'a [u8],
    serial: &'a [u8],
    digest: String,
    /// Content of the signed attributes.
    attributes: &'a [u8],
    algorithm: String,
    signature: &'a [u8],
}

fn hash(oid: &str, bytes: &[u8]) -> Option<(HashAlgorithm, Vec<u8>)> {
    let (name, algorithm) = match oid {
        "2.16.840.1.101.3.4.2.1" => (HashAlgorithm::Sha256, &digest::SHA256),
        "2.16.840.1.101.3.4.2.2" => (HashAlgorithm::Sha384, &digest::SHA384),
        "2.16.840.1.101.3.4.2.3" => (HashAlgorithm::Sha512, &digest::SHA512),
        _ => return None,
    };
    Some((name, digest(algorithm, bytes).as_ref().to_vec()))
}

/// `TimeStampResp`: granted, with a token.
fn token(bytes: &[u8]) -> Option<Token<'_>> {
    let mut response = Tlv::new(tlv::only(bytes, tlv::SEQUENCE)?.content);
    let mut status = response.enter(tlv::SEQUENCE)?;
    // 0 granted, 1 granted with changes.
    if !matches!(status.take(tlv::INTEGER)?.content, [0 | 1]) {
        return None;
    }
    let mut content = response.enter(tlv::SEQUENCE)?;
    if !response.is_empty() || tlv::oid(content.take(tlv::OID)?.content)? != SIGNED_DATA {
        return None;
    }
    let mut data = content.enter(0xa0)?.enter(tlv::SEQUENCE)?;
    data.take(tlv::INTEGER)?;
    data.take(tlv::SET)?;
    let mut inner = data.enter(tlv::SEQUENCE)?;
    if tlv::oid(inner.take(tlv::OID)?.content)? != TST_INFO {
        return None;
    }
    let info = tlv::only(inner.take(0xa0)?.content, tlv::OCTET_STRING)?.content;
    let certificates = match data.take(0xa0) {
        Some(set) => Tlv::new(set.content).all()?,
        None => Vec::new(),
    };
    // As the Go reader does, a token that carries something else than certificates is refused as a whole.
    let certificates: Vec<Certificate> =
        certificates.iter().map(|one| Certificate::from_der(one.raw).ok()).collect::<Option<_>>()?;
    data.take(0xa1);
    let signers = data.enter(tlv::SET)?.all()?;
    let [one] = signers.as_slice() else { return None };
    let (imprint_algorithm, imprint, at) = tst_info(info)?;
    Some(Token { info, imprint_algorithm, imprint, at, certificates, signer: signer_info(one)? })
}

fn tst_info(info: &[u8]) -> Option<(String, &[u8], Moment)> {
    let mut walk = Tlv::new(tlv::only(info, tlv::SEQUENCE)?.content);
    walk.take(tlv::INTEGER)?;
    walk.take(tlv::OID)?;
    let mut imprint = walk.enter(tlv::SEQUENCE)?;
    let algorithm = x509::algorithm(imprint.take(tlv::SEQUENCE)?.raw)?;
    let value = imprint.take(tlv::OCTET_STRING)?.content;
    walk.take(tlv::INTEGER)?;
    let at = tlv::time(&walk.take(0x18)?)?;
    Some((algorithm, value, at))
}

fn signer_info<'a>(element: &Element<'a>) -> Option<SignerInfo<'a>> {
    let mut walk = Tlv::new(tlv::only(element.raw, tlv::SEQUENCE)?.content);
    walk.take(tlv::INTEGER)?;
    let mut id = walk.enter(tlv::SEQUENCE)?;
    let issuer = id.take(tlv::SEQUENCE)?.raw;
    let serial = id.take(tlv::INTEGER)?.content;
    let digest = x509::algorithm(walk.take(tlv::SEQUENCE)?.raw)?;
    let attributes = walk.take(0xa0)?.content;
    let algorithm = x509::algorithm(walk.take(tlv::SEQUENCE)?.raw)?;
    let signature = walk.take(tlv::OCTET_STRING)?.content;
    Some(SignerInfo { issuer, serial, digest, attributes, algorithm, signature })
}

/// The only value of a signed attribute.
fn attribute<'a>(attributes: &'a [u8], oid: &str) -> Option<&'a [u8]> {
    let all = Tlv::new(attributes).all()?;
    let mut found = all.iter().filter_map(|one| {
        let mut walk = Tlv::new(tlv::only(one.raw, tlv::SEQUENCE)?.content);
        (tlv::oid(walk.take(tlv::OID)?.content)? == oid).then(|| walk.take(tlv::SET))?
    });
    let values = Tlv::new(found.next()?.content).all()?;
    match (values.as_slice(), found.next()) {
        ([only], None) => Some(only.content),
        _ => None,
    }
}

/// Whether the token is signed by this certificate.
fn signed(token: &Token<'_>, certificate: &Certificate) -> Result<(), &'static str> {
    let signer = &token.signer;
    let content = attribute(signer.attributes, CONTENT_TYPE).and_then(tlv::oid);
    if content.as_deref() != Some(TST_INFO) {
        return Err("the signed attributes name another content");
    }
    let (name, found) = hash(&signer.digest, token.info).ok_or("a hash that is not supported")?;
    if attribute(signer.attributes, MESSAGE_DIGEST) != Some(found.as_slice()) {
        return Err("the signed digest is not that of the content");
    }
    let key = certificate.key().ok_or("a key of a kind that is not supported")?;
    // Where the algorithm names a hash it counts; `rsaEncryption` names none.
    let hash = match signer.algorithm.as_str() {
        "1.2.840.10045.4.3.2" | "1.2.840.113549.1.1.11" => HashAlgorithm::Sha256,
        "1.2.840.10045.4.3.3" | "1.2.840.113549.1.1.12" => HashAlgorithm::Sha384,
        "1.2.840.10045.4.3.4" | "1.2.840.113549.1.1.13" => HashAlgorithm::Sha512,
        "1.2.840.113549.1.1.1" | "1.3.101.112" => name,
        _ => return Err("an algorithm that is not supported"),
    };
    let message = tlv::write(tlv::SET, signer.attributes);
    let good = scheme::of_algorithm(&signer.algorithm, key.kind)
        && scheme::check(key, hash, &message, signer.signature) == scheme::Check::Valid;
    if good { Ok(()) } else { Err("the signature of the time stamp does not verify") }
}

/// The certificate that signed may be in the token or in the trusted root; in both, it must be the same.
fn leaf(token: &Token<'_>, authority: &Authority) -> Option<Certificate> {
    let is = |one: &Certificate| one.issuer == token.signer.issuer && one.serial == token.signer.serial;
    let trusted = authority.chain.iter().filter_map(|der| Certificate::from_der(der).ok());
    let pinned = trusted.into_iter().find(|one| !matches!(one.authority(), Ok((true, _))));
    let carried = token.certificates.iter().find(|one| is(one)).cloned();
    match (pinned, carried) {
        (Some(pinned), Some(carried)) => (pinned.der == carried.der).then_some(pinned),
        (Some(pinned), None) => is(&pinned).then_some(pinned),
        (None, carried) => carried,
    }
}

fn by_authority(token: &Token<'_>, authority: &Authority) -> Result<(), String> {
    let leaf = leaf(token, authority).ok_or("it is not by this authority")?;
    signed(token, &leaf)?;
    let usage = leaf.extension("2.5.29.37").is_some_and(|extension| extension.critical)
        && matches!(leaf.usages(), Ok(Some(list)) if list == [TIME_STAMPING]);
    if !usage || matches!(leaf.authority(), Ok((true, _)) | Err(_)) {
        return Err("the certificate of the authority is not for time stamps alone".to_owned());
    }
    chain::build(&leaf, authority, TIME_STAMPING, token.at)?;
    if chain::in_service(authority, token.at) {
        Ok(())
    } else {
        Err(format!("the authority was not in service at {}", token.at))
    }
}

/// Verifies one time stamp over these bytes.
pub(super) fn verify(bytes: &[u8], over: &[u8], authorities: &[Authority]) -> Result<Stamped, String> {
    let token = token(bytes).ok_or("it cannot be read, or was not granted")?;
    let (_, imprint) = hash(&token.imprint_algorithm, over).ok_or("its imprint has an unsupported hash")?;
    if imprint != token.imprint {
        return Err("its imprint is of other bytes".to_owned());
    }
    let mut problem = "no authority is trusted".to_owned();
    for authority in authorities {
        match by_authority(&token, authority) {
            Ok(()) => {
                return Ok(Stamped {
                    at: token.at,
                    uri: authority.uri.clone(),
                    origin: authority.origin.clone(),
                });
            }
            Err(why) => problem = why,
        }
    }
    Err(problem)
}

/// What a response of a time-stamping authority states, unverified: its time.
///
/// # Errors
/// When it cannot be read, or no time stamp was granted.
pub fn readable_stamp(response: &[u8]) -> Result<Moment, String> {
    token(response).map(|token| token.at).ok_or_else(|| "it cannot be read, or was not granted".to_owned())
}
