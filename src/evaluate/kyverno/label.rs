//! Annotations and label selectors with wildcards (`pkg/utils/match/{annotations,labels}.go`).

use std::collections::BTreeMap;

use crate::lang::wildcard;
use crate::model::node::Node;

/// Texts of a mapping; other values are left out.
#[must_use]
pub fn texts(node: Option<&Node>) -> BTreeMap<String, String> {
    let entries = node.map(Node::entries).unwrap_or_default();
    let pairs =
        entries.iter().filter_map(|entry| Some((entry.key.to_string(), entry.node.text()?.to_owned())));
    pairs.collect()
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
    let values: Vec<&str> =
        expression.get("values").map(Node::items).unwrap_or_default().iter().filter_map(Node::text).collect();
    let found = labels.get(key);
    let listed = found.is_some_and(|value| values.contains(&value.as_str()));
    match text("operator") {
        "In" | "NotIn" if values.is_empty() => {
            Err("for 'in', 'notin' operators, values set can't be empty".to_owned())
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
        Some((prefix, name)) if !prefix.is_empty() => name,
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
