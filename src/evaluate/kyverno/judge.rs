//! Judges a resource under a policy: one trace for each container and rule, both admission phases together, with
//! every clause evaluated and the verdict that Kyverno would give.

use super::action;
use super::autogen::RuleInstance;
use super::case::Context;
use super::conclude;
use super::extract::{self, Extracted};
use super::order;
use super::phases::Course;
use super::policy::{Action, Policy, Rule};
use super::select;
use super::webhook;
use crate::evaluate::refused;
use crate::lang::wildcard;
use crate::model::code::Code;
use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome, Trace};
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, Resource};

/// A rule that applies, or does not, to a resource.
pub(super) struct Applied<'a> {
    pub(super) rule: &'a Rule,
    /// Name of the rule or of its pod-controller twin.
    pub(super) name: String,
    pub(super) selection: Clause,
    pub(super) matches: bool,
    pub(super) undecided: Option<Missing>,
    /// The rule or its twin as a document: `context` and `preconditions` are rewritten for pod controllers.
    pub(super) node: std::sync::Arc<Node>,
    /// Its number among all rules as they are applied.
    pub(super) place: usize,
}

/// The one result for a policy that Kyverno refuses; `None` when it would accept it.
#[must_use]
pub fn refused(policy: &Policy) -> Option<Trace> {
    refused::trace(&policy.id, policy.refusals.iter().map(|refusal| (&*refusal.text, &refusal.span)))
}

/// Names, as written, of the images that must be fetched to judge this resource under this policy.
#[must_use]
pub fn demand(policy: &Policy, resource: &Resource) -> Vec<String> {
    let shut = |door: webhook::Door| door.verdict.is_some();
    if !policy.refusals.is_empty() || webhook::judge(policy, resource).is_some_and(shut) {
        return Vec::new();
    }
    let mut names = Vec::new();
    for applied in apply(policy, resource).iter().filter(|applied| applied.matches) {
        for extracted in images(applied.rule, resource).unwrap_or_default() {
            let image = extracted.info.string();
            let named = |entry: &super::policy::VerifyImages| {
                entry.references.iter().any(|pattern| wildcard::matches(&pattern.value, &image))
            };
            if applied.rule.entries.iter().any(named) && !names.contains(&extracted.image) {
                names.push(extracted.image.clone());
            }
        }
    }
    names
}

/// Judges every image of a resource under every image rule of a policy. A policy that Kyverno refuses has no results
/// here; see `refused`.
#[must_use]
pub fn judge(policy: &Policy, resource: &Resource, context: &Context<'_>) -> Vec<Trace> {
    if !policy.refusals.is_empty() {
        return Vec::new();
    }
    let door = webhook::judge(policy, resource);
    if let Some((verdict, clause)) = door.as_ref().and_then(|door| Some((door.verdict?, &door.clause))) {
        let applied = apply(policy, resource);
        return applied
            .iter()
            .flat_map(|one| conclude::at_door(policy, resource, one, verdict, clause))
            .collect();
    }
    let applied = apply(policy, resource).into_iter();
    let mut courses: Vec<Course<'_>> =
        applied.map(|applied| Course::first(policy, resource, applied, context)).collect();
    order::images(&mut courses);
    order::judge(policy, resource, &mut courses, context);
    let mut traces: Vec<Trace> =
        courses.iter_mut().flat_map(|course| conclude::traces(policy, resource, course)).collect();
    if let Some(door) = door {
        traces.iter_mut().for_each(|trace| trace.clauses.push(door.clause.clone()));
    }
    traces
}

fn images(rule: &Rule, resource: &Resource) -> Result<Vec<Extracted>, String> {
    extract::extract(&resource.manifest, rule.node.get("imageExtractors"))
}

/// Each rule as written and its pod-controller twins, as far as they select the resource: a rule for Pods and for a controller
/// is applied to the controller twice. A rule that does not select it at all is there once.
fn apply<'a>(policy: &'a Policy, resource: &Resource) -> Vec<Applied<'a>> {
    let of_rule = |rule: &'a Rule| -> Vec<Applied<'a>> {
        let twins = policy.instances.iter().enumerate();
        let twins = twins.filter(|(_, instance)| instance.origin == rule.name);
        let mut all: Vec<Applied<'a>> = twins
            .map(|(place, instance)| Applied { place, ..selected(policy, rule, instance, resource) })
            .collect();
        if all.iter().any(|applied| applied.matches) {
            all.retain(|applied| applied.matches);
        } else {
            all.truncate(1);
        }
        if all.is_empty() { vec![never(rule)] } else { all }
    };
    policy.rules.iter().flat_map(of_rule).collect()
}

fn never(rule: &Rule) -> Applied<'_> {
    let reason = Reason::NoMatch { attribute: "kinds", wanted: Vec::new(), found: String::new() };
    let selection = Clause::new("match", Outcome::Failed(reason)).at(&rule.span);
    Applied {
        rule,
        name: rule.name.clone(),
        selection,
        matches: false,
        undecided: None,
        node: rule.node.clone(),
        place: usize::MAX,
    }
}

fn selected<'a>(
    policy: &Policy,
    rule: &'a Rule,
    instance: &RuleInstance,
    resource: &Resource,
) -> Applied<'a> {
    let request = select::Request::create(&resource.id.namespace);
    let mut clause = select::rule(&instance.node, &resource.manifest, &request, &policy.id);
    let undecided = match &clause.outcome {
        Outcome::Undecided(missing) => Some(missing.clone()),
        _ => None,
    };
    if clause.location.is_none() {
        clause.location = Some(rule.span.clone());
    }
    // A selection that cannot be decided is treated as a match whose result is an error, so that it is seen.
    let matches = clause.outcome == Outcome::Held || undecided.is_some();
    Applied {
        rule,
        name: instance.name.clone(),
        selection: clause,
        matches,
        undecided,
        node: instance.node.clone(),
        place: usize::MAX,
    }
}

/// The place in the resource that names an extracted image.
#[must_use]
pub fn container(extracted: &Extracted) -> ContainerImage {
    ContainerImage {
        list: extracted.list.clone(),
        container: extracted.container.clone(),
        image: extracted.image.clone(),
        pointer: extracted.pointer.clone(),
    }
}

/// The result that says nothing yet.
pub(super) fn blank(
    policy: &Policy,
    resource: &Resource,
    applied: &Applied<'_>,
    image: ContainerImage,
) -> Trace {
    Trace {
        draft: false,
        resource: resource.id.clone(),
        image,
        digest: None,
        policy: policy.id.clone(),
        rule: applied.name.clone(),
        verdict: Verdict::None,
        code: Code::RefNone,
        engine_message: String::new(),
        location: None,
        clauses: vec![applied.selection.clone()],
        deciding: vec![0],
    }
}

/// What happens when the rule fails.
pub(super) fn action_of(policy: &Policy, rule: &Rule, resource: &Resource) -> Action {
    let written: Vec<Action> = rule
        .entries
        .iter()
        .filter_map(|entry| entry.failure_action.as_ref().map(|placed| placed.value))
        .collect();
    if written.contains(&Action::Enforce) {
        return Action::Enforce;
    }
    written.first().copied().unwrap_or_else(|| action::of_spec(&policy.node, &resource.id.namespace))
}

/// The action that the policy's `spec` gives in a namespace without overrides of its own.
#[must_use]
pub fn spec_action(policy: &Policy) -> Action {
    action::of_spec(&policy.node, "default")
}
