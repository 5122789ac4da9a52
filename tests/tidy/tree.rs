//! The files of the repository, as the rules see them.

use std::fs;
use std::path::{Path, PathBuf};

use crate::lexer;

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A text file of the repository.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A file of the program.
pub(crate) struct Source {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// As it is.
    pub(crate) text: String,
    /// Without comments and test modules, the contents of strings blanked; lines stay where they are.
    pub(crate) code: String,
}

impl Source {
    /// Reads a text as if it stood at a path.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned(), code: lexer::without_tests(&lexer::code(text)) }
    }

    /// True for a file that holds only tests.
    pub(crate) fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

/// All files of the program.
pub(crate) fn sources() -> Vec<Source> {
    files("src", &["rs"])
        .iter()
        .map(|path| Source::new(path, &read(path)))
        .filter(|file| !file.is_test())
        .collect()
}

/// Files below a directory with one of the extensions, sorted, as paths from the root.
pub(crate) fn files(directory: &str, extensions: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    walk(&root().join(directory), &mut found);
    let mut paths: Vec<String> = found
        .iter()
        .filter(|path| {
            let extension = path.extension().map(|e| e.to_string_lossy().into_owned()).unwrap_or_default();
            extensions.iter().any(|wanted| *wanted == extension)
        })
        .map(|path| path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/"))
        .collect();
    paths.sort();
    paths
}

fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.push(path);
        }
    }
}

/// The cells of a Markdown table that stands behind a heading, without head and rule.
pub(crate) fn table(document: &str, heading: &str) -> Vec<Vec<String>> {
    let Some((_, after)) = document.split_once(&format!("\n{heading}\n")) else {
        panic!("no heading `{heading}`")
    };
    after
        .lines()
        .skip_while(|line| !line.starts_with('|'))
        .take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

/// What stands between backquotes.
pub(crate) fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Fails with all offences, one a line.
pub(crate) fn none(what: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{what}:\n{}", offences.join("\n"));
}
