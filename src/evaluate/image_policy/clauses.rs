//! Expressions as clauses: every part with its value at its place, the calls that verify, and what decided.

use super::expression::Expression;
use super::scene::{Called, Scene};
use crate::lang::expr::{Seen, Stop};
use crate::model::proof::Fact;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, EvidencePath, Outcome};

/// Most parts that are shown of one expression.
const MOST: usize = 60;

/// The outcome of something that stopped.
pub(super) fn stopped(stop: &Stop) -> Outcome {
    match stop {
        Stop::Error(problem) => Outcome::Failed(Reason::ExpressionError { problem: problem.clone() }),
        Stop::Undecided(missing) => Outcome::Undecided(missing.clone()),
    }
}

/// The clauses below an expression: calls that verify first, then each part once.
pub(super) fn below(expression: &Expression, seen: &[Seen], calls: &[Called]) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = calls
        .iter()
        .map(|call| {
            let mut clause = call.clause.clone();
            clause.location = Some(expression.place(call.at.0, call.at.1));
            clause
        })
        .collect();
    let mut known: Vec<&Seen> = Vec::new();
    for part in seen {
        if known.len() >= MOST {
            break;
        }
        if !known.contains(&part) {
            known.push(part);
            clauses.push(clause_of(expression, part, seen));
        }
    }
    clauses
}

fn clause_of(expression: &Expression, part: &Seen, seen: &[Seen]) -> Clause {
    let outcome = match (&part.value, part.truth) {
        (Err(stop), _) => stopped(stop),
        (Ok(_), Some(false)) => Outcome::Failed(false_reason(expression, part, seen)),
        (Ok(_), _) => Outcome::Held,
    };
    let mut clause = Clause::new(expression.part(part.start, part.end), outcome);
    clause.location = Some(expression.place(part.start, part.end));
    if let Ok(value) = &part.value {
        clause.facts.push(Fact { label: "value", value: value.clone() });
    }
    clause
}

/// What a part that is false is made of.
fn false_reason(expression: &Expression, part: &Seen, seen: &[Seen]) -> Reason {
    let within = |inner: &Seen, outer: &Seen| {
        outer.start <= inner.start
            && inner.end <= outer.end
            && (inner.start, inner.end) != (outer.start, outer.end)
    };
    let before = seen.iter().position(|own| std::ptr::eq(own, part)).unwrap_or(seen.len());
    let parts: Vec<&Seen> = seen.iter().take(before).filter(|own| within(own, part)).collect();
    let mut operands: Vec<&&Seen> = Vec::new();
    for own in parts.iter().rev() {
        let largest = !parts.iter().any(|other| within(own, other));
        if largest && !operands.iter().any(|other| (other.start, other.end) == (own.start, own.end)) {
            operands.push(own);
        }
    }
    operands.reverse();
    let shown = operands.iter().map(|own| {
        let value = own.value.clone().unwrap_or_else(|stop| stop.to_string());
        format!("{} = {value}", expression.part(own.start, own.end))
    });
    let found: Vec<String> = shown.collect();
    let found = if found.is_empty() { "false".to_owned() } else { found.join(", ") };
    Reason::Expression { expression: expression.part(part.start, part.end), found }
}

/// Why an expression is false: the call that verified nothing, else its first part that is false. The path begins with a
/// child of the expression's clause.
pub(super) fn cause(
    scene: &Scene<'_>,
    expression: &Expression,
    seen: &[Seen],
    calls: &[Called],
    children: &mut [Clause],
) -> Vec<usize> {
    let failed = calls.iter().enumerate().find_map(|(index, call)| Some((index, call.deciding.as_ref()?)));
    if let Some((index, deciding)) = failed {
        return std::iter::once(index).chain(deciding.iter().copied()).collect();
    }
    let Some(part) = seen.iter().find(|part| part.truth == Some(false)) else { return Vec::new() };
    let place = expression.place(part.start, part.end);
    let label = expression.part(part.start, part.end);
    let index = children.iter().position(|child| {
        child.label == label
            && child.location.as_ref() == Some(&place)
            && matches!(child.outcome, Outcome::Failed(Reason::Expression { .. }))
    });
    if let Some(child) = index.and_then(|index| children.get_mut(index)) {
        child.evidence = scene
            .read
            .borrow()
            .last()
            .map(|place| EvidencePath { digest: place.digest.clone(), pointer: pointer(&label) });
    }
    index.into_iter().collect()
}

/// `/predicate/a/b` of `extractPayload(…).predicate.a.b == …`.
fn pointer(part: &str) -> String {
    let Some((_, after)) = part.split_once("extractPayload(") else { return String::new() };
    let mut depth = 1_usize;
    let end = after.char_indices().find(|(_, letter)| {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    });
    let rest = end.and_then(|(at, _)| after.get(at + 1..)).unwrap_or_default();
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '?');
    let path = rest.split(|c| !word(c)).next().unwrap_or_default();
    path.split('.')
        .filter(|name| !name.is_empty())
        .map(|name| format!("/{}", name.trim_start_matches('?')))
        .collect()
}
