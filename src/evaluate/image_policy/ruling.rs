//! What a policy decides about a resource, and the results for its images.

use super::clauses::stopped;
use super::policy::{Policy, Reference, Spec};
use super::trust::Context;
use super::{attestors, images};
use crate::evaluate::refused;
use crate::lang::expr::Stop;
use crate::model::code::Code;
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::span::{Diagnostic, Span};
use crate::model::trace::{Clause, Outcome, Trace};
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, Resource};
use crate::model::world::{PolicyRow, RuleRow};

/// How a policy ended for a resource.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum End {
    /// Not yet.
    Open,
    /// The policy is not about the resource.
    NotForIt,
    /// An exception is made, with Kyverno's message.
    Exempt(String),
    Pass,
    /// With Kyverno's message.
    Fail(String),
    /// With Kyverno's message.
    Error(String),
    Undecided(Missing),
}

impl End {
    /// The end of a policy that could not be evaluated.
    pub(super) fn of(stop: &Stop) -> Self {
        match stop {
            Stop::Error(problem) => Self::Error(format!("failed to evaluate policy: {problem}")),
            Stop::Undecided(missing) => Self::Undecided(missing.clone()),
        }
    }
}

/// What a policy decides about a resource.
pub(super) struct Ruling<'a> {
    pub(super) policy: &'a Policy,
    pub(super) spec: &'a Spec,
    pub(super) clauses: Vec<Clause>,
    pub(super) deciding: Vec<usize>,
    pub(super) end: End,
    /// Images in the places that Kyverno knows.
    pub(super) extracted: Vec<ContainerImage>,
    /// Images that the policy is about.
    pub(super) matched: Vec<String>,
    /// Did a check of an image succeed?
    pub(super) checked: Vec<(String, bool)>,
}

impl<'a> Ruling<'a> {
    pub(super) fn new(policy: &'a Policy, spec: &'a Spec) -> Self {
        Self {
            policy,
            spec,
            clauses: Vec::new(),
            deciding: Vec::new(),
            end: End::Open,
            extracted: Vec::new(),
            matched: Vec::new(),
            checked: Vec::new(),
        }
    }

    pub(super) fn is_open(&self) -> bool {
        self.end == End::Open
    }

    /// Ends with a clause that decided.
    pub(super) fn stop(&mut self, clause: Clause, end: End) {
        self.clauses.push(clause);
        self.finish_last(end);
    }

    /// Ends with the last clause.
    pub(super) fn finish_last(&mut self, end: End) {
        self.end = end;
        self.deciding = vec![self.clauses.len().saturating_sub(1)];
    }

    /// Ends because something could not be evaluated.
    pub(super) fn stopped(&mut self, label: &str, span: &Span, stop: &Stop) {
        self.stop(Clause::new(label, stopped(stop)).at(span), End::of(stop));
    }
}

/// The one result for a policy that Kyverno refuses; `None` when it would accept it.
#[must_use]
pub fn refused(policy: &Policy) -> Option<Trace> {
    refused::trace(&policy.id, policy.refusals.iter().map(|note| (&*note.text, &note.span)))
}

/// The row on screen and in reports.
#[must_use]
pub fn row(policy: &Policy) -> PolicyRow {
    let refused = policy.refusals.iter().map(|note| (note, "Kyverno refuses this policy", None));
    let hint = || Some("results of the policy are ERROR until it is".to_owned());
    let later =
        policy.unsupported.iter().cloned().chain(policy.own.attestors.iter().flat_map(attestors::later));
    let refused = refused.map(|(note, words, hint)| (note.clone(), words, hint));
    let later = later.map(|note| (note, "not supported yet", hint()));
    let problems = refused.chain(later).map(|(note, words, hint)| Diagnostic {
        span: note.span.clone(),
        problem: format!("{words}: {}", note.text),
        hint,
    });
    PolicyRow {
        draft: false,
        id: policy.id.clone(),
        span: policy.span.clone(),
        action: if policy.own.denies { "Deny" } else { "Audit" }.to_owned(),
        rules: vec![RuleRow { name: policy.id.name.clone(), span: policy.span.clone() }],
        lints: Vec::new(),
        problems: problems.collect(),
    }
}

/// One result for each image. Kyverno decides about the resource as a whole: an image that is fine is denied with it.
pub(super) fn traces(ruling: &Ruling<'_>, resource: &Resource, context: &Context<'_>) -> Vec<Trace> {
    let blank = [ContainerImage::default()];
    let images: &[ContainerImage] = if ruling.extracted.is_empty() { &blank } else { &ruling.extracted };
    images.iter().map(|image| trace(ruling, resource, image, context)).collect()
}

fn trace(ruling: &Ruling<'_>, resource: &Resource, image: &ContainerImage, context: &Context<'_>) -> Trace {
    let spec = ruling.spec;
    let refused = if spec.denies { Verdict::Deny } else { Verdict::Audit };
    let (mut verdict, message) = match &ruling.end {
        End::NotForIt | End::Open => (Verdict::None, String::new()),
        End::Exempt(message) => (Verdict::None, message.clone()),
        End::Pass => (Verdict::Pass, String::new()),
        End::Fail(message) => (refused, message.clone()),
        End::Error(message) => (Verdict::Error, message.clone()),
        End::Undecided(_) => (Verdict::Error, String::new()),
    };
    let mut clauses = ruling.clauses.clone();
    let mut deciding = if verdict == Verdict::Pass { Vec::new() } else { ruling.deciding.clone() };
    if ruling.end != End::NotForIt && !image.image.is_empty() {
        let (clause, matched) = references(spec, &image.image);
        clauses.insert(clauses.len().min(1), clause);
        if let Some(first) = deciding.first_mut().filter(|first| **first >= 1) {
            *first += 1;
        }
        // A pass says nothing about an image that the policy is not about.
        if verdict == Verdict::Pass && !matched && !ruling.matched.contains(&image.image) {
            verdict = Verdict::None;
            deciding = vec![1.min(clauses.len().saturating_sub(1))];
        }
    }
    let mut trace = Trace {
        draft: false,
        resource: resource.id.clone(),
        image: image.clone(),
        digest: (context.evidence)(&image.image).ok().map(|evidence| evidence.digest.clone()),
        policy: ruling.policy.id.clone(),
        rule: ruling.policy.id.name.clone(),
        verdict,
        code: Code::Pass,
        engine_message: message,
        location: None,
        clauses,
        deciding,
    };
    trace.location = location(&trace);
    let code = trace.deciding_clause().and_then(|clause| clause.outcome.code());
    trace.code = match verdict {
        Verdict::Pass => Code::Pass,
        Verdict::None if matches!(ruling.end, End::Exempt(_)) => Code::RefSkipped,
        Verdict::None => code.unwrap_or(Code::RefNone),
        _ => code.unwrap_or(Code::ExprFalse),
    };
    trace
}

fn references(spec: &Spec, image: &str) -> (Clause, bool) {
    let span = |reference: &Reference| match reference {
        Reference::Glob(_, text) => text.span.clone(),
        Reference::Expression(expression) => expression.span.clone(),
    };
    let label = "matchImageReferences";
    match images::matches(&spec.references, image) {
        Ok((true, at)) => {
            let place = at.and_then(|at| spec.references.get(at)).map_or_else(|| spec.span.clone(), span);
            (Clause::new(label, Outcome::Held).at(&place), true)
        }
        Ok((false, _)) => {
            let wanted = spec.references.iter().map(|reference| match reference {
                Reference::Glob(_, text) => text.value.clone(),
                Reference::Expression(expression) => expression.text.clone(),
            });
            let reason =
                Reason::NoMatch { attribute: label, wanted: wanted.collect(), found: image.to_owned() };
            let place = spec.references.first().map_or_else(|| spec.span.clone(), span);
            (Clause::new(label, Outcome::Failed(reason)).at(&place), false)
        }
        Err(stop) => (Clause::new(label, stopped(&stop)).at(&spec.span), false),
    }
}

/// The place of the deciding clause, else of the nearest clause above it that has one.
fn location(trace: &Trace) -> Option<Span> {
    let (first, rest) = trace.deciding.split_first()?;
    let mut clause = trace.clauses.get(*first)?;
    let mut place = clause.location.clone();
    for index in rest {
        clause = clause.children.get(*index)?;
        place = clause.location.clone().or(place);
    }
    place
}
