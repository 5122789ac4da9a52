//! Lists and sets: cel-go's extensions and those of Kubernetes.

use std::cmp::Ordering;

use super::functions::{Answer, MOST_ITEMS, bounded};
use super::order::{compare, equal};
use super::stop::Stop;
use super::value::Value;

/// Calls a function of a list, or `lists.range`.
pub(super) fn call(name: &str, args: &[Value]) -> Answer {
    if let ("range", [Value::Int(count)]) = (name, args) {
        let count = usize::try_from(*count).unwrap_or_default();
        return Some(bounded(count, || Value::list((0..count as i64).map(Value::Int).collect())));
    }
    let (Value::List(items), rest) = args.split_first()? else { return None };
    match (name, rest) {
        ("slice", [Value::Int(from), Value::Int(to)]) => Some(slice(items, *from, *to)),
        ("flatten", []) => Some(flatten(items, 1)),
        ("flatten", [Value::Int(depth)]) if *depth < 0 => {
            Some(Err(Stop::error("level must be non-negative")))
        }
        ("flatten", [Value::Int(depth)]) => Some(flatten(items, *depth)),
        ("sort", []) => {
            Some(sorted(items.iter().map(|item| (item.clone(), item.clone())).collect()).map(Value::list))
        }
        ("distinct", []) => Some(distinct(items)),
        ("reverse", []) => Some(Ok(Value::list(items.iter().rev().cloned().collect()))),
        ("first", []) => Some(Ok(Value::Optional(items.first().cloned().map(Into::into)))),
        ("last", []) => Some(Ok(Value::Optional(items.last().cloned().map(Into::into)))),
        ("indexOf", [item]) => Some(Ok(place(items.iter().position(|own| equal(own, item))))),
        ("lastIndexOf", [item]) => Some(Ok(place(items.iter().rposition(|own| equal(own, item))))),
        ("isSorted", []) => Some(is_sorted(items)),
        ("sum", []) => Some(sum(items)),
        ("min", []) => Some(extreme(items, Ordering::Less)),
        ("max", []) => Some(extreme(items, Ordering::Greater)),
        _ => None,
    }
}

/// `sets.*`.
pub(super) fn sets(function: &str, args: &[Value]) -> Answer {
    let (Some(name), [Value::List(a), Value::List(b)]) = (function.strip_prefix("sets."), args) else {
        return None;
    };
    if a.len().saturating_mul(b.len()) > MOST_ITEMS {
        return Some(bounded(usize::MAX, || Value::Null));
    }
    let within =
        |inner: &[Value], outer: &[Value]| inner.iter().all(|item| outer.iter().any(|own| equal(own, item)));
    Some(Ok(Value::Bool(match name {
        "contains" => within(b, a),
        "equivalent" => within(a, b) && within(b, a),
        "intersects" => a.iter().any(|item| b.iter().any(|own| equal(own, item))),
        _ => return None,
    })))
}

fn place(at: Option<usize>) -> Value {
    Value::Int(at.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
}

fn slice(items: &[Value], from: i64, to: i64) -> Result<Value, Stop> {
    let problem = if from < 0 || to < 0 {
        Some(format!("cannot slice({from}, {to}), negative indexes not supported"))
    } else if from > to {
        Some(format!("cannot slice({from}, {to}), start index must be less than or equal to end index"))
    } else {
        None
    };
    if let Some(problem) = problem {
        return Err(Stop::error(problem));
    }
    let range = usize::try_from(from).unwrap_or_default()..usize::try_from(to).unwrap_or_default();
    match items.get(range) {
        Some(part) => Ok(Value::list(part.to_vec())),
        None => Err(Stop::error(format!("cannot slice({from}, {to}), list is length {}", items.len()))),
    }
}

fn flatten(items: &[Value], depth: i64) -> Result<Value, Stop> {
    let mut flat = Vec::new();
    level(items, depth, &mut flat)?;
    Ok(Value::list(flat))
}

fn level(items: &[Value], depth: i64, flat: &mut Vec<Value>) -> Result<(), Stop> {
    for item in items {
        bounded(flat.len(), || Value::Null)?;
        match item {
            // Depth of values is bounded by what made them.
            Value::List(inner) if depth > 0 => level(inner, depth - 1, flat)?,
            other => flat.push(other.clone()),
        }
    }
    Ok(())
}

fn distinct(items: &[Value]) -> Result<Value, Stop> {
    bounded(items.len().saturating_mul(items.len()) / 16, || Value::Null)?;
    let mut kept: Vec<Value> = Vec::new();
    for item in items {
        if !kept.iter().any(|own| equal(own, item)) {
            kept.push(item.clone());
        }
    }
    Ok(Value::list(kept))
}

/// Sorts by keys, which must be of one type that has an order.
pub(super) fn sorted(mut keyed: Vec<(Value, Value)>) -> Result<Vec<Value>, Stop> {
    let Some((first, _)) = keyed.first() else { return Ok(Vec::new()) };
    compare(first, first).map_err(|_| Stop::error("list elements must be comparable"))?;
    let kind = first.type_name().to_owned();
    if keyed.iter().any(|(key, _)| key.type_name() != kind) {
        return Err(Stop::error("list elements must have the same type"));
    }
    // A total order, which the sort relies on: no number that is none.
    keyed.sort_by(|(a, _), (b, _)| match (a, b) {
        (Value::Double(a), Value::Double(b)) => a.total_cmp(b),
        _ => compare(a, b).ok().flatten().unwrap_or(Ordering::Equal),
    });
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn is_sorted(items: &[Value]) -> Result<Value, Stop> {
    for (a, b) in items.iter().zip(items.iter().skip(1)) {
        if compare(a, b)? == Some(Ordering::Greater) {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn sum(items: &[Value]) -> Result<Value, Stop> {
    let Some((first, rest)) = items.split_first() else { return Ok(Value::Int(0)) };
    let mut total = first.clone();
    for item in rest {
        total = super::functions::call("_+_", false, &[total, item.clone()])
            .unwrap_or_else(|| Err(Stop::no_overload()))?;
    }
    Ok(total)
}

fn extreme(items: &[Value], wanted: Ordering) -> Result<Value, Stop> {
    let name = if wanted == Ordering::Less { "min" } else { "max" };
    let mut best: Option<&Value> = None;
    for item in items {
        match best {
            Some(own) if compare(item, own)? != Some(wanted) => {}
            _ => best = Some(item),
        }
    }
    best.cloned().ok_or_else(|| Stop::error(format!("{name} called on empty list")))
}
