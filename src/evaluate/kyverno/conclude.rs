//! Puts both phases of a rule over an image together: verdict, code, message and the clause that decided.

use super::entry::{EntryJudgement, Phase1};
use super::extract::{self, Extracted};
use super::gate::{Gate, State};
use super::judge::{Applied, action_of, blank, container};
use super::phases::{Course, OnImage, Way, is_named};
use super::policy::{Action, Policy};
use crate::model::code::Code;
use crate::model::missing::Missing;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome, Trace};
use crate::model::verdict::Verdict;
use crate::model::workload::{ContainerImage, Resource};

/// The results of a rule for all images of the resource.
pub(super) fn traces(policy: &Policy, resource: &Resource, course: &mut Course<'_>) -> Vec<Trace> {
    let images = match &course.images {
        Ok(images) => images.clone(),
        Err(problem) if course.applied.matches => {
            return vec![unreadable_images(policy, resource, &course.applied, problem.clone())];
        }
        Err(_) => return vec![blank(policy, resource, &course.applied, ContainerImage::default())],
    };
    if !course.applied.matches {
        let one = |extracted: &Extracted| {
            let mut trace = blank(policy, resource, &course.applied, container(extracted));
            settle(&mut trace, Verdict::None);
            trace
        };
        return images.iter().map(one).collect();
    }
    let judged = std::mem::take(&mut course.judged);
    let pairs = images.iter().zip(judged);
    pairs
        .map(|(extracted, on)| behind(on_image(policy, resource, course, (extracted, on)), &course.gate))
        .collect()
}

/// The results of a rule that the policy's `matchConditions` keep from being asked.
pub(super) fn at_door(
    policy: &Policy,
    resource: &Resource,
    applied: &Applied<'_>,
    verdict: Verdict,
    door: &Clause,
) -> Vec<Trace> {
    let images = extract::extract(&resource.manifest, applied.rule.node.get("imageExtractors"));
    let images: Vec<ContainerImage> = match images {
        Ok(images) => images.iter().map(container).collect(),
        Err(_) => vec![ContainerImage::default()],
    };
    let one = |image: ContainerImage| {
        let mut trace = blank(policy, resource, applied, image);
        if applied.matches {
            // Where the policy is not asked the whole says so, and why; an error is the condition's own.
            let decides = |child: &Clause| !matches!(child.outcome, Outcome::Held);
            let deciding = door.children.iter().rposition(decides).filter(|_| verdict == Verdict::Error);
            trace.clauses.push(door.clone());
            trace.deciding = std::iter::once(1).chain(deciding).collect();
        }
        settle(&mut trace, if applied.matches { verdict } else { Verdict::None });
        trace
    };
    images.into_iter().map(one).collect()
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

fn on_image(
    policy: &Policy,
    resource: &Resource,
    course: &Course<'_>,
    (extracted, mut on): (&Extracted, OnImage),
) -> Trace {
    let applied = &course.applied;
    let mut trace = blank(policy, resource, applied, container(extracted));
    if is_named(&on) || on.failed.is_some() {
        trace.digest = on.evidence.as_ref().ok().map(|evidence| evidence.digest.clone());
    }
    let second = on.failed.take();
    let action = action_of(policy, course.rule(), resource);
    let verdict = conclude(&mut trace, applied, &on.entries, second, action);
    if verdict == Verdict::None && on.entries.iter().any(|judged| judged.phase1 == Phase1::Skip) {
        let (image, policy, rule) = (extracted.info.string(), &policy.id.name, &applied.name);
        trace.engine_message =
            format!("skipping image reference image {image}, policy {policy} ruleName {rule}");
    }
    trace.clauses.extend(on.entries.into_iter().map(|judged| judged.clause));
    settle(&mut trace, verdict);
    if trace.code == Code::RefNone { trace } else { in_turn(trace, policy, &course.ways) }
}

/// Puts `applyRules: One` over what the rule says: behind a rule that applied it is not asked.
fn in_turn(mut trace: Trace, policy: &Policy, ways: &(Way, Way)) -> Trace {
    let second_decides = matches!(trace.verdict, Verdict::Deny | Verdict::Audit);
    let outcome = match ways {
        (Way::Open, Way::Open | Way::Behind(_)) => return trace,
        (Way::Unknown(missing), _) => Outcome::Undecided(missing.clone()),
        // What the first phase answers stands whatever the second does.
        (Way::Open, Way::Unknown(missing)) if of_second(&trace) => Outcome::Undecided(missing.clone()),
        (Way::Open, Way::Unknown(_)) => return trace,
        (Way::Behind(_), Way::Unknown(missing)) if second_decides => Outcome::Undecided(missing.clone()),
        (Way::Behind(_), Way::Open) if second_decides => return trace,
        (Way::Behind(rule), _) => Outcome::Failed(Reason::NoMatch {
            attribute: "applyRules",
            wanted: vec!["One".to_owned()],
            found: format!("rule {rule} applied before"),
        }),
    };
    let verdict = match outcome {
        Outcome::Undecided(_) => Verdict::Error,
        _ => Verdict::None,
    };
    let place = policy.node.path(&["spec", "applyRules"]).map_or(&policy.span, |node| &node.span);
    trace.clauses.iter_mut().skip(1).for_each(unreached);
    trace.deciding = vec![trace.clauses.len()];
    trace.clauses.push(Clause::new("applyRules", outcome).at(place));
    trace.engine_message.clear();
    settle(&mut trace, verdict);
    trace
}

/// True when only the second phase refuses the image.
fn of_second(trace: &Trace) -> bool {
    let label = trace.deciding_clause().map(|clause| clause.label.as_str());
    matches!(trace.verdict, Verdict::Deny | Verdict::Audit)
        && matches!(label, Some("verifyDigest" | "required"))
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

/// Marks a clause as looked at for information only.
pub(super) fn unreached(clause: &mut Clause) {
    clause.reached = false;
    clause.children.iter_mut().for_each(unreached);
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
    if find(&|phase| *phase != Phase1::Unmatched).is_none() && second.is_none() {
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

/// Sets verdict, code and place from the deciding clause.
pub(super) fn settle(trace: &mut Trace, verdict: Verdict) {
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
