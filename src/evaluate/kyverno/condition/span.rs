//! Pairs of durations: at least one side is a duration text, the other may be a number of seconds.

use serde_json::Value;

use crate::lang::duration;

/// Nanoseconds of a number of seconds; `None`: it is no number.
#[must_use]
pub fn seconds(value: &Value) -> Option<i64> {
    // Upstream makes a Duration of the seconds, and drops what is below one.
    let whole = value.as_i64().or_else(|| {
        #[allow(clippy::cast_possible_truncation, reason = "Go's conversion truncates too")]
        value.as_f64().map(|float| float as i64)
    })?;
    whole.checked_mul(1_000_000_000)
}

/// Both sides in nanoseconds.
///
/// # Errors
/// When neither side is a duration text, or a side is neither that nor a number.
pub fn durations(key: &Value, value: &Value) -> Result<(i64, i64), String> {
    let text = |side: &Value| match side {
        Value::String(text) if text != "0" => duration::parse(text),
        _ => None,
    };
    let other = |side: &Value| match side {
        Value::String(text) if text == "0" => Some(0),
        Value::Number(_) => seconds(side),
        _ => None,
    };
    match (text(key), text(value)) {
        (None, None) => Err("neither value is a duration".to_owned()),
        (Some(a), Some(b)) => Ok((a, b)),
        (Some(a), None) => other(value).map(|b| (a, b)).ok_or_else(|| "no valid duration value".to_owned()),
        (None, Some(b)) => other(key).map(|a| (a, b)).ok_or_else(|| "no valid duration key".to_owned()),
    }
}
