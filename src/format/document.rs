//! Reads JSON into documents that stay small: bounded in size, depth and number of values.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::oci::{DEPTH_LIMIT, deeper_than};
use crate::model::document::{Builder, Document, Kind};

/// Longest document that is read, in bytes: cosign's limit of an attachment (`COSIGN_MAX_ATTACHMENT_SIZE`).
pub const LIMIT: usize = 128 << 20;
/// Most values of a document: at 32 bytes each, less than what the longest document takes itself. An SBOM of 50 MB has
/// about a third of it.
pub const MOST_VALUES: usize = 4_000_000;

/// Reads a document.
///
/// # Errors
/// The problem, with its place.
pub fn read(bytes: &[u8]) -> Result<Document, String> {
    read_bounded(bytes, MOST_VALUES)
}

fn read_bounded(bytes: &[u8], most: usize) -> Result<Document, String> {
    if bytes.len() > LIMIT {
        return Err(format!("{} bytes are more than the {LIMIT} that are read", bytes.len()));
    }
    if deeper_than(bytes, DEPTH_LIMIT) {
        return Err(format!("nested deeper than {DEPTH_LIMIT} levels"));
    }
    let mut builder = Builder::default();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let fill = Fill { builder: &mut builder, most };
    fill.deserialize(&mut deserializer)
        .and_then(|()| deserializer.end())
        .map_err(|error| format!("not JSON: {error}"))?;
    Ok(builder.finish())
}

/// Puts one value and all below it into the document.
struct Fill<'b> {
    builder: &'b mut Builder,
    most: usize,
}

impl Fill<'_> {
    fn scalar<E: Error>(self, kind: Kind, text: &str) -> Result<(), E> {
        self.room()?;
        self.builder.scalar(kind, text);
        Ok(())
    }

    fn room<E: Error>(&self) -> Result<(), E> {
        if self.builder.len() < self.most {
            return Ok(());
        }
        Err(E::custom(format!("more than the {} values that are read", self.most)))
    }
}

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.scalar(Kind::Null, "null")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(Kind::Bool, if value { "true" } else { "false" })
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(Kind::Number, &value.to_string())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(Kind::Number, &value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        let number = serde_json::Number::from_f64(value);
        self.scalar(Kind::Number, &number.map_or_else(|| value.to_string(), |number| number.to_string()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(Kind::Text, value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.room()?;
        self.builder.enter(Kind::List);
        while list.next_element_seed(Fill { builder: &mut *self.builder, most: self.most })?.is_some() {}
        self.builder.leave();
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.room()?;
        self.builder.enter(Kind::Map);
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            self.builder.key(&key);
            map.next_value_seed(Fill { builder: &mut *self.builder, most: self.most })?;
        }
        self.builder.leave();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_serde_reads() {
        let text =
            r#"{"a":[1,-2,3.5,true,null,"t\u00e4\u001b"],"b":{},"b":{"c":[]},"d":12345678901234567890123}"#;
        let document = read(text.as_bytes()).unwrap();
        let root = document.root().unwrap();
        let words: Vec<&str> = root.list(&["a"]).map(crate::model::document::Item::text).collect();
        assert_eq!(words, ["1", "-2", "3.5", "true", "null", "t\u{e4}\u{1b}"]);
        assert_eq!(root.at(&["b", "c"]).unwrap().kind(), Kind::List, "the last of two keys counts");
        assert_eq!(root.count(), 4);
        assert!(root.word(&["d"]).unwrap().starts_with("1.23456789"));
    }

    #[test]
    fn refuses_what_is_too_much() {
        assert!(read_bounded(b"[1,2,3]", 4).is_ok());
        assert!(read_bounded(b"[1,2,3]", 3).unwrap_err().contains("more than the 3 values"));
        assert!(read(&[b'['; 70]).unwrap_err().contains("nested deeper"));
        for bad in ["", "{", "[1,]", "1 2", "{\"a\"}"] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }
}
