//! Loops over lists and maps.

use super::eval::Eval;
use super::stop::Stop;
use super::syntax::{Loop, LoopKind};
use super::value::{Map, Value};

/// Runs a loop.
pub(super) fn run(eval: &mut Eval<'_>, inner: &Loop) -> Result<Value, Stop> {
    let range = eval.eval(&inner.range)?;
    let rounds = rounds(&range, inner.second.is_some())?;
    eval.spend(rounds.len())?;
    match inner.kind {
        LoopKind::All => quantified(eval, inner, &rounds, false),
        LoopKind::Exists => quantified(eval, inner, &rounds, true),
        LoopKind::ExistsOne => {
            let mut count = 0;
            for round in &rounds {
                count += usize::from(truth(&body(eval, inner, round)?)?);
            }
            Ok(Value::Bool(count == 1))
        }
        LoopKind::Filter => {
            let mut kept = Vec::new();
            for round in &rounds {
                if truth(&body(eval, inner, round)?)? {
                    kept.push(round.0.clone());
                }
            }
            Ok(Value::list(kept))
        }
        LoopKind::Map | LoopKind::TransformList => {
            let mut mapped = Vec::new();
            for round in &rounds {
                if passes(eval, inner, round)? {
                    mapped.push(body(eval, inner, round)?);
                }
            }
            Ok(Value::list(mapped))
        }
        LoopKind::TransformMap | LoopKind::TransformMapEntry => to_map(eval, inner, &rounds),
        LoopKind::SortBy => sort_by(eval, inner, &range, &rounds),
    }
}

type Round = (Value, Option<Value>);

fn rounds(range: &Value, two: bool) -> Result<Vec<Round>, Stop> {
    match (range, two) {
        (Value::List(items), false) => Ok(items.iter().map(|item| (item.clone(), None)).collect()),
        (Value::List(items), true) => {
            let numbered = items.iter().enumerate();
            Ok(numbered
                .map(|(at, item)| (Value::Int(i64::try_from(at).unwrap_or(i64::MAX)), Some(item.clone())))
                .collect())
        }
        (Value::Map(map), two) => {
            Ok(map.entries().iter().map(|(key, value)| (key.clone(), two.then(|| value.clone()))).collect())
        }
        (Value::Lazy(name), _) => Err(Stop::not_implemented(format!("a CEL loop over {name}"))),
        _ => Err(Stop::no_overload()),
    }
}

fn bound<'a>(inner: &'a Loop, round: &Round) -> Vec<(&'a std::sync::Arc<str>, Value)> {
    let mut names = vec![(&inner.first, round.0.clone())];
    if let (Some(name), Some(value)) = (&inner.second, &round.1) {
        names.push((name, value.clone()));
    }
    names
}

fn body(eval: &mut Eval<'_>, inner: &Loop, round: &Round) -> Result<Value, Stop> {
    eval.with(&bound(inner, round), &inner.body)
}

fn passes(eval: &mut Eval<'_>, inner: &Loop, round: &Round) -> Result<bool, Stop> {
    match &inner.filter {
        Some(filter) => truth(&eval.with(&bound(inner, round), filter)?),
        None => Ok(true),
    }
}

fn truth(value: &Value) -> Result<bool, Stop> {
    match value {
        Value::Bool(truth) => Ok(*truth),
        _ => Err(Stop::no_overload()),
    }
}

/// `all` and `exists`: a round that settles the answer is enough, whatever others came to.
fn quantified(eval: &mut Eval<'_>, inner: &Loop, rounds: &[Round], settles: bool) -> Result<Value, Stop> {
    let mut stopped: Option<Stop> = None;
    for round in rounds {
        match body(eval, inner, round) {
            Ok(Value::Bool(truth)) if truth == settles => return Ok(Value::Bool(settles)),
            Ok(Value::Bool(_)) => {}
            Ok(_) => {
                stopped = Some(stopped.map_or_else(Stop::no_overload, |stop| stop.or(Stop::no_overload())));
            }
            Err(stop) => stopped = Some(stopped.map_or_else(|| stop.clone(), |first| first.or(stop.clone()))),
        }
    }
    stopped.map_or(Ok(Value::Bool(!settles)), Err)
}

fn to_map(eval: &mut Eval<'_>, inner: &Loop, rounds: &[Round]) -> Result<Value, Stop> {
    let mut map = Map::default();
    for round in rounds {
        if !passes(eval, inner, round)? {
            continue;
        }
        let value = body(eval, inner, round)?;
        let entries: Vec<(Value, Value)> = match (inner.kind, &value) {
            (LoopKind::TransformMap, _) => vec![(round.0.clone(), value)],
            (_, Value::Map(entry)) => entry.entries().to_vec(),
            _ => return Err(Stop::no_overload()),
        };
        eval.spend(map.entries().len())?;
        for (key, value) in entries {
            let shown = key.shown();
            if !map.insert(key, value) {
                return Err(Stop::error(format!("insert failed: key {shown} already exists")));
            }
        }
    }
    Ok(Value::map(map))
}

fn sort_by(eval: &mut Eval<'_>, inner: &Loop, range: &Value, rounds: &[Round]) -> Result<Value, Stop> {
    if !matches!(range, Value::List(_)) {
        return Err(Stop::no_overload());
    }
    let mut keyed = Vec::new();
    for round in rounds {
        keyed.push((body(eval, inner, round)?, round.0.clone()));
    }
    super::lists::sorted(keyed).map(Value::list)
}
