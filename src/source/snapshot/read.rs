//! Reads an evidence directory or a snapshot file that others may have written or changed.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::answers::{Given, Question, Record};
use super::contents::{About, ClusterKept, Contents, Subject, TrustKept};
use super::place::Place;
use super::replay::Replay;
use super::{FILE_LIMIT, INDEX, MOST, SCHEMA, SCHEMA_CLUSTER, entry, pods};
use crate::format::hash::digest_of;
use crate::format::oci::parse_json;
use crate::format::tar;
use crate::model::notary::Stores;
use crate::model::{Digest, Missing, Moment};
use crate::source::error::{FileError, FileProblem};
use crate::source::files::TEXT_LIMIT;

/// Whether a path is a directory with evidence, or a file that may be a snapshot.
#[must_use]
pub fn is(path: &Path) -> bool {
    if path.is_dir() {
        return path.join(INDEX).is_file();
    }
    let mut first = Vec::new();
    let read = |file: File| file.take(tar::BLOCK as u64).read_to_end(&mut first);
    // A pipe would be waited for, and could not be read twice.
    path.is_file() && File::open(path).and_then(read).is_ok() && tar::is(&first)
}

/// A directory or file that was read.
#[derive(Debug)]
pub struct Opened {
    /// What is in it; the content of manifests and blobs is with the store.
    pub contents: Contents,
    /// Gives the answers that were given.
    pub store: Arc<Replay>,
    /// Digest of the index.
    pub digest: Digest,
    /// What is not as it was exported. The rest can be read all the same.
    pub faults: Vec<String>,
    /// The verdicts are not those that were exported.
    pub verdicts_changed: bool,
}

/// Reads a directory or file. Content is not held: it is checked here, and once more whenever it is asked for.
///
/// # Errors
/// [`FileError`] when it is no evidence directory of this version, or when what everything else depends on (policies,
/// resources, trust) is not what was exported.
pub fn open(path: &Path) -> Result<Opened, FileError> {
    let place = Place::open(path)?;
    read(place).map_err(|missing| {
        FileError::new(path, FileProblem::Form { problem: format!("it cannot be replayed: {missing}") })
    })
}

fn read(place: Place) -> Result<Opened, Missing> {
    let bytes = place.read(INDEX, FILE_LIMIT)?;
    let index = parse_json(INDEX, &bytes)?;
    if ![SCHEMA, SCHEMA_CLUSTER].contains(&text(&index, "schema")?) {
        return Err(malformed("its `schema` is not the one that is read here"));
    }
    let answers = answers(&index)?;
    let mut faults = check(&place, &answers);
    let before = faults.len();
    let contents = Contents {
        about: about(&index)?,
        policies: policies(&place, &index)?,
        subjects: subjects(&place, &index)?,
        cluster: cluster(&place, &index)?,
        unseen: unseen(&index),
        trust: trust(&place, &index)?,
        record: Record { answers: answers.clone(), blobs: BTreeMap::new() },
        verdicts: verdicts(&place, &index, &mut faults)?,
    };
    Ok(Opened {
        contents,
        store: Arc::new(Replay::new(place, answers)),
        digest: digest_of(&bytes),
        verdicts_changed: faults.len() > before,
        faults,
    })
}

/// What could not be seen; directories of before do not say.
fn unseen(index: &Value) -> Vec<String> {
    let items = index.get("unseen").and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn malformed(problem: &str) -> Missing {
    Missing::Malformed { what: INDEX.to_owned(), problem: problem.to_owned() }
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, Missing> {
    value.get(field).and_then(Value::as_str).ok_or_else(|| malformed(&format!("it has no text `{field}`")))
}

fn flag(value: &Value, field: &str) -> Result<bool, Missing> {
    let found = value.get(field).and_then(Value::as_bool);
    found.ok_or_else(|| malformed(&format!("it does not say whether `{field}`")))
}

fn list<'a>(value: &'a Value, field: &str) -> Result<&'a [Value], Missing> {
    let list = value.get(field).and_then(Value::as_array);
    let list = list.ok_or_else(|| malformed(&format!("it has no list `{field}`")))?;
    if list.len() > MOST {
        return Err(Missing::TooMany { what: format!("entries of `{field}`"), limit: MOST });
    }
    Ok(list)
}

fn about(index: &Value) -> Result<About, Missing> {
    let seconds = index.get("as_of_seconds").and_then(Value::as_i64);
    Ok(About {
        version: text(index, "version")?.to_owned(),
        command: text(index, "command")?.to_owned(),
        as_of: Moment(seconds.ok_or_else(|| malformed("it has no number `as_of_seconds`"))?),
        offline: flag(index, "offline")?,
        recorded: index.get("recorded_seconds").and_then(Value::as_i64).map(Moment),
    })
}

fn answers(index: &Value) -> Result<BTreeMap<Question, Given>, Missing> {
    let mut answers = BTreeMap::new();
    for (number, value) in list(index, "answers")?.iter().enumerate() {
        let (question, given) = entry::from_json(value)
            .ok_or_else(|| malformed(&format!("`answers[{number}]` has another form")))?;
        if answers.insert(question, given).is_some() {
            return Err(malformed(&format!("`answers[{number}]` answers a question again")));
        }
    }
    Ok(answers)
}

/// Reads everything that the answers name, whether or not a verdict will ask for it.
fn check(place: &Place, answers: &BTreeMap<Question, Given>) -> Vec<String> {
    let mut wanted: BTreeMap<Digest, ()> = BTreeMap::new();
    for (question, given) in answers {
        let digest = match given {
            Given::Manifest { digest, .. } | Given::Reply(digest) => Some(digest.clone()),
            Given::Blob => question.key.parse().ok(),
            Given::Referrers(_) | Given::NoApi | Given::Missing(_) => None,
        };
        wanted.extend(digest.map(|digest| (digest, ())));
    }
    wanted
        .keys()
        .filter_map(|digest| place.blob(digest, FILE_LIMIT).err())
        .map(|why| why.to_string())
        .collect()
}

/// A file that the index describes, as it was exported.
fn file(place: &Place, described: Option<&Value>, limit: u64) -> Result<Vec<u8>, Missing> {
    let described = described.ok_or_else(|| malformed("a file is not described"))?;
    place.checked(text(described, "path")?, &digest(described)?, limit)
}

fn digest(described: &Value) -> Result<Digest, Missing> {
    text(described, "digest")?.parse().map_err(|_| malformed("a file has no readable digest"))
}

fn utf8(what: &str, bytes: Vec<u8>) -> Result<String, Missing> {
    String::from_utf8(bytes)
        .map_err(|_| Missing::Malformed { what: what.to_owned(), problem: "it is not UTF-8 text".to_owned() })
}

fn policies(place: &Place, index: &Value) -> Result<Vec<(String, String)>, Missing> {
    let read = |policy: &Value| {
        let name = text(policy, "name")?;
        let bytes = file(place, policy.get("file"), TEXT_LIMIT)?;
        Ok((name.to_owned(), utf8(name, bytes)?))
    };
    list(index, "policies")?.iter().map(read).collect()
}

fn subjects(place: &Place, index: &Value) -> Result<Vec<Subject>, Missing> {
    let bytes = file(place, index.get("resources"), FILE_LIMIT)?;
    let parsed = parse_json("resources.json", &bytes)?;
    let items = parsed.as_array().ok_or_else(|| malformed("the resources are no list"))?;
    if items.len() > MOST {
        return Err(Missing::TooMany { what: "resources".to_owned(), limit: MOST });
    }
    let read = |item: &Value| match (item.get("image").and_then(Value::as_str), item.get("manifest")) {
        (Some(image), None) => Ok(Subject::Image(image.to_owned())),
        (None, Some(value)) => {
            Ok(Subject::Manifest { file: text(item, "file")?.to_owned(), value: value.clone() })
        }
        _ => Err(malformed("a resource is neither image nor manifest")),
    };
    items.iter().map(read).collect()
}

/// The pods of a cluster. Whether there have to be any is said by the schema: they do not go away with a field.
fn cluster(place: &Place, index: &Value) -> Result<Option<ClusterKept>, Missing> {
    match (text(index, "schema")? == SCHEMA_CLUSTER, index.get("cluster")) {
        (false, None) => Ok(None),
        (true, Some(described)) => {
            let bytes = file(place, Some(described), FILE_LIMIT)?;
            pods::from_json(&parse_json(pods::FILE, &bytes)?).map(Some)
        }
        _ => Err(malformed("its `schema` and its `cluster` do not agree")),
    }
}

fn trust(place: &Place, index: &Value) -> Result<TrustKept, Missing> {
    let trust = index.get("trust").ok_or_else(|| malformed("it has no `trust`"))?;
    let mut stores = Stores::new();
    for store in list(trust, "stores")? {
        let key = (text(store, "type")?.to_owned(), text(store, "name")?.to_owned());
        let read = match store.get("problem").and_then(Value::as_str) {
            Some(problem) => Err(problem.to_owned()),
            None => {
                let certificates = list(store, "certificates")?.iter();
                Ok(certificates
                    .map(|file| self::file(place, Some(file), TEXT_LIMIT))
                    .collect::<Result<_, _>>()?)
            }
        };
        stores.insert(key, read);
    }
    Ok(TrustKept {
        root: file(place, trust.get("root"), TEXT_LIMIT)?.into(),
        description: text(trust, "description")?.to_owned(),
        named: flag(trust, "named")?,
        stores,
    })
}

/// The verdicts are compared even when they were changed: what was changed is what the reader wants to know.
fn verdicts(place: &Place, index: &Value, faults: &mut Vec<String>) -> Result<String, Missing> {
    let described = index.get("verdicts").ok_or_else(|| malformed("it has no `verdicts`"))?;
    let path = text(described, "path")?;
    let bytes = place.read(path, FILE_LIMIT)?;
    if digest_of(&bytes) != digest(described)? {
        faults.push(format!("{path} is not what was exported: its digest differs from the one in {INDEX}"));
    }
    utf8(path, bytes)
}
