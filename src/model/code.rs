//! Stable codes: what scripts, reports and the pages under `docs/codes` go by. A code is never given a new meaning.

use std::fmt;
use std::str::FromStr;

use super::missing::Missing;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// A stable code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code, in the order of the pages.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as text, e.g. `SIG-NONE`.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// One sentence: what the code means.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc,)+).trim_ascii_start(),)+ }
            }
        }
    };
}

codes! {
    /// Every applicable clause held.
    Pass = "PASS",
    /// Nothing of the kind that is asked for hangs on the image.
    SigNone = "SIG-NONE",
    /// The image is signed, but in a format that this check does not read.
    SigKind = "SIG-KIND",
    /// The signature, its payload or an annotation cannot be read.
    SigMalformed = "SIG-MALFORMED",
    /// The signature is not by the key that the policy names.
    SigKey = "SIG-KEY",
    /// Signature and key are of different types.
    SigKeyType = "SIG-KEYTYPE",
    /// The signature is by the key, under a hash that the check does not try.
    SigHash = "SIG-HASH",
    /// The signed payload names another image.
    SigDigest = "SIG-DIGEST",
    /// A signed annotation that is asked for is absent or different.
    SigAnnotation = "SIG-ANNOTATION",
    /// Fewer attestor entries verified than the policy demands.
    SigCount = "SIG-COUNT",
    /// Signed by a key where a certificate is asked for, or the other way round.
    SigSigner = "SIG-SIGNER",
    /// All steps hold, and a second verifier refuses: nothing is decided.
    SigDisagree = "SIG-DISAGREE",
    /// The key that the caller or the policy gives cannot be read.
    KeyMalformed = "KEY-MALFORMED",
    /// A log entry is demanded and none travels with the signature.
    LogAbsent = "LOG-ABSENT",
    /// The log entry is of a log that is not trusted.
    LogKey = "LOG-KEY",
    /// The log's promise (SET) is not by the log's key over this entry.
    LogSet = "LOG-SET",
    /// The log's key was not valid at the time of the entry.
    LogTime = "LOG-TIME",
    /// The log entry is about another signature, key or payload.
    LogBinding = "LOG-BINDING",
    /// The certificate chain of a Notation signature is out of order, or not made for code signing.
    NotaryChain = "NOTARY-CHAIN",
    /// No certificate of the Notation signature's chain is in a trust store that the trust policy names.
    NotaryTrust = "NOTARY-TRUST",
    /// The signer of the Notation signature is none of the trusted identities.
    NotaryIdentity = "NOTARY-IDENTITY",
    /// A certificate of the Notation signature was not valid at the time that counts.
    NotaryTime = "NOTARY-TIME",
    /// The time stamp of the Notation signature is absent or does not verify.
    NotaryStamp = "NOTARY-STAMP",
    /// A certificate was revoked.
    NotaryRevoked = "NOTARY-REVOKED",
    /// The Notation signature has expired.
    NotaryExpired = "NOTARY-EXPIRED",
    /// The Notation signature is about another image.
    NotaryTarget = "NOTARY-TARGET",
    /// User metadata that is asked for is absent from the Notation signature, or different.
    NotaryMetadata = "NOTARY-METADATA",
    /// The inclusion proof does not lead to the root that it names.
    LogProof = "LOG-PROOF",
    /// The checkpoint is not by the log, or is of another tree.
    LogCheckpoint = "LOG-CHECKPOINT",
    /// No trusted authority issued the certificate.
    CertChain = "CERT-CHAIN",
    /// The certificate was not valid at the time that counts.
    CertExpired = "CERT-EXPIRED",
    /// The certificate is not for signing.
    CertUsage = "CERT-USAGE",
    /// The certificate carries no SCT.
    SctAbsent = "SCT-ABSENT",
    /// No SCT is by a trusted log over this certificate.
    SctInvalid = "SCT-INVALID",
    /// The certificate is of another subject than is asked for.
    IdSubject = "ID-SUBJECT",
    /// The certificate is of another issuer than is asked for.
    IdIssuer = "ID-ISSUER",
    /// An extension of the certificate is absent or different.
    IdExtension = "ID-EXTENSION",
    /// Nothing that is trusted says when it was signed.
    TimeAbsent = "TIME-ABSENT",
    /// No time stamp is by a trusted authority over this signature.
    TimeInvalid = "TIME-INVALID",
    /// The statement is of another type than is asked for.
    AttType = "ATT-TYPE",
    /// No attestation of the kind that is asked for hangs on the image.
    AttNone = "ATT-NONE",
    /// A condition on an attestation is not met.
    AttCondition = "ATT-CONDITION",
    /// A variable of a condition leads nowhere in the attestation.
    AttPath = "ATT-PATH",
    /// The policy denies by conditions of its own.
    PolDeny = "POL-DENY",
    /// No subject of the statement is the image.
    AttSubject = "ATT-SUBJECT",
    /// The image is named by tag where the policy demands a digest.
    DigMissing = "DIG-MISSING",
    /// The policy requires a verification and none succeeded.
    ReqUnverified = "REQ-UNVERIFIED",
    /// No rule selects this image.
    RefNone = "REF-NONE",
    /// The rule skips this image by `skipImageReferences`.
    RefSkipped = "REF-SKIPPED",
    /// A field of the policy that sigscope does not evaluate yet.
    PolUnsupported = "POL-UNSUPPORTED",
    /// The policy's engine refuses the policy.
    PolInvalid = "POL-INVALID",
    /// The policy would also let in evidence that is close to the real one.
    PolWide = "POL-WIDE",
    /// An expression of the policy is false.
    ExprFalse = "EXPR-FALSE",
    /// An expression of the policy ends in an error.
    ExprError = "EXPR-ERROR",
    /// An attestor of the policy cannot be used as it is written.
    AttestorInvalid = "ATTESTOR-INVALID",
    /// The transparency log is asked in a way that the policy does not show.
    LintLog = "LINT-LOG",
    /// An identity that no bundle can match.
    LintBundle = "LINT-BUNDLE",
    /// Keys that do not count, because only the first does.
    LintFirstKey = "LINT-FIRSTKEY",
    /// Several keys in one text, all of which must have signed.
    LintCount = "LINT-COUNT",
    /// A regular expression that need not cover the whole text.
    LintAnchor = "LINT-ANCHOR",
    /// Certificate and chain given together, which never verifies.
    LintChain = "LINT-CHAIN",
    /// A pattern of image names that misses what it seems to mean.
    LintReference = "LINT-REFERENCE",
    /// Conditions that are never evaluated.
    LintDeny = "LINT-DENY",
    /// An attestation that anybody may have signed.
    LintNested = "LINT-NESTED",
    /// An operator that is deprecated, or always false as it is spelt.
    LintOperator = "LINT-OPERATOR",
    /// A kind of policy that goes away.
    LintDeprecated = "LINT-DEPRECATED",
    /// The image, or something that it must have, is not in the registry.
    NetNotFound = "NET-NOTFOUND",
    /// The registry refused access.
    NetDenied = "NET-DENIED",
    /// The registry limits requests.
    NetLimited = "NET-LIMITED",
    /// The registry could not be reached, or failed.
    NetUnreachable = "NET-UNREACHABLE",
    /// The registry did not answer in time.
    NetTimeout = "NET-TIMEOUT",
    /// The content does not match its digest, or was cut.
    NetIntegrity = "NET-INTEGRITY",
    /// The content is larger, deeper or more than sigscope reads.
    NetSize = "NET-SIZE",
    /// The content cannot be read.
    NetMalformed = "NET-MALFORMED",
    /// The source cannot answer this question at all.
    NetUnsupported = "NET-UNSUPPORTED",
    /// The network would be needed and `--offline` forbids it.
    NetOffline = "NET-OFFLINE",
    /// The evidence has not been fetched yet, or the fetch was cancelled.
    NetWaiting = "NET-WAITING",
}

impl Code {
    /// The code for something that is missing.
    #[must_use]
    pub fn of_missing(missing: &Missing) -> Self {
        match missing {
            Missing::NotFound { .. } => Self::NetNotFound,
            Missing::Denied { .. } => Self::NetDenied,
            Missing::Limited { .. } => Self::NetLimited,
            Missing::Unreachable { .. } => Self::NetUnreachable,
            Missing::Timeout { .. } => Self::NetTimeout,
            Missing::DigestMismatch { .. } | Missing::Truncated { .. } => Self::NetIntegrity,
            Missing::TooLarge { .. } | Missing::TooDeep { .. } | Missing::TooMany { .. } => Self::NetSize,
            Missing::Malformed { .. } => Self::NetMalformed,
            Missing::Unsupported { .. } | Missing::NoCluster { .. } => Self::NetUnsupported,
            Missing::Offline { .. } => Self::NetOffline,
            Missing::Cancelled | Missing::Waiting => Self::NetWaiting,
            Missing::Disagreement { .. } => Self::SigDisagree,
            Missing::NotImplemented { .. } => Self::PolUnsupported,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Code {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|code| code.as_str().eq_ignore_ascii_case(text)).ok_or(())
    }
}
