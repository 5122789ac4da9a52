//! Why a clause failed: one variant per reason, with both sides of the comparison as fields.

use super::code::Code;
use super::digest::Digest;
use super::identity::KeyIdentity;
use super::moment::Moment;
use super::notary::NotaryFailure;
use super::verifier::HashAlgorithm;

/// Which part of a log entry is compared with the signature (CVE-2022-36056, CVE-2026-22703).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogPart {
    /// The signature in the entry's body.
    Signature,
    /// The key or certificate in the entry's body.
    Key,
    /// The hash of the payload in the entry's body.
    Payload,
}

/// A reason for a failed clause. `code()` names it for machines; the sentence is made by `explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Nothing of the kind that is asked for hangs on the image.
    NoSignature,
    /// There are signatures, but of kinds that this check does not read.
    OtherKind {
        /// What the check reads.
        wanted: String,
        /// What is there, each with its number: `2 sigstore bundles`.
        present: Vec<String>,
    },
    /// A signature, payload or annotation that cannot be read.
    Malformed {
        /// Which part.
        what: &'static str,
        /// The problem.
        problem: String,
    },
    /// The caller's key cannot be read.
    KeyMalformed {
        /// The problem.
        problem: String,
    },
    /// Signature and key are of different types.
    KeyType {
        /// The key: `P-256 key`.
        key: String,
        /// The signature: `RSA signature (256 bytes)`.
        signature: String,
    },
    /// The signature is not by this key over this payload.
    KeyMismatch {
        /// The key asked for.
        key: KeyIdentity,
        /// Key that the log entry or annotation says has signed, when one is named.
        claimed: Option<KeyIdentity>,
    },
    /// The signature is by this key, under a hash that the check does not try.
    WrongHash {
        /// The hash that is tried.
        tried: HashAlgorithm,
        /// The scheme under which it is valid, in words: `SHA-384`, `Ed25519ph (SHA-512)`.
        valid_under: String,
    },
    /// The payload names another image.
    OtherDigest {
        /// The resolved digest.
        wanted: Digest,
        /// What the payload says, hostile text; empty when it says nothing.
        found: String,
    },
    /// An annotation that is asked for is absent or different.
    Annotation {
        /// Its name.
        key: String,
        /// The value asked for.
        wanted: String,
        /// The value there is.
        found: Option<String>,
    },
    /// A log entry is demanded and none travels with the signature.
    LogAbsent {
        /// Where it would be looked for; empty: nowhere.
        url: String,
    },
    /// No trusted key belongs to the log that the entry names.
    LogUnknown {
        /// Log identifier of the entry: hexadecimal SHA-256 of the log's key.
        found: String,
        /// Identifiers that are trusted.
        trusted: Vec<String>,
    },
    /// The signed entry timestamp is not by the log's key over this entry.
    LogPromise {
        /// Log identifier.
        log: String,
    },
    /// The log's key was not valid at the integrated time.
    LogTime {
        /// Integrated time.
        at: Moment,
        /// Start of the key's validity.
        from: Option<Moment>,
        /// End of the key's validity.
        until: Option<Moment>,
    },
    /// The log entry is about something else.
    LogBinding {
        /// Which part differs.
        part: LogPart,
        /// What the signature at hand has.
        wanted: String,
        /// What the entry has.
        found: String,
    },
    /// Fewer entries verified than the attestor set demands.
    Threshold {
        /// Entries demanded.
        required: usize,
        /// Entries verified.
        found: usize,
    },
    /// A check of notation failed.
    Notary(NotaryFailure),
    /// The image is named by tag where a digest is demanded (`verifyDigest`).
    NoDigest {
        /// The image as normalised.
        image: String,
    },
    /// No check verified the image where one must (`required`).
    Unverified {
        /// The image as normalised.
        image: String,
    },
    /// A selector of a policy does not match the resource or the image.
    NoMatch {
        /// Which attribute: `kinds`, `namespaces`, `imageReferences`.
        attribute: &'static str,
        /// The patterns.
        wanted: Vec<String>,
        /// The value.
        found: String,
    },
    /// The policy's engine refuses the policy.
    PolicyInvalid {
        /// What the engine says.
        problem: String,
    },
    /// An expression of the policy is false.
    Expression {
        /// The expression, or the part of it that decided.
        expression: String,
        /// The values of its parts, hostile text.
        found: String,
    },
    /// An expression of the policy ends in an error.
    ExpressionError {
        /// What the engine says.
        problem: String,
    },
    /// An attestor of the policy cannot be used as it is written.
    AttestorInvalid {
        /// What the engine says.
        problem: String,
    },
    /// Signed by another kind of thing than is asked for.
    SignerKind {
        /// What is asked for: `a key`, `a certificate`.
        wanted: &'static str,
        /// What there is.
        found: &'static str,
    },
    /// No trusted authority issued the certificate.
    CertificateChain {
        /// The authorities that are trusted.
        trusted: Vec<String>,
        /// Who the certificate says has issued it, and what is wrong.
        found: String,
    },
    /// The certificate, or one above it, was not valid at the time that counts.
    CertificateTime {
        /// The time.
        at: Moment,
        /// Start of validity.
        from: Option<Moment>,
        /// End of validity.
        until: Option<Moment>,
    },
    /// The certificate is not for signing.
    CertificateUsage {
        /// What it is for.
        found: String,
    },
    /// The certificate carries no SCT.
    SctAbsent,
    /// No SCT is by a trusted log over this certificate.
    SctInvalid {
        /// The logs that are trusted.
        trusted: Vec<String>,
        /// What there is.
        found: String,
    },
    /// The certificate is of another subject.
    IdentitySubject {
        /// The subject asked for.
        wanted: String,
        /// The subjects there are.
        found: Vec<String>,
    },
    /// The certificate is of another issuer.
    IdentityIssuer {
        /// The issuer asked for.
        wanted: String,
        /// The issuer there is; empty: none.
        found: String,
    },
    /// An extension of the certificate is absent or different.
    IdentityExtension {
        /// Its label.
        name: &'static str,
        /// The value asked for.
        wanted: String,
        /// The value there is.
        found: Option<String>,
    },
    /// The inclusion proof does not lead to the root that it names.
    LogProof {
        /// The root it names.
        wanted: String,
        /// The root it leads to, or the problem.
        found: String,
    },
    /// The checkpoint is not by the log, or is of another tree.
    LogCheckpoint {
        /// What it should be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// Nothing says when it was signed.
    TimeAbsent {
        /// What would say it.
        wanted: &'static str,
    },
    /// No time stamp verifies.
    TimeInvalid {
        /// The problem of each.
        problem: String,
    },
    /// The statement is of another type.
    PredicateType {
        /// The type asked for.
        wanted: String,
        /// The type there is.
        found: String,
    },
    /// No attestation hangs on the image.
    NoAttestation,
    /// A condition on an attestation, or on the request, is not met.
    Condition {
        /// The key as written.
        key: String,
        /// The operator.
        operator: String,
        /// The value that is compared with, as JSON.
        wanted: String,
        /// What the key comes to, as JSON.
        found: String,
    },
    /// A variable of a condition leads nowhere.
    Unresolved {
        /// The variable.
        variable: String,
        /// Why.
        problem: String,
    },
    /// The policy denies by conditions of its own (`validate.deny`).
    Denied {
        /// The policy's message.
        message: String,
    },
    /// No subject of the statement is the image.
    StatementSubject {
        /// The resolved digest.
        wanted: Digest,
        /// The subjects there are.
        found: Vec<String>,
    },
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::NoSignature => Code::SigNone,
            Self::OtherKind { .. } => Code::SigKind,
            Self::Malformed { .. } => Code::SigMalformed,
            Self::KeyMalformed { .. } => Code::KeyMalformed,
            Self::KeyType { .. } => Code::SigKeyType,
            Self::KeyMismatch { .. } => Code::SigKey,
            Self::WrongHash { .. } => Code::SigHash,
            Self::OtherDigest { .. } => Code::SigDigest,
            Self::Annotation { .. } => Code::SigAnnotation,
            Self::LogAbsent { .. } => Code::LogAbsent,
            Self::LogUnknown { .. } => Code::LogKey,
            Self::LogPromise { .. } => Code::LogSet,
            Self::LogTime { .. } => Code::LogTime,
            Self::LogBinding { .. } => Code::LogBinding,
            Self::Threshold { .. } => Code::SigCount,
            Self::Notary(failure) => failure.code(),
            Self::NoDigest { .. } => Code::DigMissing,
            Self::Unverified { .. } => Code::ReqUnverified,
            Self::NoMatch { .. } => Code::RefNone,
            Self::PolicyInvalid { .. } => Code::PolInvalid,
            Self::Expression { .. } => Code::ExprFalse,
            Self::ExpressionError { .. } => Code::ExprError,
            Self::AttestorInvalid { .. } => Code::AttestorInvalid,
            Self::SignerKind { .. } => Code::SigSigner,
            Self::CertificateChain { .. } => Code::CertChain,
            Self::CertificateTime { .. } => Code::CertExpired,
            Self::CertificateUsage { .. } => Code::CertUsage,
            Self::SctAbsent => Code::SctAbsent,
            Self::SctInvalid { .. } => Code::SctInvalid,
            Self::IdentitySubject { .. } => Code::IdSubject,
            Self::IdentityIssuer { .. } => Code::IdIssuer,
            Self::IdentityExtension { .. } => Code::IdExtension,
            Self::LogProof { .. } => Code::LogProof,
            Self::LogCheckpoint { .. } => Code::LogCheckpoint,
            Self::TimeAbsent { .. } => Code::TimeAbsent,
            Self::TimeInvalid { .. } => Code::TimeInvalid,
            Self::PredicateType { .. } => Code::AttType,
            Self::NoAttestation => Code::AttNone,
            Self::Condition { .. } => Code::AttCondition,
            Self::Unresolved { .. } => Code::AttPath,
            Self::Denied { .. } => Code::PolDeny,
            Self::StatementSubject { .. } => Code::AttSubject,
        }
    }
}
