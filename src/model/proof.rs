//! What verification established about one signature, step by step, or precisely why not.

use std::collections::BTreeMap;

use super::digest::Digest;
use super::identity::Identity;
use super::moment::Moment;
use super::trace::Outcome;

/// The steps of verification, by name. The order in which a verifier runs them is cosign's (`pkg/cosign/verify.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StepName {
    /// The payload and the signature annotation can be read.
    Format,
    /// The caller's key can be read.
    Key,
    /// A log entry is there.
    LogPresent,
    /// The log entry is about this signature, key and payload.
    LogBinding,
    /// The SET is the log's.
    LogPromise,
    /// The log's key was valid when it signed.
    LogTime,
    /// The signature is by the key over the payload.
    Signature,
    /// The payload names the resolved digest.
    Claim,
    /// The payload carries the annotations asked for.
    Annotations,
    /// The log included the entry in its tree.
    LogProof,
    /// The tree is one that the log signed.
    LogCheckpoint,
    /// A time stamp by a trusted authority covers the signature.
    Stamp,
    /// It is known when the signature was made, as far as that matters.
    Time,
    /// The certificate was issued by a trusted authority and valid at that time.
    Chain,
    /// The certificate was promised to a certificate-transparency log (SCT).
    Sct,
    /// The certificate is of the subject asked for.
    Subject,
    /// The certificate is of the issuer asked for.
    Issuer,
    /// The certificate has the extensions asked for.
    Extensions,
    /// The signature is of the kind asked for: by key, or by certificate.
    Signer,
    /// The statement is of the type asked for.
    Predicate,
    /// Another verifier, asked about what holds, does not refuse it.
    SecondOpinion,
}

impl StepName {
    /// The step in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Format => "signature can be read",
            Self::Key => "key can be read",
            Self::LogPresent => "log entry is present",
            Self::LogBinding => "log entry is about this signature",
            Self::LogPromise => "log promised to include it (SET)",
            Self::LogTime => "log key was valid at that time",
            Self::Signature => "signature over the payload",
            Self::Claim => "payload names the image digest",
            Self::Annotations => "payload has the annotations",
            Self::LogProof => "log included it (inclusion proof)",
            Self::LogCheckpoint => "log signed that tree (checkpoint)",
            Self::Stamp => "time stamp (RFC 3161)",
            Self::Time => "time of signing is known",
            Self::Chain => "certificate is by a trusted authority",
            Self::Sct => "certificate was logged (SCT)",
            Self::Subject => "certificate is of the subject",
            Self::Issuer => "certificate is of the issuer",
            Self::Extensions => "certificate has the extensions",
            Self::Signer => "signed by what is asked for",
            Self::Predicate => "statement is of the type",
            Self::SecondOpinion => "a second verifier agrees",
        }
    }
}

/// A fact that a step read: label and value, for display. It is not verified by being here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    /// What it is.
    pub label: &'static str,
    /// Its value, hostile text.
    pub value: String,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub name: StepName,
    /// How it ended. `Failed` carries both sides of the comparison.
    pub outcome: Outcome,
    /// What it read.
    pub facts: Vec<Fact>,
}

/// The result for one signature and one verifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// Digest of the layer that was verified.
    pub layer: Digest,
    /// Every step, none left out: steps behind the first failure are run for information where they can be.
    pub steps: Vec<Step>,
    /// Index into `steps` of the first one that failed or is undecided: where cosign would have stopped.
    pub stopped_at: Option<usize>,
    /// What cosign would print for that step; empty when it passed.
    pub engine_message: String,
    /// Who signed, when the signature step held.
    pub identity: Option<Identity>,
    /// The payload's digest, as it says (not compared by being here).
    pub claimed_digest: Option<String>,
    /// The payload's `optional` map as texts.
    pub optional: BTreeMap<String, String>,
    /// The log's integrated time, when its promise held.
    pub logged_at: Option<Moment>,
    /// Predicate type of a statement, hostile text.
    pub predicate: Option<String>,
}

impl Proof {
    /// The step at which a real verifier would have stopped; `None` when everything demanded held.
    #[must_use]
    pub fn stopped(&self) -> Option<&Step> {
        self.stopped_at.and_then(|index| self.steps.get(index))
    }

    /// True when every demanded step held. Nothing else may be called verified.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.stopped_at.is_none()
            && !self.steps.is_empty()
            && self.steps.iter().all(|step| matches!(step.outcome, Outcome::Held | Outcome::NotExercised(_)))
            && self.steps.iter().any(|step| step.name == StepName::Signature && step.outcome == Outcome::Held)
    }

    /// The outcome of a step by name.
    #[must_use]
    pub fn step(&self, name: StepName) -> Option<&Step> {
        self.steps.iter().find(|step| step.name == name)
    }
}
