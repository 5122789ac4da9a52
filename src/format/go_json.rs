//! JSON as Go's `encoding/json` matches it to structs, minus its tolerance for doubles.
//!
//! Go finds a field under any spelling of upper and lower case, and lets a later double overwrite an earlier one. The
//! first is reproduced, because a real verifier accepts it. The second is refused: a document that means one thing to
//! one reader and another to the next is never evidence. That is stricter than cosign, never laxer.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Longest document that is parsed, in bytes.
pub const LIMIT: usize = 4 << 20;
/// Longest document that carries another one in a text, in bytes: cosign's limit of an attachment
/// (`COSIGN_MAX_ATTACHMENT_SIZE`).
pub const HULL_LIMIT: usize = 128 << 20;
/// Most values of such a document: it is one long text, and little beside.
const HULL_VALUES: usize = 200_000;

/// A value with the keys of its objects in document order, doubles included.
#[derive(Clone, Debug, PartialEq)]
pub enum Tree {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(serde_json::Number),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Tree>),
    /// An object.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// Parses a whole document; nothing but blanks may follow the value.
    ///
    /// # Errors
    /// The problem with line and column.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LIMIT {
            return Err(format!("{} bytes are more than the {LIMIT} that are read", bytes.len()));
        }
        // A value takes two bytes at least: the length is limit enough.
        read(bytes, LIMIT)
    }

    /// Parses a whole document that may be long because of the texts in it: an envelope, a bundle.
    ///
    /// # Errors
    /// As for [`Self::parse`].
    pub fn parse_hull(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > HULL_LIMIT {
            return Err(format!("{} bytes are more than the {HULL_LIMIT} that are read", bytes.len()));
        }
        read(bytes, HULL_VALUES)
    }

    /// The field of an object under any spelling of case. `null`, absent, and any field of `null` are all `None`.
    ///
    /// # Errors
    /// When this is no object, or has the field twice.
    pub fn field(&self, name: &str) -> Result<Option<&Self>, String> {
        let entries = match self {
            Self::Object(entries) => entries,
            Self::Null => return Ok(None),
            other => return Err(format!("{} where an object with `{name}` is expected", other.word())),
        };
        let mut found = entries.iter().filter(|(key, _)| same(key, name));
        let first = found.next();
        if found.next().is_some() {
            return Err(format!("the field `{name}` is there twice"));
        }
        Ok(first.map(|(_, value)| value).filter(|value| **value != Self::Null))
    }

    /// A text field; absent and `null` are empty, as in Go.
    ///
    /// # Errors
    /// When it is something else than a text.
    pub fn text(&self, name: &str) -> Result<&str, String> {
        match self.field(name)? {
            None => Ok(""),
            Some(Self::Text(text)) => Ok(text),
            Some(other) => Err(format!("{} where the text `{name}` is expected", other.word())),
        }
    }

    /// A whole-number field; absent and `null` are 0, as in Go.
    ///
    /// # Errors
    /// When it is something else than a whole number of 64 bits.
    pub fn integer(&self, name: &str) -> Result<i64, String> {
        match self.field(name)? {
            None => Ok(0),
            Some(Self::Number(number)) => {
                number.as_i64().ok_or_else(|| format!("`{name}` is not a whole number of 64 bits"))
            }
            Some(other) => Err(format!("{} where the number `{name}` is expected", other.word())),
        }
    }

    /// What kind of value it is, in words.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// Go's `foldName`: simple Unicode folding, which has two letters outside ASCII for the names that are used here.
fn same(key: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        '\u{17f}' => 's',
        '\u{212a}' => 'k',
        other => other.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(name.chars().map(fold))
}

fn read(bytes: &[u8], most: usize) -> Result<Tree, String> {
    let left = Cell::new(most);
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let tree = Fill { left: &left }.deserialize(&mut deserializer);
    tree.and_then(|tree| deserializer.end().map(|()| tree)).map_err(|error| error.to_string())
}

/// Reads one value and all below it, while there is room.
#[derive(Clone, Copy)]
pub(super) struct Fill<'c> {
    left: &'c Cell<usize>,
}

impl<'c> Fill<'c> {
    /// `left`: how many values there is room for.
    pub(super) fn new(left: &'c Cell<usize>) -> Self {
        Self { left }
    }
}

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| D::Error::custom("too many values"))?;
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Tree, E> {
        Ok(Tree::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Tree, E> {
        Ok(Tree::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Tree, E> {
        Ok(serde_json::Number::from_f64(value).map_or(Tree::Null, Tree::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Tree, E> {
        Ok(Tree::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut object = Vec::new();
        while let Some(key) = entries.next_key()? {
            object.push((key, entries.next_value_seed(self)?));
        }
        Ok(Tree::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_case_but_never_twice() {
        let tree = Tree::parse(br#"{"LogIndex": 7, "logID": "x", "n": null}"#).unwrap();
        assert_eq!(tree.integer("logIndex"), Ok(7));
        assert_eq!(tree.text("n"), Ok(""));
        assert_eq!(tree.text("absent"), Ok(""));
        let twice = Tree::parse(br#"{"logIndex": 7, "LOGINDEX": 8, "a": 1, "a": 2}"#).unwrap();
        assert!(twice.integer("logIndex").is_err() && twice.integer("a").is_err());
        assert!(tree.text("logindex").is_err() && tree.integer("logid").is_err());
    }

    #[test]
    fn refuses_what_go_refuses() {
        for bad in [&b"{} x"[..], b"", b"{\"a\":1,}", b"[1e999]", b"\xff", b"{\"a\":\"\n\"}"] {
            assert!(Tree::parse(bad).is_err(), "{bad:?}");
        }
        assert!(Tree::parse("[".repeat(10_000).as_bytes()).is_err());
        let many = format!("[{}0]", "0,".repeat(HULL_VALUES));
        assert!(Tree::parse(many.as_bytes()).is_ok() && Tree::parse_hull(many.as_bytes()).is_err());
        let long = format!("[\"{}\"]", "x".repeat(LIMIT));
        assert!(Tree::parse(long.as_bytes()).is_err() && Tree::parse_hull(long.as_bytes()).is_ok());
        let number = Tree::parse(br#"{"a":1.5,"b":1e3,"c":9223372036854775808}"#).unwrap();
        assert!(["a", "b", "c"].iter().all(|name| number.integer(name).is_err()));
    }
}
