//! The functions of the JMESPath specification, as the fork has them.

use jmespath::ast::Ast;
use serde_json::{Map, Value};

use super::Fault;
use super::eval::{Argument, Call, Functions};
use super::go::go_json;
use super::value::{equal, from_f64, number, order, type_name};

/// The standard functions.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standard;

impl Functions for Standard {
    fn call(&self, name: &str, arguments: &[Argument<'_>], call: &Call<'_>) -> Result<Value, Fault> {
        let args = Arguments { name, list: arguments };
        numeric(&args)
            .or_else(|| textual(&args))
            .or_else(|| listed(&args))
            .or_else(|| by_expression(&args, call))
            .unwrap_or_else(|| Err(Fault::UnknownFunction { function: name.to_owned() }))
    }
}

/// The arguments of one call, with their types checked when they are taken.
struct Arguments<'a> {
    name: &'a str,
    list: &'a [Argument<'a>],
}

impl<'a> Arguments<'a> {
    fn arity(&self, count: usize) -> Result<(), Fault> {
        if self.list.len() == count { Ok(()) } else { Err(Fault::Arity { function: self.name.to_owned() }) }
    }

    fn wrong(&self, index: usize, wanted: &str) -> Fault {
        let problem =
            format!("Invalid type for: argument {} of {}, expected: {wanted}", index + 1, self.name);
        Fault::Type { function: self.name.to_owned(), problem }
    }

    fn value(&self, index: usize) -> Result<&'a Value, Fault> {
        match self.list.get(index) {
            Some(Argument::Value(value)) => Ok(value),
            Some(Argument::Expression(_)) => Err(self.wrong(index, "a value")),
            None => Err(Fault::Arity { function: self.name.to_owned() }),
        }
    }

    fn number(&self, index: usize) -> Result<f64, Fault> {
        number(self.value(index)?).ok_or_else(|| self.wrong(index, "number"))
    }

    fn text(&self, index: usize) -> Result<&'a str, Fault> {
        self.value(index)?.as_str().ok_or_else(|| self.wrong(index, "string"))
    }

    fn array(&self, index: usize) -> Result<&'a [Value], Fault> {
        self.value(index)?.as_array().map(Vec::as_slice).ok_or_else(|| self.wrong(index, "array"))
    }

    fn object(&self, index: usize) -> Result<&'a Map<String, Value>, Fault> {
        self.value(index)?.as_object().ok_or_else(|| self.wrong(index, "object"))
    }

    fn numbers(&self, index: usize) -> Result<Vec<f64>, Fault> {
        let items = self.array(index)?.iter();
        items.map(|item| number(item).ok_or_else(|| self.wrong(index, "array of numbers"))).collect()
    }

    fn expression(&self, index: usize) -> Result<&'a Ast, Fault> {
        match self.list.get(index) {
            Some(Argument::Expression(ast)) => Ok(ast),
            Some(Argument::Value(_)) => Err(self.wrong(index, "an expression")),
            None => Err(Fault::Arity { function: self.name.to_owned() }),
        }
    }
}

type Answer = Option<Result<Value, Fault>>;

fn numeric(args: &Arguments<'_>) -> Answer {
    let rounded = |round: fn(f64) -> f64| {
        args.arity(1)?;
        args.number(0).map(|value| from_f64(round(value)))
    };
    Some(match args.name {
        "abs" => rounded(f64::abs),
        "ceil" => rounded(f64::ceil),
        "floor" => rounded(f64::floor),
        "sum" => args.arity(1).and_then(|()| args.numbers(0)).map(|all| from_f64(all.iter().sum())),
        "avg" => args.arity(1).and_then(|()| args.numbers(0)).map(|all| {
            #[allow(clippy::cast_precision_loss, reason = "lengths are far below 2^53")]
            let count = all.len() as f64;
            if all.is_empty() { Value::Null } else { from_f64(all.iter().sum::<f64>() / count) }
        }),
        "to_number" => args.arity(1).and_then(|()| args.value(0)).map(|value| match value {
            Value::Number(_) => value.clone(),
            Value::String(text) => {
                text.parse::<f64>().ok().filter(|n| n.is_finite()).map_or(Value::Null, from_f64)
            }
            _ => Value::Null,
        }),
        _ => return None,
    })
}

fn textual(args: &Arguments<'_>) -> Answer {
    Some(match args.name {
        "starts_with" => two_texts(args, |text, part| text.starts_with(part)),
        "ends_with" => two_texts(args, |text, part| text.ends_with(part)),
        "join" => join(args),
        "to_string" => args.arity(1).and_then(|()| args.value(0)).map(|value| match value {
            Value::String(_) => value.clone(),
            other => Value::String(go_json(other)),
        }),
        "type" => args.arity(1).and_then(|()| args.value(0)).map(|value| type_name(value).into()),
        "contains" => contains(args),
        "length" => length(args),
        "reverse" => reverse(args),
        _ => return None,
    })
}

fn two_texts(args: &Arguments<'_>, holds: fn(&str, &str) -> bool) -> Result<Value, Fault> {
    args.arity(2)?;
    Ok(Value::Bool(holds(args.text(0)?, args.text(1)?)))
}

fn join(args: &Arguments<'_>) -> Result<Value, Fault> {
    args.arity(2)?;
    let glue = args.text(0)?;
    let texts: Option<Vec<&str>> = args.array(1)?.iter().map(Value::as_str).collect();
    Ok(texts.ok_or_else(|| args.wrong(1, "array of strings"))?.join(glue).into())
}

fn contains(args: &Arguments<'_>) -> Result<Value, Fault> {
    args.arity(2)?;
    let part = args.value(1)?;
    match args.value(0)? {
        Value::String(text) => Ok(Value::Bool(part.as_str().is_some_and(|part| text.contains(part)))),
        Value::Array(items) => Ok(Value::Bool(items.iter().any(|item| equal(item, part)))),
        _ => Err(args.wrong(0, "array or string")),
    }
}

fn length(args: &Arguments<'_>) -> Result<Value, Fault> {
    args.arity(1)?;
    let length = match args.value(0)? {
        Value::String(text) => text.chars().count(),
        Value::Array(items) => items.len(),
        Value::Object(map) => map.len(),
        _ => return Err(args.wrong(0, "string, array or object")),
    };
    Ok(Value::from(length))
}

fn reverse(args: &Arguments<'_>) -> Result<Value, Fault> {
    args.arity(1)?;
    match args.value(0)? {
        Value::String(text) => Ok(text.chars().rev().collect::<String>().into()),
        Value::Array(items) => Ok(items.iter().rev().cloned().collect()),
        _ => Err(args.wrong(0, "array or string")),
    }
}

fn listed(args: &Arguments<'_>) -> Answer {
    Some(match args.name {
        "keys" => args.arity(1).and_then(|()| args.object(0)).map(|map| map.keys().cloned().collect()),
        "values" => args.arity(1).and_then(|()| args.object(0)).map(|map| map.values().cloned().collect()),
        "max" => extreme(args, std::cmp::Ordering::Greater),
        "min" => extreme(args, std::cmp::Ordering::Less),
        "sort" => args.arity(1).and_then(|()| {
            let items = args.array(0)?;
            sorted(args, items.iter().map(|item| (item.clone(), item.clone())).collect())
        }),
        "merge" => merge(args),
        "not_null" => not_null(args),
        "to_array" => args.arity(1).and_then(|()| args.value(0)).map(|value| match value {
            Value::Array(_) => value.clone(),
            other => Value::Array(vec![other.clone()]),
        }),
        _ => return None,
    })
}

/// Numbers only, or strings only.
fn uniform(args: &Arguments<'_>, items: &[&Value]) -> Result<(), Fault> {
    let all = |is: fn(&Value) -> bool| items.iter().all(|item| is(item));
    if all(Value::is_number) || all(Value::is_string) {
        Ok(())
    } else {
        Err(args.wrong(0, "array of numbers or array of strings"))
    }
}

fn extreme(args: &Arguments<'_>, wanted: std::cmp::Ordering) -> Result<Value, Fault> {
    args.arity(1)?;
    let items = args.array(0)?;
    uniform(args, &items.iter().collect::<Vec<_>>())?;
    let mut best: Option<&Value> = None;
    for item in items {
        if best.is_none_or(|best| order(item, best) == Some(wanted)) {
            best = Some(item);
        }
    }
    Ok(best.cloned().unwrap_or_default())
}

fn sorted(args: &Arguments<'_>, mut keyed: Vec<(Value, Value)>) -> Result<Value, Fault> {
    uniform(args, &keyed.iter().map(|(key, _)| key).collect::<Vec<_>>())?;
    keyed.sort_by(|(a, _), (b, _)| order(a, b).unwrap_or(std::cmp::Ordering::Equal));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}

fn merge(args: &Arguments<'_>) -> Result<Value, Fault> {
    if args.list.is_empty() {
        return Err(Fault::Arity { function: args.name.to_owned() });
    }
    let mut merged = Map::new();
    for index in 0..args.list.len() {
        merged.extend(args.object(index)?.iter().map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(Value::Object(merged))
}

fn not_null(args: &Arguments<'_>) -> Result<Value, Fault> {
    if args.list.is_empty() {
        return Err(Fault::Arity { function: args.name.to_owned() });
    }
    let mut first = Value::Null;
    for index in 0..args.list.len() {
        let value = args.value(index)?;
        if first.is_null() && !value.is_null() {
            first = value.clone();
        }
    }
    Ok(first)
}

fn by_expression(args: &Arguments<'_>, call: &Call<'_>) -> Answer {
    Some(match args.name {
        "map" => args.arity(2).and_then(|()| {
            let (expression, items) = (args.expression(0)?, args.array(1)?);
            items.iter().map(|item| call.apply(expression, item)).collect()
        }),
        "sort_by" => keyed(args, call).and_then(|keyed| sorted(args, keyed)),
        "max_by" => keyed(args, call).and_then(|keyed| best_by(args, keyed, std::cmp::Ordering::Greater)),
        "min_by" => keyed(args, call).and_then(|keyed| best_by(args, keyed, std::cmp::Ordering::Less)),
        _ => return None,
    })
}

fn keyed(args: &Arguments<'_>, call: &Call<'_>) -> Result<Vec<(Value, Value)>, Fault> {
    args.arity(2)?;
    let (items, expression) = (args.array(0)?, args.expression(1)?);
    items.iter().map(|item| Ok((call.apply(expression, item)?, item.clone()))).collect()
}

fn best_by(
    args: &Arguments<'_>,
    keyed: Vec<(Value, Value)>,
    wanted: std::cmp::Ordering,
) -> Result<Value, Fault> {
    uniform(args, &keyed.iter().map(|(key, _)| key).collect::<Vec<_>>())?;
    let mut best: Option<(Value, Value)> = None;
    for (key, item) in keyed {
        if best.as_ref().is_none_or(|(best, _)| order(&key, best) == Some(wanted)) {
            best = Some((key, item));
        }
    }
    Ok(best.map(|(_, item)| item).unwrap_or_default())
}
