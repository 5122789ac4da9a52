//! Arithmetic and conversions of numbers, with the limits of cel-go.

use super::functions::Answer;
use super::stop::Stop;
use super::value::Value;

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    arithmetic(function, args).or_else(|| converted(function, args))
}

fn overflow(unsigned: bool) -> Stop {
    Stop::error(if unsigned { "unsigned integer overflow" } else { "integer overflow" })
}

fn arithmetic(function: &str, args: &[Value]) -> Answer {
    let int = |value: Option<i64>| Some(value.map(Value::Int).ok_or_else(|| overflow(false)));
    let uint = |value: Option<u64>| Some(value.map(Value::Uint).ok_or_else(|| overflow(true)));
    let double = |value: f64| Some(Ok(Value::Double(value)));
    let zero = |text: &str| Some(Err(Stop::error(text)));
    match (function, args) {
        ("_/_", [Value::Int(_), Value::Int(0)] | [Value::Uint(_), Value::Uint(0)]) => {
            zero("division by zero")
        }
        ("_%_", [Value::Int(_), Value::Int(0)] | [Value::Uint(_), Value::Uint(0)]) => zero("modulus by zero"),
        ("_+_", [Value::Int(a), Value::Int(b)]) => int(a.checked_add(*b)),
        ("_-_", [Value::Int(a), Value::Int(b)]) => int(a.checked_sub(*b)),
        ("_*_", [Value::Int(a), Value::Int(b)]) => int(a.checked_mul(*b)),
        ("_/_", [Value::Int(a), Value::Int(b)]) => int(a.checked_div(*b)),
        ("_%_", [Value::Int(a), Value::Int(b)]) => int(a.checked_rem(*b)),
        ("-_", [Value::Int(a)]) => int(a.checked_neg()),
        ("_+_", [Value::Uint(a), Value::Uint(b)]) => uint(a.checked_add(*b)),
        ("_-_", [Value::Uint(a), Value::Uint(b)]) => uint(a.checked_sub(*b)),
        ("_*_", [Value::Uint(a), Value::Uint(b)]) => uint(a.checked_mul(*b)),
        ("_/_", [Value::Uint(a), Value::Uint(b)]) => uint(a.checked_div(*b)),
        ("_%_", [Value::Uint(a), Value::Uint(b)]) => uint(a.checked_rem(*b)),
        ("_+_", [Value::Double(a), Value::Double(b)]) => double(a + b),
        ("_-_", [Value::Double(a), Value::Double(b)]) => double(a - b),
        ("_*_", [Value::Double(a), Value::Double(b)]) => double(a * b),
        ("_/_", [Value::Double(a), Value::Double(b)]) => double(a / b),
        ("-_", [Value::Double(a)]) => double(-a),
        _ => None,
    }
}

fn converted(function: &str, args: &[Value]) -> Answer {
    let range = || Stop::error("range error converting to a whole number");
    Some(match (function, args) {
        ("int", [Value::Int(_)]) | ("uint", [Value::Uint(_)]) | ("double", [Value::Double(_)]) => {
            return args.first().cloned().map(Ok);
        }
        ("int", [Value::Uint(value)]) => i64::try_from(*value).map(Value::Int).map_err(|_| overflow(false)),
        ("int", [Value::Double(value)]) => whole(*value).ok_or_else(range),
        ("int", [Value::Text(text)]) => {
            text.parse().map(Value::Int).map_err(|_| invalid("strconv.ParseInt", text))
        }
        ("int", [Value::Timestamp(at)]) => {
            i64::try_from(at.div_euclid(1_000_000_000)).map(Value::Int).map_err(|_| overflow(false))
        }
        ("uint", [Value::Int(value)]) => u64::try_from(*value).map(Value::Uint).map_err(|_| overflow(true)),
        ("uint", [Value::Double(value)]) => match whole(*value) {
            Some(Value::Int(value)) => u64::try_from(value).map(Value::Uint).map_err(|_| overflow(true)),
            _ => Err(range()),
        },
        ("uint", [Value::Text(text)]) => {
            text.parse().map(Value::Uint).map_err(|_| invalid("strconv.ParseUint", text))
        }
        ("double", [Value::Int(value)]) => Ok(Value::Double(*value as f64)),
        ("double", [Value::Uint(value)]) => Ok(Value::Double(*value as f64)),
        ("double", [Value::Text(text)]) => {
            text.trim().parse().map(Value::Double).map_err(|_| invalid("strconv.ParseFloat", text))
        }
        _ => return None,
    })
}

fn invalid(function: &str, text: &str) -> Stop {
    Stop::error(format!("{function}: parsing \"{text}\": invalid syntax"))
}

fn whole(value: f64) -> Option<Value> {
    // cel-go: open interval, because the largest whole number has no floating-point form.
    (value.is_finite() && value > -9.223_372_036_854_775e18 && value < 9.223_372_036_854_775e18)
        .then_some(Value::Int(value as i64))
}

/// As Go prints it with `%g` and the shortest form.
pub(super) fn double_text(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let exponent = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    if (-4..21).contains(&exponent) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, power)) => {
            let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
            format!("{digits}e{sign}{power:0>2}")
        }
        None => text,
    }
}
