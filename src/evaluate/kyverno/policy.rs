//! A Kyverno policy as meant: defaults of the CRD schema applied, every clause with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

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
    /// Rules of other kinds, which have no say about images.
    pub other_rules: usize,
    /// Fields of `spec` that are not evaluated yet.
    pub unsupported: Vec<Unsupported>,
    /// Why Kyverno would refuse it.
    pub refusals: Vec<Refusal>,
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
    /// Fields that are not evaluated yet.
    pub unsupported: Vec<Unsupported>,
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
    /// `attestors`.
    pub attestors: Vec<AttestorSet>,
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
    /// The key, when this entry is one that sigscope evaluates.
    pub key: Option<KeyAttestor>,
    /// Fields that are not evaluated yet.
    pub unsupported: Vec<Unsupported>,
}

impl Attestor {
    /// The annotations as a map.
    #[must_use]
    pub fn annotation_map(&self) -> BTreeMap<String, String> {
        self.annotations.iter().map(|(key, value)| (key.clone(), value.value.clone())).collect()
    }
}

/// `keys` with one public key.
#[derive(Clone, Debug)]
pub struct KeyAttestor {
    /// The PEM block.
    pub pem: Placed<String>,
    /// `signatureAlgorithm`, default sha256 whatever the key.
    pub hash: Placed<HashAlgorithm>,
    /// What is asked of the log.
    pub log: LogClause,
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
