//! Writes an evidence directory or a snapshot file: beside its place first, then moved there as a whole.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::answers::Given;
use super::answers::Record;
use super::contents::{Contents, Subject, TrustKept};
use super::{INDEX, SCHEMA, SCHEMA_CLUSTER, entry, place, pods};
use crate::format::hash::digest_of;
use crate::format::oci::{self, REF_NAME};
use crate::format::tar;
use crate::model::Digest;
use crate::source::catalogue::REPOSITORY;
use crate::source::error::{FileError, FileProblem};

/// Where to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A directory that is not there yet, or is empty.
    Directory(PathBuf),
    /// One tar file that is not there yet.
    File(PathBuf),
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// The directory or file.
    pub path: PathBuf,
    /// Manifests and blobs.
    pub blobs: usize,
    /// Bytes of them.
    pub bytes: u64,
    /// Digest of the index: who has it can tell whether anything was changed since.
    pub digest: Digest,
}

/// Paths with their content, the index first.
type Files = Vec<(String, Arc<[u8]>)>;

/// Writes a record. Nothing that is there is ever replaced.
///
/// # Errors
/// [`FileError`]; nothing is left behind then.
pub fn write(target: &Target, contents: &Contents) -> Result<Exported, FileError> {
    let (files, digest) = files(contents);
    let path = match target {
        Target::Directory(dir) => directory(dir, &files).map(|()| dir)?,
        Target::File(path) => {
            let seconds = u64::try_from(contents.about.as_of.0).unwrap_or(0);
            one_file(path, &files, seconds).map(|()| path)?
        }
    };
    Ok(Exported {
        path: path.clone(),
        blobs: contents.record.blobs.len(),
        bytes: contents.record.blobs.values().map(|bytes| bytes.len() as u64).sum(),
        digest,
    })
}

fn taken(path: &Path) -> FileError {
    FileError::new(path, FileProblem::Form { problem: "it is there already".to_owned() })
}

/// A name beside a path.
fn beside(path: &Path) -> Result<PathBuf, FileError> {
    let name = path.file_name().ok_or_else(|| taken(path))?.to_string_lossy().into_owned();
    let parent = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    Ok(parent.join(format!(".{name}.partial-{}", std::process::id())))
}

fn directory(dir: &Path, files: &Files) -> Result<(), FileError> {
    let failed = |error: io::Error| FileError::io(dir, &error);
    match fs::symlink_metadata(dir) {
        Ok(about) if about.is_dir() && fs::read_dir(dir).map_err(failed)?.next().is_none() => {}
        Ok(_) => return Err(taken(dir)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let beside = beside(dir)?;
    fs::create_dir(&beside).map_err(|error| FileError::io(&beside, &error))?;
    let written = files.iter().try_for_each(|(path, bytes)| put(&beside, path, bytes)).and_then(|()| {
        // An empty directory gives way; anything else makes the move fail.
        let _ = fs::remove_dir(dir);
        fs::rename(&beside, dir)
    });
    written.map_err(|error| {
        // The first error is the one to be told.
        let _ = fs::remove_dir_all(&beside);
        failed(error)
    })
}

fn one_file(path: &Path, files: &Files, seconds: u64) -> Result<(), FileError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => taken(path),
        _ => FileError::io(path, &error),
    };
    let beside = beside(path)?;
    // The name is taken first: what somebody else writes there meanwhile is not replaced.
    OpenOptions::new().write(true).create_new(true).open(path).map_err(failed)?;
    let file = OpenOptions::new().write(true).create_new(true).open(&beside);
    let written = file.and_then(|file| tar(file, files, seconds)).and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| {
        // The first error is the one to be told.
        let _ = fs::remove_file(&beside);
        let _ = fs::remove_file(path);
        failed(error)
    })
}

fn tar(file: File, files: &Files, seconds: u64) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    for (path, bytes) in files {
        let size = bytes.len() as u64;
        out.write_all(&tar::header(path, size, seconds))?;
        out.write_all(bytes)?;
        out.write_all(&tar::padding(size))?;
    }
    out.write_all(&[0; 2 * tar::BLOCK])?;
    out.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Everything that is written, and the digest of the index.
fn files(contents: &Contents) -> (Files, Digest) {
    let mut files = Files::new();
    let mut add = |path: &str, bytes: &[u8]| described(&mut files, path, bytes);
    add("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#);
    add("index.json", layout_index(&contents.record).to_string().as_bytes());
    let mut policies = Vec::new();
    for (number, (name, text)) in contents.policies.iter().enumerate() {
        let file = add(&format!("policies/{number}.yaml"), text.as_bytes());
        policies.push(json!({"name": name, "file": file}));
    }
    let subjects: Vec<Value> = contents.subjects.iter().map(subject).collect();
    let resources = add("resources.json", pretty(&subjects.into()).as_bytes());
    let cluster =
        contents.cluster.as_ref().map(|kept| add(pods::FILE, pods::to_json(kept).to_string().as_bytes()));
    let verdicts = add("verdicts.json", contents.verdicts.as_bytes());
    let trust = trust(&mut files, &contents.trust);
    let answers: Vec<Value> =
        contents.record.answers.iter().map(|(question, given)| entry::to_json(question, given)).collect();
    let about = &contents.about;
    let mut index = json!({
        "schema": if cluster.is_some() { SCHEMA_CLUSTER } else { SCHEMA },
        "version": about.version,
        "command": about.command,
        "as_of": about.as_of.to_string(),
        "as_of_seconds": about.as_of.0,
        "recorded_seconds": about.recorded.map(|moment| moment.0),
        "offline": about.offline,
        "policies": policies,
        "unseen": contents.unseen,
        "resources": resources,
        "trust": trust,
        "verdicts": verdicts,
        "answers": answers,
    });
    if let Some(cluster) = cluster {
        index["cluster"] = cluster;
    }
    let text = pretty(&index);
    // Who reads only the beginning of a file can tell by it what it is.
    files.insert(0, (INDEX.to_owned(), text.as_bytes().into()));
    let blobs = contents.record.blobs.iter();
    files.extend(blobs.map(|(digest, bytes)| (place::path_of(digest), bytes.clone())));
    (files, digest_of(text.as_bytes()))
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

fn trust(files: &mut Files, trust: &TrustKept) -> Value {
    let mut stores = Vec::new();
    for (number, ((kind, name), read)) in trust.stores.iter().enumerate() {
        let mut store = json!({"type": kind, "name": name});
        match read {
            Ok(certificates) => {
                let mut kept = Vec::new();
                for (place, certificate) in certificates.iter().enumerate() {
                    kept.push(described(files, &format!("trust/stores/{number}/{place}.der"), certificate));
                }
                store["certificates"] = kept.into();
            }
            Err(problem) => store["problem"] = problem.as_str().into(),
        }
        stores.push(store);
    }
    json!({
        "description": trust.description,
        "named": trust.named,
        "root": described(files, "trust/trusted_root.json", &trust.root),
        "stores": stores,
    })
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

/// Adds a file and describes it.
fn described(files: &mut Files, path: &str, bytes: &[u8]) -> Value {
    files.push((path.to_owned(), bytes.into()));
    json!({"path": path, "digest": digest_of(bytes).as_str(), "size": bytes.len()})
}

fn put(root: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let path = root.join(path);
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(bytes)
}
