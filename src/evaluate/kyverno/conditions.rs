//! Conditions on a predicate, and `validate.deny`: every condition is a clause with both its sides (spec A.11, A.12, B.5).

use serde_json::{Number, Value};

use super::case::{Case, Ending};
use super::condition;
use super::policy::{Attestation, Deny};
use super::root::Root;
use super::scope::{Scope, Trouble};
use super::statement::Statement;
use crate::format::yaml::to_json;
use crate::lang::jmespath::go_json;
use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, EvidencePath, Outcome, Why};

/// Conditions judged.
pub(super) struct Met {
    pub(super) clause: Clause,
    pub(super) ending: Ending,
    pub(super) deciding: Vec<usize>,
}

/// What a list of blocks came to.
struct Blocks {
    truth: Truth,
    /// Messages as Kyverno joins them.
    message: String,
    children: Vec<Clause>,
    deciding: Vec<usize>,
}

/// Whether a condition holds.
#[derive(Clone, Debug, PartialEq)]
enum Truth {
    True,
    False,
    /// Kyverno stops with an error.
    Fault(String, Reason),
    /// It cannot be known.
    Unknown(Missing),
}

/// The conditions of an attestation on one statement. A statement without conditions holds.
pub(super) fn on_statement(
    case: &Case<'_>,
    attestation: &Attestation,
    statement: &Statement,
    root: &Root,
) -> Met {
    let label = format!("conditions on {}", statement.kind);
    let evidence = EvidencePath { digest: statement.layer.clone(), pointer: "/predicate".to_owned() };
    let Some(conditions) = &attestation.conditions else {
        let mut clause = Clause::new(label, Outcome::NotExercised(Why::NothingThere)).at(&attestation.span);
        clause.evidence = Some(evidence);
        return Met { clause, ending: Ending::Pass, deciding: Vec::new() };
    };
    let mut clause = Clause::new(label, Outcome::Held).at(&conditions.span);
    clause.evidence = Some(evidence.clone());
    if !statement.predicate.is_object() {
        let problem = "the predicate is no object".to_owned();
        clause.outcome = Outcome::Failed(Reason::Malformed { what: "predicate", problem });
        let message = "failed to check attestations: failed to extract predicate from statement".to_owned();
        return Met { clause, ending: Ending::Fail(message), deciding: Vec::new() };
    }
    let variables = root.with(&statement.predicate);
    let judged = blocks(conditions.items(), &variables, Some(&evidence));
    clause.children = judged.children;
    let ending = match judged.truth {
        Truth::True => Ending::Pass,
        Truth::False => Ending::Fail(format!(
            "attestation checks failed for {} and predicate {}: {}",
            case.pinned(),
            attestation.kind.value,
            judged.message
        )),
        Truth::Fault(text, _) => Ending::Fail(format!("failed to check attestations: {text}")),
        Truth::Unknown(_) => Ending::Error,
    };
    let child = follow(&clause, &judged.deciding).map(|child| child.outcome.clone());
    if ending != Ending::Pass
        && let Some(outcome) = child
    {
        clause.outcome = outcome;
    }
    Met { clause, ending, deciding: judged.deciding }
}

fn follow<'a>(clause: &'a Clause, path: &[usize]) -> Option<&'a Clause> {
    path.iter().try_fold(clause, |clause, index| clause.children.get(*index))
}

/// `validate.deny`: `None` when nothing is written or nothing denies.
pub(super) fn deny(deny: &Deny, root: &Root) -> Met {
    let mut clause = Clause::new("validate.deny", Outcome::Held).at(&deny.span);
    let Some(conditions) = &deny.conditions else {
        clause.outcome = Outcome::NotExercised(Why::NothingThere);
        return Met { clause, ending: Ending::Pass, deciding: Vec::new() };
    };
    let judged = match conditions.items() {
        [] => blocks(std::slice::from_ref(&**conditions), root.scope(), None),
        list => blocks(list, root.scope(), None),
    };
    clause.children = judged.children;
    let ending = match judged.truth {
        Truth::False => Ending::Pass,
        Truth::True => {
            let joined = [deny.message.as_str(), judged.message.as_str()]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join("; ");
            let shown = if joined.is_empty() {
                "validation error: imageVerify  failed".to_owned()
            } else {
                let raw = Value::String(joined);
                match root.scope().substitute(&raw) {
                    Ok(Value::String(text)) => text,
                    Ok(_) => "the produced message didn't resolve to a string, check your policy definition."
                        .to_owned(),
                    Err(_) => judged.message.clone(),
                }
            };
            clause.outcome = Outcome::Failed(Reason::Denied { message: shown.clone() });
            Ending::Fail(format!("validation in verifyImages failed: {shown}"))
        }
        Truth::Fault(text, reason) => {
            clause.outcome = Outcome::Failed(reason);
            Ending::Fail(format!(
                "validation in verifyImages failed: failed to check deny conditions: {text}"
            ))
        }
        Truth::Unknown(missing) => {
            clause.outcome = Outcome::Undecided(missing);
            Ending::Error
        }
    };
    Met { clause, ending, deciding: Vec::new() }
}

/// Blocks are ANDed.
fn blocks(list: &[Node], root: &Scope, evidence: Option<&EvidencePath>) -> Blocks {
    let mut out =
        Blocks { truth: Truth::True, message: String::new(), children: Vec::new(), deciding: Vec::new() };
    let mut messages = Vec::new();
    for (number, block) in list.iter().enumerate() {
        let judged = one_block(block, number, root, evidence);
        let at = out.children.len();
        let mut clause = Clause::new("conditions", outcome_of(&judged)).at(&block.span);
        clause.children = judged.children;
        clause.reached = out.truth == Truth::True;
        out.children.push(clause);
        let worse = match (&out.truth, &judged.truth) {
            (_, Truth::True) => {
                messages.extend(Some(judged.message.clone()).filter(|message| !message.is_empty()));
                false
            }
            // All is substituted before anything is compared: a fault anywhere comes first.
            (Truth::Fault(..), _) => false,
            (_, Truth::Fault(..)) => true,
            (Truth::Unknown(_), _) => false,
            (_, Truth::Unknown(_)) | (Truth::True, Truth::False) => true,
            (Truth::False, Truth::False) => false,
        };
        if worse {
            out.truth = judged.truth;
            out.deciding = std::iter::once(at).chain(judged.deciding).collect();
            messages.clear();
            out.message = judged.message;
        }
    }
    if out.truth == Truth::True {
        out.message = messages.join("; ");
    }
    out
}

fn outcome_of(judged: &Blocks) -> Outcome {
    match &judged.truth {
        Truth::True => Outcome::Held,
        Truth::Unknown(missing) => Outcome::Undecided(missing.clone()),
        Truth::Fault(_, reason) => Outcome::Failed(reason.clone()),
        Truth::False => judged
            .deciding
            .iter()
            .try_fold(None, |_, index| judged.children.get(*index).map(|child| Some(child.outcome.clone())))
            .flatten()
            .unwrap_or(Outcome::Failed(Reason::Denied { message: "an empty `any`".to_owned() })),
    }
}

fn one_block(block: &Node, number: usize, root: &Scope, evidence: Option<&EvidencePath>) -> Blocks {
    let mut out =
        Blocks { truth: Truth::True, message: String::new(), children: Vec::new(), deciding: Vec::new() };
    let (mut held, mut broken) = (Vec::new(), Vec::new());
    let mut sides: Vec<(Truth, usize)> = Vec::new();
    for side in ["any", "all"] {
        // After substitution an empty `any` is gone, and counts as met.
        let Some(list) = block.get(side).map(Node::items).filter(|list| !list.is_empty()) else { continue };
        let mut truths = Vec::new();
        for (index, one) in list.iter().enumerate() {
            let (truth, mut clause, message) = condition(one, &format!("/{number}/{side}/{index}"), root);
            clause.evidence = evidence.cloned();
            truths.push((truth.clone(), out.children.len()));
            out.children.push(clause);
            match truth {
                Truth::True => held.push(message),
                _ => broken.push(message),
            }
        }
        sides.push(combine(side == "any", &truths));
    }
    let (truth, at) = combine(false, &sides);
    if truth != Truth::True {
        out.deciding = vec![at];
    }
    let shown = if truth == Truth::True { held } else { broken };
    out.message = shown.into_iter().filter(|message| !message.is_empty()).collect::<Vec<_>>().join("; ");
    out.truth = truth;
    out
}

/// One truth of several, and the number that goes with the one that decides.
fn combine(any: bool, truths: &[(Truth, usize)]) -> (Truth, usize) {
    let find = |wanted: &dyn Fn(&Truth) -> bool| truths.iter().find(|(truth, _)| wanted(truth)).cloned();
    if let Some(fault) = find(&|truth| matches!(truth, Truth::Fault(..))) {
        return fault;
    }
    let first = if any { Truth::True } else { Truth::False };
    if let Some(decisive) = find(&|truth| *truth == first) {
        return decisive;
    }
    if let Some(unknown) = find(&|truth| matches!(truth, Truth::Unknown(_))) {
        return unknown;
    }
    truths.first().cloned().unwrap_or((Truth::True, 0))
}

/// `any[0]` of the path `/0/any/0`.
fn label(path: &str) -> String {
    let mut parts = path.split('/').skip(2);
    format!("{}[{}]", parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
}

/// A condition on the substituted values. A fault of any variable is a fault of all.
fn condition(node: &Node, path: &str, root: &Scope) -> (Truth, Clause, String) {
    let label = label(path);
    let part = |name: &str| node.get(name).map(to_json).unwrap_or_default();
    let text = |name: &str| node.get(name).and_then(Node::text).unwrap_or_default().to_owned();
    let operator = text("operator");
    let shown = node.get("key").map(|key| key.text().map_or_else(|| go_json(&to_json(key)), str::to_owned));
    let shown = shown.unwrap_or_default();
    let at = node.get("key").map_or(&node.span, |key| &key.span);
    let clause = |outcome| Clause::new(format!("{label}: {shown}"), outcome).at(at);
    let values = twice(&part("key"), root, &format!("{path}/key"))
        .and_then(|key| twice(&part("value"), root, &format!("{path}/value")).map(|value| (key, value)));
    let (key, value) = match values {
        Ok(values) => values,
        Err(error) => {
            let truth = fault(error, &shown);
            let outcome = match &truth {
                Truth::Fault(_, reason) => Outcome::Failed(reason.clone()),
                Truth::Unknown(missing) => Outcome::Undecided(missing.clone()),
                _ => Outcome::NotReached,
            };
            return (truth, clause(outcome), String::new());
        }
    };
    let message = match root.substitute(&Value::String(text("message"))) {
        Ok(Value::String(message)) => message,
        _ => String::new(),
    };
    let place = node.get("value").map_or(at, |value| &value.span);
    match condition::evaluate(&key, &operator, &value) {
        Ok(true) => (Truth::True, clause(Outcome::Held), message),
        Ok(false) => {
            let reason =
                Reason::Condition { key: shown.clone(), operator, wanted: brief(&value), found: brief(&key) };
            (Truth::False, clause(Outcome::Failed(reason)).at(place), message)
        }
        Err(error) => {
            let reason = Reason::Condition {
                key: shown.clone(),
                operator: operator.clone(),
                wanted: brief(&value),
                found: brief(&key),
            };
            (Truth::Fault(error.to_string(), reason.clone()), clause(Outcome::Failed(reason)), message)
        }
    }
}

/// Longest value that is shown, in characters.
const BRIEF: usize = 200;

fn brief(value: &Value) -> String {
    let text = go_json(value);
    if text.chars().count() <= BRIEF {
        return text;
    }
    text.chars().take(BRIEF).chain("…".chars()).collect()
}

/// Conditions are substituted, written and read again, and substituted once more: what a predicate brings in is live.
fn twice(value: &Value, root: &Scope, place: &str) -> Result<Value, Trouble> {
    let placed = |trouble| match trouble {
        Trouble::Refused(text) => Trouble::Refused(text.replacen("at path ", &format!("at path {place}"), 1)),
        other => other,
    };
    let once = read_again(root.substitute(value).map_err(placed)?);
    root.substitute(&once).map_err(placed)
}

/// What JSON makes of a float without a fraction.
fn read_again(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let float = number.as_f64().unwrap_or_default();
            #[allow(clippy::cast_possible_truncation, reason = "it is whole and within the range")]
            if float.fract() == 0.0 && float.abs() < 9e15 {
                Value::Number(Number::from(float as i64))
            } else {
                Value::Number(number)
            }
        }
        Value::Array(items) => items.into_iter().map(read_again).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, read_again(value))).collect(),
        other => other,
    }
}

fn fault(trouble: Trouble, variable: &str) -> Truth {
    match trouble {
        Trouble::Unknown(what) => Truth::Unknown(Missing::NotImplemented { what }),
        Trouble::Absent(missing) => Truth::Unknown(missing),
        Trouble::Refused(problem) => {
            let text = format!("failed to substitute variables in attestation conditions: {problem}");
            Truth::Fault(text, Reason::Unresolved { variable: variable.to_owned(), problem })
        }
    }
}
