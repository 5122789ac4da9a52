//! Builds trees from the parser's events: an explicit stack, anchors, merge keys, limits.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Range, Tag};

use super::mapping::Mapping;
use super::place::{Places, is_block};
use super::{MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS, MAX_VALUES, check, error, scalar};
use crate::model::node::{Node, NodeValue};
use crate::model::span::{Diagnostic, Position, Span};

/// Reads all documents of a text; empty ones are dropped.
///
/// # Errors
/// The first problem, with its place: a text that is no YAML, a key written twice, or a limit of this module.
pub fn parse(file: Arc<str>, text: &str) -> Result<Vec<Node>, Diagnostic> {
    if text.len() > MAX_BYTES {
        let problem = format!("the file has {} bytes, the limit is {MAX_BYTES}", text.len());
        return Err(error::ours(Span::whole(file), problem, None));
    }
    let whole = text.len();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let before = whole - text.len();
    // Blanks of a last line that has nothing else: the parser would take them for one more line of a block scalar.
    let bare = text.trim_end_matches([' ', '\t']);
    let text = if bare.ends_with(['\n', '\r']) { bare } else { text };
    let places = Places::new(file, text, before);
    check::characters(&places, text)?;
    let mut builder = Builder {
        places: &places,
        open: Vec::new(),
        documents: Vec::new(),
        anchors: HashMap::new(),
        values: 0,
        anchored: 0,
        last: 0,
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
    flow: bool,
    anchor: usize,
    /// End of the last thing placed in it; what an alias brings counts where the alias stands.
    last: Position,
    kind: Kind,
}

enum Kind {
    List(Vec<Node>),
    Map(Mapping),
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
    /// Values kept for anchors; anchors in anchors are kept several times.
    anchored: usize,
    /// Number of the character behind the last thing read.
    last: usize,
}

impl Builder<'_, '_> {
    fn take(&mut self, event: Event<'_>, range: Range) -> Result<(), Diagnostic> {
        let (start, end) = (range.start.index(), range.end.index());
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let nothing = plain && text.is_empty() && anchor == 0 && tag.is_none();
                let span = if !nothing {
                    let content = self.places.content_end(start, end);
                    let empty = is_block(style) && content == start;
                    let start = if empty { self.places.behind_header(start) } else { start };
                    self.last = if empty { start } else { content };
                    self.places.span(start, self.last)
                } else if self.in_map() {
                    self.places.no_value(start, self.last)
                } else {
                    self.places.no_item(start)
                };
                let text = if plain { &text } else { self.places.block_text(&text, style, end) };
                let value = self.value(text, style, tag.as_deref(), &span)?;
                let node = Node { span, value };
                self.remember(anchor, &node)?;
                self.count(1, &node.span)?;
                self.place(node, text == "<<" && is_merge(plain, tag.as_deref()))
            }
            Event::SequenceStart(anchor, _) => {
                let start = if start == end && self.in_map() { self.places.first_dash(start) } else { start };
                self.begin((start, end), anchor, Kind::List(Vec::new()))
            }
            Event::MappingStart(anchor, _) => self.begin((start, end), anchor, Kind::Map(Mapping::default())),
            Event::SequenceEnd | Event::MappingEnd => self.finish(end),
            Event::Alias(id) => self.alias(id, start, end),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                self.anchored = 0;
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => Ok(()),
        }
    }

    fn in_map(&self) -> bool {
        self.open.last().is_some_and(|open| matches!(open.kind, Kind::Map(_)))
    }

    fn alias(&mut self, id: usize, start: usize, end: usize) -> Result<(), Diagnostic> {
        let span = self.places.span(start, end);
        self.last = end;
        let Some(Anchored { node, values, depth }) = self.anchors.get(&id) else {
            let hint = "an anchor can be used after its value is complete";
            return Err(error::ours(span, "this alias names no anchor", Some(hint)));
        };
        if self.open.len() + depth > MAX_DEPTH {
            return Err(too_deep(span));
        }
        let (values, value) = (*values, node.value.clone());
        self.count(values, &span)?;
        self.place(Node { span, value }, false)
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

    fn begin(&mut self, (start, end): (usize, usize), anchor: usize, kind: Kind) -> Result<(), Diagnostic> {
        let span = self.places.span(start, start);
        if self.open.len() >= MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.count(1, &span)?;
        let flow = self.places.is_flow(start, end);
        self.last = end;
        self.open.push(Open { start, flow, anchor, last: span.end, kind });
        Ok(())
    }

    fn finish(&mut self, end: usize) -> Result<(), Diagnostic> {
        let Some(open) = self.open.pop() else { return Ok(()) };
        let mut span = self.places.span(open.start, if open.flow { end } else { open.start });
        if open.flow {
            self.last = end;
        } else {
            span.end = open.last;
        }
        let value = match open.kind {
            Kind::List(items) => NodeValue::List(items),
            Kind::Map(mapping) => NodeValue::Map(mapping.finish()),
        };
        let node = Node { span, value };
        self.remember(open.anchor, &node)?;
        self.place(node, false)
    }

    fn remember(&mut self, anchor: usize, node: &Node) -> Result<(), Diagnostic> {
        if anchor != 0 {
            let (values, depth) = measure(node);
            self.anchored += values;
            if self.anchored > MAX_VALUES {
                let problem = format!("the anchors of this document hold more than {MAX_VALUES} values");
                return Err(error::ours(node.span.clone(), problem, None));
            }
            self.anchors.insert(anchor, Anchored { node: node.clone(), values, depth });
        }
        Ok(())
    }

    /// Puts a finished value where it belongs: a document, an item, a key, or a key's value.
    fn place(&mut self, node: Node, is_merge: bool) -> Result<(), Diagnostic> {
        if let Some(open) = self.open.last_mut() {
            open.last = open.last.max(node.span.end);
            return match &mut open.kind {
                Kind::List(items) => {
                    items.push(node);
                    Ok(())
                }
                Kind::Map(mapping) => mapping.take(node, is_merge),
            };
        }
        if node.value == NodeValue::Null {
            return Ok(());
        }
        if self.documents.len() >= MAX_DOCUMENTS {
            let problem = format!("the file holds more than {MAX_DOCUMENTS} documents");
            return Err(error::ours(node.span, problem, None));
        }
        self.documents.push(node);
        Ok(())
    }
}

/// goyaml.v2 `decode.go`, `isMerge`: a `<<` that is not quoted and has no tag, or has the tag for it.
fn is_merge(plain: bool, tag: Option<&Tag>) -> bool {
    tag.map_or(plain, |tag| tag.is_yaml_core_schema() && tag.suffix == "merge")
}

fn too_deep(span: Span) -> Diagnostic {
    error::ours(span, error::TOO_DEEP, None)
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
