//! A Kyverno policy as meant: defaults of the CRD schema applied, every clause with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::asked::Asked;
use super::autogen::RuleInstance;
use crate::lang::expr::Program;
use crate::model::node::Node;
use crate::model::span::Span;
use crate::model::trace::PolicyId;
use crate::model::verifier::HashAlgorithm;

/// What happens when a rule fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// The request is denied.
    Enforce,
    /// The failure is only reported.
    Audit,
}

impl Action {
    /// Reads an action; the old lower-case spellings count too.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "Enforce" | "enforce" => Some(Self::Enforce),
            "Audit" | "audit" => Some(Self::Audit),
            _ => None,
        }
    }

    /// The word that Kyverno uses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Enforce => "Enforce",
            Self::Audit => "Audit",
        }
    }
}

/// What an entry verifies (`type`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Form {
    /// cosign's classic signatures and attestations, at tags.
    #[default]
    Cosign,
    /// Sigstore bundles, as referrers.
    SigstoreBundle,
    /// Notary Project signatures, as referrers.
    Notary,
}

/// What an entry of `verifyImages` reads, and where.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// `type`.
    pub form: Form,
    /// `repository`: where signatures and attestations of type Cosign are looked up; `None`: beside the image.
    pub repository: Option<Placed<String>>,
    /// `cosignOCI11`: signatures are looked for among the referrers first.
    pub referrers_first: bool,
}

/// A text of the policy with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed<T> {
    /// The value.
    pub value: T,
    /// Where it stands; for a default, where the clause it belongs to stands.
    pub span: Span,
    /// True when the policy does not write it.
    pub by_default: bool,
}

/// A field that sigscope does not evaluate yet: its rule is an error, never a pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The field, e.g. `verifyImages[0].attestations`.
    pub field: String,
    /// Where it stands.
    pub span: Span,
}

impl Unsupported {
    /// True for a variable, which is evaluated once the resource is known.
    #[must_use]
    pub fn is_variable(&self) -> bool {
        self.field == super::substitute::VARIABLE
    }
}

/// A reason for which Kyverno refuses the policy when it is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What Kyverno says.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which.
    pub id: PolicyId,
    /// The whole document.
    pub node: Arc<Node>,
    /// Where it starts.
    pub span: Span,
    /// Rules with `verifyImages`, as written; pod-controller rules are derived from them.
    pub rules: Vec<Rule>,
    /// Every rule as it is applied, derived ones included: made once, not for each resource.
    pub instances: Arc<[RuleInstance]>,
    /// `webhookConfiguration.matchConditions`.
    pub conditions: Vec<Condition>,
    /// Rules of other kinds, which have no say about images.
    pub other_rules: usize,
    /// Fields of `spec` that are not evaluated yet.
    pub unsupported: Vec<Unsupported>,
    /// Why Kyverno would refuse it.
    pub refusals: Vec<Refusal>,
}

/// One of `webhookConfiguration.matchConditions`.
#[derive(Clone, Debug)]
pub struct Condition {
    /// Its name.
    pub name: String,
    /// The expression as written.
    pub expression: Placed<String>,
    /// The expression, compiled.
    pub program: Program,
}

/// A rule with `verifyImages`: as written, or derived for pod controllers.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// The rule's document, with the kinds of this instance.
    pub node: Arc<Node>,
    /// The entries of `verifyImages`.
    pub entries: Vec<VerifyImages>,
}

/// One entry of `verifyImages`.
#[derive(Clone, Debug)]
pub struct VerifyImages {
    /// Where it stands.
    pub span: Span,
    /// `imageReferences`.
    pub references: Vec<Placed<String>>,
    /// `skipImageReferences`.
    pub skip: Vec<Placed<String>>,
    /// `type`, `repository` and `cosignOCI11`.
    pub reading: Reading,
    /// `attestors`.
    pub attestors: Vec<AttestorSet>,
    /// `attestations`.
    pub attestations: Vec<Attestation>,
    /// `validate.deny`, with its message.
    pub deny: Option<Deny>,
    /// `mutateDigest`, default true.
    pub mutate_digest: Placed<bool>,
    /// `verifyDigest`, default true.
    pub verify_digest: Placed<bool>,
    /// `required`, default true.
    pub required: Placed<bool>,
    /// `failureAction`, when written.
    pub failure_action: Option<Placed<Action>>,
    /// Fields that are not evaluated yet.
    pub unsupported: Vec<Unsupported>,
}

impl VerifyImages {
    /// True when anything is verified at all.
    #[must_use]
    pub fn checks(&self) -> bool {
        !self.attestors.is_empty() || !self.attestations.is_empty()
    }
}

/// One of `attestors`: so many of its entries must verify.
#[derive(Clone, Debug)]
pub struct AttestorSet {
    /// Where it stands.
    pub span: Span,
    /// `count` as written; null and 0 mean all.
    pub count: Option<Placed<i64>>,
    /// The entries, a PEM of several keys already split into one entry a key.
    pub entries: Vec<Attestor>,
}

impl AttestorSet {
    /// How many entries must verify (`RequiredCount` of upstream, over the expanded entries).
    #[must_use]
    pub fn required(&self) -> usize {
        match &self.count {
            Some(count) if count.value > 0 => usize::try_from(count.value).unwrap_or(usize::MAX),
            _ => self.entries.len(),
        }
    }
}

/// One attestor entry.
#[derive(Clone, Debug)]
pub struct Attestor {
    /// Where it stands.
    pub span: Span,
    /// Annotations that some verified signature must carry: the entry's, else those of `verifyImages`.
    pub annotations: Vec<(String, Placed<String>)>,
    /// Who is to have signed.
    pub signer: Signer,
    /// `repository`, instead of that of `verifyImages`.
    pub repository: Option<Placed<String>>,
    /// Fields that are not evaluated yet.
    pub unsupported: Vec<Unsupported>,
    /// What was asked for it last.
    pub asked: Asked,
}

impl Attestor {
    /// The annotations as a map.
    #[must_use]
    pub fn annotation_map(&self) -> BTreeMap<String, String> {
        self.annotations.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect()
    }

    /// Where who is to have signed stands.
    #[must_use]
    pub fn place(&self) -> &Span {
        match &self.signer {
            Signer::Key(key) => &key.pem.span,
            Signer::Certificates(certificates) => &certificates.span,
            Signer::Keyless(keyless) => &keyless.span,
            Signer::AnyoneOf(roots) => &roots.span,
            Signer::Nested(_) | Signer::Anyone => &self.span,
        }
    }

    /// What it asks of the logs; `None`: nothing is written anywhere.
    #[must_use]
    pub fn logs(&self) -> Option<&Logs> {
        match &self.signer {
            Signer::Key(key) => Some(&key.logs),
            Signer::Certificates(certificates) => Some(&certificates.logs),
            Signer::Keyless(keyless) => Some(&keyless.logs),
            Signer::Nested(_) | Signer::Anyone | Signer::AnyoneOf(_) => None,
        }
    }

    /// What Kyverno's messages and our labels call the kind of entry; empty: none.
    #[must_use]
    pub fn suffix(&self) -> &'static str {
        match &self.signer {
            Signer::Key(_) => ".keys",
            Signer::Certificates(_) => ".certificates",
            Signer::Keyless(_) => ".keyless",
            Signer::Nested(_) => ".attestor",
            Signer::Anyone | Signer::AnyoneOf(_) => "",
        }
    }
}

/// Who is to have signed.
#[derive(Clone, Debug)]
pub enum Signer {
    /// `keys` with one public key.
    Key(Box<KeyAttestor>),
    /// `certificates`.
    Certificates(Box<CertificateAttestor>),
    /// `keyless`.
    Keyless(Box<KeylessAttestor>),
    /// `attestor`: a set in place of an entry.
    Nested(Box<AttestorSet>),
    /// Nobody is named: an attestation without attestors.
    Anyone,
    /// Nobody is named, but the deprecated `roots` of the entry say whose certificates count.
    AnyoneOf(Box<Placed<String>>),
}

/// `keys` with one public key.
#[derive(Clone, Debug)]
pub struct KeyAttestor {
    /// The PEM block; for a key in a Secret the reference, where it stands.
    pub pem: Placed<String>,
    /// Namespace and name of the Secret that holds the key, where it is not in the policy.
    pub secret: Option<(String, String)>,
    /// Which block of the text it is, from 0.
    pub index: usize,
    /// `signatureAlgorithm`, default sha256 whatever the key.
    pub hash: Placed<HashAlgorithm>,
    /// What is asked of the logs.
    pub logs: Logs,
}

/// `certificates`.
#[derive(Clone, Debug)]
pub struct CertificateAttestor {
    /// Where it stands.
    pub span: Span,
    /// `cert`.
    pub cert: Option<Placed<String>>,
    /// `certChain`.
    pub chain: Option<Placed<String>>,
    /// `signatureAlgorithm` of the entry, default sha256.
    pub hash: Placed<HashAlgorithm>,
    /// What is asked of the logs.
    pub logs: Logs,
}

/// `keyless`.
#[derive(Clone, Debug)]
pub struct KeylessAttestor {
    /// Where it stands.
    pub span: Span,
    /// `subject`.
    pub subject: Option<Placed<String>>,
    /// `subjectRegExp`.
    pub subject_regexp: Option<Placed<String>>,
    /// `issuer`.
    pub issuer: Option<Placed<String>>,
    /// `issuerRegExp`.
    pub issuer_regexp: Option<Placed<String>>,
    /// `additionalExtensions`.
    pub extensions: Vec<(String, Placed<String>)>,
    /// `roots`.
    pub roots: Option<Placed<String>>,
    /// What is asked of the logs.
    pub logs: Logs,
}

/// `rekor` and `ctlog` of an attestor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logs {
    /// `rekor`.
    pub log: LogClause,
    /// `ctlog`.
    pub ct: CtClause,
}

/// `rekor` of an attestor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogClause {
    /// Where it stands, or where the entry stands when `rekor` is not written.
    pub span: Span,
    /// True when `rekor` is not written: the log is demanded all the same, with the public log's address.
    pub by_default: bool,
    /// `ignoreTlog`.
    pub ignored: bool,
    /// `url`; empty when `rekor` is written without.
    pub url: String,
    /// `pubkey`, which replaces the keys of the trust root.
    pub key: Option<String>,
}

/// `ctlog` of an attestor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CtClause {
    /// Where it stands, or where the entry stands when `ctlog` is not written.
    pub span: Span,
    /// `ignoreSCT`.
    pub ignored: bool,
    /// `pubkey`, which replaces the keys of the trust root.
    pub key: Option<Placed<String>>,
    /// `tsaCertChain`: time stamps count, by these authorities.
    pub stamps: Option<Placed<String>>,
}

/// One of `attestations`.
#[derive(Clone, Debug)]
pub struct Attestation {
    /// Where it stands.
    pub span: Span,
    /// `name`: the variable that holds a predicate afterwards; empty: none.
    pub name: String,
    /// `type`, else the deprecated `predicateType`.
    pub kind: Placed<String>,
    /// `attestors`; none: anybody.
    pub attestors: Vec<AttestorSet>,
    /// `conditions`.
    pub conditions: Option<Arc<Node>>,
    /// The deprecated `roots` of the entry: the authorities of whoever signed, where nobody is named.
    pub roots: Option<Placed<String>>,
}

/// `validate.deny` of an entry.
#[derive(Clone, Debug)]
pub struct Deny {
    /// `validate.message`.
    pub message: String,
    /// `conditions`; `None`: none are written.
    pub conditions: Option<Arc<Node>>,
    /// Where it stands.
    pub span: Span,
}
