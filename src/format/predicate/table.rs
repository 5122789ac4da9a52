//! Rows and tables of views: bounded, each row with the value that it was made from.

use std::collections::HashMap;

use crate::model::document::{Item, Kind, Step};
use crate::model::facts::Fact;
use crate::model::view::{Row, Section, Weight};

/// Most rows of a table; the rest is counted.
pub(super) const MOST_ROWS: usize = 100_000;
/// Most characters of a cell; the document has the rest.
const CELL: usize = 400;
/// Most values of a list that become facts.
const MOST_FACTS: usize = 1_000;

/// A view before it is put together.
pub(super) struct Parts {
    pub(super) format: &'static str,
    pub(super) headline: String,
    pub(super) facts: Fact,
    pub(super) sections: Vec<Section>,
}

/// A text on its way to a cell.
pub(super) fn cell(text: &str) -> String {
    match text.char_indices().nth(CELL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// A scalar below an item as a cell; empty where there is none.
pub(super) fn word(item: Item<'_>, keys: &[&str]) -> String {
    item.word(keys).map(cell).unwrap_or_default()
}

/// The first of several that is there.
pub(super) fn first(item: Item<'_>, choices: &[&[&str]]) -> String {
    choices.iter().find_map(|keys| item.word(keys)).map(cell).unwrap_or_default()
}

/// A row about an item.
pub(super) fn row(item: Item<'_>, weight: Weight, cells: Vec<String>) -> Row {
    Row { cells, weight, node: item.id() }
}

/// A table with a row for each item; `None` without any.
pub(super) fn table<'a>(
    title: &str,
    columns: &[&'static str],
    items: impl Iterator<Item = Item<'a>>,
    cells: impl Fn(Item<'a>) -> (Weight, Vec<String>),
) -> Option<Section> {
    let mut rows = Vec::new();
    let mut left_out = 0;
    for item in items {
        if rows.len() < MOST_ROWS {
            let (weight, cells) = cells(item);
            rows.push(row(item, weight, cells));
        } else {
            left_out += 1;
        }
    }
    (!rows.is_empty()).then(|| Section { title: title.to_owned(), columns: columns.to_vec(), rows, left_out })
}

/// Names with values; `None` when no value is there.
pub(super) fn pairs(title: &str, rows: Vec<Option<Row>>) -> Option<Section> {
    let rows: Vec<Row> = rows.into_iter().flatten().collect();
    let columns = vec!["what", "value"];
    (!rows.is_empty()).then(|| Section { title: title.to_owned(), columns, rows, left_out: 0 })
}

/// A name with a scalar, a list of scalars, or a digest set.
pub(super) fn pair(name: &str, item: Option<Item<'_>>) -> Option<Row> {
    let item = item?;
    let text = match item.kind() {
        Kind::List => {
            let words: Vec<&str> =
                item.children().take(50).map(Item::text).filter(|t| !t.is_empty()).collect();
            words.join(", ")
        }
        Kind::Map => digests(item),
        _ => item.scalar()?.to_owned(),
    };
    (!text.is_empty()).then(|| row(item, Weight::Plain, vec![name.to_owned(), cell(&text)]))
}

/// A name with words of ours about an item.
pub(super) fn said(name: &str, item: Item<'_>, weight: Weight, text: &str) -> Option<Row> {
    (!text.is_empty()).then(|| row(item, weight, vec![name.to_owned(), cell(text)]))
}

/// A digest set in one line: `sha256:…, gitCommit:…`.
pub(super) fn digests(item: Item<'_>) -> String {
    let one = |digest: Item<'_>| Some(format!("{}:{}", digest.key()?, digest.as_text()?));
    item.children().take(20).filter_map(one).collect::<Vec<_>>().join(", ")
}

/// The digest set under `digest`.
pub(super) fn digest(item: Item<'_>) -> String {
    item.get("digest").map(digests).unwrap_or_default()
}

/// Every scalar below an item, with the keys that lead from it; empty lists and objects too.
pub(super) fn leaves<'a>(title: &str, item: Option<Item<'a>>) -> Option<Section> {
    let item = item?;
    let start = item.path().len();
    let mut left_out = 0;
    let mut rows = Vec::new();
    walk(item, &mut |leaf| {
        if rows.len() >= MOST_ROWS {
            left_out += 1;
            return;
        }
        let steps = leaf.path();
        let names: Vec<String> = steps
            .iter()
            .skip(start)
            .map(|step| match step {
                Step::Key(key) => (*key).to_owned(),
                Step::Place(place) => place.to_string(),
            })
            .collect();
        let text = match leaf.kind() {
            Kind::List => "[]",
            Kind::Map => "{}",
            _ => leaf.text(),
        };
        rows.push(row(leaf, Weight::Plain, vec![cell(&names.join(".")), cell(text)]));
    });
    // An empty object says that there are none, which needs no table.
    let nothing = item.count() == 0;
    (!rows.is_empty() && !nothing).then(|| Section {
        title: title.to_owned(),
        columns: vec!["what", "value"],
        rows,
        left_out,
    })
}

fn walk<'a>(item: Item<'a>, visit: &mut dyn FnMut(Item<'a>)) {
    if item.children().next().is_none() {
        visit(item);
        return;
    }
    // The depth is bounded where documents are read.
    for child in item.children() {
        walk(child, visit);
    }
}

/// A value as a fact, shortened where it is a long list.
pub(super) fn fact(item: Item<'_>) -> Fact {
    match item.kind() {
        Kind::Null => Fact::Null,
        Kind::Bool => Fact::Bool(item.text() == "true"),
        Kind::Number => Fact::Number(item.text().to_owned()),
        Kind::Text => Fact::Text(item.text().to_owned()),
        Kind::List => Fact::List(item.children().take(MOST_FACTS).map(fact).collect()),
        Kind::Map => {
            let entry = |child: Item<'_>| (child.key().unwrap_or_default().to_owned(), fact(child));
            Fact::Map(item.children().take(MOST_FACTS).map(entry).collect())
        }
    }
}

/// The fact of what lies under keys; nothing where nothing does, or `null`.
pub(super) fn known(item: Item<'_>, keys: &[&str]) -> Option<Fact> {
    item.at(keys).filter(|item| item.kind() != Kind::Null).map(fact)
}

/// How many values a list under keys has.
pub(super) fn count(item: Item<'_>, keys: &[&str]) -> usize {
    item.list(keys).count()
}

/// How often each word is there, in the order of first appearance.
#[derive(Default)]
pub(super) struct Tally {
    list: Vec<(String, usize)>,
    places: HashMap<String, usize>,
}

impl Tally {
    /// Most different words; the rest is counted as `others`.
    const MOST: usize = 2_000;

    pub(super) fn add(&mut self, word: &str) {
        let known = self.places.contains_key(word);
        self.more(if known || self.list.len() < Self::MOST { word } else { "others" }, 1);
    }

    pub(super) fn more(&mut self, word: &str, by: usize) {
        let next = self.list.len();
        let place = *self.places.entry(word.to_owned()).or_insert(next);
        match self.list.get_mut(place) {
            Some((_, count)) => *count = count.saturating_add(by),
            None => self.list.push((word.to_owned(), by)),
        }
    }

    pub(super) fn of(&self, word: &str) -> usize {
        self.places.get(word).and_then(|place| self.list.get(*place)).map_or(0, |(_, count)| *count)
    }

    pub(super) fn list(&self) -> &[(String, usize)] {
        &self.list
    }

    pub(super) fn fact(&self) -> Fact {
        Fact::Map(self.list.iter().map(|(word, count)| (word.clone(), Fact::from(*count))).collect())
    }
}

/// `3 packages`, `1 package`.
pub(super) fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Words with commas between them, without the empty ones.
pub(super) fn joined(words: &[String]) -> String {
    words.iter().filter(|word| !word.is_empty()).cloned().collect::<Vec<_>>().join(", ")
}
