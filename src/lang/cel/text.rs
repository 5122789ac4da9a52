//! Texts: the standard library and cel-go's `strings` extension (version 2), which count in characters; `base64.*`.

use std::fmt::Write as _;

use base64::Engine as _;

use super::functions::{Answer, bounded};
use super::stop::Stop;
use super::value::Value;

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    match (function, args) {
        ("base64.encode", [Value::Bytes(bytes)]) => {
            return Some(Ok(Value::text(base64::engine::general_purpose::STANDARD.encode(bytes))));
        }
        ("base64.decode", [Value::Text(text)]) => return Some(decode(text)),
        ("strings.quote", [Value::Text(text)]) => return Some(Ok(Value::text(quote(text)))),
        ("join", [Value::List(items)]) => return Some(join(items, "")),
        ("join", [Value::List(items), Value::Text(separator)]) => return Some(join(items, separator)),
        _ => {}
    }
    let (Value::Text(text), rest) = args.split_first()? else { return None };
    plain(function, text, rest).or_else(|| placed(function, text, rest))
}

fn plain(function: &str, text: &str, rest: &[Value]) -> Answer {
    Some(match (function, rest) {
        ("contains", [Value::Text(part)]) => Ok(Value::Bool(text.contains(&**part))),
        ("startsWith", [Value::Text(part)]) => Ok(Value::Bool(text.starts_with(&**part))),
        ("endsWith", [Value::Text(part)]) => Ok(Value::Bool(text.ends_with(&**part))),
        ("lowerAscii", []) => Ok(Value::text(text.to_ascii_lowercase())),
        ("upperAscii", []) => Ok(Value::text(text.to_ascii_uppercase())),
        ("trim", []) => Ok(Value::text(text.trim())),
        ("format", [Value::List(items)]) => format(text, items),
        ("split", [Value::Text(separator)]) => Ok(split(text, separator, -1)),
        ("split", [Value::Text(separator), Value::Int(limit)]) => Ok(split(text, separator, *limit)),
        ("replace", [Value::Text(from), Value::Text(to)]) => replace(text, from, to, -1),
        ("replace", [Value::Text(from), Value::Text(to), Value::Int(count)]) => {
            replace(text, from, to, *count)
        }
        _ => return None,
    })
}

fn placed(function: &str, text: &str, rest: &[Value]) -> Answer {
    Some(match (function, rest) {
        ("charAt", [Value::Int(at)]) => char_at(text, *at),
        ("indexOf", [Value::Text(part)]) => index_of(text, part, 0),
        ("indexOf", [Value::Text(part), Value::Int(from)]) => index_of(text, part, *from),
        ("lastIndexOf", [Value::Text(part)]) => last_index_of(text, part, None),
        ("lastIndexOf", [Value::Text(part), Value::Int(from)]) => last_index_of(text, part, Some(*from)),
        ("substring", [Value::Int(from)]) => substring(text, *from, None),
        ("substring", [Value::Int(from), Value::Int(to)]) => substring(text, *from, Some(*to)),
        _ => return None,
    })
}

fn out_of_range(at: i64) -> Stop {
    Stop::error(format!("index out of range: {at}"))
}

fn count(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}

fn int(at: Option<usize>) -> Value {
    Value::Int(at.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1))
}

fn char_at(text: &str, at: i64) -> Result<Value, Stop> {
    if at == count(text) {
        return Ok(Value::text(""));
    }
    let letter = usize::try_from(at).ok().and_then(|at| text.chars().nth(at));
    letter.map(|letter| Value::text(letter.to_string())).ok_or_else(|| out_of_range(at))
}

fn index_of(text: &str, part: &str, from: i64) -> Result<Value, Stop> {
    let (from, letters) = (usize::try_from(from).map_err(|_| out_of_range(from))?, count(text));
    if part.is_empty() {
        return Ok(int(Some(from)));
    }
    if i64::try_from(from).unwrap_or(i64::MAX) >= letters.max(1) {
        return Ok(int(None));
    }
    let start = text.char_indices().nth(from).map_or(text.len(), |(at, _)| at);
    let found = text.get(start..).unwrap_or_default().find(part);
    Ok(int(found.map(|at| from + text.get(start..start + at).unwrap_or_default().chars().count())))
}

fn last_index_of(text: &str, part: &str, from: Option<i64>) -> Result<Value, Stop> {
    let letters = count(text);
    let from = from.unwrap_or(letters);
    if from < 0 {
        return Err(out_of_range(from));
    }
    if part.is_empty() {
        return Ok(Value::Int(from.min(letters)));
    }
    // The last place at which it may begin.
    let ends = text.char_indices().map(|(at, _)| at);
    let places: Vec<usize> =
        ends.take(usize::try_from(from).unwrap_or(usize::MAX).saturating_add(1)).collect();
    let found = places.iter().rposition(|at| text.get(*at..).unwrap_or_default().starts_with(part));
    Ok(int(found))
}

fn substring(text: &str, from: i64, to: Option<i64>) -> Result<Value, Stop> {
    let letters = count(text);
    let to = to.unwrap_or(letters);
    if from < 0 || from > letters {
        return Err(out_of_range(from));
    }
    if to < 0 || to > letters {
        return Err(out_of_range(to));
    }
    if from > to {
        return Err(Stop::error(format!("invalid substring range. start: {from}, end: {to}")));
    }
    let (skip, take) = (usize::try_from(from).unwrap_or(0), usize::try_from(to - from).unwrap_or(0));
    Ok(Value::text(text.chars().skip(skip).take(take).collect::<String>()))
}

fn split(text: &str, separator: &str, limit: i64) -> Value {
    let Ok(limit) = usize::try_from(limit) else {
        return split_all(text, separator, usize::MAX);
    };
    if limit == 0 { Value::list(Vec::new()) } else { split_all(text, separator, limit) }
}

fn split_all(text: &str, separator: &str, limit: usize) -> Value {
    if !separator.is_empty() {
        return Value::list(text.splitn(limit, separator).map(Value::text).collect());
    }
    // As Go: letter by letter, the rest in the last part.
    let mut parts: Vec<Value> = Vec::new();
    let mut letters = text.chars();
    while parts.len() + 1 < limit {
        let Some(letter) = letters.next() else { break };
        parts.push(Value::text(letter.to_string()));
    }
    if !letters.as_str().is_empty() {
        parts.push(Value::text(letters.as_str()));
    }
    Value::list(parts)
}

fn replace(text: &str, from: &str, to: &str, count: i64) -> Result<Value, Stop> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let found = text.matches(from).count().min(count);
    bounded(text.len() + found.saturating_mul(to.len()), || Value::text(text.replacen(from, to, count)))
}

fn join(items: &[Value], separator: &str) -> Result<Value, Stop> {
    let texts = items.iter().map(|item| match item {
        Value::Text(text) => Ok(&**text),
        _ => Err(Stop::no_overload()),
    });
    let texts = texts.collect::<Result<Vec<&str>, Stop>>()?;
    let size = texts.iter().map(|text| text.len() + separator.len()).sum();
    bounded(size, || Value::text(texts.join(separator)))
}

fn decode(text: &str) -> Result<Value, Stop> {
    let trimmed = text.trim_end_matches('=');
    let decoded = base64::engine::general_purpose::STANDARD
        .decode(text)
        .or_else(|_| base64::engine::general_purpose::STANDARD_NO_PAD.decode(trimmed));
    decoded
        .map(|bytes| Value::Bytes(bytes.into()))
        .map_err(|_| Stop::error("illegal base64 data at input byte 0"))
}

fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '\u{7}' => quoted.push_str("\\a"),
            '\u{8}' => quoted.push_str("\\b"),
            '\u{c}' => quoted.push_str("\\f"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '\u{b}' => quoted.push_str("\\v"),
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// `%s`, `%d`, `%f`, `%e`, `%b`, `%x`, `%X`, `%o` with an optional precision.
fn format(text: &str, items: &[Value]) -> Result<Value, Stop> {
    let mut made = String::new();
    let mut items = items.iter();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        made.push_str(before);
        let (digits, after) = match after.strip_prefix('.') {
            Some(after) => {
                let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
                (
                    after.get(..end).and_then(|digits| digits.parse::<usize>().ok()),
                    after.get(end..).unwrap_or_default(),
                )
            }
            None => (None, after),
        };
        let mut letters = after.chars();
        let verb = letters.next().ok_or_else(|| Stop::error("unexpected end of format string"))?;
        rest = letters.as_str();
        if verb == '%' {
            made.push('%');
            continue;
        }
        let index = || Stop::error("index out of range of the format arguments");
        clause(verb, digits.map(|digits| digits.min(100)), items.next().ok_or_else(index)?, &mut made)?;
        bounded(made.len(), || Value::Null)?;
    }
    made.push_str(rest);
    Ok(Value::text(made))
}

fn clause(verb: char, digits: Option<usize>, item: &Value, made: &mut String) -> Result<(), Stop> {
    let precision = digits.unwrap_or(6);
    let written = match (verb, item) {
        ('s', Value::Text(text)) => write!(made, "{text}"),
        (
            's',
            Value::Double(_)
            | Value::List(_)
            | Value::Map(_)
            | Value::Bytes(_)
            | Value::Optional(_)
            | Value::Opaque(_),
        ) => {
            return Err(Stop::not_implemented(format!("%s of a {} in CEL's format", item.type_name())));
        }
        ('s', other) => write!(made, "{}", other.shown()),
        ('d', Value::Int(value)) => write!(made, "{value}"),
        ('d', Value::Uint(value)) => write!(made, "{value}"),
        ('f', Value::Double(value)) => write!(made, "{value:.precision$}"),
        ('b', Value::Int(value)) => {
            write!(made, "{}{:b}", if *value < 0 { "-" } else { "" }, value.unsigned_abs())
        }
        ('b', Value::Bool(value)) => write!(made, "{}", u8::from(*value)),
        ('x', Value::Int(value)) if *value >= 0 => write!(made, "{value:x}"),
        ('X', Value::Int(value)) if *value >= 0 => write!(made, "{value:X}"),
        ('o', Value::Int(value)) if *value >= 0 => write!(made, "{value:o}"),
        ('x', Value::Text(text)) => text.bytes().try_for_each(|byte| write!(made, "{byte:02x}")),
        ('e', Value::Double(_))
        | ('b' | 'x' | 'X' | 'o', _)
        | ('d' | 'f', Value::Uint(_) | Value::Double(_) | Value::Int(_)) => {
            return Err(Stop::not_implemented(format!("%{verb} of a {} in CEL's format", item.type_name())));
        }
        _ => {
            return Err(Stop::error(format!(
                "error during formatting: no formatting function for %{verb} of {}",
                item.type_name()
            )));
        }
    };
    written.map_err(|_| Stop::error("error during formatting"))
}
