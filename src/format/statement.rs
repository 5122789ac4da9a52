//! in-toto statements as cosign and sigstore-go read them (`protojson` into `in_toto_attestation.v1.Statement`): unknown
//! fields, doubled fields and another spelling of upper and lower case are errors. The predicate is looked through, not held.

use std::cell::Cell;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::go_json::{Fill, HULL_LIMIT, Tree};

/// Most subjects of a statement (sigstore-go, `maxAllowedSubjects`).
const MOST_SUBJECTS: usize = 1_024;
/// Most digests of a subject (sigstore-go, `maxAllowedSubjectDigests`).
const MOST_DIGESTS: usize = 32;
/// Most values of all subjects together.
const MOST_VALUES: usize = 200_000;

/// What an in-toto statement says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// `predicateType`, hostile text.
    pub predicate: String,
    /// Every subject: its digests by algorithm, and its annotations as texts.
    pub subjects: Vec<Subject>,
    /// The predicate is a text in place of an object, which only cosign's own reader takes.
    pub worded: bool,
}

/// A subject of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Digests by algorithm, lower-case hexadecimal as written.
    pub digests: BTreeMap<String, String>,
    /// Annotations that are texts.
    pub annotations: BTreeMap<String, String>,
}

impl Statement {
    /// Reads the statement in an envelope.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(payload: &[u8]) -> Result<Self, String> {
        if payload.len() > HULL_LIMIT {
            return Err(format!("{} bytes are more than the {HULL_LIMIT} that are read", payload.len()));
        }
        let mut deserializer = serde_json::Deserializer::from_slice(payload);
        let top = deserializer.deserialize_map(Top);
        let parts = top.and_then(|top| deserializer.end().map(|()| top)).map_err(|e| e.to_string())?;
        let kind = text(parts.kind.as_ref(), "_type")?;
        if !kind.starts_with("https://in-toto.io/Statement/") {
            return Err(format!("not an in-toto statement: `_type` is {kind:?}"));
        }
        let subjects = match &parts.subject {
            Some(Tree::List(list)) if list.len() > MOST_SUBJECTS => {
                return Err(format!("too many subjects: {} > {MOST_SUBJECTS}", list.len()));
            }
            Some(Tree::List(list)) => list.iter().map(subject).collect::<Result<_, _>>()?,
            None | Some(Tree::Null) => Vec::new(),
            Some(other) => return Err(format!("{} where a list of subjects is expected", other.word())),
        };
        let predicate = text(parts.predicate_type.as_ref(), "predicateType")?.to_owned();
        match parts.predicate {
            None | Some(Shape::Null | Shape::Object) => Ok(Self { predicate, subjects, worded: false }),
            Some(Shape::Text) => Ok(Self { predicate, subjects, worded: true }),
            Some(Shape::Other) => Err("the predicate is no object".to_owned()),
        }
    }

    /// Every digest of every subject as `algorithm:hex`.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        let all = self.subjects.iter().flat_map(|subject| &subject.digests);
        all.map(|(algorithm, hex)| format!("{algorithm}:{hex}")).collect()
    }
}

fn text<'a>(field: Option<&'a Tree>, name: &str) -> Result<&'a str, String> {
    match field {
        None | Some(Tree::Null) => Ok(""),
        Some(Tree::Text(text)) => Ok(text),
        Some(other) => Err(format!("{} where the text `{name}` is expected", other.word())),
    }
}

/// A `ResourceDescriptor`.
fn subject(tree: &Tree) -> Result<Subject, String> {
    let Tree::Object(fields) = tree else {
        return Err(format!("{} where a subject is expected", tree.word()));
    };
    let mut subject = Subject::default();
    let mut seen = HashSet::new();
    for (key, value) in fields {
        let name = match key.as_str() {
            "name" | "uri" | "digest" | "content" | "annotations" => key.as_str(),
            "downloadLocation" | "download_location" => "downloadLocation",
            "mediaType" | "media_type" => "mediaType",
            other => return Err(format!("a subject has the unknown field {other:?}")),
        };
        if !seen.insert(name) {
            return Err(format!("a subject has `{name}` twice"));
        }
        match (name, value) {
            (_, Tree::Null) => {}
            ("digest", Tree::Object(entries)) => subject.digests = digests(entries)?,
            ("annotations", Tree::Object(entries)) => subject.annotations = annotations(entries)?,
            ("digest" | "annotations", other) => {
                return Err(format!("{} where the object `{name}` is expected", other.word()));
            }
            (_, Tree::Text(_)) => {}
            (_, other) => return Err(format!("{} where the text `{name}` is expected", other.word())),
        }
    }
    Ok(subject)
}

fn digests(entries: &[(String, Tree)]) -> Result<BTreeMap<String, String>, String> {
    if entries.len() > MOST_DIGESTS {
        return Err(format!("too many digests: {} > {MOST_DIGESTS}", entries.len()));
    }
    let mut all = BTreeMap::new();
    for (algorithm, value) in entries {
        let Tree::Text(hex) = value else { return Err(format!("the digest {algorithm:?} is no text")) };
        if all.insert(algorithm.clone(), hex.clone()).is_some() {
            return Err(format!("`digest` has {algorithm:?} twice"));
        }
    }
    Ok(all)
}

fn annotations(entries: &[(String, Tree)]) -> Result<BTreeMap<String, String>, String> {
    let mut seen = HashSet::new();
    if let Some((key, _)) = entries.iter().find(|(key, _)| !seen.insert(key)) {
        return Err(format!("`annotations` has {key:?} twice"));
    }
    let texts = entries.iter().filter_map(|(key, value)| match value {
        Tree::Text(text) => Some((key.clone(), text.clone())),
        _ => None,
    });
    Ok(texts.collect())
}

/// The fields of a statement; of the predicate only what it is.
#[derive(Default)]
struct Parts {
    kind: Option<Tree>,
    subject: Option<Tree>,
    predicate_type: Option<Tree>,
    predicate: Option<Shape>,
}

struct Top;

impl<'de> Visitor<'de> for Top {
    type Value = Parts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an in-toto statement")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Parts, A::Error> {
        let mut parts = Parts::default();
        let left = Cell::new(MOST_VALUES);
        while let Some(key) = map.next_key::<String>()? {
            let slot = match key.as_str() {
                "_type" | "type" => &mut parts.kind,
                "subject" => &mut parts.subject,
                "predicateType" | "predicate_type" => &mut parts.predicate_type,
                "predicate" if parts.predicate.is_none() => {
                    parts.predicate = Some(map.next_value_seed(Look)?);
                    continue;
                }
                "predicate" => return Err(Error::custom("the field `predicate` is there twice")),
                other => return Err(Error::custom(format!("unknown field {other:?}"))),
            };
            if slot.is_some() {
                return Err(Error::custom(format!("the field `{key}` is there twice")));
            }
            *slot = Some(map.next_value_seed(Fill::new(&left))?);
        }
        Ok(parts)
    }
}

/// What a predicate is.
#[derive(Clone, Copy)]
enum Shape {
    Null,
    Object,
    Text,
    Other,
}

/// Looks through a value for doubled keys, which mean one thing to one reader and another to the next.
struct Look;

impl<'de> DeserializeSeed<'de> for Look {
    type Value = Shape;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Shape, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look {
    type Value = Shape;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Shape, E> {
        Ok(Shape::Null)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Shape, E> {
        Ok(Shape::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Shape, E> {
        Ok(Shape::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Shape, A::Error> {
        while items.next_element_seed(Self)?.is_some() {}
        Ok(Shape::Other)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Shape, A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            map.next_value_seed(Self)?;
            if let Some(twice) = seen.replace(key) {
                return Err(Error::custom(format!("the key {twice:?} is there twice")));
            }
        }
        Ok(Shape::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &str) -> Result<Statement, String> {
        Statement::parse(format!(r#"{{"_type":"https://in-toto.io/Statement/v1"{fields}}}"#).as_bytes())
    }

    #[test]
    fn reads_what_protojson_reads() {
        let read = read(
            r#","subject":[{"name":"a","uri":"b","digest":{"sha256":"00"},"annotations":{"k":"v","n":1}}],"predicateType":"t","predicate":{"a":[{"b":1},{"b":2}]}"#,
        );
        let read = read.unwrap();
        assert_eq!((read.predicate.as_str(), read.worded), ("t", false));
        assert_eq!(read.digests(), ["sha256:00"]);
        assert_eq!(read.subjects[0].annotations.get("k").map(String::as_str), Some("v"));
        assert!(
            Statement::parse(br#"{"type":"https://in-toto.io/Statement/v0.1","predicate_type":"t"}"#).is_ok()
        );
        assert!(super::tests::read(r#","predicate":"text""#).unwrap().worded);
    }

    #[test]
    fn refuses_what_protojson_refuses() {
        for bad in [
            r#","Subject":[]"#,
            r#","more":1"#,
            r#","type":"https://in-toto.io/Statement/v1""#,
            r#","subject":[null]"#,
            r#","subject":[{"digest":{"sha256":1}}]"#,
            r#","subject":[{"digest":{"sha256":"a","sha256":"b"}}]"#,
            r#","subject":[{"digest":{},"Digest":{}}]"#,
            r#","subject":[{"name":1}]"#,
            r#","subject":[{"annotations":{"a":"1","a":"2"}}]"#,
            r#","predicate":[]"#,
            r#","predicate":{"a":{"b":1,"b":2}}"#,
            r#","predicate":{},"predicate":{}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let many = vec!["{}"; MOST_SUBJECTS + 1].join(",");
        assert!(read(&format!(r#","subject":[{many}]"#)).unwrap_err().contains("too many subjects"));
        let most = vec!["{}"; MOST_SUBJECTS].join(",");
        assert!(read(&format!(r#","subject":[{most}]"#)).is_ok());
        let digests: Vec<String> = (0..=MOST_DIGESTS).map(|n| format!(r#""{n}":"00""#)).collect();
        let digests = read(&format!(r#","subject":[{{"digest":{{{}}}}}]"#, digests.join(",")));
        assert!(digests.unwrap_err().contains("too many digests"));
    }
}
