//! Lists of conditions (`pkg/engine/variables/evaluate.go`): `any` and `all` blocks, and the older bare lists.

use serde_json::Value;

use super::operator::evaluate;
use crate::evaluate::kyverno::scope::{Scope, Trouble};
use crate::format::yaml;
use crate::model::node::Node;
use crate::model::span::Span;

/// One condition, evaluated.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Where it stands in its list: `any[0]`, `[1].all[2]`.
    pub place: String,
    /// Its place in the policy.
    pub span: Option<Span>,
    /// The key as written.
    pub key: Value,
    /// The operator as written.
    pub operator: String,
    /// The value, with its variables put in.
    pub wanted: Value,
    /// What the key came to.
    pub found: Value,
    /// Is it true?
    pub result: Result<bool, Trouble>,
    /// The condition's own message.
    pub message: String,
    /// False: the engine would have stopped before.
    pub reached: bool,
}

/// What a list comes to.
#[derive(Clone, Debug)]
pub struct Decision {
    /// Is it true?
    pub result: Result<bool, Trouble>,
    /// The engine's message that goes with the result.
    pub message: String,
    /// Every condition.
    pub checks: Vec<Checked>,
    /// The condition that decided, when one did.
    pub deciding: Option<usize>,
}

/// Decides a list of conditions as written.
#[must_use]
pub fn decide(conditions: &Node, scope: &Scope) -> Decision {
    decide_values(&yaml::to_json(conditions), Some(conditions), scope)
}

/// Decides a list of conditions whose values were made from what is written at `places`.
#[must_use]
pub fn decide_values(conditions: &Value, places: Option<&Node>, scope: &Scope) -> Decision {
    let mut run = Run {
        scope,
        decision: Decision { result: Ok(true), message: String::new(), checks: Vec::new(), deciding: None },
        ended: false,
    };
    let mut messages = Vec::new();
    match conditions {
        Value::Object(_) => run.block(conditions, places, "", &mut messages),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let place = places.and_then(|node| node.items().get(index));
                if item.get("any").is_some() || item.get("all").is_some() {
                    run.block(item, place, &format!("[{index}]."), &mut messages);
                } else {
                    run.bare(item, place, index, &mut messages);
                }
            }
        }
        Value::Null => {}
        _ => run.end(Err(Trouble::Refused("invalid condition".to_owned())), String::new(), None),
    }
    if !run.ended {
        run.decision.message = joined(&messages, ";");
    }
    run.decision
}

fn joined(messages: &[String], with: &str) -> String {
    let some: Vec<&str> = messages.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    some.join(with)
}

struct Run<'a> {
    scope: &'a Scope,
    decision: Decision,
    ended: bool,
}

impl Run<'_> {
    fn end(&mut self, result: Result<bool, Trouble>, message: String, deciding: Option<usize>) {
        if !self.ended {
            self.decision.result = result;
            self.decision.message = message;
            self.decision.deciding = deciding;
            self.ended = true;
        }
    }

    /// Evaluates one condition; its number, and `None` when that ended the list.
    fn check(
        &mut self,
        condition: &Value,
        node: Option<&Node>,
        place: String,
        reached: bool,
    ) -> (usize, Option<bool>) {
        let reached = reached && !self.ended;
        let text = |key: &str| condition.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let part = |key: &str, name: &str| {
            let written = condition.get(key).cloned().unwrap_or_default();
            self.scope.substitute(&written).map_err(|trouble| match trouble {
                Trouble::Refused(problem) => {
                    Trouble::Refused(format!("failed to substitute variables in condition {name}: {problem}"))
                }
                unknown @ (Trouble::Unknown(_) | Trouble::Absent(_)) => unknown,
            })
        };
        let operator = text("operator");
        let (key, value) = (part("key", "key"), part("value", "value"));
        let found = key.clone().unwrap_or_default();
        let wanted = value.clone().unwrap_or_default();
        let result = key.and_then(|key| {
            evaluate(&key, &operator, &value?).map_err(|error| Trouble::Refused(error.to_string()))
        });
        let span = node.map(|node| node.span.clone());
        let index = self.decision.checks.len();
        let key = condition.get("key").cloned().unwrap_or_default();
        let message = text("message");
        let known = result.clone();
        self.decision.checks.push(Checked {
            place,
            span,
            key,
            operator,
            wanted,
            found,
            result,
            message,
            reached,
        });
        match known {
            Ok(holds) => (index, Some(holds)),
            Err(trouble) => {
                if reached {
                    self.end(Err(trouble), String::new(), Some(index));
                }
                (index, None)
            }
        }
    }

    fn message(&self, index: usize) -> String {
        self.decision.checks.get(index).map(|check| check.message.clone()).unwrap_or_default()
    }

    fn block(&mut self, block: &Value, node: Option<&Node>, at: &str, messages: &mut Vec<String>) {
        let (mut held, mut failed) = (Vec::new(), Vec::new());
        let mut deciding = None;
        let mut any = true;
        if let Some(list) = block.get("any").and_then(Value::as_array) {
            any = false;
            for (index, condition) in list.iter().enumerate() {
                let place = node.and_then(|node| node.get("any")?.items().get(index));
                let (number, holds) = self.check(condition, place, format!("{at}any[{index}]"), !any);
                match holds {
                    _ if any => {}
                    Some(true) => {
                        any = true;
                        held.push(self.message(number));
                    }
                    Some(false) => {
                        failed.push(self.message(number));
                        deciding.get_or_insert(number);
                    }
                    None => {}
                }
            }
        }
        if any {
            deciding = None;
        }
        let mut all = true;
        for (index, condition) in block.get("all").and_then(Value::as_array).into_iter().flatten().enumerate()
        {
            let place = node.and_then(|node| node.get("all")?.items().get(index));
            let (number, holds) = self.check(condition, place, format!("{at}all[{index}]"), all);
            match holds {
                _ if !all => {}
                Some(true) => held.push(self.message(number)),
                Some(false) => {
                    all = false;
                    failed.push(self.message(number));
                    deciding.get_or_insert(number);
                }
                None => {}
            }
        }
        if any && all {
            messages.push(joined(&held, "; "));
        } else {
            self.end(Ok(false), joined(&failed, "; "), deciding);
        }
    }

    fn bare(&mut self, condition: &Value, node: Option<&Node>, index: usize, messages: &mut Vec<String>) {
        let (number, holds) = self.check(condition, node, format!("[{index}]"), true);
        match holds {
            Some(true) => messages.push(self.message(number)),
            Some(false) => {
                let message = self.message(number);
                self.end(Ok(false), message, Some(number));
            }
            None => {}
        }
    }
}
