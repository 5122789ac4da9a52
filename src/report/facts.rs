//! Facts as text for people and as JSON for programs.

use serde_json::{Map, Value};

use crate::model::facts::Fact;
use crate::model::safe::line;

/// The facts as JSON.
#[must_use]
pub fn json(fact: &Fact) -> Value {
    match fact {
        Fact::Null => Value::Null,
        Fact::Bool(yes) => Value::Bool(*yes),
        // What no JSON number can hold stays a text, so that no digit is lost.
        Fact::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())),
        Fact::Text(text) => Value::String(text.clone()),
        Fact::List(list) => Value::Array(list.iter().map(json).collect()),
        Fact::Map(entries) => {
            Value::Object(entries.iter().map(|(key, fact)| (key.clone(), json(fact))).collect::<Map<_, _>>())
        }
    }
}

/// The facts as indented lines, made safe for a terminal.
#[must_use]
pub fn text(fact: &Fact) -> String {
    let mut out = String::new();
    lines(fact, 0, &mut out);
    out
}

fn lines(fact: &Fact, depth: usize, out: &mut String) {
    match fact {
        Fact::Map(entries) => {
            for (key, value) in entries {
                entry(&line(key), value, depth, out);
            }
        }
        Fact::List(list) => {
            for (at, value) in list.iter().enumerate() {
                entry(&format!("{}", at + 1), value, depth, out);
            }
        }
        scalar => push(&word(scalar), depth, out),
    }
}

fn entry(key: &str, value: &Fact, depth: usize, out: &mut String) {
    match value {
        Fact::Map(entries) if !entries.is_empty() => {
            push(key, depth, out);
            lines(value, depth + 1, out);
        }
        Fact::List(list) if !list.is_empty() => {
            push(key, depth, out);
            lines(value, depth + 1, out);
        }
        scalar => push(&format!("{key}: {}", word(scalar)), depth, out),
    }
}

fn word(fact: &Fact) -> String {
    match fact {
        Fact::Null => "-".to_owned(),
        Fact::Bool(true) => "yes".to_owned(),
        Fact::Bool(false) => "no".to_owned(),
        Fact::Number(text) | Fact::Text(text) => line(text).to_string(),
        Fact::List(_) | Fact::Map(_) => "none".to_owned(),
    }
}

fn push(text: &str, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}
