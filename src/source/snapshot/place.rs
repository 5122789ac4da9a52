//! Files below one directory, or in one tar file, that others wrote: nothing outside it, no links, nothing but plain files,
//! bounded.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::format::hash::digest_of;
use crate::format::oci;
use crate::format::tar::{self, Member, TarError};
use crate::model::{Digest, Missing};
use crate::source::error::{FileError, FileProblem};

use super::MOST;

/// A directory or a tar file.
#[derive(Clone, Debug)]
pub(super) enum Place {
    /// A directory.
    Directory(PathBuf),
    /// A tar file.
    File(Arc<Tar>),
}

/// A tar file that stays open: what was listed is what is read, whatever becomes of its name.
#[derive(Debug)]
pub(super) struct Tar {
    file: Mutex<File>,
    members: BTreeMap<String, Member>,
}

impl Place {
    /// The directory or file itself may be a link; what is in it may not.
    pub(super) fn open(path: &Path) -> Result<Self, FileError> {
        let failed = |error: io::Error| FileError::io(path, &error);
        let about = fs::metadata(path).map_err(failed)?;
        if about.is_dir() {
            return path.canonicalize().map(Self::Directory).map_err(failed);
        }
        let wrong = |problem: String| FileError::new(path, FileProblem::Form { problem });
        if !about.is_file() {
            return Err(wrong("is neither a directory nor a plain file".to_owned()));
        }
        let mut file = File::open(path).map_err(failed)?;
        let members = tar::list(&mut file, MOST).map_err(|error| match error {
            TarError::Io(error) => failed(error),
            other => wrong(format!("it cannot be replayed: {other}")),
        })?;
        Ok(Self::File(Arc::new(Tar { file: Mutex::new(file), members })))
    }

    /// Reads a file by a path with `/` between its parts.
    pub(super) fn read(&self, relative: &str, limit: u64) -> Result<Vec<u8>, Missing> {
        match self {
            Self::Directory(root) => read_below(root, relative, limit),
            Self::File(tar) => tar.read(relative, limit),
        }
    }

    /// Reads content by its digest, and checks it.
    pub(super) fn blob(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, Missing> {
        let bytes = self.read(&path_of(digest), limit)?;
        oci::check(&bytes, digest)?;
        Ok(bytes)
    }

    /// Reads a file and checks it against a SHA-256 digest.
    pub(super) fn checked(&self, relative: &str, wanted: &Digest, limit: u64) -> Result<Vec<u8>, Missing> {
        let bytes = self.read(relative, limit)?;
        let found = digest_of(&bytes);
        if found == *wanted {
            return Ok(bytes);
        }
        let problem = format!("it is not what was exported: the index says {wanted}, it has {found}");
        Err(Missing::Malformed { what: relative.to_owned(), problem })
    }
}

impl Tar {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, Missing> {
        let malformed =
            |problem: &str| Missing::Malformed { what: path.to_owned(), problem: problem.to_owned() };
        // Whatever the index names has to be there: its absence must not read as "there is none".
        let member = self.members.get(path).ok_or_else(|| malformed("it is absent from the snapshot"))?;
        if member.size > limit {
            return Err(Missing::TooLarge { what: path.to_owned(), size: member.size, limit });
        }
        let mut bytes = Vec::new();
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(member.offset)).map_err(|error| malformed(&error.to_string()))?;
        let read = Read::by_ref(&mut *file).take(member.size).read_to_end(&mut bytes);
        match read {
            Ok(size) if size as u64 == member.size => Ok(bytes),
            Ok(_) => Err(malformed("the snapshot was cut short")),
            Err(error) => Err(malformed(&error.to_string())),
        }
    }
}

fn read_below(root: &Path, relative: &str, limit: u64) -> Result<Vec<u8>, Missing> {
    let malformed =
        |problem: &str| Missing::Malformed { what: relative.to_owned(), problem: problem.to_owned() };
    let unreadable = |error: io::Error| match error.kind() {
        // Whatever the index names has to be there: its absence must not read as "there is none".
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
            malformed("it is absent from the evidence directory")
        }
        _ => malformed(&error.to_string()),
    };
    let mut path = root.to_owned();
    let parts: Vec<Component<'_>> = Path::new(relative).components().collect();
    if parts.is_empty() || relative.contains('\0') {
        return Err(malformed("its path is empty"));
    }
    for part in parts {
        let Component::Normal(name) = part else {
            return Err(malformed("its path leaves the directory"));
        };
        path.push(name);
        if fs::symlink_metadata(&path).map_err(unreadable)?.is_symlink() {
            return Err(malformed("it is a symbolic link, or lies behind one"));
        }
    }
    let about = fs::symlink_metadata(&path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(malformed("it is not a plain file"));
    }
    if about.len() > limit {
        return Err(Missing::TooLarge { what: relative.to_owned(), size: about.len(), limit });
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(unreadable)?;
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(unreadable)?;
    match u64::try_from(bytes.len()) {
        Ok(size) if size <= limit => Ok(bytes),
        _ => Err(Missing::TooLarge { what: relative.to_owned(), size: about.len(), limit }),
    }
}

/// Where content of this digest lies.
pub(super) fn path_of(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm(), digest.hex())
}
