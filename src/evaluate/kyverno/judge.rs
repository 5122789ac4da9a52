//! Judges a resource under a policy: one trace for each container and rule, both admission phases together, with
//! every clause evaluated and the verdict that Kyverno would give.

use super::action;
use super::autogen::RuleInstance;
use super::case::{Case, Context};
use super::entry::{self, EntryJudgement, OfRule, Phase1};
use super::exception::Exception;
use super::extract::{self, Extracted};
use super::gate::{self, Gate, State};
use super::policy::{Action, Policy, Reading, Rule, VerifyImages};
use super::select;
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
struct Applied<'a> {
    rule: &'a Rule,
    /// Name of the rule or of its pod-controller twin.
    name: String,
    selection: Clause,
    matches: bool,
    undecided: Option<Missing>,
    /// The rule or its twin as a document: `context` and `preconditions` are rewritten for pod controllers.
    node: std::sync::Arc<Node>,
}

/// The one result for a policy that Kyverno refuses; `None` when it would accept it.
#[must_use]
pub fn refused(policy: &Policy) -> Option<Trace> {
    refused::trace(&policy.id, policy.refusals.iter().map(|refusal| (&*refusal.text, &refusal.span)))
}

/// Names, as written, of the images that must be fetched to judge this resource under this policy.
#[must_use]
pub fn demand(policy: &Policy, resource: &Resource) -> Vec<String> {
    if !policy.refusals.is_empty() {
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
    let mut traces = Vec::new();
    for applied in apply(policy, resource) {
        match images(applied.rule, resource) {
            Ok(images) => {
                let gate = match applied.matches {
                    true => {
                        let named = |one: &&&Exception| one.names(&policy.id, &applied.name);
                        let named: Vec<&Exception> =
                            context.exceptions.iter().filter(named).copied().collect();
                        gate::judge(&applied.node, resource, &images, &named, context.as_of)
                    }
                    false => Gate::open(),
                };
                let rule = gate.rule.as_ref().unwrap_or(applied.rule);
                let applied = Applied { rule, ..applied };
                for image in &images {
                    let trace = judge_image(policy, resource, &applied, (image, &images), context);
                    traces.push(behind(trace, &gate));
                }
            }
            Err(problem) if applied.matches => {
                traces.push(unreadable_images(policy, resource, &applied, problem));
            }
            Err(_) => traces.push(blank(policy, resource, &applied, ContainerImage::default())),
        }
    }
    traces
}

fn images(rule: &Rule, resource: &Resource) -> Result<Vec<Extracted>, String> {
    extract::extract(&resource.manifest, rule.node.get("imageExtractors"))
}

/// Each rule as written, or its pod-controller twin where that is what selects the resource.
fn apply<'a>(policy: &'a Policy, resource: &Resource) -> Vec<Applied<'a>> {
    policy
        .rules
        .iter()
        .map(|rule| {
            let twins = policy.instances.iter().filter(|instance| instance.origin == rule.name);
            let mut best: Option<Applied<'a>> = None;
            for instance in twins {
                let applied = selected(policy, rule, instance, resource);
                let better = best.as_ref().is_none_or(|best| !best.matches && applied.matches);
                if better {
                    best = Some(applied);
                }
                if best.as_ref().is_some_and(|best| best.matches) {
                    break;
                }
            }
            best.unwrap_or_else(|| never(rule))
        })
        .collect()
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

fn blank(policy: &Policy, resource: &Resource, applied: &Applied<'_>, image: ContainerImage) -> Trace {
    Trace {
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

fn unreadable_images(policy: &Policy, resource: &Resource, applied: &Applied<'_>, problem: String) -> Trace {
    let image = ContainerImage::default();
    let mut trace = blank(policy, resource, applied, image);
    let missing = Missing::Malformed { what: "an image of the resource".to_owned(), problem };
    trace.clauses.push(Clause::new("images can be read", Outcome::Undecided(missing)).at(&applied.rule.span));
    trace.deciding = vec![1];
    settle(&mut trace, Verdict::Error);
    trace
}

fn judge_image(
    policy: &Policy,
    resource: &Resource,
    applied: &Applied<'_>,
    (extracted, images): (&Extracted, &[Extracted]),
    context: &Context<'_>,
) -> Trace {
    let mut trace = blank(policy, resource, applied, container(extracted));
    if !applied.matches {
        settle(&mut trace, Verdict::None);
        return trace;
    }
    let evidence = (context.evidence)(&extracted.image);
    let info = &extracted.info;
    let reading = Reading::default();
    let case =
        Case { context, info, evidence: &evidence, reading: &reading, attested: false, resource, images };
    let of_rule = OfRule {
        before: policy.unsupported.iter().chain(&applied.rule.unsupported).collect(),
        context: applied.rule.node.get("context"),
        denies: applied.rule.entries.iter().filter_map(|entry| entry.deny.as_ref()).collect(),
    };
    let mut entries: Vec<EntryJudgement> = applied
        .rule
        .entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            entry::judge(
                &Case { reading: &entry.reading, attested: !entry.attestors.is_empty(), ..case },
                entry,
                index,
                &of_rule,
            )
        })
        .collect();
    let named = entries.iter().any(|judged| judged.phase1 != Phase1::Unmatched);
    if named {
        trace.digest = evidence.as_ref().ok().map(|evidence| evidence.digest.clone());
    }
    let second = second_phase(&case, applied.rule, &mut entries);
    let verdict = conclude(&mut trace, applied, &entries, second, action_of(policy, applied.rule, resource));
    if verdict == Verdict::None && entries.iter().any(|judged| judged.phase1 == Phase1::Skip) {
        let (image, policy, rule) = (case.image(), &policy.id.name, &applied.name);
        trace.engine_message =
            format!("skipping image reference image {image}, policy {policy} ruleName {rule}");
    }
    trace.clauses.extend(entries.into_iter().map(|judged| judged.clause));
    settle(&mut trace, verdict);
    trace
}

/// Puts preconditions and exceptions over what the rule would say: they come before its images.
fn behind(mut trace: Trace, gate: &Gate) -> Trace {
    let Some(clause) = gate.clauses.last() else { return trace };
    // What the selection or the references pass over has no preconditions.
    if matches!(trace.code, Code::RefNone) {
        return trace;
    }
    if gate.state == State::Open {
        trace.clauses.extend(gate.clauses.iter().cloned());
        return trace;
    }
    trace.clauses.iter_mut().skip(1).for_each(unreached);
    let deciding = clause.children.iter().position(|child| child.reached && child.outcome == clause.outcome);
    let deciding = deciding.filter(|_| clause.outcome != Outcome::Held);
    let last = trace.clauses.len() + gate.clauses.len() - 1;
    trace.deciding = std::iter::once(last).chain(deciding).collect();
    trace.clauses.extend(gate.clauses.iter().cloned());
    let (verdict, message) = match &gate.state {
        State::Shut(message) => (Verdict::None, message.clone()),
        State::Failed(message) => (Verdict::Error, message.clone()),
        State::Open | State::Unknown => (Verdict::Error, String::new()),
    };
    trace.engine_message = message;
    settle(&mut trace, verdict);
    trace
}

fn unreached(clause: &mut Clause) {
    clause.reached = false;
    clause.children.iter_mut().for_each(unreached);
}

/// The first failure of the second phase: Kyverno's message, and the path from the list of entries.
fn second_phase(
    case: &Case<'_>,
    rule: &Rule,
    entries: &mut [EntryJudgement],
) -> Option<(String, Vec<usize>)> {
    if entries.iter().all(|judged| judged.phase1 == Phase1::Unmatched) {
        return None;
    }
    // Once one entry names the image, every entry is asked about it, and writes its digest where it may.
    let writes = |entry: &VerifyImages| entry::writes_digest(case, entry);
    let pinned = rule.entries.iter().any(writes);
    // What an entry finds it writes under the image as it is then, over what the one before found; what it does not name
    // it calls skipped.
    let mut last = Phase1::Nothing;
    for (entry, judged) in rule.entries.iter().zip(entries.iter()) {
        if entry.checks() && writes(entry) == pinned {
            last = match &judged.phase1 {
                Phase1::Unmatched => Phase1::Skip,
                phase => phase.clone(),
            };
        }
    }
    let image = entry::mutated(case, pinned);
    let mut first = None;
    for (index, (entry, judged)) in rule.entries.iter().zip(entries.iter_mut()).enumerate() {
        // The patterns are compared again, now with the digest in place.
        if !entry.references.iter().any(|pattern| wildcard::matches(&pattern.value, &image)) {
            continue;
        }
        let failed = entry::second_phase(case, entry, judged, pinned, &last);
        if let (None, Some((message, path))) = (&first, failed) {
            first = Some((message, std::iter::once(index).chain(path).collect()));
        }
    }
    first
}

/// Puts verdict, message and deciding clause together; clause 0 of the trace is the selection, the entries follow.
fn conclude(
    trace: &mut Trace,
    applied: &Applied<'_>,
    entries: &[EntryJudgement],
    second: Option<(String, Vec<usize>)>,
    action: Action,
) -> Verdict {
    let path_to = |index: usize, deciding: &[usize]| -> Vec<usize> {
        std::iter::once(index + 1).chain(deciding.iter().copied()).collect()
    };
    let find = |wanted: &dyn Fn(&Phase1) -> bool| entries.iter().enumerate().find(|(_, e)| wanted(&e.phase1));
    if find(&|phase| *phase != Phase1::Unmatched).is_none() {
        trace.deciding = entries.first().map_or(vec![0], |judged| path_to(0, &judged.deciding));
        return Verdict::None;
    }
    if applied.undecided.is_some() {
        trace.deciding = vec![0];
        return Verdict::Error;
    }
    if let Some((index, judged)) = find(&|phase| *phase == Phase1::Error) {
        trace.deciding = path_to(index, &judged.deciding);
        return Verdict::Error;
    }
    let refused = match action {
        Action::Enforce => Verdict::Deny,
        Action::Audit => Verdict::Audit,
    };
    let mut messages = Vec::new();
    let mut deciding = None;
    for (index, judged) in entries.iter().enumerate() {
        if let Phase1::Fail(message) = &judged.phase1 {
            deciding.get_or_insert_with(|| path_to(index, &judged.deciding));
            messages.push(message.clone());
        }
    }
    if let Some((message, path)) = second {
        let (entry, rest) = path.split_first().map_or((0, [].as_slice()), |(entry, rest)| (*entry, rest));
        deciding.get_or_insert_with(|| path_to(entry, rest));
        messages.push(message);
    }
    trace.engine_message = messages.join("\n");
    if let Some(deciding) = deciding {
        trace.deciding = deciding;
        return refused;
    }
    trace.deciding.clear();
    if find(&|phase| matches!(phase, Phase1::Pass | Phase1::Nothing)).is_some() {
        return Verdict::Pass;
    }
    if let Some((index, judged)) = find(&|phase| *phase == Phase1::Skip) {
        trace.deciding = path_to(index, &judged.deciding);
    }
    Verdict::None
}

fn action_of(policy: &Policy, rule: &Rule, resource: &Resource) -> Action {
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

/// Sets verdict, code and place from the deciding clause.
fn settle(trace: &mut Trace, verdict: Verdict) {
    trace.verdict = verdict;
    let code = trace.deciding_clause().and_then(|clause| clause.outcome.code());
    trace.code = match verdict {
        Verdict::Pass => Code::Pass,
        Verdict::None => match code {
            Some(code) => code,
            None => Code::RefSkipped,
        },
        _ => code.unwrap_or(Code::PolUnsupported),
    };
    trace.location = location(trace);
}

/// The place of the deciding clause, else of the nearest clause above it that has one.
fn location(trace: &Trace) -> Option<crate::model::Span> {
    let (first, rest) = trace.deciding.split_first()?;
    let mut clause = trace.clauses.get(*first)?;
    let mut place = clause.location.clone();
    for index in rest {
        clause = clause.children.get(*index)?;
        place = clause.location.clone().or(place);
    }
    place
}

/// The action that the policy's `spec` gives in a namespace without overrides of its own.
#[must_use]
pub fn spec_action(policy: &Policy) -> Action {
    action::of_spec(&policy.node, "default")
}
