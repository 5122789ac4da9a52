//! One rule over the images of a resource, in the two phases of admission: what the mutating webhook finds, then what the
//! validating webhook demands of the resource that the first one left (spec A.1, A.4, A.13).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::case::{Case, Context};
use super::entry::{self, EntryJudgement, OfRule, Phase1};
use super::exception::Exception;
use super::extract::{self, Extracted};
use super::gate::{self, Gate, State};
use super::judge::Applied;
use super::loader::Loader;
use super::policy::{Policy, Reading, Rule, VerifyImages};
use crate::lang::wildcard;
use crate::model::artifact::Evidence;
use crate::model::missing::Missing;
use crate::model::trace::{Clause, Outcome};
use crate::model::workload::Resource;

/// Whether a rule answered with a pass or a failure, which ends `applyRules: One`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Gave {
    /// Nothing, a skip or an error.
    Nothing,
    /// A pass or a failure.
    Answer,
    /// That is not known.
    Unknown(Missing),
}

/// Whether the engine comes to a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It does.
    Open,
    /// It does not, as the rule of this name applied before.
    Behind(String),
    /// That is not known.
    Unknown(Missing),
}

/// One image under the rule.
pub(super) struct OnImage {
    pub(super) evidence: Result<Arc<Evidence>, Missing>,
    pub(super) entries: Vec<EntryJudgement>,
    /// The first failure of the second phase: Kyverno's message, and the path from the list of entries.
    pub(super) failed: Option<(String, Vec<usize>)>,
}

/// A rule over a resource.
pub(super) struct Course<'a> {
    pub(super) applied: Applied<'a>,
    pub(super) gate: Gate,
    /// The images of the resource, or why they cannot be read.
    pub(super) images: Result<Vec<Extracted>, String>,
    /// What is known of each of them; empty where the rule does not select the resource.
    pub(super) judged: Vec<OnImage>,
    /// Does the engine come to the rule in the first phase, and in the second?
    pub(super) ways: (Way, Way),
}

impl<'a> Course<'a> {
    /// Judges the first phase.
    pub(super) fn first(
        policy: &Policy,
        resource: &Resource,
        applied: Applied<'a>,
        context: &Context<'_>,
    ) -> Self {
        let images = extract::extract(&resource.manifest, applied.rule.node.get("imageExtractors"));
        let mut gate = Gate::open();
        if let Ok(images) = &images
            && applied.matches
        {
            let named = |one: &&&Exception| one.names(&policy.id, &applied.name);
            let named: Vec<&Exception> = context.exceptions.iter().filter(named).copied().collect();
            let loader = Loader::of(context, &policy.id, &applied.node);
            gate = gate::judge(&applied.node, resource, images, &named, (context.as_of, &loader));
        }
        let mut course = Self { applied, gate, images, judged: Vec::new(), ways: (Way::Open, Way::Open) };
        if course.applied.matches {
            course.judged = course.on_images(policy, resource, context);
        }
        course
    }

    fn on_images(&self, policy: &Policy, resource: &Resource, context: &Context<'_>) -> Vec<OnImage> {
        let rule = self.rule();
        let of_rule = OfRule {
            before: policy.unsupported.iter().collect(),
            node: &rule.node,
            loader: Loader::of(context, &policy.id, &rule.node),
            denies: rule.entries.iter().filter_map(|entry| entry.deny.as_ref()).collect(),
        };
        let images = self.extracted();
        let on = |extracted: &Extracted| {
            let evidence = (context.evidence)(&extracted.image);
            let info = &extracted.info;
            let entry = |(index, entry): (usize, &VerifyImages)| {
                let attested = !entry.attestors.is_empty();
                let reading = &entry.reading;
                let case = Case { context, info, evidence: &evidence, reading, attested, resource, images };
                entry::judge(&case, entry, index, &of_rule)
            };
            let entries = rule.entries.iter().enumerate().map(entry).collect();
            OnImage { evidence, entries, failed: None }
        };
        images.iter().map(on).collect()
    }

    /// The rule, with its variables put in where it has any.
    pub(super) fn rule(&self) -> &Rule {
        self.gate.rule.as_ref().unwrap_or(self.applied.rule)
    }

    /// The images of the resource.
    pub(super) fn extracted(&self) -> &[Extracted] {
        self.images.as_deref().unwrap_or_default()
    }

    /// What keeps the rule from its images, if anything does.
    fn kept(&self) -> Option<Gave> {
        if !self.applied.matches {
            return Some(Gave::Nothing);
        }
        if let Some(missing) = &self.applied.undecided {
            return Some(Gave::Unknown(missing.clone()));
        }
        if let Err(problem) = &self.images {
            let what = "an image of the resource".to_owned();
            return Some(Gave::Unknown(Missing::Malformed { what, problem: problem.clone() }));
        }
        match self.gate.state {
            State::Open => None,
            State::Shut(_) | State::Failed(_) => Some(Gave::Nothing),
            State::Unknown => Some(Gave::Unknown(missing(self.gate.clauses.last()))),
        }
    }

    /// What the first phase answers.
    pub(super) fn gave_first(&self) -> Gave {
        if let Some(kept) = self.kept() {
            return kept;
        }
        let rule = self.rule();
        let mut unknown = None;
        for (on, extracted) in self.judged.iter().zip(self.extracted()).filter(|(on, _)| is_named(on)) {
            for (judged, entry) in on.entries.iter().zip(&rule.entries) {
                // Where nothing is verified, the digest that is written is the answer.
                let written = !entry.checks() && writes(on, extracted, entry);
                match &judged.phase1 {
                    Phase1::Pass | Phase1::Fail(_) => return Gave::Answer,
                    Phase1::Error => unknown = unknown.or(Some(missing(Some(&judged.clause)))),
                    Phase1::Unmatched | Phase1::Nothing | Phase1::Skip if written => return Gave::Answer,
                    Phase1::Unmatched | Phase1::Nothing | Phase1::Skip => {}
                }
            }
        }
        unknown.map_or(Gave::Nothing, Gave::Unknown)
    }

    /// Places of the resource at which the first phase puts a digest.
    pub(super) fn pins(&self) -> Vec<String> {
        if self.kept().is_some() || self.ways.0 != Way::Open {
            return Vec::new();
        }
        let pairs = self.judged.iter().zip(self.extracted());
        let pinned = pairs.filter(|(on, extracted)| {
            is_named(on) && self.rule().entries.iter().any(|entry| writes(on, extracted, entry))
        });
        pinned.map(|(_, extracted)| extracted.pointer.clone()).collect()
    }

    /// The engine never came here in the first phase: nothing is written, and nothing noted.
    pub(super) fn never_first(&mut self) {
        for judged in self.judged.iter_mut().flat_map(|on| &mut on.entries) {
            if judged.phase1 != Phase1::Unmatched {
                judged.phase1 = Phase1::Nothing;
                judged.deciding.clear();
                super::conclude::unreached(&mut judged.clause);
            }
        }
    }

    /// Judges the second phase, over the resource as all rules left it; `pinned` are places with a digest put in.
    pub(super) fn second(
        &mut self,
        resource: &Resource,
        context: &Context<'_>,
        pinned: &BTreeSet<String>,
    ) -> Gave {
        let kept = self.kept();
        let reached = self.ways.0 == Way::Open;
        let rule = self.gate.rule.as_ref().unwrap_or(self.applied.rule);
        let images = self.images.as_deref().unwrap_or_default();
        let demands = rule.entries.iter().any(|entry| entry.verify_digest.value || entry.required.value);
        let (mut seen, mut skipped, mut passed, mut failed) = (false, false, false, false);
        let mut unknown = None;
        for (on, extracted) in self.judged.iter_mut().zip(images) {
            let reading = Reading::default();
            let evidence = on.evidence.clone();
            let info = &extracted.info;
            let case = Case {
                context,
                info,
                evidence: &evidence,
                reading: &reading,
                attested: false,
                resource,
                images,
            };
            let error = on.entries.iter().find(|judged| judged.phase1 == Phase1::Error);
            unknown = unknown.or(error.map(|judged| missing(Some(&judged.clause))));
            let pinned = pinned.contains(&extracted.pointer);
            let last = last(&case, rule, on, pinned, reached);
            let asked = second_phase(&case, rule, on, pinned, &last);
            for required in asked {
                seen = true;
                skipped |= required && last == Phase1::Skip;
                passed |= required && last == Phase1::Pass;
            }
            failed |= on.failed.is_some();
        }
        match (kept, unknown) {
            (Some(kept), _) => kept,
            (None, Some(missing)) => Gave::Unknown(missing),
            // Only skipped images give a skip.
            (None, None) if demands && seen && (failed || passed || !skipped) => Gave::Answer,
            (None, None) => Gave::Nothing,
        }
    }
}

/// Does any entry of the rule name the image?
pub(super) fn is_named(on: &OnImage) -> bool {
    on.entries.iter().any(|judged| judged.phase1 != Phase1::Unmatched)
}

fn writes(on: &OnImage, extracted: &Extracted, entry: &VerifyImages) -> bool {
    entry.mutate_digest.value && extracted.info.digest.is_none() && on.evidence.is_ok()
}

fn missing(clause: Option<&Clause>) -> Missing {
    match clause.map(|clause| &clause.outcome) {
        Some(Outcome::Undecided(missing)) => missing.clone(),
        _ => Missing::NotImplemented { what: "the answer of a rule that stands before".to_owned() },
    }
}

/// What is noted of the image in its last form. What an entry finds it notes under the image as it is then, over what the one
/// before noted; what it does not name it calls skipped.
fn last(case: &Case<'_>, rule: &Rule, on: &OnImage, pinned: bool, reached: bool) -> Phase1 {
    let mut last = Phase1::Nothing;
    if !reached || !is_named(on) {
        return last;
    }
    for (entry, judged) in rule.entries.iter().zip(&on.entries) {
        if entry.checks() && entry::writes_digest(case, entry) == pinned {
            last = match &judged.phase1 {
                Phase1::Unmatched => Phase1::Skip,
                phase => phase.clone(),
            };
        }
    }
    last
}

/// Asks every entry that names the image in its last form; gives for each whether it is `required`.
fn second_phase(case: &Case<'_>, rule: &Rule, on: &mut OnImage, pinned: bool, last: &Phase1) -> Vec<bool> {
    let image = entry::mutated(case, pinned);
    let mut asked = Vec::new();
    for (index, (entry, judged)) in rule.entries.iter().zip(on.entries.iter_mut()).enumerate() {
        // The patterns are compared again, now with the digest in place.
        if !entry.references.iter().any(|pattern| wildcard::matches(&pattern.value, &image)) {
            continue;
        }
        asked.push(entry.required.value);
        let failed = entry::second_phase(case, entry, judged, pinned, last);
        if pinned && !rule.entries.iter().any(|entry| entry::writes_digest(case, entry)) {
            let label = "another rule put the digest in place of the tag";
            judged.clause.children.push(Clause::new(label, Outcome::Held).at(&entry.span));
        }
        if let (None, Some((message, path))) = (&on.failed, failed) {
            on.failed = Some((message, std::iter::once(index).chain(path).collect()));
        }
    }
    asked
}
