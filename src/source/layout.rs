//! A repository in an OCI image layout directory (image-spec, image-layout.md).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::error::{FileError, FileProblem};
use super::repository::{Repository, Shelf};
use crate::model::{Digest, Missing, Reference};

/// Longest `index.json` that is read, in bytes.
const INDEX_LIMIT: u64 = 16 << 20;

/// A layout directory, read as one repository.
pub type Layout = Repository<Directory>;

/// The directory of a layout.
#[derive(Debug)]
pub struct Directory {
    /// Without links, so that what leads out of it can be told.
    root: PathBuf,
    /// The repository's name, for messages.
    name: String,
}

/// Opens a directory that is given as a source. Its repository is named `localhost/layout/DIRNAME`.
///
/// # Errors
/// [`FileError`] when it is no readable layout.
pub fn open_layout(dir: &Path) -> Result<Layout, FileError> {
    let root = dir.canonicalize().map_err(|error| FileError::io(dir, &error))?;
    if !root.is_dir() {
        return Err(FileError::new(dir, FileProblem::NotADirectory));
    }
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let reference = Reference {
        registry: "localhost".to_owned(),
        repository: format!("layout/{}", component(&name)),
        tag: None,
        digest: None,
    };
    Layout::open(&root, &reference).map_err(|missing| {
        FileError::new(dir, FileProblem::Form { problem: format!("not an OCI layout: {missing}") })
    })
}

/// The nearest text that the grammar of repository names allows.
fn component(name: &str) -> String {
    let lower = name.to_lowercase();
    let plain = |part: &str| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let parts: Vec<&str> =
        lower.split(|c: char| !plain(c.encode_utf8(&mut [0; 4]))).filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "unnamed".to_owned() } else { parts.join("-") }
}

impl Layout {
    /// Opens a layout as the repository of `reference`.
    ///
    /// # Errors
    /// [`Missing::NotFound`] when there is no layout in the directory, else why it cannot be read.
    pub fn open(dir: &Path, reference: &Reference) -> Result<Self, Missing> {
        let name = reference.name();
        let what = format!("repository {name}");
        let root = dir.canonicalize().map_err(|error| unreadable(dir, &what, &error))?;
        Self::new(Directory { root, name }, reference)
    }
}

impl Directory {
    /// Reads a file below the root. Links that lead out of it are refused, and so is what is no plain file: opening a
    /// pipe would wait for ever.
    fn read(&self, relative: &str, limit: u64) -> Result<Arc<[u8]>, Missing> {
        let what = format!("{relative} of {}", self.name);
        let path = self.root.join(relative);
        let real = path.canonicalize().map_err(|error| unreadable(&path, &what, &error))?;
        let refused = |problem: &str| Missing::Malformed { what: what.clone(), problem: problem.to_owned() };
        if !real.starts_with(&self.root) {
            return Err(refused("its path leaves the layout"));
        }
        let about = fs::metadata(&real).map_err(|error| unreadable(&path, &what, &error))?;
        if !about.is_file() {
            return Err(refused("it is not a plain file"));
        }
        if about.len() > limit {
            return Err(Missing::TooLarge { what: what.clone(), size: about.len(), limit });
        }
        let mut bytes = Vec::new();
        let file = File::open(&real).map_err(|error| unreadable(&path, &what, &error))?;
        file.take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| unreadable(&path, &what, &error))?;
        match u64::try_from(bytes.len()) {
            Ok(size) if size <= limit => Ok(bytes.into()),
            _ => Err(Missing::TooLarge { what: what.clone(), size: about.len(), limit }),
        }
    }
}

impl Shelf for Directory {
    fn index(&self) -> Result<Arc<[u8]>, Missing> {
        self.read("index.json", INDEX_LIMIT)
    }

    fn content(&self, digest: &Digest, limit: u64) -> Result<Arc<[u8]>, Missing> {
        self.read(&format!("blobs/{}/{}", digest.algorithm(), digest.hex()), limit)
    }
}

fn unreadable(path: &Path, what: &str, error: &io::Error) -> Missing {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Missing::NotFound { what: what.to_owned() },
        _ => Missing::Unreachable { host: path.display().to_string(), detail: error.to_string() },
    }
}
