//! The signature over the payload; and, when it is not the key's, why.

use super::case::{Case, Ended, fact};
use super::ed25519ph;
use super::form;
use super::log;
use super::scheme::{self, Check, hash_words};
use crate::format::key::{KeyKind, PublicKey};
use crate::model::trace::Why;
use crate::model::verifier::{HashAlgorithm, LogDemand};
use crate::model::{Missing, Moment, Outcome, Reason, StepName};

/// The step.
pub(super) fn step(case: &Case<'_>) -> Ended {
    let (Ok(key), Ok(message), Some(text)) = (&case.key, case.message(), case.signature_text()) else {
        return Ended::new(StepName::Signature, Outcome::NotReached);
    };
    let hash = case.verifier.key.hash;
    let signature = match case.signature_bytes() {
        Ok(signature) => signature,
        Err(problem) => {
            let reason = Reason::Malformed { what: "signature", problem: problem.clone() };
            return Ended::failed(StepName::Signature, reason, problem).with(vec![fact("signature", text)]);
        }
    };
    let identity = key.identity();
    let facts = vec![
        fact("key", format!("{} SHA256:{}", identity.kind, identity.fingerprint)),
        fact("signature", format!("{} bytes", signature.len())),
        fact("scheme", scheme_words(key.kind, hash)),
    ];
    let ended = match scheme::check(key, hash, message, &signature) {
        Check::Valid => with_certificate(case),
        Check::Unsupported(what) => Ended::undecided(
            StepName::Signature,
            Missing::NotImplemented { what: format!("signatures by a {what}") },
        ),
        Check::Invalid(words) => {
            Ended::failed(StepName::Signature, why(case, key, message, &signature), words)
        }
    };
    ended.with(facts)
}

fn scheme_words(kind: KeyKind, hash: HashAlgorithm) -> String {
    match kind {
        KeyKind::Ed25519 => "Ed25519 over the payload".to_owned(),
        KeyKind::Rsa(_) => format!("RSA PKCS #1 v1.5 with {}", hash_words(hash)),
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => format!("ECDSA with {}", hash_words(hash)),
    }
}

/// Why a signature does not verify, as far as it can be found out. Only words depend on this.
fn why(case: &Case<'_>, key: &PublicKey, message: &[u8], signature: &[u8]) -> Reason {
    other_kind(key, case.verifier.key.hash, message, signature).unwrap_or_else(|| {
        let claimed = log::key_in_entry(case).filter(|claimed| *claimed != key.identity());
        Reason::KeyMismatch { key: key.identity(), claimed }
    })
}

/// A signature by a key of another kind, or by this key over another hash.
pub(super) fn other_kind(
    key: &PublicKey,
    tried: HashAlgorithm,
    message: &[u8],
    signature: &[u8],
) -> Option<Reason> {
    if let Some(foreign) = form::foreign_to(key.kind, signature) {
        return Some(Reason::KeyType { key: key.kind.to_string(), signature: foreign });
    }
    let valid_under = other_scheme(key, tried, message, signature)?;
    Some(Reason::WrongHash { tried, valid_under })
}

/// A scheme of the same key that cosign does not try, and under which the signature is valid.
fn other_scheme(key: &PublicKey, tried: HashAlgorithm, message: &[u8], signature: &[u8]) -> Option<String> {
    use HashAlgorithm::{Sha224, Sha256, Sha384, Sha512};
    let hashes = [Sha224, Sha256, Sha384, Sha512];
    match key.kind {
        KeyKind::Ed25519 => {
            ed25519ph::verifies(&key.bits, message, signature).then(|| "Ed25519ph (SHA-512)".to_owned())
        }
        KeyKind::P256 | KeyKind::P384 | KeyKind::P521 => hashes
            .into_iter()
            .filter(|hash| *hash != tried)
            .find(|hash| scheme::check(key, *hash, message, signature) == Check::Valid)
            .map(|hash| hash_words(hash).to_owned()),
        KeyKind::Rsa(_) => hashes.into_iter().find_map(|hash| {
            if hash != tried && scheme::check(key, hash, message, signature) == Check::Valid {
                return Some(hash_words(hash).to_owned());
            }
            scheme::check_pss(key, hash, message, signature)
                .then(|| format!("RSA-PSS with {}", hash_words(hash)))
        }),
    }
}

/// A certificate that travels with a key signature plays no part in it, but cosign still judges its expiry. Within its
/// validity there is nothing to say; outside, the verdict hangs on things that are not verified here.
fn with_certificate(case: &Case<'_>) -> Ended {
    let held = Ended::new(StepName::Signature, Outcome::Held);
    let Some(certificate) = case.readable_certificate() else { return held };
    let time = match (&case.verifier.log, case.readable_entry()) {
        (LogDemand::Required { .. }, Some(entry)) => Moment(entry.integrated_time),
        _ => case.verifier.as_of,
    };
    if certificate.from <= time && time <= certificate.until {
        return held;
    }
    let what = "a key signature with a certificate that is not valid at the time it is judged".to_owned();
    Ended::undecided(StepName::Signature, Missing::NotImplemented { what })
}

/// The step when nothing can be said about it.
pub(super) fn switched_off(name: StepName) -> Ended {
    Ended::new(name, Outcome::NotExercised(Why::SwitchedOff))
}
