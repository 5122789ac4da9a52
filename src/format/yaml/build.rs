//! Builds trees from the parser's events: an explicit stack, anchors, merge keys, limits.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Range, Tag};

use super::place::Places;
use super::{MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS, MAX_VALUES, error, scalar};
use crate::model::node::{Entry, Node, NodeValue};
use crate::model::span::{Diagnostic, Span};

/// Reads all documents of a text; empty ones are dropped.
///
/// # Errors
/// The first problem, with its place: a text that is no YAML, a key written twice, or a limit of this module.
pub fn parse(file: Arc<str>, text: &str) -> Result<Vec<Node>, Diagnostic> {
    if text.len() > MAX_BYTES {
        let problem = format!("the file has {} bytes, the limit is {MAX_BYTES}", text.len());
        return Err(error::ours(Span::whole(file), problem, None));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let places = Places::new(file, text);
    let mut builder = Builder {
        places: &places,
        open: Vec::new(),
        documents: Vec::new(),
        anchors: HashMap::new(),
        values: 0,
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, range) = event.map_err(|problem| error::scan(&places, &problem))?;
        builder.take(event, range)?;
    }
    Ok(builder.documents)
}

/// A collection whose end has not come yet.
struct Open {
    start: usize,
    anchor: usize,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, merges: Vec<Node>, key: Option<(Arc<str>, Span, bool)> },
}

/// An anchored value with the number of values in it.
struct Anchored {
    node: Node,
    values: usize,
    depth: usize,
}

struct Builder<'a, 'text> {
    places: &'a Places<'text>,
    open: Vec<Open>,
    documents: Vec<Node>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
}

impl Builder<'_, '_> {
    fn take(&mut self, event: Event<'_>, range: Range) -> Result<(), Diagnostic> {
        let (start, end) = (range.start.index(), range.end.index());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let span = self.places.span(start, end);
                let value = self.value(&text, style, tag.as_deref(), &span)?;
                let plain_merge = style == ScalarStyle::Plain && text == "<<";
                let node = Node { span, value };
                self.remember(anchor, &node);
                self.count(1, &node.span)?;
                self.place(node, plain_merge)
            }
            Event::SequenceStart(anchor, _) => self.begin(start, anchor, Kind::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                let kind = Kind::Map { entries: Vec::new(), merges: Vec::new(), key: None };
                self.begin(start, anchor, kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.finish(end),
            Event::Alias(id) => {
                let span = self.places.span(start, end);
                let Some(anchored) = self.anchors.get(&id) else {
                    let hint = "an anchor can be used after its value is complete";
                    return Err(error::ours(span, "this alias names no anchor", Some(hint)));
                };
                let (mut node, values, depth) = (anchored.node.clone(), anchored.values, anchored.depth);
                self.count(values, &span)?;
                if self.open.len() + depth > MAX_DEPTH {
                    return Err(too_deep(span));
                }
                node.span = span;
                self.place(node, false)
            }
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn value(
        &self,
        text: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        span: &Span,
    ) -> Result<NodeValue, Diagnostic> {
        match tag {
            Some(tag) if tag.is_yaml_core_schema() => scalar::tagged(&tag.suffix, text).ok_or_else(|| {
                error::ours(
                    span.clone(),
                    format!("this is not of the kind that its tag `!!{}` says", tag.suffix),
                    None,
                )
            }),
            Some(_) => Ok(NodeValue::Text(text.into())),
            None if style == ScalarStyle::Plain => Ok(scalar::resolve(text)),
            None => Ok(NodeValue::Text(text.into())),
        }
    }

    fn count(&mut self, values: usize, span: &Span) -> Result<(), Diagnostic> {
        self.values += values;
        if self.values > MAX_VALUES {
            let problem =
                format!("the file holds more than {MAX_VALUES} values (aliases count as what they name)");
            return Err(error::ours(span.clone(), problem, None));
        }
        Ok(())
    }

    fn begin(&mut self, start: usize, anchor: usize, kind: Kind) -> Result<(), Diagnostic> {
        let span = self.places.span(start, start);
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.count(1, &span)?;
        self.open.push(Open { start, anchor, kind });
        Ok(())
    }

    fn finish(&mut self, end: usize) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let flow = self.places.is_flow(open.start);
        let mut span = self.places.span(open.start, if flow { end } else { open.start });
        let value = match open.kind {
            Kind::List(items) => NodeValue::List(items),
            Kind::Map { entries, merges, .. } => NodeValue::Map(merged(entries, &merges)?),
        };
        if !flow && let Some(last) = last_place(&value, &span) {
            span.end = last;
        }
        let node = Node { span, value };
        self.remember(open.anchor, &node);
        self.place(node, false)
    }

    fn remember(&mut self, anchor: usize, node: &Node) {
        if anchor != 0 {
            let (values, depth) = measure(node);
            self.anchors.insert(anchor, Anchored { node: node.clone(), values, depth });
        }
    }

    /// Puts a finished value where it belongs: a document, an item, a key, or a key's value.
    fn place(&mut self, node: Node, is_merge: bool) -> Result<(), Diagnostic> {
        let Some(open) = self.open.last_mut() else {
            if node.value == NodeValue::Null {
                return Ok(());
            }
            if self.documents.len() >= MAX_DOCUMENTS {
                let problem = format!("the file holds more than {MAX_DOCUMENTS} documents");
                return Err(error::ours(node.span, problem, None));
            }
            self.documents.push(node);
            return Ok(());
        };
        match &mut open.kind {
            Kind::List(items) => items.push(node),
            Kind::Map { entries, merges, key } => match key.take() {
                None => {
                    let text = key_text(&node)?;
                    *key = Some((text, node.span, is_merge));
                }
                Some((_, _, true)) => merges.push(node),
                Some((text, key_span, false)) => {
                    if let Some(twin) = entries.iter().find(|entry| entry.key == text) {
                        let line = twin.key_span.start.line;
                        let problem =
                            format!("the key `{text}` stands here a second time, first in line {line}");
                        return Err(error::ours(
                            key_span,
                            problem,
                            Some("a key may be used once in a mapping"),
                        ));
                    }
                    entries.push(Entry { key: text, key_span, node });
                }
            },
        }
        Ok(())
    }
}

fn too_deep(span: Span) -> Diagnostic {
    error::ours(span, format!("the file is nested deeper than {MAX_DEPTH} levels"), None)
}

/// Keys are texts; booleans and numbers become their text, as they do in sigs.k8s.io/yaml.
fn key_text(node: &Node) -> Result<Arc<str>, Diagnostic> {
    match &node.value {
        NodeValue::Text(text) => Ok(text.clone()),
        NodeValue::Bool(value) => Ok(value.to_string().into()),
        NodeValue::Int(value) => Ok(value.to_string().into()),
        NodeValue::Float(value) => Ok(value.to_string().into()),
        NodeValue::Null | NodeValue::List(_) | NodeValue::Map(_) => {
            let problem = format!("{} cannot be a key", node.kind());
            Err(error::ours(node.span.clone(), problem, Some("keys are texts; quote this one")))
        }
    }
}

/// Adds what `<<` brings in: keys that are not there yet, the first mapping of a list first.
fn merged(mut entries: Vec<Entry>, merges: &[Node]) -> Result<Vec<Entry>, Diagnostic> {
    for merge in merges {
        let maps = match &merge.value {
            NodeValue::Map(_) => std::slice::from_ref(merge),
            NodeValue::List(maps) => maps.as_slice(),
            _ => &[],
        };
        if maps.is_empty() || maps.iter().any(|map| !matches!(map.value, NodeValue::Map(_))) {
            let problem = "`<<` needs a mapping or a list of mappings";
            return Err(error::ours(merge.span.clone(), problem, None));
        }
        for entry in maps.iter().flat_map(Node::entries) {
            if !entries.iter().any(|own| own.key == entry.key) {
                entries.push(entry.clone());
            }
        }
    }
    Ok(entries)
}

/// Where a block collection ends: with the last of its values that stands in it (an alias may bring values from
/// elsewhere).
fn last_place(value: &NodeValue, own: &Span) -> Option<crate::model::span::Position> {
    let ends = match value {
        NodeValue::List(items) => items.iter().map(|item| item.span.end).max(),
        NodeValue::Map(entries) => {
            entries.iter().map(|entry| entry.node.span.end.max(entry.key_span.end)).max()
        }
        _ => None,
    };
    ends.filter(|end| *end >= own.start)
}

/// Number of values and depth of a tree, without recursion.
fn measure(node: &Node) -> (usize, usize) {
    let mut queue = vec![(node, 1)];
    let (mut values, mut deepest) = (0, 0);
    while let Some((node, depth)) = queue.pop() {
        values += 1;
        deepest = deepest.max(depth);
        queue.extend(node.items().iter().map(|item| (item, depth + 1)));
        queue.extend(node.entries().iter().map(|entry| (&entry.node, depth + 1)));
    }
    (values, deepest)
}
