//! Kyverno's own unit-test tables: operators of conditions.

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::condition::{
    Operator, decide_values, durations, evaluate, is_in, is_not_in, key_exists_in_array, set_exists_in_array,
};

use sigscope::evaluate::kyverno::scope::Scope;

use crate::vectors::{every_case, same, text, texts, unknown};

/// JSON cannot tell 2 from 2.0: the Go type beside it can.
fn typed(value: &Value, go: &str) -> Value {
    match (go, value.as_f64()) {
        ("float64", Some(float)) => json!(float),
        _ => value.clone(),
    }
}

#[test]
fn conditions_evaluate() {
    every_case("conditions_evaluate.json", &|case| {
        // The way through JSON makes whole floats integers.
        let whole = |value: &Value| match value.as_f64() {
            Some(float) if float.fract() == 0.0 => json!(float as i64),
            _ => value.clone(),
        };
        let found =
            evaluate(&whole(&case["key"]), &text(case, "operator"), &whole(&case["value"])).unwrap_or(false);
        same(&json!(found), &case["want"])
    });
}

#[test]
fn operator_handlers() {
    every_case("operator_handlers.json", &|case| {
        let key = typed(&case["key"], &text(case, "key_go"));
        let value = typed(&case["value"], &text(case, "value_go"));
        same(&json!(evaluate(&key, &text(case, "operator"), &value).unwrap_or(false)), &case["want"])
    });
}

fn helper(case: &Value) -> Result<(), String> {
    let operator = text(case, "operator");
    let pair = |(invalid, exists): (bool, bool)| json!({"invalid": invalid, "exists": exists});
    let found = match case["fn"].as_str() {
        Some("key_exists_in_array") => pair(key_exists_in_array(&text(case, "key"), &case["value"])),
        Some("set_exists_in_array") => {
            pair(set_exists_in_array(&texts(&case["key"]), &case["value"], case["not_in"] == json!(true)))
        }
        Some("is_in") => json!(is_in(&texts(&case["key"]), &texts(&case["value"]))),
        Some("is_not_in") => json!(is_not_in(&texts(&case["key"]), &texts(&case["value"]))),
        Some("duration_compare") => {
            let (key, value) = (case["key_seconds"].clone(), case["value_seconds"].clone());
            json!(evaluate(&key, &operator, &value).unwrap_or(false))
        }
        Some("parse_duration") => {
            let wanted = &case["want"];
            return match durations(&case["key"], &case["value"]) {
                Ok((key, value)) => {
                    let found = json!({"key_seconds": key as f64 / 1e9, "value_seconds": value as f64 / 1e9});
                    let float = |name: &str| wanted[name].as_f64() == found[name].as_f64();
                    if float("key_seconds") && float("value_seconds") {
                        Ok(())
                    } else {
                        Err(format!("{found}"))
                    }
                }
                Err(problem) => match wanted["error_contains"].as_str() {
                    Some(part) if problem.contains(part) => Ok(()),
                    _ => Err(problem),
                },
            };
        }
        Some("handler_for") => json!(Operator::find(&operator).map(Operator::name)),
        Some("deprecated_alternative") => {
            json!(Operator::find(&operator).map(Operator::replacements).unwrap_or_default())
        }
        Some("operator_valid") => json!(Operator::is_valid(&operator)),
        Some("operator_deprecated") => {
            json!(Operator::find(&operator).is_some_and(|operator| !operator.replacements().is_empty()))
        }
        _ => return unknown(case),
    };
    same(&found, &case["want"])
}

#[test]
fn operator_helpers() {
    every_case("operator_helpers.json", &helper);
}

#[test]
fn conditions_context() {
    every_case("conditions_context.json", &|case| {
        let mut scope = Scope::over(case["context"].clone(), None);
        scope.merge(&case["statement"]["predicate"].as_object().map_or(json!({}), |map| json!(map)));
        let decision = decide_values(&case["conditions"], None, &scope);
        same(&json!(decision.result.clone().ok()), &case["want"])?;
        if let Some(message) = case["message"].as_str() {
            same(&json!(decision.message), &json!(message))?;
        }
        let parts = match &case["message_contains"] {
            Value::Array(_) => texts(&case["message_contains"]),
            Value::String(part) => vec![part.clone()],
            _ => Vec::new(),
        };
        match parts.iter().find(|part| !decision.message.contains(*part)) {
            Some(part) => Err(format!("no `{part}` in `{}`", decision.message)),
            None => Ok(()),
        }
    });
}
