//! Reads a policy file: which documents are policies, of which engine, and which are none of our business.

use std::sync::Arc;

use super::{image_policy, kyverno, notary_policy};
use crate::format::yaml;
use crate::model::code::Code;
use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::span::{Diagnostic, Span};
use crate::model::trace::{Clause, Outcome, PolicyId, Trace};
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, ResourceId};
use crate::model::world::{PolicyRow, RuleRow};

/// API groups and kinds of documents that decide about images and that are not evaluated yet.
const OTHER_ENGINES: &[(&str, &[&str])] = &[("policy.sigstore.dev/", &["ClusterImagePolicy"])];

/// A policy that was read.
#[derive(Clone, Debug)]
pub enum Loaded {
    /// A Kyverno ClusterPolicy or Policy.
    Kyverno(Arc<kyverno::Policy>),
    /// A Kyverno ImageValidatingPolicy, of the cluster or of a namespace.
    Image(Arc<image_policy::Policy>),
    /// An exception from rules of ClusterPolicies and Policies.
    Exception(Arc<kyverno::Exception>),
    /// An exception from ImageValidatingPolicies.
    ImageException(Arc<image_policy::Exception>),
    /// A trust policy of notation.
    Notation(Arc<notary_policy::Policy>),
    /// A policy of an engine that is not evaluated yet: an error, never a pass.
    Unsupported {
        /// Which.
        id: PolicyId,
        /// Where it stands.
        span: Span,
    },
}

/// Reads all policies of a text. Documents of other kinds are passed over.
///
/// # Errors
/// When the text cannot be parsed.
pub fn load(file: &Arc<str>, text: &str) -> Result<Vec<Loaded>, Diagnostic> {
    let documents = yaml::parse(file.clone(), text)?;
    let mut loaded = Vec::new();
    for document in documents {
        collect(document, text, &mut loaded);
    }
    Ok(loaded)
}

/// A `List` holds its documents under `items`.
fn collect(document: Node, file: &str, loaded: &mut Vec<Loaded>) {
    let text = |key: &str| document.get(key).and_then(Node::text).unwrap_or_default().to_owned();
    let (group, kind) = (text("apiVersion"), text("kind"));
    // The depth of a document is bounded (`yaml::MAX_DEPTH`), and so are lists of lists.
    if kind.to_ascii_lowercase().ends_with("list") || !document.items().is_empty() {
        let listed = document.get("items").unwrap_or(&document);
        listed.items().iter().for_each(|item| collect(item.clone(), file, loaded));
        return;
    }
    if kyverno::is_policy(&document) {
        loaded.push(Loaded::Kyverno(Arc::new(kyverno::read(&Arc::new(document)))));
        return;
    }
    if image_policy::is_policy(&document) {
        loaded.push(Loaded::Image(Arc::new(image_policy::read(&document, file))));
        return;
    }
    if kyverno::is_exception(&document) {
        loaded.push(Loaded::Exception(Arc::new(kyverno::read_exception(&Arc::new(document)))));
        return;
    }
    if image_policy::is_exception(&document) {
        loaded.push(Loaded::ImageException(Arc::new(image_policy::read_exception(&document, file))));
        return;
    }
    let other =
        OTHER_ENGINES.iter().any(|(prefix, kinds)| group.starts_with(prefix) && kinds.contains(&&*kind));
    let other = other || misspelt(&group, &kind);
    if notary_policy::is_policy(&document) {
        loaded.push(Loaded::Notation(Arc::new(notary_policy::read(&Arc::new(document)))));
        return;
    }
    if other {
        let metadata =
            |key: &str| document.path(&["metadata", key]).and_then(Node::text).unwrap_or_default().to_owned();
        let id = PolicyId { kind, namespace: metadata("namespace"), name: metadata("name") };
        loaded.push(Loaded::Unsupported { id, span: document.span.clone() });
    }
}

/// A policy under a name that no API server knows, which would else be a policy less.
fn misspelt(group: &str, kind: &str) -> bool {
    let own =
        ["ClusterPolicy", "ImageValidatingPolicy", "NamespacedImageValidatingPolicy", "ClusterImagePolicy"];
    let known = own.iter().any(|name| kind.eq_ignore_ascii_case(name));
    known || (group.contains("kyverno.io") && kind.eq_ignore_ascii_case("Policy"))
}

impl Loaded {
    /// Which policy this is.
    #[must_use]
    pub fn id(&self) -> &PolicyId {
        match self {
            Self::Kyverno(policy) => &policy.id,
            Self::Image(policy) => &policy.id,
            Self::Exception(exception) => &exception.id,
            Self::ImageException(exception) => &exception.id,
            Self::Notation(policy) => &policy.id,
            Self::Unsupported { id, .. } => id,
        }
    }

    /// The exception from classic policies that this is.
    #[must_use]
    pub fn exception(&self) -> Option<&kyverno::Exception> {
        match self {
            Self::Exception(exception) => Some(exception),
            _ => None,
        }
    }

    /// The exception from ImageValidatingPolicies that this is.
    #[must_use]
    pub fn image_exception(&self) -> Option<&image_policy::Exception> {
        match self {
            Self::ImageException(exception) => Some(exception),
            _ => None,
        }
    }

    /// The one result for a policy that cannot be evaluated as a whole: its engine refuses it, or sigscope cannot yet.
    #[must_use]
    pub fn as_a_whole(&self) -> Option<Trace> {
        match self {
            Self::Kyverno(policy) => kyverno::refused(policy),
            Self::Image(policy) => image_policy::refused(policy),
            Self::Exception(exception) => kyverno::refused_exception(exception),
            Self::ImageException(exception) => image_policy::refused_exception(exception),
            Self::Notation(policy) => notary_policy::refused(policy),
            Self::Unsupported { id, span } => Some(unsupported(id, span)),
        }
    }

    /// The row on screen and in reports.
    #[must_use]
    pub fn row(&self) -> PolicyRow {
        match self {
            Self::Kyverno(policy) => kyverno_row(policy),
            Self::Image(policy) => image_policy::row(policy),
            Self::Exception(exception) => {
                let refusals = exception.refusals.iter().map(|refusal| (&*refusal.text, &refusal.span));
                exception_row(&exception.id, &exception.span, refusals)
            }
            Self::ImageException(exception) => {
                let refusals = exception.refusals.iter().map(|note| (&*note.text, &note.span));
                exception_row(&exception.id, &exception.span, refusals)
            }
            Self::Notation(policy) => notation_row(policy),
            Self::Unsupported { id, span } => PolicyRow {
                draft: false,
                id: id.clone(),
                span: span.clone(),
                action: String::new(),
                rules: Vec::new(),
                problems: vec![Diagnostic {
                    span: span.clone(),
                    problem: format!("not supported yet: {}", id.kind),
                    hint: None,
                }],
                lints: Vec::new(),
            },
        }
    }
}

fn unsupported(id: &PolicyId, span: &Span) -> Trace {
    let missing = Missing::NotImplemented { what: id.kind.clone() };
    Trace {
        draft: false,
        resource: ResourceId::default(),
        image: ContainerImage::default(),
        digest: None,
        policy: id.clone(),
        rule: String::new(),
        verdict: Verdict::Error,
        code: Code::PolUnsupported,
        engine_message: String::new(),
        location: Some(span.clone()),
        clauses: vec![Clause::new(id.kind.clone(), Outcome::Undecided(missing)).at(span)],
        deciding: vec![0],
    }
}

fn exception_row<'a>(
    id: &PolicyId,
    span: &Span,
    refusals: impl Iterator<Item = (&'a str, &'a Span)>,
) -> PolicyRow {
    let problem = |(text, span): (&str, &Span)| Diagnostic {
        span: span.clone(),
        problem: format!("Kyverno refuses this exception: {text}"),
        hint: Some("it exempts nothing".to_owned()),
    };
    PolicyRow {
        draft: false,
        id: id.clone(),
        span: span.clone(),
        action: String::new(),
        rules: Vec::new(),
        problems: refusals.map(problem).collect(),
        lints: Vec::new(),
    }
}

fn notation_row(policy: &notary_policy::Policy) -> PolicyRow {
    let refused = policy.document.as_ref().err().map(|refusal| Diagnostic {
        span: refusal.span.clone(),
        problem: format!("notation refuses this policy: {}", refusal.problem),
        hint: None,
    });
    let rule = |name: &str, node: &Node| RuleRow { name: name.to_owned(), span: node.span.clone() };
    PolicyRow {
        draft: false,
        id: policy.id.clone(),
        span: policy.node.span.clone(),
        action: "Enforce".to_owned(),
        rules: policy.statements().map(|(statement, node)| rule(&statement.name, node)).collect(),
        problems: refused.into_iter().collect(),
        lints: Vec::new(),
    }
}

fn kyverno_row(policy: &kyverno::Policy) -> PolicyRow {
    let refused = policy.refusals.iter().map(|refusal| Diagnostic {
        span: refusal.span.clone(),
        problem: format!("Kyverno refuses this policy: {}", refusal.text),
        hint: None,
    });
    let of_rules = policy.rules.iter().flat_map(|rule| {
        let entries = rule.entries.iter();
        entries.flat_map(|entry| {
            let attestors = entry.attestors.iter().flat_map(|set| &set.entries);
            entry.unsupported.iter().chain(attestors.flat_map(|attestor| &attestor.unsupported))
        })
    });
    let later = policy.unsupported.iter().chain(of_rules).filter(|field| !field.is_variable()).map(|field| {
        Diagnostic {
            span: field.span.clone(),
            problem: format!("not supported yet: {}", field.field),
            hint: Some("results of the rule are ERROR until it is".to_owned()),
        }
    });
    PolicyRow {
        draft: false,
        id: policy.id.clone(),
        span: policy.span.clone(),
        action: kyverno::spec_action(policy).word().to_owned(),
        rules: policy
            .rules
            .iter()
            .map(|rule| RuleRow { name: rule.name.clone(), span: rule.span.clone() })
            .collect(),
        problems: refused.chain(later).collect(),
        lints: kyverno::lint(policy),
    }
}
