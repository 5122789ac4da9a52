//! Kyverno's own unit-test tables: JMESPath.

use serde_json::{Value, json};
use sigscope::lang::jmespath::{Expression, Fault, Standard, search};

use crate::vectors::{every_case, text};

/// Numbers are compared by value.
fn same_value(found: &Value, wanted: &Value) -> bool {
    match (found, wanted) {
        (Value::Number(a), Value::Number(b)) => a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same_value(a, b)))
        }
        _ => found == wanted,
    }
}

fn kind(fault: &Fault) -> &'static str {
    match fault {
        Fault::Syntax { .. } => "syntax",
        Fault::Type { .. } => "invalid-type",
        Fault::Arity { .. } => "invalid-arity",
        Fault::UnknownFunction { .. } => "unknown-function",
        Fault::Value { .. } => "invalid-value",
        Fault::NotFound { .. } => "not-found",
        Fault::TooDeep => "too-deep",
    }
}

#[test]
fn compliance() {
    every_case("jmespath_compliance.json", &|case| {
        let found = Expression::parse(&text(case, "expr"))
            .and_then(|expression| search(&expression, &case["context"], &Standard));
        if case["not_found"] == json!(true) {
            return match found {
                Err(fault @ Fault::NotFound { .. })
                    if text(case, "error_text").contains(&fault.to_string()) =>
                {
                    Ok(())
                }
                other => Err(format!("{other:?}")),
            };
        }
        let found = match found {
            Err(Fault::NotFound { .. }) if case["strict"] != json!(true) => Ok(Value::Null),
            other => other,
        };
        match (found, case["error"].as_bool()) {
            (Err(fault), Some(true)) if kind(&fault) == text(case, "error_kind") => Ok(()),
            (Ok(found), None) if same_value(&found, &case["want"]) => Ok(()),
            (found, _) => Err(format!(
                "{} gave {found:?}, wanted {} {}",
                case["expr"], case["want"], case["error_kind"]
            )),
        }
    });
}
