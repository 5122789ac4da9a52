//! `AnyIn` and its kin, and the deprecated `In` and `NotIn`: texts of keys in lists, ranges, JSON lists.

use serde_json::Value;

use super::operator::ConditionError;
use crate::lang::jmespath::go_text;
use crate::lang::quantity::Quantity;
use crate::lang::{duration, wildcard};

/// A key as the set operators see it.
enum Key {
    One(String),
    Many(Vec<String>),
}

fn key_of(key: &Value) -> Option<Key> {
    match key {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(Key::One(go_text(key))),
        Value::Array(items) => Some(Key::Many(items.iter().map(go_text).collect())),
        Value::Null | Value::Object(_) => None,
    }
}

fn either_way(a: &str, b: &str) -> bool {
    wildcard::matches(a, b) || wildcard::matches(b, a)
}

/// Bounds of `a-b`, with signs and units on both sides.
fn range(text: &str) -> Option<(&str, &str)> {
    let number = |text: &str| {
        let rest = text.strip_prefix(['-', '|', '+']).unwrap_or(text);
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let mut end = digits;
        if let Some(fraction) = rest.get(digits..).and_then(|tail| tail.strip_prefix('.')) {
            let more = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
            if more > 0 {
                end = digits + 1 + more;
            }
        }
        let tail = rest.get(end..)?;
        let unit = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
        (digits > 0).then_some(text.len() - rest.len() + end + unit)
    };
    let first = number(text)?;
    let low = text.get(..first)?;
    let high = text.get(first..)?.strip_prefix('-')?;
    (number(high)? == high.len()).then_some((low, high))
}

/// Durations, else quantities, else texts.
fn inside(key: &str, (low, high): (&str, &str)) -> bool {
    if let (Some(key), Some(low), Some(high)) =
        (duration::parse(key), duration::parse(low), duration::parse(high))
    {
        return low <= key && key <= high;
    }
    if let (Some(key), Some(low), Some(high)) =
        (Quantity::parse(key), Quantity::parse(low), Quantity::parse(high))
    {
        return low <= key && key <= high;
    }
    low <= key && key <= high
}

/// A text that is a JSON list of texts; `Err`: it is other JSON.
fn json_list(text: &str) -> Option<Result<Vec<String>, ()>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let Value::Array(items) = value else { return Some(Err(())) };
    let texts: Option<Vec<String>> = items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
    Some(texts.ok_or(()))
}

/// Is a single key in the value? `None`: the value cannot be compared.
fn one_in(key: &str, value: &Value, ranges: bool) -> Option<bool> {
    match value {
        Value::Array(items) => Some(items.iter().any(|item| either_way(&go_text(item), key))),
        Value::String(text) => {
            if wildcard::matches(text, key) {
                return Some(true);
            }
            if let Some(bounds) = range(text).filter(|_| ranges) {
                return Some(inside(key, bounds));
            }
            match json_list(text) {
                Some(list) => list.ok().map(|list| list.iter().any(|item| item == key)),
                None if ranges => Some(key == text),
                None => None,
            }
        }
        _ => None,
    }
}

/// What a list of keys is compared with.
enum Set<'a> {
    Texts(Vec<String>),
    Range((&'a str, &'a str)),
    /// One text that equals the only key.
    Same,
}

fn set_of<'a>(keys: &[String], value: &'a Value, scalars: bool) -> Option<Set<'a>> {
    match value {
        Value::Array(items) => Some(Set::Texts(items.iter().map(go_text).collect())),
        Value::String(text) => {
            if let [only] = keys
                && only == text
            {
                return Some(Set::Same);
            }
            if let Some(bounds) = range(text) {
                return Some(Set::Range(bounds));
            }
            match json_list(text) {
                Some(list) => list.ok().map(Set::Texts),
                None => Some(Set::Texts(vec![text.clone()])),
            }
        }
        Value::Number(_) | Value::Bool(_) if scalars => Some(Set::Texts(vec![go_text(value)])),
        _ => None,
    }
}

impl Set<'_> {
    fn has(&self, key: &str) -> bool {
        match self {
            Self::Texts(texts) => texts.iter().any(|text| either_way(text, key)),
            Self::Range(bounds) => inside(key, *bounds),
            Self::Same => true,
        }
    }
}

type Judge = fn(&[String], &Set<'_>) -> bool;

fn decide(key: &Value, value: &Value, scalars: bool, negated: bool, many: Judge) -> bool {
    match key_of(key) {
        Some(Key::One(key)) => one_in(&key, value, true).is_some_and(|found| found != negated),
        Some(Key::Many(keys)) => set_of(&keys, value, scalars).is_some_and(|set| many(&keys, &set)),
        None => false,
    }
}

/// `AnyIn`.
pub(super) fn any_in(key: &Value, value: &Value) -> bool {
    decide(key, value, true, false, |keys, set| keys.iter().any(|key| set.has(key)))
}

/// `AllIn`.
pub(super) fn all_in(key: &Value, value: &Value) -> bool {
    decide(key, value, false, false, |keys, set| keys.iter().all(|key| set.has(key)))
}

/// `AnyNotIn`.
pub(super) fn any_not_in(key: &Value, value: &Value) -> bool {
    decide(key, value, true, true, |keys, set| keys.iter().any(|key| !set.has(key)))
}

/// `AllNotIn`.
pub(super) fn all_not_in(key: &Value, value: &Value) -> bool {
    decide(key, value, false, true, |keys, set| keys.iter().all(|key| !set.has(key)))
}

/// `In` and `NotIn`.
pub(super) fn deprecated(key: &Value, value: &Value, not_in: bool) -> Result<bool, ConditionError> {
    match key {
        Value::String(_) | Value::Number(_) | Value::Bool(_) => {
            let (invalid, exists) = key_exists_in_array(&go_text(key), value);
            Ok(!invalid && exists != not_in)
        }
        Value::Array(items) => {
            let keys: Option<Vec<String>> =
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            let (invalid, exists) = set_exists_in_array(&keys.ok_or(ConditionError::NotText)?, value, not_in);
            Ok(!invalid && exists)
        }
        Value::Null | Value::Object(_) => Ok(false),
    }
}

/// Is a key in the value? (invalid, exists): invalid is a value that cannot be compared.
#[must_use]
pub fn key_exists_in_array(key: &str, value: &Value) -> (bool, bool) {
    match one_in(key, value, false) {
        Some(exists) => (false, exists),
        None => (true, false),
    }
}

/// Are the keys in the value, or with `not_in` is one of them not? (invalid, exists).
#[must_use]
pub fn set_exists_in_array(keys: &[String], value: &Value, not_in: bool) -> (bool, bool) {
    let judge = |set: &[String]| if not_in { is_not_in(keys, set) } else { is_in(keys, set) };
    match value {
        Value::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect();
            texts.map_or((true, false), |set| (false, judge(&set)))
        }
        Value::String(text) => {
            if let [only] = keys
                && only == text
            {
                return (false, true);
            }
            match json_list(text) {
                Some(Ok(set)) => (false, judge(&set)),
                Some(Err(())) | None => (true, false),
            }
        }
        _ => (true, false),
    }
}

/// Every key is in the set.
#[must_use]
pub fn is_in(keys: &[String], set: &[String]) -> bool {
    keys.iter().all(|key| set.contains(key))
}

/// Some key is not in the set.
#[must_use]
pub fn is_not_in(keys: &[String], set: &[String]) -> bool {
    keys.iter().any(|key| !set.contains(key))
}
