//! What stands before a rule's images: `context` and `preconditions` (spec A.1, B.2, B.3).

use super::condition::{Checked, Decision, decide};
use super::exception::Exception;
use super::extract::Extracted;
use super::loader::Loader;
use super::policy::Rule;
use super::scope::{Scope, Trouble};
use super::substitute;
use crate::lang::jmespath::go_json;
use crate::model::missing::Missing;
use crate::model::moment::Moment;
use crate::model::node::Node;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome};
use crate::model::workload::Resource;

/// How the preconditions of a rule came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// They hold, or there are none.
    Open,
    /// They do not, or an exception is made: the rule is skipped, with what Kyverno prints.
    Shut(String),
    /// Kyverno reports an error, with this text.
    Failed(String),
    /// They cannot be decided.
    Unknown,
}

/// The preconditions of a rule with the clause that shows them.
#[derive(Clone, Debug)]
pub(super) struct Gate {
    pub(super) state: State,
    /// Preconditions and exceptions; the last one decides.
    pub(super) clauses: Vec<Clause>,
    /// The rule with its variables put in, where what it verifies has any.
    pub(super) rule: Option<Rule>,
}

impl Gate {
    /// No preconditions.
    pub(super) fn open() -> Self {
        Self { state: State::Open, clauses: Vec::new(), rule: None }
    }
}

/// Judges what comes before the images of a rule, or of its pod-controller twin.
pub(super) fn judge(
    rule: &Node,
    resource: &Resource,
    images: &[Extracted],
    exceptions: &[&Exception],
    (now, loader): (Moment, &Loader<'_>),
) -> Gate {
    let conditions = rule.get("preconditions");
    let whole = substitute::pruned(rule);
    if conditions.is_none() && whole.is_none() && exceptions.is_empty() {
        return Gate::open();
    }
    let mut scope = Scope::new(resource, images, now);
    if let Some(entries) = rule.get("context") {
        scope.load(entries, loader);
    }
    let mut gate = conditions.map_or_else(Gate::open, |conditions| preconditions(conditions, &scope));
    if gate.state == State::Open {
        exempt(&mut gate, exceptions, resource, &scope);
    }
    let Some(whole) = whole.filter(|_| gate.state == State::Open) else { return gate };
    match substitute::rule(rule, &whole, &scope) {
        Err(trouble) => unresolved(rule, &trouble, gate),
        Ok(rule) => Gate { rule, ..gate },
    }
}

/// Exceptions that name the rule: one that exempts the resource is enough.
fn exempt(gate: &mut Gate, exceptions: &[&Exception], resource: &Resource, scope: &Scope) {
    let mut judged: Vec<(String, Clause)> =
        exceptions.iter().map(|one| (one.key(), one.exempts(resource, scope))).collect();
    let rank = |clause: &Clause| match clause.outcome {
        Outcome::Held => 2,
        Outcome::Undecided(_) => 1,
        _ => 0,
    };
    let made = judged.iter().filter(|(_, clause)| rank(clause) == 2);
    let keys: Vec<&str> = made.map(|(key, _)| key.as_str()).collect();
    let skipped = format!("rule is skipped due to policy exceptions{}", keys.join(", "));
    // What decides is last.
    judged.sort_by_key(|(_, clause)| rank(clause));
    gate.state = match judged.last().map(|(_, clause)| rank(clause)) {
        Some(2) => State::Shut(skipped),
        Some(1) => State::Unknown,
        _ => State::Open,
    };
    gate.clauses.extend(judged.into_iter().map(|(_, clause)| clause));
}

/// A variable of the rule has no value.
fn unresolved(rule: &Node, trouble: &Trouble, before: Gate) -> Gate {
    let mut clause = Clause::new("variables", Outcome::Undecided(missing(trouble))).at(&rule.span);
    clause.children.extend(before.clauses);
    let state = match trouble {
        Trouble::Refused(problem) => State::Failed(format!("failed to substitute variables: {problem}")),
        Trouble::Unknown(_) | Trouble::Absent(_) => State::Unknown,
    };
    Gate { state, clauses: vec![clause], rule: None }
}

fn preconditions(conditions: &Node, scope: &Scope) -> Gate {
    let decision = decide(conditions, scope);
    let state = match &decision.result {
        Ok(true) => State::Open,
        Ok(false) if decision.message.is_empty() => State::Shut("preconditions not met".to_owned()),
        Ok(false) => State::Shut(format!("preconditions not met; {}", decision.message)),
        Err(Trouble::Refused(problem)) => {
            State::Failed(format!("failed to evaluate preconditions: {problem}"))
        }
        Err(Trouble::Unknown(_) | Trouble::Absent(_)) => State::Unknown,
    };
    let clause = clause(&decision).at(&conditions.span);
    Gate { state, clauses: vec![clause], rule: None }
}

fn clause(decision: &Decision) -> Clause {
    let decider = decision.deciding.and_then(|index| decision.checks.get(index));
    let outcome = match (&decision.result, decider) {
        (Ok(true), _) => Outcome::Held,
        (_, Some(check)) => outcome(check),
        (Err(trouble), None) => Outcome::Undecided(missing(trouble)),
        (Ok(false), None) => Outcome::Failed(Reason::NoMatch {
            attribute: "preconditions",
            wanted: vec!["any of no conditions".to_owned()],
            found: String::new(),
        }),
    };
    let mut clause = Clause::new("preconditions", outcome);
    clause.children = decision.checks.iter().map(one).collect();
    clause
}

pub(super) fn missing(trouble: &Trouble) -> Missing {
    match trouble {
        Trouble::Refused(problem) => {
            Missing::Malformed { what: "a variable".to_owned(), problem: problem.clone() }
        }
        Trouble::Unknown(what) => Missing::Unsupported { what: what.clone() },
        Trouble::Absent(missing) => missing.clone(),
    }
}

fn outcome(check: &Checked) -> Outcome {
    match &check.result {
        Ok(true) => Outcome::Held,
        Ok(false) => Outcome::Failed(Reason::NoMatch {
            attribute: "preconditions",
            wanted: vec![format!("{} {}", check.operator, go_json(&check.wanted))],
            found: go_json(&check.found),
        }),
        Err(trouble) => Outcome::Undecided(missing(trouble)),
    }
}

fn one(check: &Checked) -> Clause {
    let label = format!("preconditions.{}: {} {}", check.place, go_json(&check.key), check.operator);
    let mut clause = Clause::new(label, outcome(check));
    clause.location.clone_from(&check.span);
    clause.reached = check.reached;
    clause
}
