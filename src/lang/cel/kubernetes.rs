//! Quantities, versions and formats of Kubernetes' CEL libraries.

use std::cmp::Ordering;
use std::sync::Arc;

use super::functions::Answer;
use super::regexes;
use super::stop::Stop;
use super::value::{Opaque, Value};
use crate::lang::quantity::Quantity;
use crate::lang::semver::Version;

pub(super) fn call(function: &str, args: &[Value]) -> Answer {
    match args {
        [] => function.strip_prefix("format.").and_then(format).map(Ok),
        [Value::Text(text)] => of_text(function, text),
        [Value::Text(text), Value::Bool(normalize)] => version(function, text, *normalize),
        [Value::Opaque(Opaque::Quantity(quantity)), rest @ ..] => of_quantity(function, *quantity, rest),
        [Value::Opaque(Opaque::Version(version)), rest @ ..] => of_version(function, version, rest),
        [Value::Opaque(Opaque::Format(name)), Value::Text(text)] if function == "validate" => {
            Some(validate(name, text))
        }
        _ => None,
    }
}

fn of_text(function: &str, text: &str) -> Answer {
    Some(match function {
        "quantity" => Quantity::parse(text)
            .map(|quantity| Value::Opaque(Opaque::Quantity(quantity)))
            .ok_or_else(|| Stop::error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")),
        "isQuantity" => Ok(Value::Bool(Quantity::parse(text).is_some())),
        "format.named" => Ok(Value::Optional(format(text).map(Arc::new))),
        _ => return version(function, text, false),
    })
}

fn version(function: &str, text: &str, normalize: bool) -> Answer {
    if !matches!(function, "semver" | "isSemver") {
        return None;
    }
    let parsed = if normalize { Version::parse(&normalized(text)) } else { Version::parse(text) };
    Some(match (function, parsed) {
        ("isSemver", parsed) => Ok(Value::Bool(parsed.is_some())),
        (_, Some(version)) => Ok(Value::Opaque(Opaque::Version(Arc::new(version)))),
        (_, None) => Err(Stop::error("Invalid Semver string")),
    })
}

/// Without a `v` in front, with three numbers, and none with zeros in front.
fn normalized(text: &str) -> String {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    let mut parts: Vec<&str> = core
        .split('.')
        .map(|part| {
            let bare = part.trim_start_matches('0');
            if bare.is_empty() && !part.is_empty() { "0" } else { bare }
        })
        .collect();
    while parts.len() < 3 {
        parts.push("0");
    }
    format!("{}{rest}", parts.join("."))
}

fn compared(function: &str, order: Ordering) -> Option<Value> {
    Some(match function {
        "isLessThan" => Value::Bool(order.is_lt()),
        "isGreaterThan" => Value::Bool(order.is_gt()),
        "compareTo" => Value::Int(order as i64),
        _ => return None,
    })
}

fn of_version(function: &str, version: &Version, rest: &[Value]) -> Answer {
    let [major, minor, patch] = version.numbers();
    let int = |number: u64| Some(Ok(Value::Int(i64::try_from(number).unwrap_or(i64::MAX))));
    match (function, rest) {
        ("major", []) => int(major),
        ("minor", []) => int(minor),
        ("patch", []) => int(patch),
        (_, [Value::Opaque(Opaque::Version(other))]) => compared(function, version.cmp(other)).map(Ok),
        _ => None,
    }
}

fn of_quantity(function: &str, quantity: Quantity, rest: &[Value]) -> Answer {
    let other = match rest {
        [] => {
            return Some(match function {
                "isInteger" => Ok(Value::Bool(quantity.as_integer().is_some())),
                "asInteger" => quantity
                    .as_integer()
                    .map(Value::Int)
                    .ok_or_else(|| Stop::error("cannot convert value to integer")),
                "asApproximateFloat" => Ok(Value::Double(quantity.approximate())),
                "sign" => Ok(Value::Int(quantity.sign())),
                _ => return None,
            });
        }
        [Value::Opaque(Opaque::Quantity(other))] => Some(*other),
        [Value::Int(other)] => Some(Quantity::of_integer(*other)),
        _ => None,
    }?;
    let made = |made: Option<Quantity>| {
        let made = made.map(|made| Value::Opaque(Opaque::Quantity(made)));
        Some(made.ok_or_else(|| Stop::not_implemented("quantities of this size in CEL")))
    };
    match function {
        "add" => made(quantity.plus(other)),
        "sub" => made(other.negated().and_then(|other| quantity.plus(other))),
        _ if matches!(rest, [Value::Opaque(_)]) => compared(function, quantity.cmp(&other)).map(Ok),
        _ => None,
    }
}

const FORMATS: &[&str] = &[
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "qualifiedName",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "labelValue",
    "uri",
    "uuid",
    "byte",
    "date",
    "datetime",
];

fn format(name: &str) -> Option<Value> {
    FORMATS.iter().find(|own| **own == name).map(|own| Value::Opaque(Opaque::Format(own)))
}

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/// `None` of an optional: valid; else the problems.
fn validate(name: &str, text: &str) -> Result<Value, Stop> {
    let subdomain = format!(r"{LABEL}(\.{LABEL})*");
    let (pattern, longest, words): (&str, usize, &str) = match name {
        "dns1123Label" => (
            LABEL,
            63,
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        ),
        "dns1123Subdomain" => (
            &subdomain,
            253,
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
        ),
        "dns1035Label" => (
            "[a-z]([-a-z0-9]*[a-z0-9])?",
            63,
            "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
        ),
        "labelValue" => (
            "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?",
            63,
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
        ),
        "uuid" => (
            "(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}",
            usize::MAX,
            "does not match the UUID format",
        ),
        "datetime" => {
            return Ok(problems(
                super::time::parse_timestamp(text).is_none().then(|| "invalid datetime".to_owned()),
            ));
        }
        "date" => {
            let at = super::time::parse_timestamp(&format!("{text}T00:00:00Z"));
            return Ok(problems(at.is_none().then(|| "invalid date".to_owned())));
        }
        other => return Err(Stop::not_implemented(format!("CEL format {other}"))),
    };
    let mut found = Vec::new();
    if text.len() > longest {
        found.push(format!("must be no more than {longest} characters"));
    }
    if !regexes::compile(&format!("^(?:{pattern})$"))?.is_match(text) {
        found.push(words.to_owned());
    }
    Ok(problems(found))
}

fn problems(found: impl IntoIterator<Item = String>) -> Value {
    let found: Vec<Value> = found.into_iter().map(Value::text).collect();
    Value::Optional((!found.is_empty()).then(|| Arc::new(Value::list(found))))
}
