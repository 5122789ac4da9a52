//! Integrity: the envelope can be read, its chain is in order, and its signature is by the leaf's key.

use aws_lc_rs::signature as lc;
use aws_lc_rs::signature::VerificationAlgorithm;

use super::certificate::{Cert, Flaw};
use super::chain::{self, Purpose};
use crate::format::envelope::{Algorithm, Envelope, PAYLOAD_TYPE};
use crate::format::key::KeyKind;
use crate::model::artifact::Artifact;
use crate::model::notary::NotaryFailure;
use crate::model::{Outcome, Reason};
use crate::verify::scheme;

/// An envelope whose integrity holds.
pub(super) struct Sound {
    /// The envelope.
    pub(super) envelope: Envelope,
    /// Its certificates, leaf first; never empty.
    pub(super) chain: Vec<Cert>,
}

/// The envelope of a signature manifest, or how the check ended.
pub(super) fn check(artifact: &Artifact) -> Result<Sound, Outcome> {
    let [layer] = artifact.layers.as_slice() else {
        return Err(malformed(format!("the manifest has {} layers, not one", artifact.layers.len())));
    };
    let bytes = layer.blob.bytes().map_err(|missing| Outcome::Undecided(missing.clone()))?;
    let envelope = Envelope::read(&layer.media_type, bytes).map_err(malformed)?;
    let chain: Vec<Cert> =
        envelope.chain.iter().map(|der| Cert::read(der)).collect::<Result<_, _>>().map_err(malformed)?;
    chain::check(&chain, Purpose::CodeSigning).map_err(|flaw| match flaw {
        Flaw::Wrong(problem) => Outcome::Failed(Reason::Notary(NotaryFailure::Chain { problem })),
        Flaw::Unknown(missing) => Outcome::Undecided(missing),
    })?;
    signature(&envelope, &chain)?;
    if envelope.attributes.content_type != PAYLOAD_TYPE {
        let found = &envelope.attributes.content_type;
        return Err(malformed(format!("payload content type {found:?} not supported")));
    }
    Ok(Sound { envelope, chain })
}

fn malformed(problem: String) -> Outcome {
    Outcome::Failed(Reason::Malformed { what: "signature envelope", problem })
}

/// The one algorithm that belongs to a kind of key.
fn rule(kind: KeyKind) -> Option<(Algorithm, &'static dyn VerificationAlgorithm)> {
    Some(match kind {
        KeyKind::Rsa(2048) => (Algorithm::Ps256, &lc::RSA_PSS_2048_8192_SHA256),
        KeyKind::Rsa(3072) => (Algorithm::Ps384, &lc::RSA_PSS_2048_8192_SHA384),
        KeyKind::Rsa(4096) => (Algorithm::Ps512, &lc::RSA_PSS_2048_8192_SHA512),
        KeyKind::P256 => (Algorithm::Es256, &lc::ECDSA_P256_SHA256_FIXED),
        KeyKind::P384 => (Algorithm::Es384, &lc::ECDSA_P384_SHA384_FIXED),
        KeyKind::P521 => (Algorithm::Es512, &lc::ECDSA_P521_SHA512_FIXED),
        KeyKind::Rsa(_) | KeyKind::Ed25519 => return None,
    })
}

fn signature(envelope: &Envelope, chain: &[Cert]) -> Result<(), Outcome> {
    let key = match chain.first().map(|leaf| leaf.key.as_ref()) {
        Some(Ok(key)) => key,
        Some(Err(problem)) => return Err(malformed(problem.clone())),
        None => return Err(malformed("certificate chain is not present".to_owned())),
    };
    let named = envelope.algorithm;
    match rule(key.kind) {
        Some((algorithm, verification)) if algorithm == named => {
            if scheme::run(verification, key, &envelope.signed, &envelope.signature) {
                Ok(())
            } else {
                Err(Outcome::Failed(Reason::KeyMismatch { key: key.identity(), claimed: None }))
            }
        }
        _ => Err(Outcome::Failed(Reason::KeyType {
            key: key.kind.to_string(),
            signature: format!("signature of the algorithm {}", named.name()),
        })),
    }
}
