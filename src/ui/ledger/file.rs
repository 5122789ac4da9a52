//! The file: read once, written beside its place and moved there. What cannot be read is named and kept, never replaced.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use super::codec;
use crate::model::ledger::Ledger;

/// Longest file that is read, in bytes.
const LIMIT: u64 = 64 << 20;
/// Names that are tried for a file that cannot be read.
const MOST_NAMES: usize = 1_000;

/// The acknowledgements, and what is wrong with their file. With `false` it must not be written.
#[must_use]
pub fn load(path: &Path) -> (Ledger, Option<String>, bool) {
    let named = |problem: String| format!("{}: {problem}", path.display());
    let text = match read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return (Ledger::default(), None, true),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => return aside(path, &error.to_string()),
        Err(error) => {
            let problem = format!("{error}; acknowledgements of this run are not kept");
            return (Ledger::default(), Some(named(problem)), false);
        }
    };
    match codec::read(&text) {
        Ok(ledger) => (ledger, None, true),
        Err(problem) => aside(path, &problem),
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path)?;
    file.take(LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("it is longer than {LIMIT} bytes")));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// Moves a file that is not understood out of the way.
fn aside(path: &Path, problem: &str) -> (Ledger, Option<String>, bool) {
    let name = |number: usize| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".unreadable-{number}"));
        PathBuf::from(name)
    };
    let free = (1..MOST_NAMES).map(name).find(|name| fs::symlink_metadata(name).is_err());
    let moved = free.and_then(|name| fs::rename(path, &name).ok().map(|()| name));
    let told = match &moved {
        Some(name) => format!(
            "{} cannot be read ({problem}); it is kept as {}, and acknowledgements begin anew",
            path.display(),
            name.display()
        ),
        None => format!(
            "{} cannot be read ({problem}); acknowledgements of this run are not kept",
            path.display()
        ),
    };
    (Ledger::default(), Some(told), moved.is_some())
}

/// Writes them.
///
/// # Errors
/// Why not, with the path.
pub fn save(path: &Path, ledger: &Ledger) -> Result<(), String> {
    write(path, &codec::write(ledger))
        .map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let beside = PathBuf::from(name);
    // What an ended run of the same number left is of no use.
    let _ = fs::remove_file(&beside);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::model::ledger::Acknowledgement;
    use crate::model::trace::PolicyId;
    use crate::model::{Moment, Verdict};

    fn ledger() -> Ledger {
        let policy = PolicyId { kind: "ClusterPolicy".into(), namespace: String::new(), name: "p".into() };
        let digest = format!("sha256:{}", "a".repeat(64)).parse().ok();
        Ledger {
            entries: vec![Acknowledgement {
                image: "a/b:c".into(),
                digest,
                policy,
                rule: "r".into(),
                policy_hash: "h".into(),
                verdict: Verdict::Deny,
                note: "seen \u{1b}[31m \"quoted\"".into(),
                at: Moment(1_795_516_245),
            }],
        }
    }

    #[test]
    fn what_is_kept_comes_back_and_only_its_owner_reads_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("state/sigscope/acknowledgements.json");
        assert_eq!(load(&path), (Ledger::default(), None, true));
        for _ in 0..2 {
            save(&path, &ledger()).unwrap();
            assert_eq!(load(&path), (ledger(), None, true));
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let beside: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(beside.len(), 1, "nothing half-written stays: {beside:?}");
    }

    #[test]
    fn what_cannot_be_read_is_named_and_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("acknowledgements.json");
        for (number, bytes) in [&b"{"[..], b"\xff", b"{\"schema\":\"x\"}"].into_iter().enumerate() {
            fs::write(&path, bytes).unwrap();
            let (found, told, writable) = load(&path);
            let kept = format!("acknowledgements.json.unreadable-{}", number + 1);
            assert!(found.entries.is_empty() && writable && told.unwrap().contains(&kept));
            assert_eq!(fs::read(home.path().join(kept)).unwrap(), bytes);
            assert!(!path.exists());
        }
        fs::create_dir(&path).unwrap();
        let (_, told, writable) = load(&path);
        assert!(told.is_some() && !writable, "{told:?}");
    }
}
