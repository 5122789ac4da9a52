//! Policy files: read, kept at their last good text, and read again when they change.

use std::mem::discriminant;
use std::path::PathBuf;
use std::sync::Arc;

use super::command::PolicyInput;
use crate::evaluate::{self, Loaded};
use crate::format::hash::digest_of;
use crate::model::span::{Diagnostic, Span};
use crate::model::trace::PolicyId;
use crate::model::world::{PolicyFile, PolicyRow};
use crate::source::files;

/// A policy file with what was read from it.
#[derive(Clone, Debug)]
pub(super) struct ReadFile {
    pub(super) path: Arc<str>,
    pub(super) text: Arc<str>,
    pub(super) hash: Arc<str>,
    pub(super) loaded: Vec<Loaded>,
    pub(super) broken: Option<Diagnostic>,
    /// Policies in it that stand in place of the cluster's of their names.
    pub(super) drafts: Vec<PolicyId>,
}

/// What tells whether a file has changed: path, length, modification time in nanoseconds.
pub(super) type Stamp = Vec<(PathBuf, u64, u128)>;

/// Reads every input. Nothing is lost: an unreadable file is there with its diagnosis.
pub(super) fn read(inputs: &[PolicyInput]) -> Vec<ReadFile> {
    inputs.iter().flat_map(read_input).collect()
}

fn read_input(input: &PolicyInput) -> Vec<ReadFile> {
    match input {
        PolicyInput::Text { name, text } => vec![parse(name, text)],
        PolicyInput::Path(path) => match files::policy_paths(path) {
            Ok(paths) => paths
                .iter()
                .map(|path| {
                    let name = path.display().to_string();
                    match files::read_text(path) {
                        Ok(text) => parse(&name, &text),
                        Err(error) => unreadable(&name, error.to_string()),
                    }
                })
                .collect(),
            Err(error) => vec![unreadable(&path.display().to_string(), error.to_string())],
        },
    }
}

fn parse(name: &str, text: &str) -> ReadFile {
    let path: Arc<str> = name.into();
    let hash: Arc<str> = digest_of(text.as_bytes()).as_str().into();
    match evaluate::load(&path, text) {
        Ok(loaded) => ReadFile { path, text: text.into(), hash, loaded, broken: None, drafts: Vec::new() },
        Err(diagnostic) => {
            let broken = Some(diagnostic);
            ReadFile { path, text: text.into(), hash, loaded: Vec::new(), broken, drafts: Vec::new() }
        }
    }
}

fn unreadable(name: &str, problem: String) -> ReadFile {
    let path: Arc<str> = name.into();
    let broken = Some(Diagnostic { span: Span::whole(path.clone()), problem, hint: None });
    ReadFile { path, text: "".into(), hash: "".into(), loaded: Vec::new(), broken, drafts: Vec::new() }
}

/// Adds the policies of a cluster. A policy of a file is a draft of the one in the cluster that has its name, and stands
/// in its place.
pub(super) fn add_cluster(read: &mut Vec<ReadFile>, texts: &[(String, String)]) {
    let mut own: Vec<ReadFile> = texts.iter().map(|(name, text)| parse(name, text)).collect();
    // Kinds of two API groups may have one name: what stands in place of another is of its kind in every sense.
    let same = |a: &Loaded, b: &Loaded| discriminant(a) == discriminant(b) && a.id() == b.id();
    for file in read.iter_mut() {
        let theirs = || own.iter().flat_map(|file| &file.loaded);
        let drafts = file.loaded.iter().filter(|draft| theirs().any(|loaded| same(draft, loaded)));
        file.drafts = drafts.map(|draft| draft.id().clone()).collect();
    }
    let drafts = || read.iter().flat_map(|file| &file.loaded);
    own.retain(|file| !file.loaded.iter().any(|loaded| drafts().any(|draft| same(draft, loaded))));
    read.extend(own);
}

/// Where the newest text cannot be read, the policies of the text before stay in force.
pub(super) fn keep_last_good(before: &[ReadFile], mut now: Vec<ReadFile>) -> Vec<ReadFile> {
    for file in now.iter_mut().filter(|file| file.broken.is_some()) {
        if let Some(old) = before.iter().find(|old| old.path == file.path) {
            file.loaded.clone_from(&old.loaded);
            file.text = old.text.clone();
            file.hash = old.hash.clone();
        }
    }
    now
}

/// The stamp of all files behind the inputs; files that cannot be looked at are left out, and so appear as a change.
pub(super) fn stamp(inputs: &[PolicyInput]) -> Stamp {
    let paths = inputs.iter().filter_map(|input| match input {
        PolicyInput::Path(path) => Some(files::policy_paths(path).unwrap_or_default()),
        PolicyInput::Text { .. } => None,
    });
    paths
        .flatten()
        .filter_map(|path| {
            let data = std::fs::metadata(&path).ok()?;
            let modified = data.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
            Some((path, data.len(), modified.as_nanos()))
        })
        .collect()
}

impl ReadFile {
    fn policy(&self, loaded: &Loaded) -> PolicyRow {
        PolicyRow { draft: self.drafts.contains(loaded.id()), ..loaded.row() }
    }

    /// The file as screens and reports see it.
    pub(super) fn row(&self) -> PolicyFile {
        PolicyFile {
            path: self.path.clone(),
            text: self.text.clone(),
            hash: self.hash.clone(),
            policies: self.loaded.iter().map(|loaded| self.policy(loaded)).collect(),
            broken: self.broken.clone(),
        }
    }
}
