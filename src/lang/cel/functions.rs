//! Operators and functions of the standard library, and the way to those of the extensions.

use std::sync::Arc;

use super::order::{compare, equal};
use super::stop::Stop;
use super::value::{Map, Opaque, Value};
use super::{image, kubernetes, library, lists, math, net, number, regexes, text, time};

/// Longest text or list that a function makes.
pub(super) const MOST_ITEMS: usize = 1 << 20;

/// What a function came to; `None`: there is no such function for these arguments.
pub(super) type Answer = Option<Result<Value, Stop>>;

/// Calls a function, `space.name` or `name`. With a target that is the first argument.
pub(super) fn call(function: &str, member: bool, args: &[Value]) -> Answer {
    if let Some(name) = function.strip_prefix("math.") {
        return math::call(name, args);
    }
    if let Some(name) = function.strip_prefix("lists.").filter(|_| function == "lists.range") {
        return lists::call(name, args);
    }
    operator(function, args)
        .or_else(|| standard(function, args))
        .or_else(|| optional(function, args))
        .or_else(|| number::call(function, args))
        .or_else(|| time::call(function, args))
        .or_else(|| text::call(function, args))
        .or_else(|| regexes::call(function, args))
        .or_else(|| if member { lists::call(function, args) } else { lists::sets(function, args) })
        .or_else(|| kubernetes::call(function, args))
        .or_else(|| net::call(function, args))
        .or_else(|| image::call(function, args))
        .or_else(|| library::call(function, args))
}

/// How much work a value is, in steps.
pub(super) fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len() / 64,
        Value::Bytes(bytes) => bytes.len() / 64,
        Value::List(items) => items.len() / 16,
        Value::Map(map) => map.entries().len() / 16,
        _ => 0,
    }
}

fn operator(function: &str, args: &[Value]) -> Answer {
    let bool = |value: bool| Some(Ok(Value::Bool(value)));
    match (function, args) {
        ("_==_", [a, b]) => bool(equal(a, b)),
        ("_!=_", [a, b]) => bool(!equal(a, b)),
        ("!_", [Value::Bool(value)]) => bool(!value),
        ("_<_" | "_<=_" | "_>_" | "_>=_", [a, b]) => Some(ordered(function, a, b)),
        ("@in", [key, Value::List(items)]) => bool(items.iter().any(|item| equal(item, key))),
        ("@in", [key, Value::Map(map)]) => bool(map.get(key).is_some()),
        ("_[_]", [of, key]) => Some(match of {
            Value::Optional(None) => Ok(Value::Optional(None)),
            Value::Optional(Some(inner)) => index_optional(inner, key),
            _ => index_checked(of, key),
        }),
        ("_[?_]", [of, key]) => Some(match of {
            Value::Optional(None) => Ok(Value::Optional(None)),
            Value::Optional(Some(inner)) => index_optional(inner, key),
            _ => index_optional(of, key),
        }),
        ("_+_", [Value::Text(a), Value::Text(b)]) => {
            Some(bounded(a.len() + b.len(), || Value::text(format!("{a}{b}"))))
        }
        ("_+_", [Value::Bytes(a), Value::Bytes(b)]) => {
            Some(bounded(a.len() + b.len(), || Value::Bytes([&**a, &**b].concat().into())))
        }
        ("_+_", [Value::List(a), Value::List(b)]) => {
            Some(bounded(a.len() + b.len(), || Value::list(a.iter().chain(b.iter()).cloned().collect())))
        }
        _ => None,
    }
}

/// Refuses what would be larger than we hold.
pub(super) fn bounded(size: usize, make: impl FnOnce() -> Value) -> Result<Value, Stop> {
    if size > MOST_ITEMS {
        let what = "a value of a CEL expression".to_owned();
        let (size, limit) = (size as u64, MOST_ITEMS as u64);
        return Err(Stop::Undecided(crate::model::Missing::TooLarge { what, size, limit }));
    }
    Ok(make())
}

fn ordered(function: &str, a: &Value, b: &Value) -> Result<Value, Stop> {
    if matches!((a, b), (Value::Opaque(_), _) | (_, Value::Opaque(_))) {
        return Err(Stop::no_overload());
    }
    let order = compare(a, b)?;
    Ok(Value::Bool(match function {
        "_<_" => order.is_some_and(std::cmp::Ordering::is_lt),
        "_<=_" => order.is_some_and(std::cmp::Ordering::is_le),
        "_>_" => order.is_some_and(std::cmp::Ordering::is_gt),
        _ => order.is_some_and(std::cmp::Ordering::is_ge),
    }))
}

fn index_checked(of: &Value, key: &Value) -> Result<Value, Stop> {
    super::eval::index(of, key)?.ok_or_else(|| match (of, key) {
        (Value::List(_), _) => Stop::error(format!("index out of bounds: {}", key.shown())),
        (_, Value::Text(key)) => super::eval::no_such_key(key),
        _ => super::eval::no_such_key(&key.shown()),
    })
}

fn index_optional(of: &Value, key: &Value) -> Result<Value, Stop> {
    Ok(Value::Optional(super::eval::index(of, key)?.map(Arc::new)))
}

fn standard(function: &str, args: &[Value]) -> Answer {
    let int = |size: usize| Some(Ok(Value::Int(i64::try_from(size).unwrap_or(i64::MAX))));
    match (function, args) {
        ("size", [Value::Text(text)]) => int(text.chars().count()),
        ("size", [Value::Bytes(bytes)]) => int(bytes.len()),
        ("size", [Value::List(items)]) => int(items.len()),
        ("size", [Value::Map(map)]) => int(map.entries().len()),
        ("dyn", [value]) => Some(Ok(value.clone())),
        ("type", [value]) => Some(Ok(Value::Type(value.type_name().into()))),
        ("bool", [Value::Bool(value)]) => Some(Ok(Value::Bool(*value))),
        ("bool", [Value::Text(text)]) => Some(match &**text {
            "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Value::Bool(true)),
            "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Value::Bool(false)),
            other => Err(Stop::error(format!("strconv.ParseBool: parsing \"{other}\": invalid syntax"))),
        }),
        ("bytes", [Value::Bytes(_)]) => args.first().cloned().map(Ok),
        ("bytes", [Value::Text(text)]) => Some(Ok(Value::Bytes(text.as_bytes().into()))),
        ("string", [value]) => to_text(value),
        _ => None,
    }
}

fn to_text(value: &Value) -> Answer {
    Some(match value {
        Value::Text(_) => Ok(value.clone()),
        Value::Bool(value) => Ok(Value::text(value.to_string())),
        Value::Int(value) => Ok(Value::text(value.to_string())),
        Value::Uint(value) => Ok(Value::text(value.to_string())),
        Value::Double(value) => Ok(Value::text(number::double_text(*value))),
        Value::Timestamp(at) => Ok(Value::text(time::timestamp_text(*at))),
        Value::Duration(length) => Ok(Value::text(time::duration_text(*length))),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::text(text)),
            Err(_) => Err(Stop::error("invalid UTF-8 in bytes, cannot convert to string")),
        },
        Value::Opaque(Opaque::Address(address)) => Ok(Value::text(address.to_string())),
        Value::Opaque(Opaque::Network(network)) => Ok(Value::text(network.to_string())),
        _ => return None,
    })
}

fn optional(function: &str, args: &[Value]) -> Answer {
    Some(match (function, args) {
        ("optional.none", []) => Ok(Value::Optional(None)),
        ("optional.of", [value]) => Ok(Value::some(value.clone())),
        ("optional.ofNonZeroValue", [value]) => {
            Ok(Value::Optional((!is_zero(value)).then(|| Arc::new(value.clone()))))
        }
        ("hasValue", [Value::Optional(inner)]) => Ok(Value::Bool(inner.is_some())),
        ("value", [Value::Optional(inner)]) => match inner {
            Some(value) => Ok((**value).clone()),
            None => Err(Stop::error("optional.none() dereference")),
        },
        ("optional.unwrap" | "unwrapOpt", [Value::List(items)]) => {
            let present = items.iter().filter_map(|item| match item {
                Value::Optional(inner) => inner.as_ref().map(|value| (**value).clone()),
                other => Some(other.clone()),
            });
            Ok(Value::list(present.collect()))
        }
        _ => return None,
    })
}

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Null | Value::Optional(None) | Value::Bool(false) => true,
        Value::Int(number) => *number == 0,
        Value::Uint(number) => *number == 0,
        Value::Double(number) => *number == 0.0,
        Value::Text(text) => text.is_empty(),
        Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(items) => items.is_empty(),
        Value::Map(map) => **map == Map::default(),
        Value::Duration(length) => *length == 0,
        _ => false,
    }
}
