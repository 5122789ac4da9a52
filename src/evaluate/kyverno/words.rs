//! What Kyverno prints for a classic signature or attestation that does not verify (cosign's `verifyInternal` without a
//! trusted root).

use crate::format::x509::Certificate;
use crate::model::artifact::{ArtifactKind, Signature};
use crate::model::demand::{Demand, Signer};
use crate::model::proof::{Proof, Step, StepName};
use crate::model::reason::{LogPart, Reason};
use crate::model::trace::Outcome;
use crate::model::verifier::LogDemand;

/// What Kyverno prints when a log that it asks has no entry.
pub(super) const NOT_FOUND: &str = "signature not found in transparency log";

/// The order in which cosign comes to the steps.
const ORDER: [StepName; 12] = [
    StepName::Format,
    StepName::Stamp,
    StepName::LogPresent,
    StepName::LogBinding,
    StepName::Signer,
    StepName::LogPromise,
    StepName::LogTime,
    StepName::Chain,
    StepName::Sct,
    StepName::Signature,
    StepName::Claim,
    StepName::Time,
];

fn failed(step: &Step) -> Option<&Reason> {
    match &step.outcome {
        Outcome::Failed(reason) => Some(reason),
        _ => None,
    }
}

/// Which step of a proof Kyverno would name: the first that fails in cosign's own order.
pub(super) fn first_failed(proof: &Proof) -> Option<usize> {
    ORDER
        .iter()
        .find_map(|name| proof.steps.iter().position(|step| step.name == *name && failed(step).is_some()))
}

/// The text for one signature.
pub(super) fn classic(proof: &Proof, signature: Signature<'_>, demand: &Demand) -> String {
    let step = first_failed(proof).and_then(|index| proof.steps.get(index));
    let Some((step, reason)) = step.and_then(|step| Some((step, failed(step)?))) else {
        return proof.engine_message.clone();
    };
    let entry = proof.step(StepName::LogPresent).is_some_and(|step| step.outcome == Outcome::Held);
    let logged = matches!(demand.log, LogDemand::Required { .. });
    let attestation = signature.artifact.kind == ArtifactKind::CosignAttestation;
    match (step.name, reason) {
        (StepName::LogPresent, _) if signer_fails(proof) && logged => of_signer(demand, false, true),
        (StepName::LogPresent, Reason::LogAbsent { .. }) => NOT_FOUND.to_owned(),
        (StepName::LogBinding, reason) => format!("error verifying bundle: {}", binding(reason, signature)),
        (StepName::LogPromise, Reason::LogUnknown { .. }) => {
            "error verifying bundle: verifying bundle: rekor log public key not found for payload".to_owned()
        }
        (StepName::LogPromise, _) => "error verifying bundle: unable to verify SET".to_owned(),
        (StepName::Signer, _) => of_signer(demand, entry, logged),
        (StepName::Chain, Reason::CertificateTime { .. }) | (StepName::Time, _) => {
            time(reason, signature, demand)
        }
        (StepName::Chain, reason) => {
            let why = match reason {
                Reason::CertificateUsage { .. } => "certificate specifies an incompatible key usage",
                _ => "certificate signed by unknown authority",
            };
            format!(
                "cert verification failed: x509: {why}. Check your TUF root (see cosign initialize) or set a custom root \
                 with env var SIGSTORE_ROOT_FILE"
            )
        }
        (StepName::Signature, _) if attestation => {
            "accepted signatures do not match threshold, Found: 0, Expected 1".to_owned()
        }
        (StepName::Signature, _) => "invalid signature when validating ASN.1 encoded signature".to_owned(),
        _ => proof.engine_message.clone(),
    }
}

fn signer_fails(proof: &Proof) -> bool {
    proof.step(StepName::Signer).is_some_and(|step| failed(step).is_some())
}

fn of_signer(demand: &Demand, entry: bool, logged: bool) -> String {
    let words = match &demand.signer {
        Signer::Certificate(_) if logged => "empty key",
        Signer::Certificate(_) => "no certificate found on signature",
        Signer::Key(_) if logged => "both public key and certificate were provided but did not match",
        Signer::Key(_) => "accepted signatures do not match threshold, Found: 0, Expected 1",
    };
    if entry && logged { format!("error verifying bundle: {words}") } else { words.to_owned() }
}

fn binding(reason: &Reason, signature: Signature<'_>) -> String {
    match reason {
        Reason::LogBinding { part: LogPart::Signature, .. } => {
            "signature in bundle does not match signature being verified".to_owned()
        }
        Reason::LogBinding { part: LogPart::Key, wanted, found } => {
            let pem = leaf(signature).map_or_else(|| wanted.clone(), |leaf| pem(&leaf));
            format!("comparing public key PEMs, expected {pem}, got {found}")
        }
        Reason::LogBinding { part: LogPart::Payload, wanted, found } => {
            let bare = |text: &str| text.trim_start_matches("sha256:").to_owned();
            format!("matching bundle to payload: bundle=\"{}\", payload=\"{}\"", bare(found), bare(wanted))
        }
        Reason::Malformed { problem, .. } => problem.clone(),
        _ => String::new(),
    }
}

fn pem(leaf: &Certificate) -> String {
    crate::format::pem::encode("CERTIFICATE", &leaf.der)
}

/// The certificate that travels with a classic signature, when it can be read.
pub(super) fn leaf(signature: Signature<'_>) -> Option<Certificate> {
    let text = signature.layer.annotations.get("dev.sigstore.cosign/certificate")?;
    let block = crate::format::pem::first(text).ok()?;
    Certificate::from_der(&block.der).ok()
}

fn time(reason: &Reason, signature: Signature<'_>, demand: &Demand) -> String {
    let Reason::CertificateTime { at, from, until } = reason else {
        return "expected a signed timestamp to verify an expired certificate".to_owned();
    };
    let stamped = signature.layer.annotations.contains_key("dev.sigstore.cosign/rfc3161timestamp");
    let ignored = matches!(demand.log, LogDemand::Ignored);
    if ignored && !(demand.stamps && stamped) {
        return "expected a signed timestamp to verify an expired certificate".to_owned();
    }
    let by = if ignored { "timestamp" } else { "bundle" };
    let expired = until.is_some_and(|until| until < *at);
    let show =
        |moment: &Option<crate::model::Moment>| moment.map(|moment| moment.to_string()).unwrap_or_default();
    if expired {
        format!(
            "checking expiry on certificate with {by}: certificate expired before observed time: {} is before {at}",
            show(until)
        )
    } else {
        format!(
            "checking expiry on certificate with {by}: certificate was issued after observed time: {} is after {at}",
            show(from)
        )
    }
}
