//! Functions over text.

use regex::{Regex, RegexBuilder};
use serde_json::Value;

use super::arguments::{Answer, Arguments};
use super::problem::Problem;
use crate::lang::jmespath::Fault;
use crate::lang::wildcard;

/// Bytes that a function may make of its arguments.
const MAX_TEXT: usize = 4 << 20;

fn bounded(text: String) -> Answer {
    if text.len() > MAX_TEXT { Err(Fault::TooDeep) } else { Ok(text.into()) }
}

pub(super) fn compare(args: &Arguments<'_>) -> Answer {
    let order = args.text(0)?.as_bytes().cmp(args.text(1)?.as_bytes());
    Ok(Value::from(order as i64))
}

pub(super) fn equal_fold(args: &Arguments<'_>) -> Answer {
    let fold = |text: &str| -> String {
        text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
    };
    Ok((fold(args.text(0)?) == fold(args.text(1)?)).into())
}

/// A replacement in a text of so many bytes cannot grow beyond the bound.
fn fits(text: &str, new: &str) -> Result<(), Fault> {
    let most = (text.len() + 1).saturating_mul(new.len().max(1));
    if most > 64 << 20 { Err(Fault::TooDeep) } else { Ok(()) }
}

pub(super) fn replace(args: &Arguments<'_>) -> Answer {
    let (text, old, new, count) = (args.text(0)?, args.text(1)?, args.text(2)?, args.number(3)?);
    fits(text, new)?;
    if count.trunc() < 0.0 {
        return bounded(text.replace(old, new));
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "upstream truncates, and it is positive"
    )]
    bounded(text.replacen(old, new, count as usize))
}

pub(super) fn replace_all(args: &Arguments<'_>) -> Answer {
    let (text, old, new) = (args.text(0)?, args.text(1)?, args.text(2)?);
    fits(text, new)?;
    bounded(text.replace(old, new))
}

/// Rune by rune, as Go does: what would become several characters stays.
fn mapped<I: Iterator<Item = char>>(text: &str, to: fn(char) -> I) -> String {
    text.chars()
        .map(|c| {
            let mut mapped = to(c);
            match (mapped.next(), mapped.next()) {
                (Some(one), None) => one,
                _ => c,
            }
        })
        .collect()
}

pub(super) fn to_upper(args: &Arguments<'_>) -> Answer {
    Ok(mapped(args.text(0)?, char::to_uppercase).into())
}

pub(super) fn to_lower(args: &Arguments<'_>) -> Answer {
    Ok(mapped(args.text(0)?, char::to_lowercase).into())
}

pub(super) fn trim(args: &Arguments<'_>) -> Answer {
    let (text, set) = (args.text(0)?, args.text(1)?);
    Ok(text.trim_matches(|c| set.contains(c)).into())
}

pub(super) fn trim_prefix(args: &Arguments<'_>) -> Answer {
    let (text, prefix) = (args.text(0)?, args.text(1)?);
    Ok(text.strip_prefix(prefix).unwrap_or(text).into())
}

pub(super) fn split(args: &Arguments<'_>) -> Answer {
    let (text, separator) = (args.text(0)?, args.text(1)?);
    if separator.is_empty() {
        return Ok(text.chars().map(|c| Value::String(c.to_string())).collect());
    }
    Ok(text.split(separator).map(Value::from).collect())
}

/// Go's classes are of ASCII; the text is Unicode all the same.
fn compiled(args: &Arguments<'_>, named: bool) -> Result<Regex, Fault> {
    let pattern = ascii_classes(args.text(0)?);
    RegexBuilder::new(&pattern).size_limit(1 << 20).build().map_err(|error| {
        let text = format!("error parsing regexp: {error}");
        if named { args.wrong(Problem::Generic(text)) } else { Fault::Value { problem: text } }
    })
}

/// `\d`, `\w`, `\s` and their opposites as RE2 means them.
fn ascii_classes(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    let mut depth = 0_usize;
    while let Some(c) = chars.next() {
        if c != '\\' {
            depth = match c {
                '[' => 1,
                ']' => 0,
                _ => depth,
            };
            out.push(c);
            continue;
        }
        let class = chars.next();
        let inner = match class {
            Some('d') => "0-9",
            Some('w') => "0-9A-Za-z_",
            Some('s') => "\\t\\n\\f\\r ",
            Some('D') => "^0-9",
            Some('W') => "^0-9A-Za-z_",
            Some('S') => "^\\t\\n\\f\\r ",
            other => {
                out.push('\\');
                out.extend(other);
                continue;
            }
        };
        let whole = depth == 0 || inner.starts_with('^');
        out.push_str(&if whole { format!("[{inner}]") } else { inner.to_owned() });
    }
    out
}

pub(super) fn regex_match(args: &Arguments<'_>) -> Answer {
    args.text(0)?;
    let text = args.texted(1)?;
    Ok(compiled(args, false)?.is_match(&text).into())
}

pub(super) fn regex_replace_all(args: &Arguments<'_>) -> Answer {
    args.text(0)?;
    let (text, new) = (args.texted(1)?, args.texted(2)?);
    fits(&text, &new)?;
    bounded(compiled(args, true)?.replace_all(&text, new.as_str()).into_owned())
}

pub(super) fn regex_replace_all_literal(args: &Arguments<'_>) -> Answer {
    args.text(0)?;
    let (text, new) = (args.texted(1)?, args.texted(2)?);
    fits(&text, &new)?;
    bounded(compiled(args, true)?.replace_all(&text, regex::NoExpand(&new)).into_owned())
}

pub(super) fn pattern_match(args: &Arguments<'_>) -> Answer {
    // Kyverno's table names the other function in this error.
    let pattern = args.text(0)?;
    let text = args.texted(1)?;
    Ok(wildcard::matches(pattern, &text).into())
}

pub(super) fn to_boolean(args: &Arguments<'_>) -> Answer {
    let text = args.text(0)?;
    match text.to_lowercase().as_str() {
        "true" => Ok(true.into()),
        "false" => Ok(false.into()),
        _ => Err(args.wrong(Problem::Generic(format!(
            "lowercase argument must be 'true' or 'false' (provided: '{text}')"
        )))),
    }
}

/// `filepath.Join` of one path: empty stays empty, the rest is cleaned.
pub(super) fn path_canonicalize(args: &Arguments<'_>) -> Answer {
    let path = args.text(0)?;
    if path.is_empty() {
        return Ok("".into());
    }
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    Ok(if rooted {
        format!("/{joined}").into()
    } else if joined.is_empty() {
        ".".into()
    } else {
        joined.into()
    })
}

pub(super) fn truncate(args: &Arguments<'_>) -> Answer {
    let (text, length) = (args.text(0)?, args.number(1)?);
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast stops at zero, as upstream does"
    )]
    let length = length as usize;
    Ok(text.chars().take(length).collect::<String>().into())
}
