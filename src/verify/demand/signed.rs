//! The signature itself, by the key or by the key of the certificate.

use super::parts::{Form, Parts, Signed};
use crate::format::dsse::IN_TOTO;
use crate::format::key::{KeyKind, PublicKey};
use crate::format::x509::Certificate;
use crate::model::demand::{Demand, Signer};
use crate::model::identity::KeyIdentity;
use crate::model::verifier::HashAlgorithm::{self, Sha256, Sha384, Sha512};
use crate::model::verifier::LogDemand;
use crate::model::{Missing, Outcome, Reason, StepName};
use crate::verify::case::{Ended, fact};
use crate::verify::scheme::{self, Check};
use crate::verify::signature::other_kind;

/// Key or certificate in DER, as a log entry must name it.
pub(super) fn verifying_der(parts: &Parts, demand: &Demand) -> Option<Vec<u8>> {
    match (&demand.signer, &parts.certificate) {
        (Signer::Certificate(_), Some(certificate)) => Some(certificate.der.clone()),
        (Signer::Key(key), None) => PublicKey::from_pem(&key.pem).ok().map(|key| key.spki),
        _ => None,
    }
}

/// Whether it is signed by the kind of thing that is asked for.
pub(super) fn signer(parts: &Parts, demand: &Demand) -> Ended {
    let name = StepName::Signer;
    match (&demand.signer, &parts.certificate) {
        (Signer::Certificate(_), Some(_)) => Ended::new(name, Outcome::Held),
        (Signer::Certificate(_), None) => {
            let words = match parts.form {
                Form::Bundle => {
                    "can't verify certificate identities: entity was not signed with a certificate"
                }
                _ => "no certificate found on signature",
            };
            Ended::failed(name, Reason::SignerKind { wanted: "a certificate", found: "a key" }, words)
        }
        (Signer::Key(key), found) => match (PublicKey::from_pem(&key.pem), found) {
            (Err(error), _) => {
                let problem = error.to_string();
                Ended::failed(name, Reason::KeyMalformed { problem: problem.clone() }, problem)
            }
            (Ok(key), None) if scheme::usable(&key) => Ended::new(name, Outcome::Held),
            (Ok(_), None) => {
                let problem = "the point is not on its curve".to_owned();
                Ended::failed(name, Reason::KeyMalformed { problem: problem.clone() }, problem)
            }
            (Ok(_), Some(_)) if parts.form == Form::Bundle => Ended::failed(
                name,
                Reason::SignerKind { wanted: "a key", found: "a certificate" },
                "expected key signature, not certificate",
            ),
            (Ok(key), Some(certificate)) => beside_certificate(parts, demand, &key, certificate),
        },
    }
}

/// A key is asked for and a certificate travels with a classic attestation. cosign compares both where the log counts
/// (`keyBytes`), and judges the expiry of a certificate that has nothing to do with the signature where it does not.
fn beside_certificate(parts: &Parts, demand: &Demand, key: &PublicKey, certificate: &Certificate) -> Ended {
    let name = StepName::Signer;
    let reason = || Reason::SignerKind { wanted: "a key", found: "a certificate" };
    if matches!(demand.log, LogDemand::Required { .. }) {
        if certificate.key().is_none_or(|found| found.spki != key.spki) {
            let words = "both public key and certificate were provided but did not match";
            return Ended::failed(name, reason(), words);
        }
    } else if let ([signature], Signed::Bytes(bytes)) = (parts.signatures.as_slice(), &parts.signed) {
        let hash = hashes(parts, demand, key.kind).first().copied().unwrap_or_default();
        if matches!(scheme::check(key, hash, bytes, signature), Check::Invalid(_)) {
            let words = "accepted signatures do not match threshold, Found: 0, Expected 1";
            return Ended::failed(name, reason(), words);
        }
    }
    let what = "a key asked for, where a certificate travels with an attestation".to_owned();
    Ended::undecided(name, Missing::NotImplemented { what })
}

/// The hashes that are tried for a key.
fn hashes(parts: &Parts, demand: &Demand, kind: KeyKind) -> Vec<HashAlgorithm> {
    match (&demand.signer, parts.form, kind) {
        (Signer::Key(key), ..) => vec![key.hash],
        // Certificates of bundles up to 0.3: the hash of the curve, and SHA-256.
        (Signer::Certificate(_), Form::Bundle, KeyKind::P384) => vec![Sha384, Sha256],
        (Signer::Certificate(_), Form::Bundle, KeyKind::P521) => vec![Sha512, Sha256],
        (Signer::Certificate(_), ..) => vec![Sha256],
    }
}

/// The key that verifies, by name.
pub(super) fn key(parts: &Parts, demand: &Demand) -> Option<PublicKey> {
    match (&demand.signer, &parts.certificate) {
        (Signer::Certificate(_), Some(certificate)) => certificate.key().cloned(),
        (Signer::Key(key), None) => PublicKey::from_pem(&key.pem).ok(),
        _ => None,
    }
}

fn words(identity: &KeyIdentity) -> String {
    format!("{} SHA256:{}", identity.kind, identity.fingerprint)
}

/// The step.
pub(super) fn step(parts: &Parts, demand: &Demand) -> Ended {
    let name = StepName::Signature;
    let [signature] = parts.signatures.as_slice() else {
        let problem = format!("exactly one signature is required, there are {}", parts.signatures.len());
        return Ended::failed(
            name,
            Reason::Malformed { what: "envelope", problem: problem.clone() },
            problem,
        );
    };
    if let Some(kind) = parts.kind.as_ref().filter(|kind| *kind != IN_TOTO) {
        let problem = format!("invalid payloadType {kind} on envelope. Expected {IN_TOTO}");
        return Ended::failed(
            name,
            Reason::Malformed { what: "envelope", problem: problem.clone() },
            problem,
        );
    }
    let Some(key) = key(parts, demand) else { return Ended::new(name, Outcome::NotReached) };
    let facts =
        vec![fact("key", words(&key.identity())), fact("signature", format!("{} bytes", signature.len()))];
    let mut unsupported = None;
    for hash in hashes(parts, demand, key.kind) {
        let check = match &parts.signed {
            Signed::Bytes(bytes) => scheme::check(&key, hash, bytes, signature),
            Signed::Digest(digest) => scheme::check_digest(&key, hash, digest, signature),
        };
        match check {
            Check::Valid => return Ended::new(name, Outcome::Held).with(facts),
            Check::Unsupported(what) => unsupported = Some(what),
            Check::Invalid(_) => {}
        }
    }
    if let Some(what) = unsupported {
        return Ended::undecided(name, Missing::NotImplemented { what }).with(facts);
    }
    let tried = hashes(parts, demand, key.kind).first().copied().unwrap_or_default();
    let reason = match &parts.signed {
        Signed::Bytes(bytes) => other_kind(&key, tried, bytes, signature),
        Signed::Digest(_) => None,
    };
    let reason = reason.unwrap_or_else(|| Reason::KeyMismatch { key: key.identity(), claimed: None });
    Ended::failed(name, reason, "failed to verify signature: could not verify envelope").with(facts)
}
