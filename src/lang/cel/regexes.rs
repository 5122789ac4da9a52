//! Regular expressions as Go's RE2 reads them: `matches`, `find`, `findAll` and `regex.*`.

use regex::{Captures, Regex, RegexBuilder};

use super::functions::{Answer, bounded};
use super::stop::Stop;
use super::value::Value;

/// Largest compiled expression, in bytes.
const MOST_BYTES: usize = 1 << 20;

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    let (Some(Value::Text(text)), Some(Value::Text(pattern))) = (args.first(), args.get(1)) else {
        return None;
    };
    let rest = args.get(2..).unwrap_or_default();
    let run =
        |run: &dyn Fn(&Regex) -> Result<Value, Stop>| Some(compile(pattern).and_then(|regex| run(&regex)));
    match (function, rest) {
        ("matches", []) => run(&|regex| Ok(Value::Bool(regex.is_match(text)))),
        ("find", []) => run(&|regex| Ok(Value::text(regex.find(text).map_or("", |found| found.as_str())))),
        ("findAll", []) => run(&|regex| Ok(all(regex, text, usize::MAX))),
        ("findAll", [Value::Int(limit)]) => {
            let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
            run(&|regex| Ok(all(regex, text, limit)))
        }
        ("regex.extract", []) => {
            run(&|regex| Ok(Value::Optional(extract(regex, text)?.into_iter().next().map(Into::into))))
        }
        ("regex.extractAll", []) => run(&|regex| Ok(Value::list(extract(regex, text)?))),
        ("regex.replace", [Value::Text(with)]) => run(&|regex| replace(regex, text, with, -1)),
        ("regex.replace", [Value::Text(with), Value::Int(count)]) => {
            run(&|regex| replace(regex, text, with, *count))
        }
        _ => None,
    }
}

fn all(regex: &Regex, text: &str, limit: usize) -> Value {
    Value::list(regex.find_iter(text).take(limit).map(|found| Value::text(found.as_str())).collect())
}

fn one_group(regex: &Regex) -> Result<(), Stop> {
    match regex.captures_len() {
        1 | 2 => Ok(()),
        _ => Err(Stop::error(format!(
            "regular expression has more than one capturing group: \"{}\"",
            regex.as_str()
        ))),
    }
}

fn extract(regex: &Regex, text: &str) -> Result<Vec<Value>, Stop> {
    one_group(regex)?;
    let group = regex.captures_len() - 1;
    let found =
        regex.captures_iter(text).filter_map(|captures| captures.get(group).map(|found| found.as_str()));
    Ok(found.filter(|found| group == 0 || !found.is_empty()).map(Value::text).collect())
}

fn replace(regex: &Regex, text: &str, with: &str, count: i64) -> Result<Value, Stop> {
    let mut parts = String::new();
    let (mut last, mut left) = (0, count);
    for captures in regex.captures_iter(text) {
        if left == 0 {
            break;
        }
        left -= 1;
        let Some(whole) = captures.get(0) else { continue };
        parts.push_str(text.get(last..whole.start()).unwrap_or_default());
        parts.push_str(&filled(with, &captures)?);
        last = whole.end();
        bounded(parts.len(), || Value::Null)?;
    }
    parts.push_str(text.get(last..).unwrap_or_default());
    bounded(parts.len(), || Value::text(&parts))
}

/// `\1` in a replacement stands for the first group, `\\` for a backslash.
fn filled(with: &str, captures: &Captures<'_>) -> Result<String, Stop> {
    let mut text = String::new();
    let mut letters = with.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        match letters.next() {
            Some('\\') => text.push('\\'),
            Some(digit) if digit.is_ascii_digit() => {
                let group =
                    digit.to_digit(10).and_then(|group| usize::try_from(group).ok()).unwrap_or_default();
                if group >= captures.len() {
                    let problem = format!(
                        "replacement string references group {group} but regex has only {} group(s)",
                        captures.len() - 1
                    );
                    return Err(Stop::error(problem));
                }
                text.push_str(captures.get(group).map_or("", |found| found.as_str()));
            }
            _ => return Err(Stop::error("invalid replacement string: '\\' must be followed by a digit")),
        }
    }
    Ok(text)
}

/// Compiles an expression of RE2.
pub(super) fn compile(pattern: &str) -> Result<Regex, Stop> {
    let built = RegexBuilder::new(&re2(pattern)).size_limit(MOST_BYTES).dfa_size_limit(MOST_BYTES).build();
    built.map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => Stop::not_implemented("a regular expression of this size"),
        error => Stop::error(format!(
            "error parsing regexp: {}",
            error.to_string().lines().last().unwrap_or_default()
        )),
    })
}

/// In RE2 the classes `\d`, `\w`, `\s` and the boundary `\b` are of ASCII.
fn re2(pattern: &str) -> String {
    let mut text = String::new();
    let mut letters = pattern.chars();
    let mut in_class = false;
    while let Some(letter) = letters.next() {
        match letter {
            '[' if !in_class => in_class = true,
            ']' => in_class = false,
            '\\' => {
                let next = letters.next().unwrap_or('\\');
                let class = match next {
                    'd' => "0-9",
                    'w' => "0-9A-Za-z_",
                    's' => r"\t\n\f\r ",
                    'b' | 'B' if !in_class => {
                        text.push_str(if next == 'b' { r"(?-u:\b)" } else { r"(?-u:\B)" });
                        continue;
                    }
                    _ => {
                        text.push('\\');
                        text.push(next);
                        continue;
                    }
                };
                if in_class {
                    text.push_str(class);
                } else {
                    text.push('[');
                    text.push_str(class);
                    text.push(']');
                }
                continue;
            }
            _ => {}
        }
        text.push(letter);
    }
    text
}
