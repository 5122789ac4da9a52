//! Arithmetic over numbers, quantities and durations (`pkg/engine/jmespath/arithmetic.go`).

use serde_json::Value;

use super::arguments::{Answer, Arguments, int_number};
use super::problem::Problem;
use crate::lang::amount::Amount;
use crate::lang::duration;
use crate::lang::jmespath::{Fault, from_f64, go_text};

#[derive(Clone, Copy)]
enum Operand {
    Scalar(f64),
    Quantity(Amount),
    Duration(i64),
}

use Operand::{Duration, Quantity, Scalar};

fn operand(args: &Arguments<'_>, value: &Value) -> Result<Operand, Fault> {
    let found = match value {
        Value::Number(number) => number.as_f64().map(Scalar),
        Value::String(text) => {
            Amount::parse(text).map(Quantity).or_else(|| duration::parse(text).map(Duration))
        }
        _ => None,
    };
    found.ok_or_else(|| args.wrong(Problem::Generic("invalid operand".to_owned())))
}

fn operands(args: &Arguments<'_>) -> Result<(Operand, Operand), Fault> {
    Ok((operand(args, args.value(0)?)?, operand(args, args.value(1)?)?))
}

/// Beyond what we can count, where upstream counts on.
fn too_large<T>(value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::Unknowable { what: "a number beyond 128 bits".to_owned() })
}

fn plus(args: &Arguments<'_>, left: Operand, right: Operand, sign: i8) -> Answer {
    match (left, right) {
        (Scalar(a), Scalar(b)) => Ok(from_f64(a + f64::from(sign) * b)),
        (Quantity(a), Quantity(b)) => Ok(too_large(a.plus(b, i128::from(sign)))?.text().into()),
        (Duration(a), Duration(b)) => {
            Ok(duration::text(a.wrapping_add(b.wrapping_mul(i64::from(sign)))).into())
        }
        _ => Err(args.wrong(Problem::Mismatch)),
    }
}

pub(super) fn add(args: &Arguments<'_>) -> Answer {
    let (left, right) = operands(args)?;
    plus(args, left, right, 1)
}

pub(super) fn subtract(args: &Arguments<'_>) -> Answer {
    let (left, right) = operands(args)?;
    plus(args, left, right, -1)
}

pub(super) fn sum(args: &Arguments<'_>) -> Answer {
    let items = args.value(0)?.as_array().ok_or_else(|| args.wrong(Problem::Mismatch))?;
    let (first, rest) = items.split_first().ok_or_else(|| {
        args.wrong(Problem::Generic("at least one element in the array is required".to_owned()))
    })?;
    rest.iter().try_fold(first.clone(), |sum, item| plus(args, operand(args, &sum)?, operand(args, item)?, 1))
}

/// A number of seconds as a duration; Go's conversion of a float truncates.
fn seconds(value: f64) -> Value {
    #[allow(clippy::cast_possible_truncation, reason = "upstream truncates")]
    let nanos = (value * 1e9) as i64;
    duration::text(nanos).into()
}

#[allow(clippy::cast_precision_loss, reason = "upstream counts seconds in floats")]
fn float_seconds(nanos: i64) -> f64 {
    (nanos / 1_000_000_000) as f64 + (nanos % 1_000_000_000) as f64 / 1e9
}

fn scalar_amount(number: f64) -> Result<Amount, Fault> {
    too_large(Amount::parse(&go_text(&Value::from(number))))
}

pub(super) fn multiply(args: &Arguments<'_>) -> Answer {
    match operands(args)? {
        (Scalar(a), Scalar(b)) => Ok(from_f64(a * b)),
        (Quantity(a), Scalar(b)) | (Scalar(b), Quantity(a)) => {
            Ok(too_large(a.times(scalar_amount(b)?))?.text().into())
        }
        (Duration(a), Scalar(b)) | (Scalar(b), Duration(a)) => Ok(seconds(float_seconds(a) * b)),
        _ => Err(args.wrong(Problem::Mismatch)),
    }
}

pub(super) fn divide(args: &Arguments<'_>) -> Answer {
    let zero = || args.wrong(Problem::ZeroDivisor);
    match operands(args)? {
        (_, Scalar(0.0)) => Err(zero()),
        (Scalar(a), Scalar(b)) => Ok(from_f64(a / b)),
        (Quantity(_), Quantity(b)) if b.float() == 0.0 => Err(zero()),
        (Quantity(a), Quantity(b)) => Ok(from_f64(a.float() / b.float())),
        (Quantity(a), Scalar(b)) => Ok(too_large(a.over(scalar_amount(b)?))?.text().into()),
        (Duration(_), Duration(0)) => Err(zero()),
        (Duration(a), Duration(b)) => Ok(from_f64(float_seconds(a) / float_seconds(b))),
        (Duration(a), Scalar(b)) => Ok(seconds(float_seconds(a) / b)),
        _ => Err(args.wrong(Problem::Mismatch)),
    }
}

pub(super) fn modulo(args: &Arguments<'_>) -> Answer {
    let whole = |value: Option<i64>| value.ok_or_else(|| args.wrong(Problem::NotWholeModulo));
    let rest = |a: i64, b: i64| {
        if b == 0 { Err(args.wrong(Problem::ZeroDivisor)) } else { Ok(a.wrapping_rem(b)) }
    };
    match operands(args)? {
        (Scalar(a), Scalar(b)) => {
            let (a, b) = (whole(int_number(a).ok())?, whole(int_number(b).ok())?);
            rest(a, b).map(Value::from)
        }
        (Quantity(a), Quantity(b)) => {
            let (left, right) = (whole(a.whole())?, whole(b.whole())?);
            Ok(a.like(rest(left, right)?).text().into())
        }
        (Duration(a), Duration(b)) => Ok(duration::text(rest(a, b)?).into()),
        _ => Err(args.wrong(Problem::Mismatch)),
    }
}

pub(super) fn round(args: &Arguments<'_>) -> Answer {
    let (number, digits) = (args.number(0)?, args.number(1)?);
    let digits = int_number(digits).map_err(|_| args.wrong(Problem::NotWholeRound))?;
    if digits < 0 {
        return Err(args.wrong(Problem::NegativeRound));
    }
    let shift = 10_f64.powi(i32::try_from(digits).unwrap_or(i32::MAX));
    Ok(from_f64((number * shift).round() / shift))
}
