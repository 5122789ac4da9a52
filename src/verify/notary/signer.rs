//! The signer of a time stamp token (RFC 5652 section 5.6; RFC 5816: the certificate is bound by `SigningCertificateV2`).

use aws_lc_rs::digest as lc;
use cms::content_info::CmsVersion;
use cms::signed_data::{SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetStringRef, UintRef};
use der::{AnyRef, Decode, Encode, Reader, SliceReader, Tag};
use spki::AlgorithmIdentifierRef;

use super::certificate::{self, Cert, Flaw};
use crate::format::time_stamp::TST_INFO;
use crate::model::Moment;
use crate::model::verifier::HashAlgorithm;

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const CONTENT_TYPE: ObjectIdentifier = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = oid("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = oid("1.2.840.113549.1.9.5");
const SIGNING_CERTIFICATE: ObjectIdentifier = oid("1.2.840.113549.1.9.16.2.47");
const SHA256: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.1");
const SHA384: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.2");
const SHA512: ObjectIdentifier = oid("2.16.840.1.101.3.4.2.3");

/// What a good signature of a token says.
pub(super) struct Signed<'a> {
    /// The certificate that signed; not verified.
    pub(super) cert: &'a Cert,
    /// When the signer says it signed.
    pub(super) signing_time: Option<Moment>,
}

/// A digest by the algorithm's object identifier; SHA-1 is refused, as by notation.
pub(super) fn digest(algorithm: &ObjectIdentifier, bytes: &[u8]) -> Result<Vec<u8>, Flaw> {
    let algorithm = match hash(algorithm)? {
        HashAlgorithm::Sha384 => &lc::SHA384,
        HashAlgorithm::Sha512 => &lc::SHA512,
        HashAlgorithm::Sha224 | HashAlgorithm::Sha256 => &lc::SHA256,
    };
    Ok(lc::digest(algorithm, bytes).as_ref().to_vec())
}

fn hash(algorithm: &ObjectIdentifier) -> Result<HashAlgorithm, Flaw> {
    match *algorithm {
        SHA256 => Ok(HashAlgorithm::Sha256),
        SHA384 => Ok(HashAlgorithm::Sha384),
        SHA512 => Ok(HashAlgorithm::Sha512),
        other => Err(Flaw::Wrong(format!("unrecognized hash algorithm: {other}"))),
    }
}

/// The signer's signature over the content, by a certificate of the pool.
pub(super) fn check<'a>(info: &SignerInfo, content: &[u8], pool: &'a [Cert]) -> Result<Signed<'a>, Flaw> {
    let cert = signing_certificate(info, pool)?;
    let key = cert.key.as_ref().map_err(|problem| Flaw::unknown(problem.clone()))?;
    let attributes = info.signed_attrs.as_ref().ok_or_else(|| Flaw::wrong("missing signed attributes"))?;
    let message = attributes.to_der().map_err(broken)?;
    let hash = hash(&info.digest_alg.oid)?;
    let valid = certificate::check(
        &info.signature_algorithm.oid,
        Some(hash),
        key,
        &message,
        info.signature.as_bytes(),
    )?;
    if !valid {
        return Err(Flaw::wrong("the signature of the time stamp is not by its authority's key"));
    }
    let content_type: ObjectIdentifier = required(info, CONTENT_TYPE)?.decode_as().map_err(broken)?;
    if content_type != TST_INFO {
        return Err(Flaw::wrong("mismatch content type"));
    }
    let wanted: OctetStringRef<'_> = required(info, MESSAGE_DIGEST)?.decode_as().map_err(broken)?;
    if wanted.as_bytes() != digest(&info.digest_alg.oid, content)?.as_slice() {
        return Err(Flaw::wrong("mismatch message digest"));
    }
    Ok(Signed { cert, signing_time: signing_time(info)? })
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn broken(error: der::Error) -> Flaw {
    Flaw::Wrong(format!("the time stamp's signer cannot be read: {error}"))
}

/// The one value of a signed attribute that may be there once.
fn attribute(info: &SignerInfo, kind: ObjectIdentifier) -> Result<Option<&der::Any>, Flaw> {
    let mut found = info.signed_attrs.iter().flat_map(|set| set.iter()).filter(|one| one.oid == kind);
    let Some(first) = found.next() else { return Ok(None) };
    if found.next().is_some() || first.values.len() != 1 {
        return Err(Flaw::Wrong(format!("the signed attribute {kind} has not exactly one value")));
    }
    Ok(first.values.get(0))
}

fn required(info: &SignerInfo, kind: ObjectIdentifier) -> Result<&der::Any, Flaw> {
    attribute(info, kind)?.ok_or_else(|| Flaw::Wrong(format!("the signed attribute {kind} is missing")))
}

fn signing_time(info: &SignerInfo) -> Result<Option<Moment>, Flaw> {
    let Some(value) = attribute(info, SIGNING_TIME)? else { return Ok(None) };
    let time = value.to_der().and_then(|der| x509_cert::time::Time::from_der(&der)).map_err(broken)?;
    Ok(Some(Moment(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))))
}

/// The certificate that the signed attribute names by its hash, and the signer by issuer and serial number.
fn signing_certificate<'a>(info: &SignerInfo, pool: &'a [Cert]) -> Result<&'a Cert, Flaw> {
    let (SignerIdentifier::IssuerAndSerialNumber(sid), CmsVersion::V1) = (&info.sid, info.version) else {
        return Err(Flaw::wrong("invalid signer info version: only version 1 is supported"));
    };
    let named = named(required(info, SIGNING_CERTIFICATE)?)?;
    let cert = pool.iter().find(|cert| {
        let body = &cert.fields.tbs_certificate;
        body.issuer == sid.issuer && body.serial_number == sid.serial_number
    });
    let cert = cert.ok_or_else(|| Flaw::wrong("signing certificate not found in the timestamp token"))?;
    let serial = cert.fields.tbs_certificate.serial_number.as_bytes();
    let other = named.serial.as_ref().is_some_and(|named| named.as_slice() != strip(serial));
    if other || digest(&named.hash, &cert.der)? != named.digest {
        return Err(Flaw::wrong("signing certificate does not match the signed attribute"));
    }
    Ok(cert)
}

/// A number without the byte that keeps it positive.
fn strip(bytes: &[u8]) -> &[u8] {
    match bytes {
        [0, rest @ ..] if !rest.is_empty() => rest,
        _ => bytes,
    }
}

/// The first `ESSCertIDv2` (RFC 5035 section 4).
struct Named {
    hash: ObjectIdentifier,
    digest: Vec<u8>,
    serial: Option<Vec<u8>>,
}

fn named(value: &der::Any) -> Result<Named, Flaw> {
    let bytes = value.to_der().map_err(broken)?;
    let mut reader = SliceReader::new(&bytes).map_err(broken)?;
    let named = reader.sequence(|attribute| {
        let named = attribute.sequence(|list| {
            let named = list.sequence(|id| {
                let mut hash = SHA256;
                if id.peek_tag()? == Tag::Sequence {
                    hash = id.decode::<AlgorithmIdentifierRef<'_>>()?.oid;
                }
                let digest = id.decode::<OctetStringRef<'_>>()?.as_bytes().to_vec();
                let serial = if id.is_finished() {
                    None
                } else {
                    Some(id.sequence(|serial| {
                        let _issuer: AnyRef<'_> = serial.decode()?;
                        Ok(serial.decode::<UintRef<'_>>()?.as_bytes().to_vec())
                    })?)
                };
                Ok(Named { hash, digest, serial })
            })?;
            // Further certificates of the chain bind nothing.
            while !list.is_finished() {
                list.tlv_bytes()?;
            }
            Ok(named)
        })?;
        while !attribute.is_finished() {
            attribute.tlv_bytes()?;
        }
        Ok(named)
    });
    named.map_err(broken)
}
