//! A JSON document as one block of text and one flat list of values, so that documents of many megabytes stay open at
//! little cost.

use std::fmt;
use std::sync::Arc;

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A text.
    Text,
    /// A list.
    List,
    /// An object.
    Map,
}

/// A piece of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Part {
    start: u32,
    length: u32,
}

/// A value; those below it follow it at once, so that the next sibling is at `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    kind: Kind,
    key: Part,
    value: Part,
    parent: u32,
    end: u32,
    /// Among its siblings, counted from 0.
    place: u32,
}

/// A document. Texts are as they came: hostile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    text: String,
    nodes: Vec<Node>,
}

impl Document {
    /// The whole; `None` when the document is empty.
    #[must_use]
    pub fn root(&self) -> Option<Item<'_>> {
        self.item(0)
    }

    /// A value by its number.
    #[must_use]
    pub fn item(&self, id: u32) -> Option<Item<'_>> {
        self.nodes.get(usize::try_from(id).ok()?).map(|_| Item { document: self, id })
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// True without a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The first value from `from` on (or before it) whose key or text holds this, in lower case; all around.
    #[must_use]
    pub fn find(&self, wanted: &str, from: u32, forward: bool) -> Option<u32> {
        let count = u32::try_from(self.nodes.len()).ok()?;
        let hit = |id: &u32| self.item(*id).is_some_and(|item| item.holds(wanted));
        if forward {
            (from..count).chain(0..from.min(count)).find(hit)
        } else {
            (0..from.min(count)).rev().chain((from..count).rev()).find(hit)
        }
    }

    fn part(&self, part: Part) -> &str {
        let start = usize::try_from(part.start).unwrap_or(usize::MAX);
        let length = usize::try_from(part.length).unwrap_or_default();
        self.text.get(start..start.saturating_add(length)).unwrap_or_default()
    }
}

/// A value of a document, with all below it.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    document: &'a Document,
    id: u32,
}

impl fmt::Debug for Item<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Item({} {:?} {:?})", self.id, self.kind(), self.text())
    }
}

impl<'a> Item<'a> {
    fn node(&self) -> Option<&'a Node> {
        self.document.nodes.get(usize::try_from(self.id).ok()?)
    }

    /// Its number in the document.
    #[must_use]
    pub fn id(self) -> u32 {
        self.id
    }

    /// What it is.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.node().map_or(Kind::Null, |node| node.kind)
    }

    /// The key under which it stands, where it stands in an object.
    #[must_use]
    pub fn key(self) -> Option<&'a str> {
        let parent = self.parent()?;
        (parent.kind() == Kind::Map)
            .then(|| self.document.part(self.node().map_or(Part::default(), |n| n.key)))
    }

    /// Its place among its siblings, counted from 0.
    #[must_use]
    pub fn place(self) -> u32 {
        self.node().map_or(0, |node| node.place)
    }

    /// The value above.
    #[must_use]
    pub fn parent(self) -> Option<Item<'a>> {
        if self.id == 0 { None } else { self.document.item(self.node()?.parent) }
    }

    /// A scalar as it reads; nothing for lists and objects.
    #[must_use]
    pub fn text(self) -> &'a str {
        self.node().map_or("", |node| self.document.part(node.value))
    }

    /// The text, where this is one.
    #[must_use]
    pub fn as_text(self) -> Option<&'a str> {
        (self.kind() == Kind::Text).then(|| self.text())
    }

    /// A text that is not empty, a number or a truth value.
    #[must_use]
    pub fn scalar(self) -> Option<&'a str> {
        matches!(self.kind(), Kind::Text | Kind::Number | Kind::Bool)
            .then(|| self.text())
            .filter(|text| !text.is_empty())
    }

    /// The number of the first value behind it that is not in it.
    #[must_use]
    pub fn after(self) -> u32 {
        self.node().map_or(self.id.saturating_add(1), |node| node.end)
    }

    /// The values in it, in order.
    pub fn children(self) -> impl Iterator<Item = Item<'a>> {
        let last = self.node().map_or(0, |node| node.end);
        let mut next = self.id.saturating_add(1);
        std::iter::from_fn(move || {
            let item = if next < last { self.document.item(next)? } else { return None };
            next = item.node()?.end;
            Some(item)
        })
    }

    /// How many values are in it.
    #[must_use]
    pub fn count(self) -> usize {
        self.children().count()
    }

    /// The value under a key; of keys that are there twice the last, as other readers have it.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Item<'a>> {
        (self.kind() == Kind::Map)
            .then(|| self.children().filter(|child| child.key() == Some(key)).last())
            .flatten()
    }

    /// The value under keys, one below the other.
    #[must_use]
    pub fn at(self, keys: &[&str]) -> Option<Item<'a>> {
        keys.iter().try_fold(self, |item, key| item.get(key))
    }

    /// A scalar under keys.
    #[must_use]
    pub fn word(self, keys: &[&str]) -> Option<&'a str> {
        self.at(keys)?.scalar()
    }

    /// The values of a list under keys; nothing where there is none.
    pub fn list(self, keys: &[&str]) -> impl Iterator<Item = Item<'a>> {
        self.at(keys).filter(|item| item.kind() == Kind::List).into_iter().flat_map(Item::children)
    }

    /// Whether its key or its text holds this, which is in lower case.
    #[must_use]
    pub fn holds(self, wanted: &str) -> bool {
        let inside = |text: &str| holds(text, wanted);
        self.key().is_some_and(inside) || inside(self.text())
    }

    /// Keys and places from the whole to here.
    #[must_use]
    pub fn path(self) -> Vec<Step<'a>> {
        let mut steps = Vec::new();
        let mut item = self;
        while let Some(parent) = item.parent() {
            steps.push(item.key().map_or_else(|| Step::Place(item.place()), Step::Key));
            item = parent;
        }
        steps.reverse();
        steps
    }

    /// Its JSON pointer (RFC 6901).
    #[must_use]
    pub fn pointer(self) -> String {
        self.path().iter().fold(String::new(), |out, step| match step {
            Step::Key(key) => out + "/" + &key.replace('~', "~0").replace('/', "~1"),
            Step::Place(place) => format!("{out}/{place}"),
        })
    }

    /// The filter of jq that yields it.
    #[must_use]
    pub fn jq(self) -> String {
        filter(&self.path())
    }
}

/// The filter of jq that follows these steps.
#[must_use]
pub fn filter(steps: &[Step<'_>]) -> String {
    let mut out = String::new();
    for step in steps {
        let dot = if out.is_empty() { "." } else { "" };
        match step {
            Step::Key(key) if plain(key) => out.push_str(&format!(".{key}")),
            Step::Key(key) => out.push_str(&format!("{dot}[{}]", quoted(key))),
            Step::Place(place) => out.push_str(&format!("{dot}[{place}]")),
        }
    }
    if out.is_empty() { ".".to_owned() } else { out }
}

/// The filter of jq for a JSON pointer; numbers are taken for places in lists.
#[must_use]
pub fn filter_of(pointer: &str) -> String {
    let keys: Vec<String> =
        pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
    let step = |key: &'_ String| key.parse().ok().map(Step::Place);
    let steps: Vec<Step<'_>> = keys.iter().map(|key| step(key).unwrap_or(Step::Key(key))).collect();
    filter(&steps)
}

/// A step on the way to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The key in an object.
    Key(&'a str),
    /// The place in a list.
    Place(u32),
}

/// A name that jq takes behind a dot.
fn plain(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && key.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// A text as JSON writes it, all but plain ASCII escaped.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some(c @ ('"' | '\\')) => out.extend(['\\', c]),
            Some(c @ ' '..='~') => out.push(c),
            _ => out.push_str(&format!("\\u{unit:04x}")),
        }
    }
    out.push('"');
    out
}

/// Whether a text holds another, which is in lower case.
#[must_use]
pub fn holds(text: &str, wanted: &str) -> bool {
    if wanted.is_ascii() {
        let (mut text, wanted) = (text.as_bytes(), wanted.as_bytes());
        let Some(first) = wanted.first().map(u8::to_ascii_lowercase) else { return true };
        // Most bytes are passed over one by one: a long document is looked through while somebody waits.
        while let Some(at) = text.iter().position(|byte| byte.to_ascii_lowercase() == first) {
            let Some(here) = text.get(at..at.saturating_add(wanted.len())) else { return false };
            if here.eq_ignore_ascii_case(wanted) {
                return true;
            }
            text = text.get(at + 1..).unwrap_or_default();
        }
        return false;
    }
    text.to_lowercase().contains(wanted)
}

/// A value of a document that is shared.
#[derive(Clone, PartialEq, Eq)]
pub struct Subtree {
    document: Arc<Document>,
    id: u32,
}

impl fmt::Debug for Subtree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Subtree({} of {})", self.id, self.document.len())
    }
}

impl Subtree {
    /// The value of this number.
    #[must_use]
    pub fn new(document: Arc<Document>, id: u32) -> Self {
        Self { document, id }
    }

    /// The value.
    #[must_use]
    pub fn item(&self) -> Option<Item<'_>> {
        self.document.item(self.id)
    }

    /// The document that it is in.
    #[must_use]
    pub fn document(&self) -> &Arc<Document> {
        &self.document
    }
}

/// Makes a document, value by value in the order of the text.
#[derive(Debug, Default)]
pub struct Builder {
    document: Document,
    /// Values that are open, each with the number of values in it so far.
    open: Vec<(u32, u32)>,
    key: Part,
}

impl Builder {
    /// How many values there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.document.len()
    }

    /// True without a value.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.document.is_empty()
    }

    /// The key of the value that comes next.
    pub fn key(&mut self, key: &str) {
        self.key = self.write(key);
    }

    /// A scalar.
    pub fn scalar(&mut self, kind: Kind, text: &str) {
        let value = self.write(text);
        self.push(kind, value);
    }

    /// A list or object begins.
    pub fn enter(&mut self, kind: Kind) {
        let id = self.push(kind, Part::default());
        self.open.push((id, 0));
    }

    /// The list or object that began last ends.
    pub fn leave(&mut self) {
        let end = number(self.document.nodes.len());
        if let Some(node) = self.open.pop().and_then(|(id, _)| self.at(id)) {
            node.end = end;
        }
    }

    /// The document.
    #[must_use]
    pub fn finish(mut self) -> Document {
        while !self.open.is_empty() {
            self.leave();
        }
        self.document.text.shrink_to_fit();
        self.document.nodes.shrink_to_fit();
        self.document
    }

    fn at(&mut self, id: u32) -> Option<&mut Node> {
        self.document.nodes.get_mut(usize::try_from(id).ok()?)
    }

    fn write(&mut self, text: &str) -> Part {
        let start = number(self.document.text.len());
        self.document.text.push_str(text);
        Part { start, length: number(text.len()) }
    }

    fn push(&mut self, kind: Kind, value: Part) -> u32 {
        let id = number(self.document.nodes.len());
        let (parent, place) = match self.open.last_mut() {
            Some((parent, count)) => {
                *count += 1;
                (*parent, *count - 1)
            }
            None => (0, 0),
        };
        let key = std::mem::take(&mut self.key);
        self.document.nodes.push(Node { kind, key, value, parent, end: id.saturating_add(1), place });
        id
    }
}

/// Documents are bounded far below what four bytes count.
fn number(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Document {
        let mut build = Builder::default();
        build.enter(Kind::Map);
        build.key("a/b");
        build.enter(Kind::List);
        build.scalar(Kind::Number, "1");
        build.enter(Kind::Map);
        build.key("c~\"d");
        build.scalar(Kind::Text, "Text");
        build.leave();
        build.leave();
        build.key("e");
        build.scalar(Kind::Null, "null");
        build.finish()
    }

    #[test]
    fn finds_its_way() {
        let document = document();
        let root = document.root().unwrap();
        let text = root.get("a/b").unwrap().children().nth(1).unwrap().get("c~\"d").unwrap();
        assert_eq!((text.text(), text.pointer().as_str()), ("Text", "/a~1b/1/c~0\"d"));
        assert_eq!(text.jq(), r#".["a/b"][1]["c~\"d"]"#);
        assert_eq!(root.get("e").unwrap().jq(), ".e");
        assert_eq!((root.count(), root.get("e").unwrap().kind()), (2, Kind::Null));
        assert_eq!((root.jq().as_str(), filter_of("").as_str()), (".", "."));
        assert_eq!(filter_of(&text.pointer()), text.jq());
        assert!(root.get("none").is_none() && text.get("x").is_none());
    }

    #[test]
    fn holds_what_it_holds() {
        for (text, wanted, held) in [
            ("aaAb", "aab", true),
            ("aaa", "aaaa", false),
            ("", "", true),
            ("", "a", false),
            ("xyZ", "z", true),
            ("\u{c4}rger", "\u{e4}rg", true),
            ("\u{c4}rger", "ger", true),
        ] {
            assert_eq!(holds(text, wanted), held, "{text} {wanted}");
        }
    }

    #[test]
    fn searches_all_around() {
        let document = document();
        assert_eq!(document.find("text", 0, true), Some(4));
        assert_eq!(document.find("text", 5, true), Some(4));
        assert_eq!(document.find("text", 4, false), Some(4));
        assert_eq!(document.find("e", 5, true), Some(5));
        assert_eq!(document.find("nothing like it", 0, true), None);
    }
}
