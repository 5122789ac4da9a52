//! The steps in cosign's order, put together to a proof.

use super::case::{self, Case, Ended, fact};
use super::{claim, log, scheme, signature};
use crate::format::certificate::LeafCertificate;
use crate::format::go_json::Tree;
use crate::format::key::KeyError;
use crate::format::pem::PemError;
use crate::model::artifact::{Evidence, Signature};
use crate::model::identity::Identity;
use crate::model::proof::Proof;
use crate::model::{Missing, Moment, Outcome, Reason, StepName, Verifier};

/// Most layers of a signature manifest, cosign's limit (`pkg/oci/remote/signatures.go`).
const MOST_LAYERS: usize = 1_000;
/// P-224 (`secp224r1`), which Go verifies with and the cryptography at hand does not.
const P224: &str = "1.3.132.0.33";

/// What is established about one classic cosign signature for one demand. Pure: everything that counts is an argument.
#[must_use]
pub fn prove(evidence: &Evidence, signature: Signature<'_>, verifier: &Verifier) -> Proof {
    let case = Case::new(evidence, signature, verifier);
    let mut ended = vec![key(&case), format(&case)];
    ended.extend(log::steps(&case));
    ended.push(signature::step(&case));
    ended.push(claim::digest(&case));
    ended.push(claim::annotations(&case));
    assemble(&case, ended)
}

fn assemble(case: &Case<'_>, ended: Vec<Ended>) -> Proof {
    let held = |name: StepName| {
        ended.iter().any(|ended| ended.step.name == name && ended.step.outcome == Outcome::Held)
    };
    let stopped_at = ended.iter().position(|ended| !ended.goes_on());
    let message = stopped_at.and_then(|index| ended.get(index)).map(|ended| ended.message.clone());
    let payload = case.payload().ok();
    Proof {
        layer: case.signature.layer.digest.clone(),
        stopped_at,
        engine_message: message.unwrap_or_default(),
        identity: case
            .key
            .as_ref()
            .ok()
            .filter(|_| held(StepName::Signature))
            .map(|key| Identity::Key(key.identity())),
        claimed_digest: payload.map(|payload| payload.digest.clone()).filter(|digest| !digest.is_empty()),
        optional: payload.map(|payload| payload.optional.clone()).unwrap_or_default(),
        logged_at: case
            .readable_entry()
            .filter(|_| held(StepName::LogPromise))
            .map(|entry| Moment(entry.integrated_time)),
        predicate: None,
        steps: ended.into_iter().map(|ended| ended.step).collect(),
    }
}

/// The caller's key; cosign reads it before it asks a registry for anything.
fn key(case: &Case<'_>) -> Ended {
    let name = StepName::Key;
    match &case.key {
        Ok(key) => {
            let identity = key.identity();
            let facts = vec![fact("kind", identity.kind), fact("SHA256", identity.fingerprint)];
            if scheme::usable(key) {
                return Ended::new(name, Outcome::Held).with(facts);
            }
            let problem = "the point is not on its curve".to_owned();
            Ended::failed(
                name,
                Reason::KeyMalformed { problem },
                "x509: failed to unmarshal elliptic curve point",
            )
            .with(facts)
        }
        Err(KeyError::Unsupported { what }) if what.ends_with(P224) => {
            Ended::undecided(name, Missing::NotImplemented { what: "keys on the curve P-224".to_owned() })
        }
        Err(error) => {
            let message = match error {
                KeyError::Pem(PemError::None) => "PEM decoding failed".to_owned(),
                KeyError::Label { label, .. } => {
                    format!(
                        "unknown Public key PEM file type: {label}. Are you passing the correct public key?"
                    )
                }
                KeyError::Unsupported { .. } => "unsupported public key type".to_owned(),
                other => other.to_string(),
            };
            Ended::failed(name, Reason::KeyMalformed { problem: error.to_string() }, message)
        }
    }
}

/// Everything that cosign reads of a signature before it checks any of it (`pkg/oci/static`, `Copy`): an annotation that
/// cannot be read fails even where nothing asks for it.
fn format(case: &Case<'_>) -> Ended {
    let layer = case.signature.layer;
    let count = case.signature.artifact.layers.len();
    let facts = vec![
        fact("layer", layer.digest.as_str()),
        fact("media type", layer.media_type.as_str()),
        fact("size", format!("{} bytes", layer.size)),
    ];
    if count > MOST_LAYERS {
        let problem = format!("{count} layers, the limit is {MOST_LAYERS}");
        let message = format!("number of layers ({count}) exceeded the limit ({MOST_LAYERS})");
        return malformed("signature manifest", problem, message).with(facts);
    }
    if let Err(missing) = case.message() {
        return Ended::undecided(StepName::Format, missing.clone()).with(facts);
    }
    if case.signature_text().is_none() {
        let message =
            format!("signature layer {} is missing \"{}\" annotation", layer.digest, case::SIGNATURE);
        return malformed("signature", format!("the annotation {} is missing", case::SIGNATURE), message)
            .with(facts);
    }
    let ended = match unreadable(case) {
        Some((what, problem, message)) => malformed(what, problem, message),
        None => Ended::new(StepName::Format, Outcome::Held),
    };
    ended.with(facts)
}

fn unreadable(case: &Case<'_>) -> Option<(&'static str, String, String)> {
    let annotation = |name| case.signature.layer.annotations.get(name).filter(|text| !text.is_empty());
    if let Err(problem) = &case.entry {
        return Some(("log entry", problem.clone(), format!("unmarshaling bundle: {problem}")));
    }
    if let Some(Err(problem)) = annotation(case::STAMP).map(|text| stamp(text)) {
        let message = format!("unmarshaling RFC3161 timestamp bundle: {problem}");
        return Some(("time stamp", problem, message));
    }
    if let Err(problem) = &case.certificate {
        return Some(("certificate", problem.clone(), problem.clone()));
    }
    let chain = annotation(case::CHAIN).filter(|_| case.readable_certificate().is_some());
    let problem = chain.and_then(|text| LeafCertificate::from_pem(text).err())?;
    Some(("certificate chain", problem.clone(), problem))
}

/// The time stamp's annotation must be JSON of the right shape; its content is not looked at here.
fn stamp(text: &str) -> Result<(), String> {
    let tree = Tree::parse(text.as_bytes())?;
    crate::format::base64::decode(tree.text("SignedRFC3161Timestamp")?).map(|_| ())
}

fn malformed(what: &'static str, problem: String, message: String) -> Ended {
    Ended::failed(StepName::Format, Reason::Malformed { what, problem }, message)
}
