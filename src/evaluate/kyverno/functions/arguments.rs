//! Arguments of one call, with their types checked when they are taken.

use serde_json::Value;

use super::problem::Problem;
use crate::lang::jmespath::{Argument, Fault};

/// The result of a function.
pub(super) type Answer = Result<Value, Fault>;

/// The arguments of one call.
pub(super) struct Arguments<'a> {
    pub(super) name: &'a str,
    pub(super) list: &'a [Argument<'a>],
}

impl<'a> Arguments<'a> {
    pub(super) fn wrong(&self, problem: Problem) -> Fault {
        problem.of(self.name)
    }

    pub(super) fn wrong_type(&self, index: usize, wanted: &str) -> Fault {
        self.wrong(Problem::Type(i64::try_from(index).unwrap_or_default() + 1, wanted.to_owned()))
    }

    pub(super) fn arity(&self, count: usize) -> Result<(), Fault> {
        if self.list.len() == count { Ok(()) } else { Err(Fault::Arity { function: self.name.to_owned() }) }
    }

    pub(super) fn value(&self, index: usize) -> Result<&'a Value, Fault> {
        match self.list.get(index) {
            Some(Argument::Value(value)) => Ok(value),
            Some(Argument::Expression(_)) => Err(self.wrong_type(index, "a value")),
            None => Err(Fault::Arity { function: self.name.to_owned() }),
        }
    }

    pub(super) fn text(&self, index: usize) -> Result<&'a str, Fault> {
        self.value(index)?.as_str().ok_or_else(|| self.wrong_type(index, "string"))
    }

    pub(super) fn number(&self, index: usize) -> Result<f64, Fault> {
        self.value(index)?.as_f64().ok_or_else(|| self.wrong_type(index, "float64"))
    }

    /// A text, or what Kyverno makes one of: numbers with the digits of 32 bits.
    pub(super) fn texted(&self, index: usize) -> Result<String, Fault> {
        texted(self.value(index)?).ok_or_else(|| self.wrong_type(index, "String or Real"))
    }
}

/// A scalar as text (`ifaceToString`).
pub(super) fn texted(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        #[allow(clippy::cast_possible_truncation, reason = "upstream formats with 32 bits")]
        Value::Number(number) => number.as_f64().map(|float| format!("{}", float as f32)),
        _ => None,
    }
}

/// A number as an integer.
///
/// # Errors
/// In Kyverno's words, when it is not whole or too large.
pub fn int_number(number: f64) -> Result<i64, String> {
    let text = if number.is_nan() {
        "NaN".to_owned()
    } else if number.is_infinite() {
        (if number > 0.0 { "+Inf" } else { "-Inf" }).to_owned()
    } else {
        crate::lang::jmespath::go_text(&Value::from(number))
    };
    if !number.is_finite() || number.fract() != 0.0 {
        return Err(format!("expected an integer number but got: {text}"));
    }
    if number.abs() >= 9_223_372_036_854_775_808.0 {
        return Err(format!("number is outside the range of integer numbers: {text}"));
    }
    #[allow(clippy::cast_possible_truncation, reason = "whole and within range")]
    Ok(number as i64)
}
