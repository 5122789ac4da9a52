//! Between trees with places and plain JSON values. Depth is bounded by the parsers on both sides (128 levels).

use std::sync::Arc;

use serde_json::{Map, Number, Value};

use crate::model::node::{Entry, Node, NodeValue};
use crate::model::span::Span;

/// The same value without places. A number that JSON does not know (NaN, infinity) becomes null.
#[must_use]
pub fn to_json(node: &Node) -> Value {
    match &node.value {
        NodeValue::Null => Value::Null,
        NodeValue::Bool(value) => Value::Bool(*value),
        NodeValue::Int(value) => Value::Number((*value).into()),
        NodeValue::Float(value) => Number::from_f64(*value).map_or(Value::Null, Value::Number),
        NodeValue::Text(text) => Value::String(text.to_string()),
        NodeValue::List(items) => Value::Array(items.iter().map(to_json).collect()),
        NodeValue::Map(entries) => {
            let pairs = entries.iter().map(|entry| (entry.key.to_string(), to_json(&entry.node)));
            Value::Object(pairs.collect::<Map<_, _>>())
        }
    }
}

/// The same value with every place set to the file as a whole.
#[must_use]
pub fn from_json(file: Arc<str>, value: &Value) -> Node {
    json_at(&Span::whole(file), value)
}

/// A value of which every part stands at one place.
#[must_use]
pub fn json_at(span: &Span, value: &Value) -> Node {
    let value = match value {
        Value::Null => NodeValue::Null,
        Value::Bool(value) => NodeValue::Bool(*value),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => NodeValue::Int(whole),
            None => NodeValue::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Value::String(text) => NodeValue::Text(text.as_str().into()),
        Value::Array(items) => NodeValue::List(items.iter().map(|item| json_at(span, item)).collect()),
        Value::Object(map) => NodeValue::Map(
            map.iter()
                .map(|(key, value)| Entry {
                    key: key.as_str().into(),
                    key_span: span.clone(),
                    node: json_at(span, value),
                })
                .collect(),
        ),
    };
    Node { span: span.clone(), value }
}
