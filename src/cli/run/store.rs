//! Reads notation's trust store directories.

use std::path::Path;

use crate::cli::resolve::because;
use crate::format::trust_policy::Statement;
use crate::model::notary::Stores;
use crate::verify::notary::store_certificates;

/// Longest file of a trust store, in bytes.
const LIMIT: u64 = 1 << 20;
/// Most files of a trust store.
const MOST_FILES: usize = 1_000;

/// The stores that a statement names, from `DIR/truststore/x509/TYPE/NAME`.
pub(super) fn stores(config: &Path, statement: &Statement) -> Stores {
    let base = config.join("truststore").join("x509");
    statement
        .stores
        .iter()
        .map(|(kind, name)| {
            let read = store(&base.join(kind).join(name), kind, name);
            ((kind.clone(), name.clone()), read)
        })
        .collect()
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
