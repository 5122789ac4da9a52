//! An ImageValidatingPolicy as meant: defaults of its schema applied, every clause with its place.

use std::sync::Arc;

use super::expression::Expression;
use super::glob::Glob;
use crate::model::node::Node;
use crate::model::span::Span;
use crate::model::trace::PolicyId;
use crate::model::verifier::HashAlgorithm;

/// A policy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Which.
    pub id: PolicyId,
    /// Where it starts.
    pub span: Span,
    /// The policy as written.
    pub(super) own: Arc<Spec>,
    /// The same for pod controllers and for cron jobs, where Kyverno derives them.
    pub(super) derived: Vec<Derived>,
    /// What Kyverno refuses.
    pub refusals: Vec<Note>,
    /// Fields that are not evaluated: results of the policy are errors.
    pub unsupported: Vec<Note>,
}

/// What Kyverno derives from a policy for some kinds of resources.
#[derive(Clone, Debug)]
pub(super) struct Derived {
    pub(super) kinds: Vec<String>,
    pub(super) spec: Arc<Spec>,
    /// What Kyverno refuses of the rewritten text: it derives it all the same.
    pub(super) refusals: Vec<Note>,
    pub(super) unsupported: Vec<Note>,
}

/// A remark on a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A text with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) value: String,
    pub(super) span: Span,
}

/// `spec`.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) span: Span,
    pub(super) constraints: Option<Arc<Node>>,
    pub(super) conditions: Vec<Named>,
    pub(super) ignores_failures: bool,
    pub(super) denies: bool,
    pub(super) references: Vec<Reference>,
    pub(super) checks: Checks,
    pub(super) values: Values,
    pub(super) attestors: Vec<Attestor>,
    pub(super) attestations: Vec<Attestation>,
    pub(super) validations: Vec<Validation>,
}

/// Names that expressions see.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    pub(super) variables: Vec<Named>,
    pub(super) images: Vec<Named>,
    pub(super) annotations: Vec<Named>,
    /// Evaluated for JSON payloads only, or never at admission.
    pub(super) not_for_requests: Option<Text>,
}

/// `validationConfigurations`.
#[derive(Clone, Debug)]
pub(super) struct Checks {
    /// `mutateDigest`.
    pub(super) pins: bool,
    pub(super) digest: bool,
    pub(super) required: bool,
    pub(super) span: Span,
}

/// An expression with a name.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) expression: Expression,
}

/// One of `matchImageReferences`.
#[derive(Clone, Debug)]
pub(super) enum Reference {
    Glob(Glob, Text),
    Expression(Expression),
}

/// One of `attestors`.
#[derive(Clone, Debug)]
pub(super) struct Attestor {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) kind: Kind,
}

/// What an attestor is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Cosign(Box<Cosign>),
    Notary(Box<Notary>),
    Nothing,
}

/// `cosign`.
#[derive(Clone, Debug)]
pub(super) struct Cosign {
    pub(super) key: Option<Key>,
    pub(super) certificate: Option<Certificate>,
    pub(super) keyless: Option<Keyless>,
    pub(super) log: Option<Log>,
    /// A TUF repository of its own is named.
    pub(super) tuf: Option<Tuf>,
    pub(super) root: Option<Source>,
    pub(super) annotations: Vec<(String, Text)>,
    /// `source`: signatures lie elsewhere.
    pub(super) elsewhere: Option<Elsewhere>,
}

/// `key`.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// `data`, or an expression for it.
    pub(super) source: Option<Source>,
    pub(super) kms: Option<Text>,
    /// The hash; else a name that upstream has no hash for.
    pub(super) hash: Result<HashAlgorithm, Text>,
    pub(super) span: Span,
}

/// `certificate`.
#[derive(Clone, Debug)]
pub(super) struct Certificate {
    pub(super) cert: Option<Source>,
    pub(super) chain: Option<Source>,
    pub(super) span: Span,
}

/// `keyless`.
#[derive(Clone, Debug)]
pub(super) struct Keyless {
    pub(super) identities: Vec<Identity>,
    /// Read, and of no effect: the trusted root counts.
    pub(super) roots: Option<Text>,
    pub(super) span: Span,
}

/// `tuf`.
#[derive(Clone, Debug)]
pub(super) struct Tuf {
    /// `root.data`, in base64.
    pub(super) data: Option<Text>,
    pub(super) span: Span,
}

/// `source.repository` and `source.tagPrefix`.
#[derive(Clone, Debug)]
pub(super) struct Elsewhere {
    pub(super) repository: Option<Text>,
    pub(super) prefix: Option<Text>,
    pub(super) span: Span,
}

/// `notary`.
#[derive(Clone, Debug)]
pub(super) struct Notary {
    pub(super) certs: Option<Source>,
    pub(super) time_certs: Option<Source>,
}

/// A value that is not empty, or an expression for it.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Value(Text),
    Expression(Expression),
}

impl Source {
    pub(super) fn span(&self) -> &Span {
        match self {
            Self::Value(text) => &text.span,
            Self::Expression(expression) => &expression.span,
        }
    }
}

/// `ctlog`.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) url: String,
    /// `rekorPubKey` and `ctLogPubKey`: read, and of no effect where there is a trusted root.
    pub(super) keys: Vec<(&'static str, Text)>,
    /// `tsaCertChain`.
    pub(super) stamps: Option<Text>,
    pub(super) no_log: bool,
    pub(super) no_sct: bool,
    pub(super) span: Span,
}

/// One of `keyless.identities`.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    pub(super) issuer: String,
    pub(super) issuer_regexp: String,
    pub(super) subject: String,
    pub(super) subject_regexp: String,
    pub(super) span: Span,
}

/// One of `attestations`.
#[derive(Clone, Debug)]
pub(super) struct Attestation {
    pub(super) name: String,
    /// `intoto.type`, else none.
    pub(super) predicate: Option<String>,
    /// `referrer.type`, else none.
    pub(super) referrer: Option<String>,
}

/// One of `validations`.
#[derive(Clone, Debug)]
pub(super) struct Validation {
    pub(super) expression: Expression,
    pub(super) message: String,
    pub(super) message_expression: Option<Expression>,
}
