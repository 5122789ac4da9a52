//! A certificate as notation's checks need it, and the signature of one over another.

use aws_lc_rs::signature as lc;
use der::asn1::ObjectIdentifier;
use der::oid::db::rfc5280::ID_CE_BASIC_CONSTRAINTS;
use der::{Decode, Encode, Reader, SliceReader};
use x509_cert::Certificate;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::BasicConstraints;

use crate::format::key::{KeyKind, PublicKey};
use crate::model::verifier::HashAlgorithm;
use crate::model::{Missing, Moment};
use crate::verify::scheme;

/// Why a question about certificates has no good answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// It is answered: no, because.
    Wrong(String),
    /// It cannot be answered here.
    Unknown(Missing),
}

impl Flaw {
    pub(super) fn wrong(problem: impl Into<String>) -> Self {
        Self::Wrong(problem.into())
    }

    pub(super) fn unknown(what: impl Into<String>) -> Self {
        Self::Unknown(Missing::NotImplemented { what: what.into() })
    }
}

/// A certificate, read but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cert {
    /// The DER encoding.
    pub(super) der: Vec<u8>,
    /// The part that is signed, as it came.
    pub(super) body: Vec<u8>,
    /// The fields.
    pub(super) fields: Certificate,
    /// Its key; `Err`: a kind that is not known.
    pub(super) key: Result<PublicKey, String>,
    /// Start of validity, inclusive.
    pub(super) from: Moment,
    /// End of validity, inclusive.
    pub(super) until: Moment,
}

impl Cert {
    /// Reads a DER-encoded certificate; nothing may follow it, and no extension may be there twice.
    pub(super) fn read(der: &[u8]) -> Result<Self, String> {
        let broken = |error: der::Error| format!("not a certificate: {error}");
        let fields = Certificate::from_der(der).map_err(broken)?;
        let mut reader = SliceReader::new(der).map_err(broken)?;
        let body = reader.sequence(|outer| {
            let body = outer.tlv_bytes()?.to_vec();
            outer.tlv_bytes()?;
            outer.tlv_bytes()?;
            Ok(body)
        });
        let spki = fields.tbs_certificate.subject_public_key_info.to_der().map_err(broken)?;
        let moment = |time: &x509_cert::time::Time| {
            Moment(i64::try_from(time.to_unix_duration().as_secs()).unwrap_or(i64::MAX))
        };
        let extensions = fields.tbs_certificate.extensions.as_deref().unwrap_or_default();
        let doubled = extensions.iter().enumerate().any(|(index, extension)| {
            extensions.iter().skip(index + 1).any(|other| other.extn_id == extension.extn_id)
        });
        if doubled {
            return Err("an extension of the certificate is there twice".to_owned());
        }
        if fields.signature_algorithm != fields.tbs_certificate.signature {
            return Err("inner and outer signature algorithm of the certificate differ".to_owned());
        }
        let validity = &fields.tbs_certificate.validity;
        Ok(Self {
            der: der.to_vec(),
            body: body.map_err(broken)?,
            key: PublicKey::from_spki(&spki).map_err(|error| error.to_string()),
            from: moment(&validity.not_before),
            until: moment(&validity.not_after),
            fields,
        })
    }

    /// The subject for people.
    pub(super) fn subject(&self) -> String {
        self.fields.tbs_certificate.subject.to_string()
    }

    pub(super) fn extension(&self, oid: ObjectIdentifier) -> Option<&Extension> {
        self.fields
            .tbs_certificate
            .extensions
            .as_deref()
            .unwrap_or_default()
            .iter()
            .find(|e| e.extn_id == oid)
    }

    /// Whether its basic constraints say that it is a CA.
    pub(super) fn is_ca(&self) -> bool {
        self.extension(ID_CE_BASIC_CONSTRAINTS)
            .and_then(|extension| BasicConstraints::from_der(extension.extn_value.as_bytes()).ok())
            .is_some_and(|constraints| constraints.ca)
    }

    /// Whether the other's subject is this one's issuer.
    pub(super) fn names_as_issuer(&self, issuer: &Self) -> bool {
        self.fields.tbs_certificate.issuer == issuer.fields.tbs_certificate.subject
    }

    /// Whether the key of the other signed this one.
    pub(super) fn signed_by(&self, issuer: &Self) -> Result<(), Flaw> {
        let key = issuer
            .key
            .as_ref()
            .map_err(|problem| Flaw::unknown(format!("{}: {problem}", issuer.subject())))?;
        let signature =
            self.fields.signature.as_bytes().ok_or_else(|| Flaw::wrong("a signature with unused bits"))?;
        let valid = check(&self.fields.signature_algorithm.oid, None, key, &self.body, signature)?;
        if valid {
            Ok(())
        } else {
            Err(Flaw::Wrong(format!("{} is not signed by the key of {}", self.subject(), issuer.subject())))
        }
    }
}

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

/// Algorithms of signatures on certificates and in CMS, with their hash (RFC 4055, RFC 5758).
const ALGORITHMS: &[(ObjectIdentifier, HashAlgorithm)] = &[
    (oid("1.2.840.113549.1.1.11"), HashAlgorithm::Sha256),
    (oid("1.2.840.113549.1.1.12"), HashAlgorithm::Sha384),
    (oid("1.2.840.113549.1.1.13"), HashAlgorithm::Sha512),
    (oid("1.2.840.10045.4.3.2"), HashAlgorithm::Sha256),
    (oid("1.2.840.10045.4.3.3"), HashAlgorithm::Sha384),
    (oid("1.2.840.10045.4.3.4"), HashAlgorithm::Sha512),
];
const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = oid("1.3.101.112");

/// Verifies a signature by the algorithm's object identifier. `digest` is the hash for `rsaEncryption`, which CMS uses
/// without naming one.
pub(super) fn check(
    algorithm: &ObjectIdentifier,
    digest: Option<HashAlgorithm>,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> Result<bool, Flaw> {
    if *algorithm == ED25519 && key.kind == KeyKind::Ed25519 {
        return Ok(scheme::run(&lc::ED25519, key, message, signature));
    }
    let named = ALGORITHMS.iter().find(|(known, _)| known == algorithm).map(|(_, hash)| *hash);
    let hash = named
        .or(digest.filter(|_| *algorithm == RSA))
        .ok_or_else(|| Flaw::unknown(format!("the signature algorithm {algorithm}")))?;
    let rsa = algorithm.to_string().starts_with("1.2.840.113549.");
    let verification = match key.kind {
        KeyKind::Rsa(_) if rsa => scheme::rsa(key.kind, scheme::Padding::Pkcs1, hash),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 if !rsa => scheme::ecdsa(key.kind, hash),
        _ => return Ok(false),
    };
    let verification = verification
        .ok_or_else(|| Flaw::unknown(format!("{} with {}", key.kind, scheme::hash_words(hash))))?;
    Ok(scheme::run(verification, key, message, signature))
}
