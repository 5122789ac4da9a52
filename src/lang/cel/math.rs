//! `math.*`: cel-go's extension and Kyverno's `math.round`.

use std::cmp::Ordering;

use super::functions::Answer;
use super::order::compare;
use super::stop::Stop;
use super::value::Value;

/// Calls `math.name`.
pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    match (name, args) {
        ("greatest", _) => Some(extreme(args, Ordering::Greater)),
        ("least", _) => Some(extreme(args, Ordering::Less)),
        ("round", [Value::Double(value), Value::Int(places)]) => {
            let shift = 10_f64.powi(i32::try_from(*places).unwrap_or(i32::MAX));
            Some(Ok(Value::Double((value * shift).round() / shift)))
        }
        (
            "abs" | "sign" | "ceil" | "floor" | "round" | "trunc" | "sqrt" | "isNaN" | "isInf" | "isFinite",
            [value],
        ) => of_one(name, value),
        ("bitNot", [Value::Int(value)]) => Some(Ok(Value::Int(!value))),
        ("bitNot", [Value::Uint(value)]) => Some(Ok(Value::Uint(!value))),
        ("bitShiftLeft" | "bitShiftRight", [value, Value::Int(by)]) => Some(shifted(name, value, *by)),
        (_, [Value::Int(a), Value::Int(b)]) => bits(name, i128::from(*a), i128::from(*b))
            .map(|bits| Ok(Value::Int(i64::try_from(bits).unwrap_or_default()))),
        (_, [Value::Uint(a), Value::Uint(b)]) => bits(name, i128::from(*a), i128::from(*b))
            .map(|bits| Ok(Value::Uint(u64::try_from(bits).unwrap_or_default()))),
        _ => None,
    }
}

fn bits(name: &str, a: i128, b: i128) -> Option<i128> {
    match name {
        "bitAnd" => Some(a & b),
        "bitOr" => Some(a | b),
        "bitXor" => Some(a ^ b),
        _ => None,
    }
}

fn shifted(name: &str, value: &Value, by: i64) -> Result<Value, Stop> {
    if by < 0 {
        return Err(Stop::error(format!("math.{name}() negative offset: {by}")));
    }
    let by = u32::try_from(by).ok().filter(|by| *by < 64);
    let left = name == "bitShiftLeft";
    match value {
        Value::Int(value) => {
            let bits = u64::from_ne_bytes(value.to_ne_bytes());
            let moved = by.map_or(0, |by| if left { bits << by } else { bits >> by });
            Ok(Value::Int(i64::from_ne_bytes(moved.to_ne_bytes())))
        }
        Value::Uint(value) => {
            Ok(Value::Uint(by.map_or(0, |by| if left { value << by } else { value >> by })))
        }
        _ => Err(Stop::no_overload()),
    }
}

fn of_one(name: &str, value: &Value) -> Answer {
    Some(Ok(match (name, value) {
        ("abs", Value::Int(number)) => match number.checked_abs() {
            Some(number) => Value::Int(number),
            None => return Some(Err(Stop::error("integer overflow"))),
        },
        ("sign", Value::Int(number)) => Value::Int(number.signum()),
        ("sign", Value::Uint(number)) => Value::Uint(u64::from(*number > 0)),
        ("abs", Value::Uint(_)) => value.clone(),
        ("sqrt", Value::Int(number)) => Value::Double((*number as f64).sqrt()),
        ("sqrt", Value::Uint(number)) => Value::Double((*number as f64).sqrt()),
        (_, Value::Double(number)) => match name {
            "abs" => Value::Double(number.abs()),
            "sign" => {
                Value::Double(if *number == 0.0 || number.is_nan() { *number } else { number.signum() })
            }
            "ceil" => Value::Double(number.ceil()),
            "floor" => Value::Double(number.floor()),
            "round" => Value::Double(number.round()),
            "trunc" => Value::Double(number.trunc()),
            "sqrt" => Value::Double(number.sqrt()),
            "isNaN" => Value::Bool(number.is_nan()),
            "isInf" => Value::Bool(number.is_infinite()),
            _ => Value::Bool(number.is_finite()),
        },
        _ => return None,
    }))
}

fn extreme(args: &[Value], wanted: Ordering) -> Result<Value, Stop> {
    let items: &[Value] = match args {
        [Value::List(items)] => items,
        _ => args,
    };
    let mut best: Option<&Value> = None;
    for item in items {
        if !matches!(item, Value::Int(_) | Value::Uint(_) | Value::Double(_)) {
            return Err(Stop::no_overload());
        }
        match best {
            Some(own) if compare(item, own)? != Some(wanted) => {}
            _ => best = Some(item),
        }
    }
    best.cloned().ok_or_else(|| Stop::error("math.@min(list) argument must not be empty"))
}
