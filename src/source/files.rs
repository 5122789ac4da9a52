//! Files that the user names: policies, manifests of resources, keys. Bounded, with the path in every error.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::{FileError, FileProblem};

/// Longest policy or resource file that is read, in bytes.
pub const TEXT_LIMIT: u64 = 16 << 20;
/// Most files that are read from one directory.
pub const MOST_FILES: usize = 10_000;

/// Reads a file (or a pipe) of at most `limit` bytes.
///
/// # Errors
/// [`FileError`] with the path as given.
pub fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, FileError> {
    let file = File::open(path).map_err(|error| FileError::io(path, &error))?;
    let mut bytes = Vec::new();
    file.take(limit.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|error| FileError::io(path, &error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
        return Err(FileError::new(path, FileProblem::TooLarge { limit }));
    }
    Ok(bytes)
}

/// Reads a text file of at most [`TEXT_LIMIT`] bytes.
///
/// # Errors
/// [`FileError`]; bytes that are not UTF-8 are [`FileProblem::NotText`].
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let bytes = read_bounded(path, TEXT_LIMIT)?;
    String::from_utf8(bytes)
        .map_err(|error| FileError::new(path, FileProblem::NotText { at: error.utf8_error().valid_up_to() }))
}

/// Names of the policy files that a path stands for: itself, or the `*.yaml`, `*.yml` and `*.json` of a directory,
/// and of the directories below it, sorted. Names that begin with a dot and links to directories are passed over.
///
/// # Errors
/// [`FileError`]; a directory without such a file is [`FileProblem::Empty`].
pub fn policy_paths(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let about = fs::metadata(path).map_err(|error| FileError::io(path, &error))?;
    if !about.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut paths = Vec::new();
    let mut folders = vec![path.to_owned()];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| FileError::io(&folder, &error))? {
            let entry = entry.map_err(|error| FileError::io(&folder, &error))?;
            let kind = entry.file_type().map_err(|error| FileError::io(&folder, &error))?;
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            let known = |end: &std::ffi::OsStr| {
                ["yaml", "yml", "json"].iter().any(|name| end.eq_ignore_ascii_case(name))
            };
            if kind.is_dir() && !hidden {
                folders.push(path);
            } else if path.extension().is_some_and(known) && !path.is_dir() {
                paths.push(path);
            }
            seen += 1;
            if seen > 100 * MOST_FILES || paths.len() > MOST_FILES {
                return Err(FileError::new(&folder, FileProblem::TooMany { limit: MOST_FILES }));
            }
        }
    }
    if paths.is_empty() {
        return Err(FileError::new(path, FileProblem::Empty));
    }
    paths.sort();
    Ok(paths)
}

/// Reads a policy file, or those of a directory, as (name, text) in the order of their names.
///
/// # Errors
/// The first file that cannot be read: one unreadable file is never a policy less.
pub fn read_policies(path: &Path) -> Result<Vec<(String, String)>, FileError> {
    let read = |path: PathBuf| Ok((path.display().to_string(), read_text(&path)?));
    policy_paths(path)?.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_gives_its_policies_in_order() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.yaml", "a.yml", "c.json", "d.txt"] {
            fs::write(dir.path().join(name), name).unwrap();
        }
        fs::create_dir(dir.path().join("sub.yaml")).unwrap();
        let texts: Vec<String> =
            read_policies(dir.path()).unwrap().into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["a.yml", "b.yaml", "c.json"]);
    }

    #[test]
    fn every_problem_has_its_name() {
        let dir = tempfile::tempdir().unwrap();
        let problem = |path: &Path| read_policies(path).unwrap_err().problem;
        assert_eq!(problem(&dir.path().join("none")), FileProblem::NotFound);
        assert_eq!(problem(dir.path()), FileProblem::Empty);
        fs::write(dir.path().join("x.yaml"), b"a\xff").unwrap();
        assert_eq!(problem(dir.path()), FileProblem::NotText { at: 1 });
        let long = read_bounded(&dir.path().join("x.yaml"), 1).unwrap_err().problem;
        assert_eq!(long, FileProblem::TooLarge { limit: 1 });
        assert_eq!(read_bounded(dir.path(), 9).unwrap_err().problem, FileProblem::Directory);
    }
}
