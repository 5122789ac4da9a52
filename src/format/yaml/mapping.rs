//! One mapping being read: keys become texts, a key may be written once, and `<<` works in place.

use std::collections::HashMap;
use std::sync::Arc;

use super::error;
use crate::model::node::{Entry, Node, NodeValue};
use crate::model::span::{Diagnostic, Span};

/// The entries so far.
#[derive(Default)]
pub(super) struct Mapping {
    entries: Vec<Entry>,
    /// Where each key's entry is, and the line in which the key was written; none: it came through `<<`.
    index: HashMap<Arc<str>, (usize, Option<u32>)>,
    key: Option<Key>,
}

enum Key {
    Text(Arc<str>, Span),
    Merge,
}

impl Mapping {
    /// Takes what comes next: a key, then its value.
    pub(super) fn take(&mut self, node: Node, is_merge: bool) -> Result<(), Diagnostic> {
        match self.key.take() {
            None if is_merge => self.key = Some(Key::Merge),
            None => self.key = Some(Key::Text(key_text(&node)?, node.span)),
            Some(Key::Merge) => self.merge(&node)?,
            Some(Key::Text(key, key_span)) => self.write(Entry { key, key_span, node })?,
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<Entry> {
        self.entries
    }

    fn write(&mut self, entry: Entry) -> Result<(), Diagnostic> {
        let line = entry.key_span.start.line;
        match self.index.get_mut(&entry.key) {
            None => {
                self.index.insert(entry.key.clone(), (self.entries.len(), Some(line)));
                self.entries.push(entry);
            }
            Some((_, Some(first))) => {
                let key = error::shown(&entry.key);
                let problem = format!("the key `{key}` stands here a second time, first in line {first}");
                return Err(error::ours(
                    entry.key_span,
                    problem,
                    Some("a key may be used once in a mapping"),
                ));
            }
            Some((at, first @ None)) => {
                *first = Some(line);
                if let Some(old) = self.entries.get_mut(*at) {
                    *old = entry;
                }
            }
        }
        Ok(())
    }

    /// Takes over the entries of a mapping, or of a list of mappings of which the first counts most. As in goyaml.v2
    /// (`decode.go`, `merge`), what is merged replaces what was written *before* it and not what is written after it.
    fn merge(&mut self, node: &Node) -> Result<(), Diagnostic> {
        let maps = match &node.value {
            NodeValue::Map(_) => std::slice::from_ref(node),
            NodeValue::List(maps) if maps.iter().all(|map| matches!(map.value, NodeValue::Map(_))) => maps,
            _ => {
                let problem = "`<<` needs a mapping or a list of mappings";
                return Err(error::ours(node.span.clone(), problem, None));
            }
        };
        for entry in maps.iter().rev().flat_map(Node::entries) {
            match self.index.get(&entry.key) {
                Some((at, _)) => {
                    if let Some(old) = self.entries.get_mut(*at) {
                        old.clone_from(entry);
                    }
                }
                None => {
                    self.index.insert(entry.key.clone(), (self.entries.len(), None));
                    self.entries.push(entry.clone());
                }
            }
        }
        Ok(())
    }
}

/// Keys are texts; booleans and numbers become their text, as they do in sigs.k8s.io/yaml.
fn key_text(node: &Node) -> Result<Arc<str>, Diagnostic> {
    match &node.value {
        NodeValue::Text(text) => Ok(text.clone()),
        NodeValue::Bool(value) => Ok(value.to_string().into()),
        NodeValue::Int(value) => Ok(value.to_string().into()),
        NodeValue::Float(value) => Ok(float_text(*value).into()),
        NodeValue::Null | NodeValue::List(_) | NodeValue::Map(_) => {
            let problem = format!("{} cannot be a key", node.kind());
            let hint = "keys are texts; a text that starts with `{` or `[`, and `~`, need quotes";
            Err(error::ours(node.span.clone(), problem, Some(hint)))
        }
    }
}

/// Go's `FormatFloat(value, 'g', -1, 32)`, which sigs.k8s.io/yaml uses for keys.
fn float_text(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation, reason = "upstream prints keys with the precision of 32 bits")]
    let value = value as f32;
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let scientific = format!("{value:e}");
    match scientific.split_once('e') {
        Some((digits, exponent)) => match exponent.parse::<i32>() {
            Ok(number) if !(-4..6).contains(&number) => {
                let sign = if number < 0 { '-' } else { '+' };
                format!("{digits}e{sign}{:02}", number.abs())
            }
            _ => value.to_string(),
        },
        None => value.to_string(),
    }
}
