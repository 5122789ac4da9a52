//! What notation's checks of one signature gave: the check, what the policy does about it, and how it ended.

use std::collections::BTreeMap;

use super::code::Code;
use super::digest::Digest;
use super::moment::Moment;
use super::proof::Fact;
use super::trace::Outcome;

/// Why a check of notation failed, with both sides of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotaryFailure {
    /// The certificate chain is not in order, or a certificate is not made for code signing.
    Chain {
        /// Which certificate, and the problem.
        problem: String,
    },
    /// No certificate of the chain is in a trust store that the policy names.
    Trust {
        /// The trust stores that count, or why there are none.
        wanted: String,
        /// The subjects of the chain.
        found: Vec<String>,
    },
    /// The signer is none of the trusted identities.
    Identity {
        /// The trusted identities.
        wanted: Vec<String>,
        /// The subject of the signing certificate, or why it cannot be compared.
        found: String,
    },
    /// A certificate was not valid at the time that counts.
    Validity {
        /// Its subject.
        subject: String,
        /// The time that counts.
        at: Moment,
        /// Start of validity.
        from: Moment,
        /// End of validity.
        until: Moment,
    },
    /// The time stamp is absent or does not verify.
    Stamp {
        /// The problem.
        problem: String,
    },
    /// A certificate was revoked.
    Revoked {
        /// Its subject.
        subject: String,
        /// The place that says so.
        by: String,
    },
    /// The signature ended to count.
    Expired {
        /// When.
        expiry: Moment,
        /// The time of verification.
        at: Moment,
    },
    /// The signed descriptor is not that of the image.
    Target {
        /// Which part: `digest`, `media type`, `size`, `payload`.
        part: &'static str,
        /// The image's.
        wanted: String,
        /// The signed one.
        found: String,
    },
    /// User metadata that is asked for is absent or different.
    Metadata {
        /// Its name.
        key: String,
        /// The value asked for.
        wanted: String,
        /// The value there is.
        found: Option<String>,
    },
}

impl NotaryFailure {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Chain { .. } => Code::NotaryChain,
            Self::Trust { .. } => Code::NotaryTrust,
            Self::Identity { .. } => Code::NotaryIdentity,
            Self::Validity { .. } => Code::NotaryTime,
            Self::Stamp { .. } => Code::NotaryStamp,
            Self::Revoked { .. } => Code::NotaryRevoked,
            Self::Expired { .. } => Code::NotaryExpired,
            Self::Target { .. } => Code::NotaryTarget,
            Self::Metadata { .. } => Code::NotaryMetadata,
        }
    }

    /// What was wanted and what was found, hostile texts.
    #[must_use]
    pub fn sides(&self) -> (String, String) {
        match self {
            Self::Chain { problem } => (
                "a chain of code-signing certificates from leaf to self-signed root".to_owned(),
                problem.clone(),
            ),
            Self::Trust { wanted, found } => (wanted.clone(), found.join(" < ")),
            Self::Identity { wanted, found } => (wanted.join(" or "), found.clone()),
            Self::Validity { subject, at, from, until } => {
                (format!("valid at {at}"), format!("{subject} is valid from {from} to {until}"))
            }
            Self::Stamp { problem } => ("a time stamp by a trusted authority".to_owned(), problem.clone()),
            Self::Revoked { subject, by } => {
                ("certificates that are not revoked".to_owned(), format!("{subject} is revoked, says {by}"))
            }
            Self::Expired { expiry, at } => (format!("counts at {at}"), format!("expired at {expiry}")),
            Self::Target { part, wanted, found } => (format!("{part} {wanted}"), format!("{part} {found}")),
            Self::Metadata { key, wanted, found } => (
                format!("{key}={wanted}"),
                found.as_ref().map_or_else(|| format!("no {key}"), |found| format!("{key}={found}")),
            ),
        }
    }
}

/// The checks by name, in notation's order (`notation-go/verifier/verifier.go`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NotaryCheck {
    /// Envelope, certificate chain and signature.
    Integrity,
    /// Verification plugin.
    Plugin,
    /// Trust store.
    Authenticity,
    /// Trusted identities.
    Identity,
    /// Expiry of the signature.
    Expiry,
    /// The certificates were valid when it was signed.
    AuthenticTimestamp,
    /// No certificate was revoked.
    Revocation,
    /// The signed descriptor is the image's.
    Target,
    /// User metadata.
    Metadata,
}

impl NotaryCheck {
    /// The check in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Integrity => "integrity",
            Self::Plugin => "verification plugin",
            Self::Authenticity => "authenticity: trust store",
            Self::Identity => "authenticity: trusted identities",
            Self::Expiry => "expiry",
            Self::AuthenticTimestamp => "authentic timestamp",
            Self::Revocation => "revocation",
            Self::Target => "signed descriptor is the image",
            Self::Metadata => "user metadata",
        }
    }
}

/// What the policy does about a failed check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NotaryAction {
    /// It fails the verification.
    Enforce,
    /// It is a warning.
    Log,
    /// The check is not run.
    Skip,
}

impl NotaryAction {
    /// The action as a trust policy writes it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Log => "log",
            Self::Skip => "skip",
        }
    }
}

/// Attributes of a distinguished name by type.
pub type DistinguishedName = BTreeMap<String, String>;

/// DER certificates of trust stores by type and name, or why a store cannot be read.
pub type Stores = BTreeMap<(String, String), Result<Vec<Vec<u8>>, String>>;

/// What a level and its overrides do about the checks; integrity is always enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Enforcement {
    /// Trust store and trusted identities.
    pub authenticity: NotaryAction,
    /// Validity of the certificates at signing time.
    pub authentic_timestamp: NotaryAction,
    /// Expiry of the signature.
    pub expiry: NotaryAction,
    /// Revocation of certificates.
    pub revocation: NotaryAction,
}

impl Enforcement {
    /// The level `strict`: every check is enforced.
    pub const STRICT: Self = Self {
        authenticity: NotaryAction::Enforce,
        authentic_timestamp: NotaryAction::Enforce,
        expiry: NotaryAction::Enforce,
        revocation: NotaryAction::Enforce,
    };
}

/// What is demanded of a Notation signature: a statement of a trust policy with the content of its trust stores.
/// A statement of the level `skip` demands nothing, and is no demand.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NotaryDemand {
    /// What is enforced.
    pub enforcement: Enforcement,
    /// `verifyTimestamp: afterCertExpiry`.
    pub after_expiry: bool,
    /// Trust stores that the statement names: type and name.
    pub named: Vec<(String, String)>,
    /// Their content.
    pub stores: Stores,
    /// The trusted identities as written.
    pub identities: Vec<String>,
    /// The subjects among them; `None`: anybody (`*`).
    pub subjects: Option<Vec<DistinguishedName>>,
    /// User metadata that the payload must hold.
    pub metadata: BTreeMap<String, String>,
    /// The instant that "now" means.
    pub as_of: Moment,
}

impl NotaryDemand {
    /// Names of the trust stores of a type.
    #[must_use]
    pub fn store_names(&self, kind: &str) -> Vec<&str> {
        self.named.iter().filter(|(other, _)| other == kind).map(|(_, name)| name.as_str()).collect()
    }
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotaryStep {
    /// Which.
    pub check: NotaryCheck,
    /// What the policy does about it.
    pub action: NotaryAction,
    /// How it ended.
    pub outcome: Outcome,
    /// What it read.
    pub facts: Vec<Fact>,
}

impl NotaryStep {
    /// True when the verification cannot succeed with this step.
    #[must_use]
    pub fn stops(&self) -> bool {
        self.action == NotaryAction::Enforce
            && !matches!(self.outcome, Outcome::Held | Outcome::NotExercised(_))
    }
}

/// The result for one signature and one trust policy statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotaryProof {
    /// The image that the signature was to be about.
    pub subject: Digest,
    /// Digest of the signature manifest.
    pub manifest: Digest,
    /// Every check, none left out.
    pub steps: Vec<NotaryStep>,
}

impl NotaryProof {
    /// The first step that fails the verification, in notation's order.
    #[must_use]
    pub fn stopped(&self) -> Option<&NotaryStep> {
        self.steps.iter().find(|step| step.stops())
    }

    /// The first enforced check that failed: it decides about the signature, whatever else about it is open.
    #[must_use]
    pub fn failed(&self) -> Option<&NotaryStep> {
        self.steps.iter().find(|step| step.stops() && matches!(step.outcome, Outcome::Failed(_)))
    }

    /// True when every enforced check held, integrity and target among them. Nothing else may be called verified.
    #[must_use]
    pub fn holds(&self) -> bool {
        let held = |check| {
            self.steps.iter().any(|step| {
                step.check == check && step.action == NotaryAction::Enforce && step.outcome == Outcome::Held
            })
        };
        self.stopped().is_none() && held(NotaryCheck::Integrity) && held(NotaryCheck::Target)
    }
}
