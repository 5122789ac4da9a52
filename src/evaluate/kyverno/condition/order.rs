//! `GreaterThan` and its kin, over numbers, durations, quantities and versions.

use std::cmp::Ordering;

use serde_json::Value;

use super::operator::Operator;
use super::span::{durations, seconds};
use crate::lang::duration;
use crate::lang::quantity::Quantity;
use crate::lang::semver::Version;

fn holds(operator: Operator, order: Option<Ordering>) -> bool {
    let Some(order) = order else { return false };
    match operator {
        Operator::GreaterThan | Operator::DurationGreaterThan => order.is_gt(),
        Operator::GreaterThanOrEquals | Operator::DurationGreaterThanOrEquals => order.is_ge(),
        Operator::LessThan | Operator::DurationLessThan => order.is_lt(),
        Operator::LessThanOrEquals | Operator::DurationLessThanOrEquals => order.is_le(),
        _ => false,
    }
}

/// The numeric operators.
pub(super) fn compare(key: &Value, operator: Operator, value: &Value) -> bool {
    let order = match key {
        Value::Number(_) => number_with(key, value),
        Value::String(text) => text_with(text, key, value),
        _ => None,
    };
    holds(operator, order)
}

fn number_with(key: &Value, value: &Value) -> Option<Ordering> {
    let float = key.as_f64()?;
    match value {
        Value::Number(_) => match (key.as_i64(), value.as_i64()) {
            (Some(key), Some(value)) => Some(key.cmp(&value)),
            _ => float.partial_cmp(&value.as_f64()?),
        },
        Value::String(text) => match durations(key, value) {
            Ok((key, value)) => Some(key.cmp(&value)),
            Err(_) => float.partial_cmp(&text.parse::<f64>().ok()?),
        },
        _ => None,
    }
}

fn text_with(text: &str, key: &Value, value: &Value) -> Option<Ordering> {
    if let Ok((key, value)) = durations(key, value) {
        return Some(key.cmp(&value));
    }
    if let (Some(key), Value::String(value)) = (Quantity::parse(text), value)
        && let Some(value) = Quantity::parse(value)
    {
        return Some(key.cmp(&value));
    }
    if let Ok(float) = text.parse::<f64>() {
        return match value {
            Value::Number(_) => float.partial_cmp(&value.as_f64()?),
            Value::String(value) => float.partial_cmp(&value.parse::<f64>().ok()?),
            _ => None,
        };
    }
    let Value::String(value) = value else { return None };
    Some(Version::parse(text)?.cmp(&Version::parse(value)?))
}

/// The deprecated duration operators: numbers are seconds, a text that is no duration makes them false.
pub(super) fn compare_durations(key: &Value, operator: Operator, value: &Value) -> bool {
    let side = |value: &Value| match value {
        Value::String(text) => duration::parse(text),
        Value::Number(_) => seconds(value),
        _ => None,
    };
    holds(operator, side(key).zip(side(value)).map(|(key, value)| key.cmp(&value)))
}
