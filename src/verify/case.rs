//! What is looked at in one verification: the parts of the signature, read once.

use std::cell::OnceCell;

use crate::format::base64;
use crate::format::certificate::LeafCertificate;
use crate::format::key::{KeyError, PublicKey};
use crate::format::log_entry::LogEntry;
use crate::format::simple_signing::Payload;
use crate::model::artifact::{Evidence, Signature};
use crate::model::proof::{Fact, Step};
use crate::model::{Missing, Outcome, Reason, StepName, Verifier};

/// Annotation with the signature, in base64.
pub(super) const SIGNATURE: &str = "dev.cosignproject.cosign/signature";
/// Annotation with the log entry.
pub(super) const BUNDLE: &str = "dev.sigstore.cosign/bundle";
/// Annotation with the certificate.
pub(super) const CERTIFICATE: &str = "dev.sigstore.cosign/certificate";
/// Annotation with the certificates above it.
pub(super) const CHAIN: &str = "dev.sigstore.cosign/chain";
/// Annotation with the time stamp.
pub(super) const STAMP: &str = "dev.sigstore.cosign/rfc3161timestamp";

/// A step together with what cosign prints when it stops there.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) step: Step,
    pub(super) message: String,
}

impl Ended {
    /// A step that ended without anything to print.
    pub(super) fn new(name: StepName, outcome: Outcome) -> Self {
        Self { step: Step { name, outcome, facts: Vec::new() }, message: String::new() }
    }

    /// A step that failed.
    pub(super) fn failed(name: StepName, reason: Reason, message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::new(name, Outcome::Failed(reason)) }
    }

    /// A step that could not be decided.
    pub(super) fn undecided(name: StepName, missing: Missing) -> Self {
        Self::new(name, Outcome::Undecided(missing))
    }

    /// The same with facts.
    pub(super) fn with(mut self, facts: Vec<Fact>) -> Self {
        self.step.facts = facts;
        self
    }

    /// True when cosign would go on.
    pub(super) fn goes_on(&self) -> bool {
        matches!(self.step.outcome, Outcome::Held | Outcome::NotExercised(_))
    }
}

/// A fact for display.
pub(super) fn fact(label: &'static str, value: impl Into<String>) -> Fact {
    Fact { label, value: value.into() }
}

/// The question and the parts that it is answered from.
pub(super) struct Case<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) signature: Signature<'a>,
    pub(super) verifier: &'a Verifier,
    /// The caller's key.
    pub(super) key: Result<PublicKey, KeyError>,
    /// The log entry; `None` when none travels.
    pub(super) entry: Result<Option<LogEntry>, String>,
    /// The certificate; `None` when none travels.
    pub(super) certificate: Result<Option<LeafCertificate>, String>,
    payload: OnceCell<Result<Payload, String>>,
}

impl<'a> Case<'a> {
    pub(super) fn new(evidence: &'a Evidence, signature: Signature<'a>, verifier: &'a Verifier) -> Self {
        // An annotation that is there and empty counts as absent (`pkg/oci/internal/signature/layer.go`).
        let annotation = |name: &str| {
            signature.layer.annotations.get(name).map(String::as_str).filter(|text| !text.is_empty())
        };
        Self {
            evidence,
            signature,
            verifier,
            key: PublicKey::from_pem(&verifier.key.pem),
            entry: annotation(BUNDLE).map(LogEntry::parse).transpose(),
            certificate: annotation(CERTIFICATE).map(LeafCertificate::from_pem).transpose(),
            payload: OnceCell::new(),
        }
    }

    /// The signature annotation as written.
    pub(super) fn signature_text(&self) -> Option<&'a str> {
        self.signature.layer.annotations.get(SIGNATURE).map(String::as_str)
    }

    /// The signature's bytes.
    pub(super) fn signature_bytes(&self) -> Result<Vec<u8>, String> {
        base64::decode(self.signature_text().unwrap_or_default())
    }

    /// The signed bytes.
    pub(super) fn message(&self) -> Result<&'a [u8], &'a Missing> {
        self.signature.layer.blob.bytes()
    }

    /// What the signed bytes say.
    pub(super) fn payload(&self) -> Result<&Payload, &str> {
        self.payload
            .get_or_init(|| match self.message() {
                Ok(bytes) => Payload::parse(bytes),
                Err(missing) => Err(missing.to_string()),
            })
            .as_ref()
            .map_err(String::as_str)
    }

    /// The entry that travels, when it can be read.
    pub(super) fn readable_entry(&self) -> Option<&LogEntry> {
        self.entry.as_ref().ok().and_then(Option::as_ref)
    }

    /// The certificate that travels, when it can be read.
    pub(super) fn readable_certificate(&self) -> Option<&LeafCertificate> {
        self.certificate.as_ref().ok().and_then(Option::as_ref)
    }
}
