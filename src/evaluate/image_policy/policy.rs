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
    pub(super) derived: Vec<(Vec<String>, Arc<Spec>)>,
    /// What Kyverno refuses.
    pub refusals: Vec<Note>,
    /// Fields that are not evaluated: results of the policy are errors.
    pub unsupported: Vec<Note>,
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
    /// Fields that are not evaluated: whoever asks this attestor gets no answer.
    pub(super) later: Vec<Note>,
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
    pub(super) key: Option<(Source, HashAlgorithm, Span)>,
    pub(super) certificate: Option<(Source, Span)>,
    pub(super) keyless: Option<(Vec<Identity>, Span)>,
    pub(super) log: Option<Log>,
    /// A TUF repository of its own is named.
    pub(super) tuf: Option<Span>,
    pub(super) root: Option<Source>,
    pub(super) annotations: Vec<(String, Text)>,
}

/// `notary`.
#[derive(Clone, Debug)]
pub(super) struct Notary {
    pub(super) certs: Option<Source>,
    pub(super) time_certs: Option<Source>,
}

/// A value, or an expression for it.
#[derive(Clone, Debug)]
pub(super) enum Source {
    Value(Text),
    Expression(Expression),
}

/// `ctlog`.
#[derive(Clone, Debug)]
pub(super) struct Log {
    pub(super) url: String,
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
