//! Instants and durations, in UTC or at a fixed offset.

use super::functions::Answer;
use super::stop::Stop;
use super::value::Value;
use crate::lang::duration;

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;
/// 0001-01-01 and 9999-12-31, in nanoseconds since 1970.
const RANGE: std::ops::RangeInclusive<i128> =
    -62_135_596_800 * SECOND..=253_402_300_799 * SECOND + 999_999_999;

/// A day of the calendar.
struct Date {
    year: i64,
    /// From 1.
    month: i64,
    /// From 1.
    day: i64,
}

/// Howard Hinnant's civil-from-days.
fn date(days: i64) -> Date {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    Date { year: yoe + era * 400 + i64::from(month <= 2), month, day: doy - (153 * mp + 2) / 5 + 1 }
}

/// And back.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

fn split(at: i128) -> (i64, i64) {
    let narrow = |value: i128| i64::try_from(value).unwrap_or_default();
    (narrow(at.div_euclid(DAY)), narrow(at.rem_euclid(DAY)))
}

/// RFC 3339 in UTC, with as many decimals as there are.
pub(super) fn timestamp_text(at: i128) -> String {
    let (days, rest) = split(at);
    let Date { year, month, day } = date(days);
    let (seconds, nanos) = (rest / 1_000_000_000, rest % 1_000_000_000);
    let fraction =
        if nanos == 0 { String::new() } else { format!(".{nanos:09}").trim_end_matches('0').to_owned() };
    let (h, m, s) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}{fraction}Z")
}

/// Seconds, as cel-go prints a duration.
pub(super) fn duration_text(nanos: i64) -> String {
    let (sign, size) = (if nanos < 0 { "-" } else { "" }, nanos.unsigned_abs());
    let fraction = size % 1_000_000_000;
    let fraction = if fraction == 0 {
        String::new()
    } else {
        format!(".{fraction:09}").trim_end_matches('0').to_owned()
    };
    format!("{sign}{}{fraction}s", size / 1_000_000_000)
}

/// Reads RFC 3339.
pub(super) fn parse_timestamp(text: &str) -> Option<i128> {
    let bytes = text.as_bytes();
    let number = |from: usize, to: usize| -> Option<i64> {
        let part = text.get(from..to)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let mark = |at: usize, wanted: u8| (bytes.get(at).copied() == Some(wanted)).then_some(());
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')]
        .iter()
        .try_for_each(|(at, byte)| mark(*at, *byte))?;
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if !(1..=12).contains(&month) || !(1..=longest).contains(&day) || hour > 23 || minute > 59 || second > 59
    {
        return None;
    }
    let rest = text.get(19..)?;
    let end = rest.find(['Z', '+', '-']).filter(|end| *end != 1)?;
    let (fraction, zone) = rest.split_at_checked(end)?;
    let nanos: i128 = match fraction.strip_prefix('.') {
        Some(digits) if digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{digits:0<9}").parse().ok()?
        }
        Some(_) => return None,
        None if fraction.is_empty() => 0,
        None => return None,
    };
    let zone = if zone == "Z" { 0 } else { i128::from(offset(zone)?) };
    let at = i128::from(days(year, month, day)) * DAY
        + i128::from(hour * 3_600 + minute * 60 + second) * SECOND
        + nanos
        - zone * SECOND;
    RANGE.contains(&at).then_some(at)
}

/// `+02:00` or `02:00`, in seconds.
fn offset(text: &str) -> Option<i64> {
    let (negative, rest) = match text.strip_prefix(['+', '-']) {
        Some(rest) => (text.starts_with('-'), rest),
        None => (false, text),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let number = |part: &str, most: i64| -> Option<i64> {
        (part.len() == 2).then(|| part.parse().ok().filter(|number| (0..=most).contains(number)))?
    };
    let seconds = number(hours, 23)? * 3_600 + number(minutes, 59)? * 60;
    Some(if negative { -seconds } else { seconds })
}

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    let at = |at: Option<i128>| {
        Some(
            at.filter(|at| RANGE.contains(at))
                .map(Value::Timestamp)
                .ok_or_else(|| Stop::error("timestamp overflow")),
        )
    };
    let length = |length: Option<i64>| {
        Some(length.map(Value::Duration).ok_or_else(|| Stop::error("duration overflow")))
    };
    match (function, args) {
        ("timestamp", [Value::Timestamp(_)]) | ("duration", [Value::Duration(_)]) => {
            args.first().cloned().map(Ok)
        }
        ("timestamp", [Value::Text(text)]) => {
            Some(parse_timestamp(text).map(Value::Timestamp).ok_or_else(|| {
                Stop::error(format!("parsing time \"{text}\" as \"2006-01-02T15:04:05Z07:00\": cannot parse"))
            }))
        }
        ("timestamp", [Value::Int(seconds)]) => at(i128::from(*seconds).checked_mul(SECOND)),
        ("duration", [Value::Text(text)]) => Some(
            duration::parse(text)
                .map(Value::Duration)
                .ok_or_else(|| Stop::error(format!("time: invalid duration \"{text}\""))),
        ),
        ("_+_", [Value::Timestamp(a), Value::Duration(b)] | [Value::Duration(b), Value::Timestamp(a)]) => {
            at(Some(a + i128::from(*b)))
        }
        ("_-_", [Value::Timestamp(a), Value::Duration(b)]) => at(Some(a - i128::from(*b))),
        ("_-_", [Value::Timestamp(a), Value::Timestamp(b)]) => length(i64::try_from(a - b).ok()),
        ("_+_", [Value::Duration(a), Value::Duration(b)]) => length(a.checked_add(*b)),
        ("_-_", [Value::Duration(a), Value::Duration(b)]) => length(a.checked_sub(*b)),
        ("-_", [Value::Duration(a)]) => length(a.checked_neg()),
        ("time.truncate", [Value::Timestamp(a), Value::Duration(b)]) => {
            at(Some(truncated(*a, i128::from(*b))))
        }
        ("time.toCron", [Value::Timestamp(a)]) => Some(Ok(Value::text(cron(*a)))),
        (_, [Value::Timestamp(a)]) => part(function, *a).map(|part| Ok(Value::Int(part))),
        (_, [Value::Timestamp(a), Value::Text(zone)]) => {
            part(function, 0)?;
            let zone = if matches!(&**zone, "UTC" | "Z") { Some(0) } else { offset(zone) };
            match zone {
                Some(zone) => part(function, a + i128::from(zone) * SECOND).map(|part| Ok(Value::Int(part))),
                None => Some(Err(Stop::not_implemented("time zones by name in CEL"))),
            }
        }
        (_, [Value::Duration(a)]) => of_duration(function, *a).map(|part| Ok(Value::Int(part))),
        _ => None,
    }
}

/// Rounds down to a multiple since the year 1, as Go does.
fn truncated(at: i128, step: i128) -> i128 {
    if step <= 0 {
        return at;
    }
    at - (at - *RANGE.start()).rem_euclid(step)
}

fn cron(at: i128) -> String {
    let (days, rest) = split(at);
    let Date { month, day, .. } = date(days);
    let minutes = rest / 60_000_000_000;
    format!("{} {} {day} {month} {}", minutes % 60, minutes / 60, weekday(days))
}

fn weekday(days: i64) -> i64 {
    (days + 4).rem_euclid(7)
}

fn part(function: &str, at: i128) -> Option<i64> {
    let (number, rest) = split(at);
    let Date { year, month, day } = date(number);
    Some(match function {
        "getFullYear" => year,
        "getMonth" => month - 1,
        "getDate" => day,
        "getDayOfMonth" => day - 1,
        "getDayOfWeek" => weekday(number),
        "getDayOfYear" => number - days(year, 1, 1),
        "getHours" => rest / 3_600_000_000_000,
        "getMinutes" => rest / 60_000_000_000 % 60,
        "getSeconds" => rest / 1_000_000_000 % 60,
        "getMilliseconds" => rest / 1_000_000 % 1_000,
        _ => return None,
    })
}

fn of_duration(function: &str, nanos: i64) -> Option<i64> {
    Some(match function {
        "getHours" => nanos / 3_600_000_000_000,
        "getMinutes" => nanos / 60_000_000_000,
        "getSeconds" => nanos / 1_000_000_000,
        "getMilliseconds" => nanos / 1_000_000 % 1_000,
        _ => return None,
    })
}
