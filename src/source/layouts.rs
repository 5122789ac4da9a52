//! `--layouts HOST/PREFIX=DIR`: repositories that are read from directories in place of the network.

use std::path::{Path, PathBuf};

use super::error::{FileError, FileProblem};
use super::layout::Layout;
use crate::model::{Missing, Reference};

/// One rule: repository `HOST/PREFIX/NAME` is the layout `DIR/NAME`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayoutRule {
    /// Host with optional port.
    pub registry: String,
    /// Path in front of the names; may be empty.
    pub prefix: String,
    /// The directory that holds the layouts.
    pub dir: PathBuf,
}

/// All rules, in the order given; the longest prefix wins.
#[derive(Clone, Debug, Default)]
pub struct Layouts {
    rules: Vec<LayoutRule>,
}

impl LayoutRule {
    /// Reads `HOST/PREFIX=DIR`.
    ///
    /// # Errors
    /// [`FileError`] when the text has another form, or DIR is not a directory.
    pub fn parse(text: &str) -> Result<Self, FileError> {
        let form = |problem: &str| {
            FileError::new(Path::new(text), FileProblem::Form { problem: problem.to_owned() })
        };
        let (name, dir) = text.split_once('=').ok_or_else(|| form("HOST/PREFIX=DIR is expected"))?;
        Self::new(name, Path::new(dir))
    }

    /// A rule for `HOST/PREFIX` and its directory.
    ///
    /// # Errors
    /// [`FileError`] when the first is not the beginning of an image name, or the second not a directory.
    pub fn new(name: &str, dir: &Path) -> Result<Self, FileError> {
        let (registry, prefix) = name.split_once('/').unwrap_or((name, ""));
        let prefix = prefix.trim_end_matches('/');
        let sample = if prefix.is_empty() { "name".to_owned() } else { format!("{prefix}/name") };
        let reference = Reference::parse(&format!("{registry}/{sample}:tag"));
        if !reference.is_ok_and(|r| r.registry == registry && r.repository == sample) {
            let problem = "HOST/PREFIX of --layouts is not the beginning of an image name".to_owned();
            return Err(FileError::new(Path::new(name), FileProblem::Form { problem }));
        }
        let about = std::fs::metadata(dir).map_err(|error| FileError::io(dir, &error))?;
        if !about.is_dir() {
            return Err(FileError::new(dir, FileProblem::NotADirectory));
        }
        Ok(Self { registry: registry.to_owned(), prefix: prefix.to_owned(), dir: dir.to_owned() })
    }

    /// What follows the prefix in a repository's name, when the rule speaks of it.
    fn name<'a>(&self, reference: &'a Reference) -> Option<&'a str> {
        let rest = reference.repository.strip_prefix(&self.prefix)?;
        let name = if self.prefix.is_empty() { rest } else { rest.strip_prefix('/')? };
        (reference.registry == self.registry && !name.is_empty()).then_some(name)
    }
}

impl Layouts {
    /// Joins rules.
    #[must_use]
    pub fn new(rules: Vec<LayoutRule>) -> Self {
        Self { rules }
    }

    /// The layout that stands for a repository; `None`: no rule speaks of it.
    ///
    /// # Errors
    /// [`Missing::NotFound`] when the directory has no such layout; [`Missing::Malformed`] for a name that leaves it.
    pub fn find(&self, reference: &Reference) -> Option<Result<Layout, Missing>> {
        let spoken = self.rules.iter().filter_map(|rule| Some((rule, rule.name(reference)?)));
        let (rule, name) = spoken.min_by_key(|(_, name)| name.len())?;
        Some(open(rule, name, reference))
    }
}

fn open(rule: &LayoutRule, name: &str, reference: &Reference) -> Result<Layout, Missing> {
    let what = format!("repository {}", reference.name());
    let leaves =
        || Missing::Malformed { what: what.clone(), problem: "its name leaves the directory".to_owned() };
    if name.split('/').any(|part| matches!(part, "" | "." | "..") || part.contains(['\\', '\0'])) {
        return Err(leaves());
    }
    let dir = rule.dir.join(name);
    let unreadable = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
            Missing::NotFound { what: what.clone() }
        }
        _ => Missing::Unreachable { host: dir.display().to_string(), detail: error.to_string() },
    };
    let inside = dir.canonicalize().map_err(unreadable)?;
    let root = rule.dir.canonicalize().map_err(unreadable)?;
    if !inside.starts_with(&root) {
        return Err(leaves());
    }
    Layout::open(&inside, reference)
}
