//! Variables and references in a document (`pkg/engine/variables/vars.go`): `{{ expression }}`, `{{- shallow }}`,
//! `$(path)`, and their escapes.

use std::fmt;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value};

use super::pointer;
use crate::lang::jmespath::{Expression, Fault, Functions, go_json, search};
use crate::model::Missing;

/// Rounds of substitution in one text: a value may bring in variables, but not for ever.
const MAX_ROUNDS: usize = 64;
/// Bytes that a text may grow to.
const MAX_TEXT: usize = 1 << 20;
/// Levels of a document.
const MAX_DEPTH: usize = 200;

/// Noncharacters that stand for braces which came in by `{{- … }}` and are not looked at again.
const FROZEN: [(char, char); 2] = [('{', '\u{fdd0}'), ('}', '\u{fdd1}')];

/// Compiles one of the patterns below. They are constants; a pattern that does not compile finds nothing, and the
/// vectors' test fails.
fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

static VARIABLES: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"(^|[^\\])(\{\{(?:\{[^{}]*\}|[^{}])*\}\})"));
static ESCAPED_VARIABLES: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"\\\{\{(?:\{[^{}]*\}|[^{}])*\}\}"));
static REFERENCES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\$\(.[^ ]*\)|[^\\]\$\(.[^ ]*\)"));
static ESCAPED_REFERENCES: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"\\\$\(.[^ ]*\)"));

fn find_all(regex: &LazyLock<Option<Regex>>, text: &str) -> Vec<String> {
    let found =
        regex.as_ref().map(|regex| regex.find_iter(text).map(|found| found.as_str().to_owned()).collect());
    found.unwrap_or_default()
}

/// Why a document cannot be substituted.
#[derive(Clone, Debug, PartialEq)]
pub enum SubstitutionError {
    /// A variable has no value.
    Variable {
        /// The expression.
        variable: String,
        /// JSON pointer of the text that holds it.
        path: String,
        /// Why.
        fault: Fault,
    },
    /// What a variable needs could not be loaded, or is only known where the engine runs.
    Unready {
        /// The expression.
        variable: String,
        /// JSON pointer of the text that holds it.
        path: String,
        /// Why.
        fault: Fault,
    },
    /// A reference leads nowhere.
    Reference {
        /// The reference.
        reference: String,
        /// Why.
        problem: String,
    },
    /// The document grows beyond a bound.
    TooLarge,
}

impl fmt::Display for SubstitutionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable { variable, path, fault: fault @ Fault::Syntax { .. } } => {
                write!(f, "failed to resolve {variable} at path {path}: incorrect query {variable}: {fault}")
            }
            Self::Variable { variable, path, fault } => {
                write!(f, "failed to resolve {variable} at path {path}: JMESPath query failed: {fault}")
            }
            Self::Unready { variable, path, fault } => {
                write!(f, "failed to resolve {variable} at path {path}: {fault}")
            }
            Self::Reference { reference, problem } => write!(f, "failed to resolve {reference}: {problem}"),
            Self::TooLarge => f.write_str("the document grows too large by its variables"),
        }
    }
}

impl std::error::Error for SubstitutionError {}

impl SubstitutionError {
    /// What could not be had, where that is why there is no value.
    #[must_use]
    pub fn absent(&self) -> Option<&Missing> {
        match self {
            Self::Variable { fault: Fault::Absent { missing }, .. }
            | Self::Unready { fault: Fault::Absent { missing }, .. } => Some(missing),
            Self::Variable { .. } | Self::Unready { .. } | Self::Reference { .. } | Self::TooLarge => None,
        }
    }

    /// What only the running engine or the network knows: then there is no value, and no failure either.
    #[must_use]
    pub fn unknowable(&self) -> Option<String> {
        match self {
            Self::Variable {
                fault: fault @ (Fault::Unknowable { .. } | Fault::TooDeep), variable, ..
            }
            | Self::Unready {
                fault: fault @ (Fault::Unknowable { .. } | Fault::TooDeep), variable, ..
            } => Some(format!("{variable} ({fault})")),
            Self::TooLarge => Some(self.to_string()),
            Self::Variable { .. } | Self::Unready { .. } | Self::Reference { .. } => None,
        }
    }
}

/// Looks at every expression before it is evaluated.
pub type Guard<'a> = dyn Fn(&str) -> Result<(), Fault> + 'a;

/// True when the text holds a variable.
#[must_use]
pub fn is_variable(text: &str) -> bool {
    VARIABLES.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// True when the text holds a reference.
#[must_use]
pub fn is_reference(text: &str) -> bool {
    REFERENCES.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// The variables of a text, each with the one character before it where there is one.
#[must_use]
pub fn find_variables(text: &str) -> Vec<String> {
    find_all(&VARIABLES, text)
}

/// Puts a text in the place of each variable.
#[must_use]
pub fn replace_variables(text: &str, replacement: &str) -> String {
    let replaced = VARIABLES.as_ref().map(|regex| {
        regex.replace_all(text, |found: &regex::Captures<'_>| {
            let before = found.get(1).map_or("", |before| before.as_str());
            format!("{before}{replacement}")
        })
    });
    replaced.map_or_else(|| text.to_owned(), std::borrow::Cow::into_owned)
}

/// A relative reference from a place in the document.
#[must_use]
pub fn absolute_path(reference: &str, place: &str) -> String {
    if reference.starts_with('/') {
        return reference.to_owned();
    }
    let mut segments: Vec<&str> = place.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in reference.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    format!("/{}", segments.join("/"))
}

/// Substitutes everything in a document.
///
/// # Errors
/// The first variable or reference that has no value.
pub fn substitute(
    document: &Value,
    context: &Value,
    functions: &dyn Functions,
) -> Result<Value, SubstitutionError> {
    substitute_guarded(document, context, functions, &|_| Ok(()))
}

/// Substitutes everything in a document, after the guard has seen each expression.
///
/// # Errors
/// The first variable or reference that has no value, or that the guard refuses.
pub fn substitute_guarded(
    document: &Value,
    context: &Value,
    functions: &dyn Functions,
    guard: &Guard<'_>,
) -> Result<Value, SubstitutionError> {
    let whole = document;
    let referenced = walk(document, "", 0, &|text, path| Ok(Value::String(refer(text, path, whole)?)))?;
    let resolver = Resolver { context, functions, guard };
    walk(&referenced, "", 0, &|text, path| resolver.text(text, path))
}

type OnText<'a> = dyn Fn(&str, &str) -> Result<Value, SubstitutionError> + 'a;

/// Applies `on_text` to every text and every key.
fn walk(value: &Value, path: &str, depth: usize, on_text: &OnText<'_>) -> Result<Value, SubstitutionError> {
    if depth > MAX_DEPTH {
        return Err(SubstitutionError::TooLarge);
    }
    match value {
        Value::String(text) => on_text(text, path),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| walk(item, &format!("{path}/{index}"), depth + 1, on_text))
            .collect(),
        Value::Object(map) => {
            let mut out = Map::new();
            for (key, value) in map {
                let new = match on_text(key, path)? {
                    Value::String(text) => text,
                    other => go_json(&other),
                };
                let escaped = key.replace('~', "~0").replace('/', "~1");
                out.insert(new, walk(value, &format!("{path}/{escaped}"), depth + 1, on_text)?);
            }
            Ok(Value::Object(out))
        }
        other => Ok(other.clone()),
    }
}

fn refer(text: &str, path: &str, whole: &Value) -> Result<String, SubstitutionError> {
    let mut out = text.to_owned();
    for found in find_all(&REFERENCES, text) {
        let reference = if found.starts_with("$(") { found.as_str() } else { skip_first(&found) };
        let target = reference.trim_start_matches("$(").trim_end_matches(')');
        let absolute = absolute_path(target, path);
        let wrong = |problem: &str| SubstitutionError::Reference {
            reference: reference.to_owned(),
            problem: problem.to_owned(),
        };
        let value = follow(whole, &absolute).ok_or_else(|| wrong("no such path in the document"))?;
        let replacement = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => go_json(value),
            _ => return Err(wrong("it leads to no plain value")),
        };
        out = out.replacen(reference, &replacement, 1);
    }
    // The pattern is greedy: one match can hold several escaped references.
    for _ in 0..MAX_ROUNDS {
        let Some(escaped) = find_all(&ESCAPED_REFERENCES, &out).into_iter().next() else { break };
        out = out.replacen(&escaped, skip_first(&escaped), 1);
    }
    Ok(out)
}

/// Follows a path; keys may carry anchors, `(spec)` stands for `spec`.
fn follow<'a>(whole: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').filter(|segment| !segment.is_empty()).try_fold(whole, |value, segment| match value {
        Value::Array(items) => segment.parse::<usize>().ok().and_then(|index| items.get(index)),
        Value::Object(map) => map.get(segment).or_else(|| {
            let bare = |key: &str| key.trim_matches(['(', ')', '+', '=', '^', '<', 'X']) == segment;
            map.iter().find(|(key, _)| key.ends_with(')') && bare(key)).map(|(_, value)| value)
        }),
        _ => None,
    })
}

fn skip_first(text: &str) -> &str {
    let mut chars = text.chars();
    chars.next();
    chars.as_str()
}

struct Resolver<'a> {
    context: &'a Value,
    functions: &'a dyn Functions,
    guard: &'a Guard<'a>,
}

impl Resolver<'_> {
    fn text(&self, text: &str, path: &str) -> Result<Value, SubstitutionError> {
        let mut out = text.to_owned();
        for _ in 0..MAX_ROUNDS {
            let Some(found) = find_variables(&out).into_iter().next() else {
                return Ok(Value::String(unescape(&out)));
            };
            let (before, variable) = if found.starts_with("{{") {
                ("", found.as_str())
            } else {
                (head(&found), skip_first(&found))
            };
            let inner = variable.replace("{{", "").replace("}}", "");
            let inner = inner.trim();
            let (shallow, expression) = match inner.strip_prefix('-') {
                Some(rest) => (true, rest.trim()),
                None => (false, inner),
            };
            let value = self.resolve(expression, path)?;
            if variable == out {
                return Ok(value);
            }
            let mut replacement = match value {
                Value::String(text) => text,
                other => go_json(&other),
            };
            if shallow {
                for (brace, frozen) in FROZEN {
                    replacement = replacement.replace(brace, &frozen.to_string());
                }
            }
            out = out.replacen(&found, &format!("{before}{replacement}"), 1);
            if out.len() > MAX_TEXT {
                return Err(SubstitutionError::TooLarge);
            }
        }
        Err(SubstitutionError::TooLarge)
    }

    fn resolve(&self, expression: &str, path: &str) -> Result<Value, SubstitutionError> {
        let mut expression = expression.to_owned();
        if expression == "@" {
            let root = if self.context.get("target").is_some() { "target" } else { "request.object" };
            // Two segments in front are the rule's own: `mutate/overlay`, `validate/pattern`.
            let place: Vec<String> = pointer::parse(path).into_iter().skip(2).collect();
            let place = pointer::to_jmespath(&place);
            expression = if place.is_empty() { root.to_owned() } else { format!("{root}.{place}") };
        }
        if self.context.pointer("/request/operation").and_then(Value::as_str) == Some("DELETE") {
            expression = expression.replace("request.object", "request.oldObject");
        }
        if let Err(fault) = (self.guard)(&expression) {
            return Err(SubstitutionError::Unready { variable: expression, path: path.to_owned(), fault });
        }
        let found =
            Expression::parse(&expression).and_then(|parsed| search(&parsed, self.context, self.functions));
        found.map_err(|fault| SubstitutionError::Variable {
            variable: expression,
            path: path.to_owned(),
            fault,
        })
    }
}

fn head(text: &str) -> &str {
    let end = text.chars().next().map_or(0, char::len_utf8);
    text.get(..end).unwrap_or_default()
}

fn unescape(text: &str) -> String {
    let mut out = text.to_owned();
    for escaped in find_all(&ESCAPED_VARIABLES, text) {
        out = out.replacen(&escaped, skip_first(&escaped), 1);
    }
    for (brace, frozen) in FROZEN {
        out = out.replace(frozen, &brace.to_string());
    }
    out
}
