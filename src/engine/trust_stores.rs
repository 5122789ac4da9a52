//! notation's trust store directories, read when a policy names them and kept until policies are read anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use crate::model::notary::Stores;
use crate::verify::notary::store_certificates;

/// Longest file of a trust store, in bytes.
const LIMIT: u64 = 1 << 20;
/// Most files of a trust store.
const MOST_FILES: usize = 1_000;

/// The trust stores below a configuration directory of notation.
#[derive(Debug, Default)]
pub struct TrustStores {
    config: Option<PathBuf>,
    kept: RwLock<Stores>,
    /// There are no others and they do not change.
    fixed: bool,
}

impl TrustStores {
    /// The stores `DIR/truststore/x509/TYPE/NAME`; `None`: there is no such directory, and no store exists.
    #[must_use]
    pub fn new(config: Option<PathBuf>) -> Self {
        Self { config, kept: RwLock::default(), fixed: false }
    }

    /// These stores and no others.
    #[must_use]
    pub fn fixed(stores: Stores) -> Self {
        Self { config: None, kept: RwLock::new(stores), fixed: true }
    }

    /// The stores that were read so far.
    #[must_use]
    pub fn kept(&self) -> Stores {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The content of these stores, or why one cannot be read.
    #[must_use]
    pub fn of(&self, named: &[(String, String)]) -> Stores {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner).clone();
        let mut wanted = BTreeMap::new();
        let mut new = false;
        for key in named {
            let known = kept.get(key).cloned();
            new |= known.is_none();
            wanted.insert(key.clone(), known.unwrap_or_else(|| self.read(&key.0, &key.1)));
        }
        if new {
            self.kept.write().unwrap_or_else(PoisonError::into_inner).extend(wanted.clone());
        }
        wanted
    }

    /// Everything is read anew the next time.
    pub fn forget(&self) {
        if self.fixed {
            return;
        }
        self.kept.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn read(&self, kind: &str, name: &str) -> Result<Vec<Vec<u8>>, String> {
        match &self.config {
            Some(config) => {
                let directory = config.join("truststore").join("x509").join(kind).join(name);
                store(&directory, kind, name)
            }
            None => Err(format!(
                "the trust store {name:?} of type {kind:?} does not exist: no configuration directory"
            )),
        }
    }
}

fn store(directory: &Path, kind: &str, name: &str) -> Result<Vec<Vec<u8>>, String> {
    let about = |problem: &str| format!("the trust store {name:?} of type {kind:?} {problem}");
    // notation follows no symbolic link to a store.
    let is_directory = directory.symlink_metadata().map_err(|_| about("does not exist"))?.is_dir();
    if !is_directory {
        return Err(about("is not a regular directory"));
    }
    let broken = |error: std::io::Error| about(&format!("cannot be read: {}", because(&error)));
    let mut files = Vec::new();
    for entry in directory.read_dir().map_err(broken)? {
        files.push(entry.map_err(broken)?.path());
        if files.len() > MOST_FILES {
            return Err(about(&format!("has more than {MOST_FILES} files")));
        }
    }
    files.sort();
    let mut certificates = Vec::new();
    for file in files {
        let read = certificates_of(&file, kind);
        certificates.extend(
            read.map_err(|problem| about(&format!("cannot be read: {}: {problem}", file.display())))?,
        );
    }
    if certificates.is_empty() { Err(about("holds no x509 certificates")) } else { Ok(certificates) }
}

fn certificates_of(file: &Path, kind: &str) -> Result<Vec<Vec<u8>>, String> {
    let meta = file.symlink_metadata().map_err(|error| because(&error))?;
    if !meta.is_file() {
        return Err("not a regular file (directories or symlinks are not supported)".to_owned());
    }
    if meta.len() > LIMIT {
        return Err(format!("{} bytes are more than the {LIMIT} that are read", meta.len()));
    }
    let bytes = std::fs::read(file).map_err(|error| because(&error))?;
    store_certificates(kind, &bytes)
}

fn because(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
