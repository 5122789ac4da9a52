//! `Equals` and `NotEquals`: not each other's opposite, and not symmetric.

use serde_json::{Number, Value};

use super::span::durations;
use crate::lang::quantity::Quantity;
use crate::lang::wildcard;

/// `Equals`.
pub(super) fn equals(key: &Value, value: &Value) -> bool {
    match key {
        Value::Bool(_) => key == value,
        Value::Number(number) => numbers(number, value).unwrap_or(false),
        Value::String(text) => texts(text, key, value),
        Value::Array(_) | Value::Object(_) => key == value,
        Value::Null => false,
    }
}

/// `NotEquals`; a null key makes it false too.
pub(super) fn not_equals(key: &Value, value: &Value) -> bool {
    match key {
        Value::Bool(_) => key != value,
        Value::Number(number) => !numbers(number, value).unwrap_or(false),
        Value::String(text) => not_texts(text, key, value),
        Value::Array(_) | Value::Object(_) => key != value,
        Value::Null => false,
    }
}

/// `None`: the value cannot be compared with a number.
fn numbers(key: &Number, value: &Value) -> Option<bool> {
    match (key.as_i64(), value) {
        (Some(key), Value::Number(value)) => match value.as_i64() {
            Some(value) => Some(key == value),
            #[allow(clippy::cast_precision_loss, reason = "upstream converts the same way")]
            None => value.as_f64().map(|value| value.fract() == 0.0 && value == key as f64),
        },
        (Some(key), Value::String(value)) => value.parse::<i64>().ok().map(|value| key == value),
        (None, Value::Number(value)) => Some(key.as_f64()? == value.as_f64()?),
        (None, Value::String(value)) => value.parse::<f64>().ok().map(|value| key.as_f64() == Some(value)),
        _ => None,
    }
}

fn texts(text: &str, key: &Value, value: &Value) -> bool {
    if let Ok((key, value)) = durations(key, value) {
        return key == value;
    }
    let Value::String(value) = value else { return false };
    match Quantity::parse(text) {
        Some(key) => Quantity::parse(value) == Some(key),
        None => wildcard::matches(value, text),
    }
}

fn not_texts(text: &str, key: &Value, value: &Value) -> bool {
    if let Ok((key, value)) = durations(key, value) {
        return key != value;
    }
    let Value::String(value) = value else { return true };
    match Quantity::parse(text) {
        Some(key) if !value.is_empty() => Quantity::parse(value) != Some(key),
        _ => !wildcard::matches(value, text),
    }
}
