//! Annotations and label selectors with wildcards (`pkg/utils/match/{annotations,labels}.go`).

use std::collections::BTreeMap;

use crate::lang::wildcard;
use crate::model::node::{Node, NodeValue};

/// Values of a mapping as texts. A number or boolean is the text that Kubernetes' reader makes of it where a text is
/// expected: left out, `skip: true` in a selector would select everything.
#[must_use]
pub fn texts(node: Option<&Node>) -> BTreeMap<String, String> {
    let entries = node.map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|entry| Some((entry.key.to_string(), as_text(&entry.node)?))).collect()
}

fn as_text(node: &Node) -> Option<String> {
    match &node.value {
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::Bool(value) => Some(value.to_string()),
        NodeValue::Int(value) => Some(value.to_string()),
        NodeValue::Float(value) => Some(value.to_string()),
        NodeValue::Null => Some(String::new()),
        NodeValue::List(_) | NodeValue::Map(_) => None,
    }
}

/// For every expected pair, some actual pair matches in key and value.
#[must_use]
pub fn annotations_match(expected: &BTreeMap<String, String>, actual: &BTreeMap<String, String>) -> bool {
    expected.iter().all(|(key, value)| {
        actual.iter().any(|(k, v)| wildcard::matches(key, k) && wildcard::matches(value, v))
    })
}

/// Does a label selector (`matchLabels`, `matchExpressions`) select these labels?
///
/// # Errors
/// When the selector is not a valid one.
pub fn selector_matches(selector: &Node, labels: &BTreeMap<String, String>) -> Result<bool, String> {
    let mut holds = true;
    for (key, value) in texts(selector.get("matchLabels")) {
        let (key, value) = expand(&key, &value, labels);
        valid_key(&key)?;
        valid_value(&value)?;
        holds &= labels.get(&key) == Some(&value);
    }
    for expression in selector.get("matchExpressions").map(Node::items).unwrap_or_default() {
        holds &= expression_holds(expression, labels)?;
    }
    Ok(holds)
}

/// Wildcards are replaced by the first label that fits; characters that stay wild become `0`, which no label has.
fn expand(key: &str, value: &str, labels: &BTreeMap<String, String>) -> (String, String) {
    if !wildcard::contains_wildcard(key) && !wildcard::contains_wildcard(value) {
        return (key.to_owned(), value.to_owned());
    }
    for (k, v) in labels {
        if wildcard::matches(key, k) && wildcard::matches(value, v) {
            return (k.clone(), v.clone());
        }
    }
    let tame = |text: &str| text.replace(['*', '?'], "0");
    (tame(key), tame(value))
}

fn expression_holds(expression: &Node, labels: &BTreeMap<String, String>) -> Result<bool, String> {
    let text = |key: &str| expression.get(key).and_then(Node::text).unwrap_or_default();
    let key = text("key");
    valid_key(key)?;
    let values: Vec<String> =
        expression.get("values").map(Node::items).unwrap_or_default().iter().filter_map(as_text).collect();
    values.iter().try_for_each(|value| valid_value(value))?;
    let found = labels.get(key);
    let listed = found.is_some_and(|value| values.contains(value));
    match text("operator") {
        "In" | "NotIn" if values.is_empty() => {
            Err("for 'in', 'notin' operators, values set can't be empty".to_owned())
        }
        "Exists" | "DoesNotExist" if !values.is_empty() => {
            Err("values set must be empty for exists and does not exist".to_owned())
        }
        "In" => Ok(listed),
        "NotIn" => Ok(!listed),
        "Exists" => Ok(found.is_some()),
        "DoesNotExist" => Ok(found.is_none()),
        other => Err(format!("\"{other}\" is not a valid label selector operator")),
    }
}

/// A qualified name: an optional DNS prefix, a slash, and a name of at most 63 characters.
fn valid_key(key: &str) -> Result<(), String> {
    let name = match key.split_once('/') {
        Some((prefix, name)) if is_subdomain(prefix) => name,
        Some(_) => "",
        None => key,
    };
    if name.is_empty() || name.contains('/') || !is_name(name) {
        return Err(format!("key: Invalid value: \"{key}\": a qualified name is expected"));
    }
    Ok(())
}

fn valid_value(value: &str) -> Result<(), String> {
    if value.is_empty() || is_name(value) {
        Ok(())
    } else {
        Err(format!("values: Invalid value: \"{value}\": a valid label value is expected"))
    }
}

fn is_name(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric();
    text.len() <= 63
        && text.starts_with(word)
        && text.ends_with(word)
        && text.chars().all(|c| word(c) || matches!(c, '-' | '_' | '.'))
}

/// A DNS subdomain (RFC 1123) as Kubernetes checks it.
fn is_subdomain(text: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.len() <= 253
        && text.split('.').all(|label| {
            label.starts_with(word) && label.ends_with(word) && label.chars().all(|c| word(c) || c == '-')
        })
}
