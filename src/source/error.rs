//! What can be wrong with a file or directory that the user named.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file that cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct FileError {
    /// The path as given.
    pub path: PathBuf,
    /// What is wrong.
    pub problem: FileProblem,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileProblem {
    /// There is nothing of that name.
    NotFound,
    /// The system refuses to read it.
    Denied,
    /// A directory where a file is needed.
    Directory,
    /// A file where a directory is needed.
    NotADirectory,
    /// Longer than is read.
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Not UTF-8.
    NotText {
        /// Offset of the first bad byte.
        at: usize,
    },
    /// A directory without any policy file.
    Empty,
    /// More entries than are read.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// Not of the form that was asked for.
    Form {
        /// The problem, in words.
        problem: String,
    },
    /// Any other failure of the system.
    Io {
        /// The system's words.
        detail: String,
    },
}

impl FileError {
    /// Joins a path and a problem.
    #[must_use]
    pub fn new(path: &Path, problem: FileProblem) -> Self {
        Self { path: path.to_owned(), problem }
    }

    /// Reads the kind of a system error.
    #[must_use]
    pub fn io(path: &Path, error: &io::Error) -> Self {
        let problem = match error.kind() {
            io::ErrorKind::NotFound => FileProblem::NotFound,
            io::ErrorKind::PermissionDenied => FileProblem::Denied,
            io::ErrorKind::IsADirectory => FileProblem::Directory,
            io::ErrorKind::NotADirectory => FileProblem::NotADirectory,
            _ => FileProblem::Io { detail: error.to_string() },
        };
        Self::new(path, problem)
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.path.display(), self.problem)
    }
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such file or directory"),
            Self::Denied => f.write_str("permission denied"),
            Self::Directory => f.write_str("is a directory, a file is needed"),
            Self::NotADirectory => f.write_str("is not a directory"),
            Self::TooLarge { limit } => write!(f, "is longer than the {limit} bytes that are read"),
            Self::NotText { at } => write!(f, "is not UTF-8 text (first bad byte at offset {at})"),
            Self::Empty => f.write_str("holds no *.yaml, *.yml or *.json file"),
            Self::TooMany { limit } => write!(f, "holds more than {limit} files"),
            Self::Form { problem } => f.write_str(problem),
            Self::Io { detail } => f.write_str(detail),
        }
    }
}
