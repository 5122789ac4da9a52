//! What stands before a rule's images: `context` and `preconditions` (spec A.1, B.2, B.3).

use super::condition::{Checked, Decision, decide};
use super::extract::Extracted;
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
    /// They do not: the rule is skipped, with what Kyverno prints.
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
    pub(super) clause: Option<Clause>,
    /// The rule with its variables put in, where what it verifies has any.
    pub(super) rule: Option<Rule>,
}

impl Gate {
    /// No preconditions.
    pub(super) fn open() -> Self {
        Self { state: State::Open, clause: None, rule: None }
    }
}

/// Judges what comes before the images of a rule, or of its pod-controller twin.
pub(super) fn judge(rule: &Node, resource: &Resource, images: &[Extracted], now: Moment) -> Gate {
    let conditions = rule.get("preconditions");
    let whole = substitute::pruned(rule);
    if conditions.is_none() && whole.is_none() {
        return Gate::open();
    }
    let mut scope = Scope::new(resource, images, now);
    if let Some(entries) = rule.get("context") {
        scope.load(entries);
    }
    let gate = conditions.map_or_else(Gate::open, |conditions| preconditions(conditions, &scope));
    let Some(whole) = whole.filter(|_| gate.state == State::Open) else { return gate };
    match substitute::rule(rule, &whole, &scope) {
        Err(trouble) => unresolved(rule, &trouble, gate),
        Ok(rule) => Gate { rule, ..gate },
    }
}

/// A variable of the rule has no value.
fn unresolved(rule: &Node, trouble: &Trouble, before: Gate) -> Gate {
    let mut clause = Clause::new("variables", Outcome::Undecided(missing(trouble))).at(&rule.span);
    clause.children.extend(before.clause);
    let state = match trouble {
        Trouble::Refused(problem) => State::Failed(format!("failed to substitute variables: {problem}")),
        Trouble::Unknown(_) => State::Unknown,
    };
    Gate { state, clause: Some(clause), rule: None }
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
        Err(Trouble::Unknown(_)) => State::Unknown,
    };
    let clause = clause(&decision).at(&conditions.span);
    Gate { state, clause: Some(clause), rule: None }
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

fn missing(trouble: &Trouble) -> Missing {
    match trouble {
        Trouble::Refused(problem) => {
            Missing::Malformed { what: "a variable".to_owned(), problem: problem.clone() }
        }
        Trouble::Unknown(what) => Missing::Unsupported { what: what.clone() },
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
