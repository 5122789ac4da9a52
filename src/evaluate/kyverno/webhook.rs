//! `webhookConfiguration.matchConditions`: expressions over the request that decide whether a policy is asked at all, by the
//! API server and by Kyverno itself (`checkMatchConditions` of `pkg/engine/internal/match.go`; `matchconditions.Matcher` of
//! k8s.io/apiserver).

use super::policy::{Condition, Placed, Policy};
use super::read::Notes;
use crate::lang::expr::{Host, Map, Program, Stop, Type, Value};
use crate::model::missing::Missing;
use crate::model::node::Node;
use crate::model::reason::Reason;
use crate::model::trace::{Clause, Outcome};
use crate::model::verdict::Verdict;
use crate::model::workload::Resource;

/// What the expressions see. Kyverno gives them no authorizer.
const NAMES: [&str; 4] = ["object", "oldObject", "request", "namespaceObject"];

/// Reads the conditions. What does not compile is refused, as Kyverno does when the policy is created
/// (`ValidateCustomWebhookMatchConditions`).
pub(super) fn read(notes: &mut Notes, document: &Node) -> Vec<Condition> {
    let Some(webhook) = document.path(&["spec", "webhookConfiguration"]) else { return Vec::new() };
    let path = "spec.webhookConfiguration";
    let names: Vec<(String, Type)> =
        NAMES.iter().map(|name| ((*name).to_owned(), Type::parse("dyn"))).collect();
    let mut conditions = Vec::new();
    // What has another shape than this the schema refuses.
    let listed = webhook.get("matchConditions").map(Node::items).unwrap_or_default();
    for (index, node) in listed.iter().enumerate() {
        let path = format!("{path}.matchConditions[{index}]");
        let (Some(name), Some(written)) = (node.get("name"), node.get("expression")) else { continue };
        let (Some(own), Some(text)) = (name.text(), written.text()) else { continue };
        if own.is_empty() {
            notes.refuse(format!("{path}.name: Required value"), &name.span);
        }
        let name = own.to_owned();
        let text = Placed { value: text.to_owned(), span: written.span.clone(), by_default: false };
        match Program::compile(&text.value, &names) {
            Ok((program, found)) if found.to_string() == "bool" => {
                conditions.push(Condition { name, expression: text, program });
            }
            Ok(_) => notes.refuse("match conditions compilation errors: must evaluate to bool", &text.span),
            Err(Stop::Error(problem)) => {
                notes.refuse(format!("match conditions compilation errors: {problem}"), &text.span);
            }
            Err(Stop::Undecided(missing)) => notes.later(format!("{path}: {missing}"), &text.span),
        }
    }
    conditions
}

/// What the conditions come to: their clause, and the verdict of all rules where they are not asked.
pub(super) struct Door {
    pub(super) clause: Clause,
    /// `None`: the rules decide.
    pub(super) verdict: Option<Verdict>,
}

/// Evaluates the conditions over the creation of a resource; `None`: there are none. One that is false takes the policy out,
/// whatever the others come to; an error counts only where none is, and only with `failurePolicy: Fail`.
pub(super) fn judge(policy: &Policy, resource: &Resource) -> Option<Door> {
    let place = policy.conditions.first()?;
    let asked = Asked { resource, object: Value::of_node(&resource.manifest) };
    let mut clause = Clause::new("matchConditions", Outcome::Held).at(&place.expression.span);
    let mut open: Option<Stop> = None;
    for condition in &policy.conditions {
        let value = condition.program.evaluate(&asked).value;
        let outcome = match value {
            Ok(Value::Bool(true)) => Outcome::Held,
            Ok(Value::Bool(false)) => Outcome::Failed(Reason::NoMatch {
                attribute: "matchConditions",
                wanted: vec![condition.expression.value.clone()],
                found: "false".to_owned(),
            }),
            Ok(other) => {
                let words = format!("type conversion error from '{}' to 'bool'", other.type_name());
                stopped(&mut open, Stop::error(words))
            }
            Err(stop) => stopped(&mut open, stop),
        };
        let shuts = matches!(outcome, Outcome::Failed(Reason::NoMatch { .. }));
        if shuts {
            clause.outcome = outcome.clone();
        }
        let label = format!("matchConditions.{}", condition.name);
        clause.children.push(Clause::new(label, outcome).at(&condition.expression.span));
        if shuts {
            return Some(Door { clause, verdict: Some(Verdict::None) });
        }
    }
    let verdict = open.map(|stop| match stop {
        Stop::Error(problem) if ignores(policy) => {
            clause.outcome = Outcome::Failed(Reason::NoMatch {
                attribute: "matchConditions",
                wanted: vec!["no error, as failurePolicy is Ignore".to_owned()],
                found: problem,
            });
            Verdict::None
        }
        Stop::Error(problem) => {
            clause.outcome = Outcome::Failed(Reason::ExpressionError { problem });
            Verdict::Error
        }
        Stop::Undecided(missing) => {
            clause.outcome = Outcome::Undecided(missing);
            Verdict::Error
        }
    });
    Some(Door { clause, verdict })
}

fn stopped(open: &mut Option<Stop>, stop: Stop) -> Outcome {
    let outcome = match &stop {
        Stop::Error(problem) => Outcome::Failed(Reason::ExpressionError { problem: problem.clone() }),
        Stop::Undecided(missing) => Outcome::Undecided(missing.clone()),
    };
    *open = Some(match open.take() {
        Some(first) => first.or(stop),
        None => stop,
    });
    outcome
}

/// `failurePolicy` of the webhook goes before that of `spec`; the default is Fail (`GetFailurePolicy`).
fn ignores(policy: &Policy) -> bool {
    let text = |path: &[&str]| policy.node.path(path).and_then(Node::text);
    let own = text(&["spec", "webhookConfiguration", "failurePolicy"]);
    own.or_else(|| text(&["spec", "failurePolicy"])) == Some("Ignore")
}

/// The request that creates the resource, as far as it is known.
struct Asked<'a> {
    resource: &'a Resource,
    object: Value,
}

impl Host for Asked<'_> {
    fn variable(&self, name: &str) -> Option<Result<Value, Stop>> {
        match name {
            "object" => Some(Ok(self.object.clone())),
            "oldObject" => Some(Ok(Value::Null)),
            "request" => Some(Ok(Value::Lazy("request"))),
            "namespaceObject" => Some(unknown("namespaceObject without a cluster")),
            _ => None,
        }
    }

    fn member(&self, map: &str, field: &str) -> Option<Result<Value, Stop>> {
        if map != "request" {
            return None;
        }
        let id = &self.resource.id;
        let (group, version) = id.api_version.split_once('/').unwrap_or(("", &id.api_version));
        let name = || self.resource.manifest.path(&["metadata", "name"]).and_then(Node::text);
        Some(match field {
            "operation" => Ok(Value::text("CREATE")),
            "namespace" => Ok(Value::text(&id.namespace)),
            "name" => Ok(Value::text(name().unwrap_or_default())),
            "kind" | "requestKind" => {
                let pairs = [("group", group), ("version", version), ("kind", &id.kind)];
                let map: Map =
                    pairs.into_iter().map(|(key, value)| (key.to_owned(), Value::text(value))).collect();
                Ok(Value::map(map))
            }
            other => unknown(&format!("request.{other} without an admission request")),
        })
    }

    fn call(&self, _: &str, _: &[Value], _: (usize, usize)) -> Option<Result<Value, Stop>> {
        None
    }
}

fn unknown(what: &str) -> Result<Value, Stop> {
    Err(Stop::Undecided(Missing::NotImplemented { what: what.to_owned() }))
}
