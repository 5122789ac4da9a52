//! JSON as it is shown: lenient, bounded in size and depth.

use ::base64::Engine as _;
use ::base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;

use crate::format::document::LIMIT;
use crate::format::oci::{DEPTH_LIMIT, deeper_than};
use crate::model::facts::Fact;

/// Reads a document.
///
/// # Errors
/// The problem.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, String> {
    if bytes.len() > LIMIT {
        return Err(format!("{} bytes are more than the {LIMIT} that are read", bytes.len()));
    }
    if deeper_than(bytes, DEPTH_LIMIT) {
        return Err(format!("nested deeper than {DEPTH_LIMIT} levels"));
    }
    serde_json::from_slice(bytes).map_err(|error| format!("not JSON: {error}"))
}

/// A text at a JSON pointer.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// A list at a JSON pointer; nothing when there is none.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text, or a number as text.
pub(super) fn scalar(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Base64 of any alphabet, with or without padding and line breaks.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let plain: String = text.chars().filter(|c| !matches!(c, '\n' | '\r' | '=')).collect();
    STANDARD_NO_PAD.decode(&plain).or_else(|_| URL_SAFE_NO_PAD.decode(&plain)).ok()
}

/// A value as facts.
#[must_use]
pub fn fact(value: &Value) -> Fact {
    match value {
        Value::Null => Fact::Null,
        Value::Bool(yes) => Fact::Bool(*yes),
        Value::Number(number) => Fact::Number(number.to_string()),
        Value::String(text) => Fact::Text(text.clone()),
        Value::Array(list) => Fact::List(list.iter().map(fact).collect()),
        Value::Object(map) => Fact::Map(map.iter().map(|(key, value)| (key.clone(), fact(value))).collect()),
    }
}
