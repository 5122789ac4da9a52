//! The pages about the stable codes: `sigscope explain CODE`, the key `x`, and `docs/codes`.

use crate::model::Code;

macro_rules! pages {
    ($($name:ident => $file:literal,)+) => {
        /// The page about a code, Markdown as it lies in `docs/codes`.
        #[must_use]
        pub fn page(code: Code) -> &'static str {
            match code {
                $(Code::$name => include_str!(concat!("../../docs/codes/", $file, ".md")),)+
            }
        }
    };
}

pages! {
    Pass => "PASS",
    SigNone => "SIG-NONE",
    SigDisagree => "SIG-DISAGREE",
    SigKind => "SIG-KIND",
    SigMalformed => "SIG-MALFORMED",
    SigKey => "SIG-KEY",
    SigKeyType => "SIG-KEYTYPE",
    SigHash => "SIG-HASH",
    SigDigest => "SIG-DIGEST",
    SigAnnotation => "SIG-ANNOTATION",
    SigCount => "SIG-COUNT",
    SigSigner => "SIG-SIGNER",
    KeyMalformed => "KEY-MALFORMED",
    LogAbsent => "LOG-ABSENT",
    LogKey => "LOG-KEY",
    LogSet => "LOG-SET",
    LogTime => "LOG-TIME",
    LogBinding => "LOG-BINDING",
    NotaryChain => "NOTARY-CHAIN",
    NotaryTrust => "NOTARY-TRUST",
    NotaryIdentity => "NOTARY-IDENTITY",
    NotaryTime => "NOTARY-TIME",
    NotaryStamp => "NOTARY-STAMP",
    NotaryExpired => "NOTARY-EXPIRED",
    NotaryTarget => "NOTARY-TARGET",
    NotaryMetadata => "NOTARY-METADATA",
    LogProof => "LOG-PROOF",
    LogCheckpoint => "LOG-CHECKPOINT",
    CertChain => "CERT-CHAIN",
    CertExpired => "CERT-EXPIRED",
    CertUsage => "CERT-USAGE",
    SctAbsent => "SCT-ABSENT",
    SctInvalid => "SCT-INVALID",
    IdSubject => "ID-SUBJECT",
    IdIssuer => "ID-ISSUER",
    IdExtension => "ID-EXTENSION",
    TimeAbsent => "TIME-ABSENT",
    TimeInvalid => "TIME-INVALID",
    AttType => "ATT-TYPE",
    AttNone => "ATT-NONE",
    AttCondition => "ATT-CONDITION",
    AttPath => "ATT-PATH",
    PolDeny => "POL-DENY",
    AttSubject => "ATT-SUBJECT",
    DigMissing => "DIG-MISSING",
    ReqUnverified => "REQ-UNVERIFIED",
    RefNone => "REF-NONE",
    RefSkipped => "REF-SKIPPED",
    PolUnsupported => "POL-UNSUPPORTED",
    PolInvalid => "POL-INVALID",
    PolWide => "POL-WIDE",
    ExprFalse => "EXPR-FALSE",
    ExprError => "EXPR-ERROR",
    AttestorInvalid => "ATTESTOR-INVALID",
    LintLog => "LINT-LOG",
    LintBundle => "LINT-BUNDLE",
    LintFirstKey => "LINT-FIRSTKEY",
    LintCount => "LINT-COUNT",
    LintAnchor => "LINT-ANCHOR",
    LintChain => "LINT-CHAIN",
    LintReference => "LINT-REFERENCE",
    LintDeny => "LINT-DENY",
    LintNested => "LINT-NESTED",
    LintOperator => "LINT-OPERATOR",
    LintDeprecated => "LINT-DEPRECATED",
    NetNotFound => "NET-NOTFOUND",
    NetDenied => "NET-DENIED",
    NetLimited => "NET-LIMITED",
    NetUnreachable => "NET-UNREACHABLE",
    NetTimeout => "NET-TIMEOUT",
    NetIntegrity => "NET-INTEGRITY",
    NetSize => "NET-SIZE",
    NetMalformed => "NET-MALFORMED",
    NetUnsupported => "NET-UNSUPPORTED",
    NetOffline => "NET-OFFLINE",
    NetWaiting => "NET-WAITING",
}
