//! Facts as text for people and as JSON for programs.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;

use super::readable;
use crate::model::document::{Item, Kind};
use crate::model::facts::Fact;
use crate::model::safe::line;
use crate::model::view::{PredicateView, Section};

/// The facts as JSON.
#[must_use]
pub fn json(fact: &Fact) -> Value {
    serde_json::to_value(Written(fact)).unwrap_or(Value::Null)
}

/// Facts that are written as JSON piece by piece, so that a document of many megabytes is never there twice.
#[derive(Clone, Copy, Debug)]
pub struct Written<'a>(pub &'a Fact);

impl Serialize for Written<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Fact::Null => out.serialize_unit(),
            Fact::Bool(yes) => out.serialize_bool(*yes),
            Fact::Number(text) => number(text, out),
            Fact::Text(text) => out.serialize_str(text),
            Fact::List(list) => out.collect_seq(list.iter().map(Written)),
            Fact::Map(entries) => out.collect_map(entries.iter().map(|(key, fact)| (key, Written(fact)))),
            Fact::Json(tree) => match tree.item() {
                Some(item) => Tree(item).serialize(out),
                None => out.serialize_unit(),
            },
            Fact::View(view) => view_as_json(view, out),
        }
    }
}

/// What no JSON number can hold stays a text, so that no digit is lost.
fn number<S: Serializer>(text: &str, out: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<serde_json::Number>(text) {
        Ok(number) => number.serialize(out),
        Err(_) => out.serialize_str(text),
    }
}

/// A value of a document.
struct Tree<'a>(Item<'a>);

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self.0.kind() {
            Kind::Null => out.serialize_unit(),
            Kind::Bool => out.serialize_bool(self.0.text() == "true"),
            Kind::Number => number(self.0.text(), out),
            Kind::Text => out.serialize_str(self.0.text()),
            Kind::List => out.collect_seq(self.0.children().map(Tree)),
            Kind::Map => {
                out.collect_map(self.0.children().map(|child| (child.key().unwrap_or_default(), Tree(child))))
            }
        }
    }
}

fn view_as_json<S: Serializer>(view: &PredicateView, out: S) -> Result<S::Ok, S::Error> {
    let mut map = out.serialize_map(None)?;
    map.serialize_entry("format", view.format)?;
    map.serialize_entry("headline", &view.headline)?;
    // Of what has no reader the table holds the content once more.
    if view.format != "other" {
        map.serialize_entry("sections", &view.sections.iter().map(Table).collect::<Vec<_>>())?;
    }
    if let Some(item) = view.content.item() {
        map.serialize_entry("content", &Tree(item))?;
    }
    map.end()
}

struct Table<'a>(&'a Section);

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(None)?;
        map.serialize_entry("title", &self.0.title)?;
        map.serialize_entry("rows", &Rows(self.0))?;
        if self.0.left_out > 0 {
            map.serialize_entry("left_out", &self.0.left_out)?;
        }
        map.end()
    }
}

struct Rows<'a>(&'a Section);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut seq = out.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            let cells = self.0.columns.iter().zip(&row.cells);
            let cells: serde_json::Map<String, Value> =
                cells.map(|(name, cell)| ((*name).to_owned(), Value::from(cell.as_str()))).collect();
            seq.serialize_element(&cells)?;
        }
        seq.end()
    }
}

/// The facts as indented lines, made safe for a terminal.
#[must_use]
pub fn text(fact: &Fact) -> String {
    let mut out = String::new();
    lines(fact, 0, &mut out);
    out
}

fn lines(fact: &Fact, depth: usize, out: &mut String) {
    match fact {
        Fact::Map(entries) => {
            for (key, value) in entries {
                entry(&line(key), value, depth, out);
            }
        }
        Fact::List(list) => {
            for (at, value) in list.iter().enumerate() {
                entry(&format!("{}", at + 1), value, depth, out);
            }
        }
        Fact::View(view) => readable::view(view, depth, out),
        Fact::Json(tree) => readable::document(tree, depth, out),
        scalar => push(&word(scalar), depth, out),
    }
}

fn entry(key: &str, value: &Fact, depth: usize, out: &mut String) {
    match value {
        Fact::Map(entries) if !entries.is_empty() => {
            push(key, depth, out);
            lines(value, depth + 1, out);
        }
        Fact::List(list) if !list.is_empty() => {
            push(key, depth, out);
            lines(value, depth + 1, out);
        }
        Fact::View(_) | Fact::Json(_) => {
            push(key, depth, out);
            lines(value, depth + 1, out);
        }
        scalar => push(&format!("{key}: {}", word(scalar)), depth, out),
    }
}

fn word(fact: &Fact) -> String {
    match fact {
        Fact::Null => "-".to_owned(),
        Fact::Bool(true) => "yes".to_owned(),
        Fact::Bool(false) => "no".to_owned(),
        Fact::Number(text) | Fact::Text(text) => line(text).to_string(),
        Fact::List(_) | Fact::Map(_) | Fact::Json(_) | Fact::View(_) => "none".to_owned(),
    }
}

/// A line at a depth.
pub(super) fn push(text: &str, depth: usize, out: &mut String) {
    out.push_str(&"  ".repeat(depth));
    out.push_str(text);
    out.push('\n');
}
