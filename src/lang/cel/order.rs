//! Equality and order of values, across the types of numbers.

use std::cmp::Ordering;

use super::stop::Stop;
use super::value::{Opaque, Value};

/// Are two values equal? Values of different types never are, but numbers are compared as numbers.
#[must_use]
pub(super) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| equal(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            let (own, other) = (a.entries(), b);
            own.len() == other.entries().len()
                && own.iter().all(|(key, value)| other.get(key).is_some_and(|other| equal(value, other)))
        }
        (Value::Optional(Some(a)), Value::Optional(Some(b))) => equal(a, b),
        _ => match numbers(a, b) {
            Some(order) => order == Some(Ordering::Equal),
            None => a == b,
        },
    }
}

/// The order of two numbers of any type; inner `None`: not a number. Outer `None`: not both are numbers.
fn numbers(a: &Value, b: &Value) -> Option<Option<Ordering>> {
    Some(match (a, b) {
        (Value::Int(a), Value::Int(b)) => Some(a.cmp(b)),
        (Value::Uint(a), Value::Uint(b)) => Some(a.cmp(b)),
        (Value::Double(a), Value::Double(b)) => a.partial_cmp(b),
        (Value::Int(a), Value::Uint(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Uint(a), Value::Int(b)) => Some(i128::from(*a).cmp(&i128::from(*b))),
        (Value::Int(a), Value::Double(b)) => whole_and_double(i128::from(*a), *b),
        (Value::Uint(a), Value::Double(b)) => whole_and_double(i128::from(*a), *b),
        (Value::Double(a), Value::Int(b)) => whole_and_double(i128::from(*b), *a).map(Ordering::reverse),
        (Value::Double(a), Value::Uint(b)) => whole_and_double(i128::from(*b), *a).map(Ordering::reverse),
        _ => return None,
    })
}

/// A whole number against a floating-point number, exactly.
fn whole_and_double(whole: i128, double: f64) -> Option<Ordering> {
    if double.is_nan() {
        return None;
    }
    if double.abs() >= 1e30 {
        return Some(if double > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let floor = double.floor();
    let order = whole.cmp(&(floor as i128));
    Some(if order.is_eq() && double > floor { Ordering::Less } else { order })
}

/// The order of two values; `None`: one is not a number.
///
/// # Errors
/// When the types have no order between them.
pub(super) fn compare(a: &Value, b: &Value) -> Result<Option<Ordering>, Stop> {
    if let Some(order) = numbers(a, b) {
        return Ok(order);
    }
    Ok(Some(match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.cmp(b),
        (Value::Timestamp(a), Value::Timestamp(b)) => a.cmp(b),
        (Value::Duration(a), Value::Duration(b)) => a.cmp(b),
        (Value::Opaque(Opaque::Quantity(a)), Value::Opaque(Opaque::Quantity(b))) => a.cmp(b),
        (Value::Opaque(Opaque::Version(a)), Value::Opaque(Opaque::Version(b))) => a.cmp(b),
        _ => return Err(Stop::no_overload()),
    }))
}
