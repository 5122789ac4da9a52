//! Files below one directory that others wrote: nothing outside it, no links, nothing but plain files, bounded.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use crate::format::hash::digest_of;
use crate::format::oci;
use crate::model::{Digest, Missing};

/// A directory.
#[derive(Clone, Debug)]
pub(super) struct Place {
    root: PathBuf,
}

impl Place {
    /// The directory itself may be a link; what is in it may not.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        Ok(Self { root: dir.canonicalize()? })
    }

    /// Reads a file by a path with `/` between its parts.
    pub(super) fn read(&self, relative: &str, limit: u64) -> Result<Vec<u8>, Missing> {
        let malformed =
            |problem: &str| Missing::Malformed { what: relative.to_owned(), problem: problem.to_owned() };
        let unreadable = |error: io::Error| match error.kind() {
            // Whatever the index names has to be there: its absence must not read as "there is none".
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                malformed("it is absent from the evidence directory")
            }
            _ => malformed(&error.to_string()),
        };
        let mut path = self.root.clone();
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

/// Where content of this digest lies.
pub(super) fn path_of(digest: &Digest) -> String {
    format!("blobs/{}/{}", digest.algorithm(), digest.hex())
}
