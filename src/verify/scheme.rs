//! One public-key check: signature schemes as `sigstore/sigstore` `pkg/signature` runs them for a key.

use std::borrow::Cow;

use aws_lc_rs::digest;
use aws_lc_rs::signature as lc;
use aws_lc_rs::signature::{ParsedPublicKey, UnparsedPublicKey, VerificationAlgorithm};

use super::form::{self, Form};
use crate::format::key::{KeyKind, PublicKey};
use crate::model::Digest;
use crate::model::verifier::HashAlgorithm;

/// How a check ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// The signature is valid.
    Valid,
    /// It is not; what cosign says about it.
    Invalid(&'static str),
    /// The combination of key and hash cannot be checked here.
    Unsupported(String),
}

/// Most signatures that are checked on the way from a certificate to a root, as in Go (`crypto/x509`,
/// `maxChainSignatureChecks`): certificates that travel with a signature could all be each other's issuers.
pub(super) const CHECKS: u32 = 100;

/// cosign's words for an ASN.1 signature that does not verify.
const BAD_ASN1: &str = "invalid signature when validating ASN.1 encoded signature";
/// cosign's words for a fixed-length one.
const BAD_FIXED: &str = "invalid signature when validating IEEE_P1363 encoded signature";
/// cosign's words for bytes that are neither.
const NO_FORM: &str = "ecdsa: Invalid IEEE_P1363 encoded bytes";
/// Go's words for an RSA signature.
const BAD_RSA: &str = "crypto/rsa: verification error";
/// cosign's words for an Ed25519 signature.
const BAD_ED25519: &str = "failed to verify signature";

/// What RSA padding is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Padding {
    /// PKCS #1 v1.5: the only one that cosign tries.
    Pkcs1,
    /// PSS, for the explanation of a failure.
    Pss,
}

/// A hash in words: `SHA-256`.
pub(super) fn hash_words(hash: HashAlgorithm) -> &'static str {
    match hash {
        HashAlgorithm::Sha224 => "SHA-224",
        HashAlgorithm::Sha256 => "SHA-256",
        HashAlgorithm::Sha384 => "SHA-384",
        HashAlgorithm::Sha512 => "SHA-512",
    }
}

/// Verifies as cosign does: ECDSA with the demanded hash whatever the curve, in ASN.1 or else in fixed form; RSA with
/// PKCS #1 v1.5; Ed25519 over the message itself.
pub(super) fn check(key: &PublicKey, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> Check {
    match key.kind {
        KeyKind::Ed25519 => verdict(run(&lc::ED25519, key, message, signature), BAD_ED25519),
        KeyKind::Rsa(_) => match rsa(key.kind, Padding::Pkcs1, hash) {
            Some(algorithm) => verdict(run(algorithm, key, message, signature), BAD_RSA),
            None => unsupported(key, hash),
        },
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => match (ecdsa(key.kind, hash), as_asn1(signature)) {
            (None, _) => unsupported(key, hash),
            (Some(_), Err(words)) => Check::Invalid(words),
            (Some(algorithm), Ok((asn1, words))) => verdict(run(algorithm, key, message, &asn1), words),
        },
    }
}

/// The same where only the hash of the message is known.
pub(super) fn check_digest(key: &PublicKey, hash: HashAlgorithm, digest: &Digest, signature: &[u8]) -> Check {
    let (algorithm, words) = match key.kind {
        KeyKind::Ed25519 => return Check::Unsupported("Ed25519 key with a digest alone".to_owned()),
        KeyKind::Rsa(_) => (rsa(key.kind, Padding::Pkcs1, hash), BAD_RSA),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => (ecdsa(key.kind, hash), BAD_ASN1),
    };
    let (Some(algorithm), Some(imported)) = (algorithm, import(hash, digest)) else {
        return Check::Unsupported(format!("{} with {}, given {digest}", key.kind, hash_words(hash)));
    };
    let asn1 = match key.kind {
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => match as_asn1(signature) {
            Ok((asn1, _)) => asn1,
            Err(words) => return Check::Invalid(words),
        },
        KeyKind::Rsa(_) | KeyKind::Ed25519 => Cow::Borrowed(signature),
    };
    let good = ParsedPublicKey::new(algorithm, &key.bits)
        .is_ok_and(|parsed| parsed.verify_digest_sig(&imported, &asn1).is_ok());
    verdict(good, words)
}

/// The digest as the cryptography at hand takes it, when it is by this algorithm.
fn import(hash: HashAlgorithm, named: &Digest) -> Option<digest::Digest> {
    let algorithm = match (hash, named.algorithm()) {
        (HashAlgorithm::Sha256, "sha256") => &digest::SHA256,
        (HashAlgorithm::Sha384, "sha384") => &digest::SHA384,
        (HashAlgorithm::Sha512, "sha512") => &digest::SHA512,
        _ => return None,
    };
    let bytes = named.bytes();
    digest::Digest::import_less_safe(&bytes, algorithm).ok()
}

/// Verifies an ECDSA signature in ASN.1 form over SHA-256, and nothing else: how a log's promise is checked.
pub(super) fn check_promise(key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
    ecdsa(key.kind, HashAlgorithm::Sha256).is_some_and(|algorithm| run(algorithm, key, message, signature))
}

/// Whether a signature algorithm of a certificate is one for keys of this kind (RFC 5758, RFC 8410; RSA with PKCS #1 v1.5).
pub(super) fn of_algorithm(oid: &str, kind: KeyKind) -> bool {
    match kind {
        KeyKind::Ed25519 => oid == "1.3.101.112",
        KeyKind::Rsa(_) => oid.starts_with("1.2.840.113549.1.1."),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => oid.starts_with("1.2.840.10045.4.3."),
    }
}

/// Verifies with RSA-PSS, which cosign does not try.
pub(super) fn check_pss(key: &PublicKey, hash: HashAlgorithm, message: &[u8], signature: &[u8]) -> bool {
    rsa(key.kind, Padding::Pss, hash).is_some_and(|algorithm| run(algorithm, key, message, signature))
}

/// Whether the key itself can be used: a point on its curve, a sound modulus. A size that cannot be checked here is said
/// by the signature step; it is no fault of the key.
pub(super) fn usable(key: &PublicKey) -> bool {
    match key.kind {
        KeyKind::P256 => ParsedPublicKey::new(&lc::ECDSA_P256_SHA256_ASN1, &key.bits).is_ok(),
        KeyKind::P384 => ParsedPublicKey::new(&lc::ECDSA_P384_SHA256_ASN1, &key.bits).is_ok(),
        KeyKind::P521 => ParsedPublicKey::new(&lc::ECDSA_P521_SHA256_ASN1, &key.bits).is_ok(),
        KeyKind::Rsa(_) | KeyKind::Ed25519 => true,
    }
}

pub(super) fn run(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &PublicKey,
    message: &[u8],
    signature: &[u8],
) -> bool {
    UnparsedPublicKey::new(algorithm, &key.bits).verify(message, signature).is_ok()
}

fn verdict(valid: bool, words: &'static str) -> Check {
    if valid { Check::Valid } else { Check::Invalid(words) }
}

fn unsupported(key: &PublicKey, hash: HashAlgorithm) -> Check {
    Check::Unsupported(format!("{} with {}", key.kind, hash_words(hash)))
}

/// The signature in ASN.1, with cosign's words should it turn out invalid.
fn as_asn1(signature: &[u8]) -> Result<(Cow<'_, [u8]>, &'static str), &'static str> {
    match form::of(signature) {
        Form::Asn1 { .. } => Ok((Cow::Borrowed(signature), BAD_ASN1)),
        Form::Raw if signature.is_empty() || signature.len() > 132 || !signature.len().is_multiple_of(2) => {
            Err(NO_FORM)
        }
        Form::Raw => Ok((Cow::Owned(form::fixed_to_asn1(signature)), BAD_FIXED)),
    }
}

pub(super) fn ecdsa(kind: KeyKind, hash: HashAlgorithm) -> Option<&'static dyn VerificationAlgorithm> {
    use HashAlgorithm::{Sha224, Sha256, Sha384, Sha512};
    Some(match (kind, hash) {
        (KeyKind::P256, Sha256) => &lc::ECDSA_P256_SHA256_ASN1,
        (KeyKind::P256, Sha384) => &lc::ECDSA_P256_SHA384_ASN1,
        (KeyKind::P256, Sha512) => &lc::ECDSA_P256_SHA512_ASN1,
        (KeyKind::P384, Sha256) => &lc::ECDSA_P384_SHA256_ASN1,
        (KeyKind::P384, Sha384) => &lc::ECDSA_P384_SHA384_ASN1,
        (KeyKind::P384, Sha512) => &lc::ECDSA_P384_SHA512_ASN1,
        (KeyKind::P521, Sha224) => &lc::ECDSA_P521_SHA224_ASN1,
        (KeyKind::P521, Sha256) => &lc::ECDSA_P521_SHA256_ASN1,
        (KeyKind::P521, Sha384) => &lc::ECDSA_P521_SHA384_ASN1,
        (KeyKind::P521, Sha512) => &lc::ECDSA_P521_SHA512_ASN1,
        _ => return None,
    })
}

pub(super) fn rsa(
    kind: KeyKind,
    padding: Padding,
    hash: HashAlgorithm,
) -> Option<&'static dyn VerificationAlgorithm> {
    use HashAlgorithm::{Sha256, Sha384, Sha512};
    let KeyKind::Rsa(bits) = kind else { return None };
    let large = (2048..=8192).contains(&bits);
    let small = (1024..2048).contains(&bits);
    Some(match (padding, hash) {
        (Padding::Pkcs1, Sha256) if large => &lc::RSA_PKCS1_2048_8192_SHA256,
        (Padding::Pkcs1, Sha384) if large => &lc::RSA_PKCS1_2048_8192_SHA384,
        (Padding::Pkcs1, Sha512) if large => &lc::RSA_PKCS1_2048_8192_SHA512,
        // Go verifies with keys from 1024 bits on, and so does cosign.
        (Padding::Pkcs1, Sha256) if small => &lc::RSA_PKCS1_1024_8192_SHA256_FOR_LEGACY_USE_ONLY,
        (Padding::Pkcs1, Sha512) if small => &lc::RSA_PKCS1_1024_8192_SHA512_FOR_LEGACY_USE_ONLY,
        (Padding::Pss, Sha256) if large => &lc::RSA_PSS_2048_8192_SHA256,
        (Padding::Pss, Sha384) if large => &lc::RSA_PSS_2048_8192_SHA384,
        (Padding::Pss, Sha512) if large => &lc::RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}
