//! Judges the images of a resource under a trust policy, as `notation verify` would: one trace an image, one clause a check.

use std::sync::Arc;

use super::policy::Policy;
use super::select;
use crate::evaluate::notary::{self, Limits, NotaryEnding, NotaryJudgement};
use crate::format::trust_policy::Statement;
use crate::model::artifact::Evidence;
use crate::model::code::Code;
use crate::model::missing::Missing;
use crate::model::moment::Moment;
use crate::model::node::Node;
use crate::model::notary::{NotaryCheck, NotaryStep, Stores};
use crate::model::reason::Reason;
use crate::model::span::Span;
use crate::model::trace::{Clause, Outcome, Trace, Why};
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, ResourceId};
use crate::port::Prover;

/// Evidence by image as written.
pub type EvidenceOf<'a> = dyn Fn(&str) -> Result<Arc<Evidence>, Missing> + 'a;

/// The content of trust stores by type and name.
pub type StoresOf<'a> = dyn Fn(&[(String, String)]) -> Stores + 'a;

/// What does not change from image to image.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Who verifies.
    pub prover: &'a dyn Prover,
    /// Evidence.
    pub evidence: &'a EvidenceOf<'a>,
    /// Trust stores.
    pub stores: &'a StoresOf<'a>,
    /// The instant that "now" means.
    pub as_of: Moment,
}

/// The one result for a document that notation refuses.
#[must_use]
pub fn refused(policy: &Policy) -> Option<Trace> {
    let refusal = policy.document.as_ref().err()?;
    let reason = Reason::PolicyInvalid { problem: refusal.problem.clone() };
    let clause = Clause::new("policy is accepted", Outcome::Failed(reason)).at(&refusal.span);
    let mut trace = blank(policy, &ResourceId::default(), &ContainerImage::default());
    trace.engine_message.clone_from(&refusal.problem);
    settle(&mut trace, Verdict::Error, Code::PolInvalid, clause, &[]);
    Some(trace)
}

/// Judges these images. A document that notation refuses has no results here; see [`refused`].
#[must_use]
pub fn judge(
    policy: &Policy,
    resource: &ResourceId,
    images: &[ContainerImage],
    context: &Context<'_>,
) -> Vec<Trace> {
    if policy.document.is_err() {
        return Vec::new();
    }
    images.iter().map(|image| judge_image(policy, resource, image, context)).collect()
}

fn blank(policy: &Policy, resource: &ResourceId, image: &ContainerImage) -> Trace {
    Trace {
        draft: false,
        resource: resource.clone(),
        image: image.clone(),
        digest: None,
        policy: policy.id.clone(),
        rule: String::new(),
        verdict: Verdict::Error,
        code: Code::PolUnsupported,
        engine_message: String::new(),
        location: None,
        clauses: Vec::new(),
        deciding: Vec::new(),
    }
}

/// Adds the last clause, which decided, or a clause below it.
fn settle(trace: &mut Trace, verdict: Verdict, code: Code, clause: Clause, below: &[usize]) {
    trace.deciding = std::iter::once(trace.clauses.len()).chain(below.iter().copied()).collect();
    let own = clause.location.clone();
    trace.clauses.push(clause);
    trace.location = trace.deciding_clause().and_then(|clause| clause.location.clone()).or(own);
    (trace.verdict, trace.code) = (verdict, code);
}

fn judge_image(
    policy: &Policy,
    resource: &ResourceId,
    image: &ContainerImage,
    context: &Context<'_>,
) -> Trace {
    let mut trace = blank(policy, resource, image);
    let repository = match select::repository(&image.image) {
        Ok(repository) => repository,
        Err(problem) => {
            let missing = Missing::Malformed { what: "an image of the resource".to_owned(), problem };
            let code = Code::of_missing(&missing);
            let clause = Clause::new("registryScopes", Outcome::Undecided(missing)).at(&policy.node.span);
            settle(&mut trace, Verdict::Error, code, clause, &[]);
            return trace;
        }
    };
    let Some((statement, node, scope)) = select::statement(policy, &repository) else {
        without_statement(&mut trace, policy, &image.image, &repository);
        return trace;
    };
    trace.rule.clone_from(&statement.name);
    let applies = Clause::new("registryScopes", Outcome::Held).at(&scope);
    trace.clauses.push(applies);
    if statement.enforcement.is_none() {
        let level = Clause::new("signatureVerification.level: skip", Outcome::NotExercised(Why::SwitchedOff))
            .at(&level(node));
        trace.engine_message =
            format!("Trust policy is configured to skip signature verification for {}", image.image);
        settle(&mut trace, Verdict::None, Code::RefSkipped, level, &[]);
        return trace;
    }
    match (context.evidence)(&image.image) {
        Ok(evidence) => signatures(&mut trace, statement, node, &evidence, context),
        Err(missing) => {
            let code = Code::of_missing(&missing);
            let clause = Clause::new("signatures", Outcome::Undecided(missing)).at(&level(node));
            settle(&mut trace, Verdict::Error, code, clause, &[]);
        }
    }
    trace
}

fn without_statement(trace: &mut Trace, policy: &Policy, image: &str, repository: &str) {
    let scopes = policy.statements().flat_map(|(statement, _)| statement.scopes.iter().cloned());
    let reason = Reason::NoMatch {
        attribute: "registryScopes",
        wanted: scopes.collect(),
        found: repository.to_owned(),
    };
    trace.engine_message = format!(
        "artifact \"{image}\" has no applicable trust policy statement. Trust policy applicability for a given artifact \
         is determined by registryScopes."
    );
    let span = policy.node.get("trustPolicies").map_or(&policy.node.span, |node| &node.span);
    let clause = Clause::new("registryScopes", Outcome::Failed(reason)).at(span);
    settle(trace, Verdict::Deny, Code::RefNone, clause, &[]);
}

fn signatures(
    trace: &mut Trace,
    statement: &Statement,
    node: &Node,
    evidence: &Evidence,
    context: &Context<'_>,
) {
    trace.digest = Some(evidence.digest.clone());
    let stores = (context.stores)(&statement.stores);
    let Some(demand) = statement.demand(stores, std::collections::BTreeMap::new(), context.as_of) else {
        return;
    };
    let clause = Clause::new("signatures", Outcome::Held).at(&level(node));
    let place = |step: &NotaryStep| place(node, step);
    let found = notary::search(context.prover, evidence, &demand, Limits::NOTATION, clause, &place);
    let NotaryJudgement { clause, ending, deciding } = found;
    let code = clause.outcome.code().unwrap_or(Code::Pass);
    match ending {
        NotaryEnding::Verified => {
            trace.engine_message = warnings(&clause);
            settle(trace, Verdict::Pass, Code::Pass, clause, &[]);
            trace.deciding.clear();
            trace.location = None;
        }
        NotaryEnding::Refused(text) => {
            trace.engine_message = text;
            settle(trace, Verdict::Deny, code, clause, &deciding);
        }
        NotaryEnding::Open => settle(trace, Verdict::Error, code, clause, &deciding),
    }
}

/// What notation warns of on success: checks that failed and are only logged, of the signature that holds.
fn warnings(clause: &Clause) -> String {
    let good = clause.children.iter().find(|child| child.outcome == Outcome::Held);
    let steps = good.map(|good| good.children.as_slice()).unwrap_or_default();
    let failed = steps.iter().filter(|step| matches!(step.outcome, Outcome::Failed(_)));
    let warned = failed.filter_map(|step| {
        let check = step.label.strip_suffix(" (log)")?;
        Some(format!(
            "Warning: {check} was set to \"log\" and failed with error: {}",
            notary::words_of(&step.outcome)
        ))
    });
    warned.collect::<Vec<_>>().join("\n")
}

/// Where the level stands, or the statement when it is not written.
fn level(node: &Node) -> Span {
    node.path(&["signatureVerification", "level"]).unwrap_or(node).span.clone()
}

/// Where a check stands: the line that demands it, or that says how much it counts.
fn place(node: &Node, step: &NotaryStep) -> Span {
    let overridden = |check: &str| {
        node.path(&["signatureVerification", "override"])
            .and_then(|overrides| overrides.entry(check))
            .map(|entry| entry.key_span.clone())
    };
    let field = |name: &str| node.entry(name).map(|entry| entry.node.span.clone());
    let first_store = |kind: &str| {
        let stores = node.get("trustStores").map(Node::items).unwrap_or_default();
        let of_kind = |store: &&Node| store.text().is_some_and(|text| text.starts_with(kind));
        stores.iter().find(of_kind).map(|store| store.span.clone())
    };
    let found = match step.check {
        NotaryCheck::Authenticity => {
            first_store("ca:").or_else(|| first_store("signingAuthority:")).or_else(|| field("trustStores"))
        }
        NotaryCheck::Identity => field("trustedIdentities"),
        NotaryCheck::Expiry => overridden("expiry"),
        NotaryCheck::AuthenticTimestamp => {
            let stamp =
                node.path(&["signatureVerification", "verifyTimestamp"]).map(|node| node.span.clone());
            overridden("authenticTimestamp").or(stamp).or_else(|| first_store("tsa:"))
        }
        NotaryCheck::Revocation => overridden("revocation"),
        NotaryCheck::Integrity | NotaryCheck::Plugin | NotaryCheck::Target | NotaryCheck::Metadata => None,
    };
    found.unwrap_or_else(|| level(node))
}
