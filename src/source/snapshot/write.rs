//! Writes an evidence directory: beside its place first, then moved there as a whole.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::answers::{Given, Record};
use super::contents::{Contents, Subject, TrustKept};
use super::{INDEX, SCHEMA, entry, place};
use crate::format::hash::digest_of;
use crate::format::oci::{self, REF_NAME};
use crate::model::Digest;
use crate::source::catalogue::REPOSITORY;
use crate::source::error::{FileError, FileProblem};

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The directory.
    pub dir: PathBuf,
    /// Manifests and blobs.
    pub blobs: usize,
    /// Bytes of them.
    pub bytes: u64,
    /// Digest of the index: who has it can tell whether anything was changed since.
    pub digest: Digest,
}

/// Writes a directory that is not there yet, or is empty.
///
/// # Errors
/// [`FileError`]; nothing is left behind then.
pub fn write(dir: &Path, contents: &Contents) -> Result<Exported, FileError> {
    let failed = |error: io::Error| FileError::io(dir, &error);
    let taken = || FileError::new(dir, FileProblem::Form { problem: "it is there already".to_owned() });
    match fs::symlink_metadata(dir) {
        Ok(about) if about.is_dir() && fs::read_dir(dir).map_err(failed)?.next().is_none() => {}
        Ok(_) => return Err(taken()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let name = dir.file_name().ok_or_else(taken)?.to_string_lossy().into_owned();
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let beside = parent.join(format!(".{name}.partial-{}", std::process::id()));
    fs::create_dir(&beside).map_err(|error| FileError::io(&beside, &error))?;
    let written = fill(&beside, contents).and_then(|digest| {
        // An empty directory gives way; anything else makes the move fail.
        let _ = fs::remove_dir(dir);
        fs::rename(&beside, dir).map(|()| digest)
    });
    match written {
        Ok(digest) => Ok(Exported {
            dir: dir.to_owned(),
            blobs: contents.record.blobs.len(),
            bytes: contents.record.blobs.values().map(|bytes| bytes.len() as u64).sum(),
            digest,
        }),
        Err(error) => {
            // The first error is the one to be told.
            let _ = fs::remove_dir_all(&beside);
            Err(failed(error))
        }
    }
}

fn fill(root: &Path, contents: &Contents) -> io::Result<Digest> {
    put(root, "oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
    put(root, "index.json", layout_index(&contents.record).to_string().as_bytes())?;
    for (digest, bytes) in &contents.record.blobs {
        put(root, &place::path_of(digest), bytes)?;
    }
    let mut policies = Vec::new();
    for (number, (name, text)) in contents.policies.iter().enumerate() {
        let file = file(root, &format!("policies/{number}.yaml"), text.as_bytes())?;
        policies.push(json!({"name": name, "file": file}));
    }
    let subjects: Vec<Value> = contents.subjects.iter().map(subject).collect();
    let answers: Vec<Value> =
        contents.record.answers.iter().map(|(question, given)| entry::to_json(question, given)).collect();
    let about = &contents.about;
    let index = json!({
        "schema": SCHEMA,
        "version": about.version,
        "command": about.command,
        "as_of": about.as_of.to_string(),
        "as_of_seconds": about.as_of.0,
        "offline": about.offline,
        "policies": policies,
        "unseen": contents.unseen,
        "resources": file(root, "resources.json", pretty(&subjects.into()).as_bytes())?,
        "trust": trust(root, &contents.trust)?,
        "verdicts": file(root, "verdicts.json", contents.verdicts.as_bytes())?,
        "answers": answers,
    });
    let text = pretty(&index);
    put(root, INDEX, text.as_bytes())?;
    Ok(digest_of(text.as_bytes()))
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

fn subject(subject: &Subject) -> Value {
    match subject {
        Subject::Image(name) => json!({"image": name}),
        Subject::Manifest { file, value } => json!({"file": file, "manifest": value}),
    }
}

fn trust(root: &Path, trust: &TrustKept) -> io::Result<Value> {
    let mut stores = Vec::new();
    for (number, ((kind, name), read)) in trust.stores.iter().enumerate() {
        let mut store = json!({"type": kind, "name": name});
        match read {
            Ok(certificates) => {
                let mut files = Vec::new();
                for (place, certificate) in certificates.iter().enumerate() {
                    files.push(file(root, &format!("trust/stores/{number}/{place}.der"), certificate)?);
                }
                store["certificates"] = files.into();
            }
            Err(problem) => store["problem"] = problem.as_str().into(),
        }
        stores.push(store);
    }
    Ok(json!({
        "description": trust.description,
        "named": trust.named,
        "root": file(root, "trust/trusted_root.json", &trust.root)?,
        "stores": stores,
    }))
}

/// Manifests under the names that they were fetched by, for other tools that read layouts.
fn layout_index(record: &Record) -> Value {
    let mut seen = BTreeSet::new();
    let mut manifests = Vec::new();
    for (question, given) in &record.answers {
        let Given::Manifest { digest, media_type } = given else { continue };
        let tag =
            (question.key != digest.as_str()).then(|| format!("{}:{}", question.repository, question.key));
        if !seen.insert((question.repository.clone(), digest.clone(), tag.clone())) {
            continue;
        }
        let mut annotations = json!({ REPOSITORY: question.repository });
        if let Some(tag) = tag {
            annotations[REF_NAME] = tag.into();
        }
        manifests.push(json!({
            "mediaType": media_type,
            "digest": digest.as_str(),
            "size": record.blobs.get(digest).map_or(0, |bytes| bytes.len()),
            "annotations": annotations,
        }));
    }
    json!({"schemaVersion": 2, "mediaType": oci::INDEX, "manifests": manifests})
}

/// Writes a file and describes it.
fn file(root: &Path, path: &str, bytes: &[u8]) -> io::Result<Value> {
    put(root, path, bytes)?;
    Ok(json!({"path": path, "digest": digest_of(bytes).as_str(), "size": bytes.len()}))
}

fn put(root: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let path = root.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(bytes)
}
