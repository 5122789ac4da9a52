//! The file: changed under a lock, written beside its place and moved there. What cannot be read is named and kept, never
//! replaced.

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

/// The acknowledgements of a file that stays as it is; `None`: there is no file.
///
/// # Errors
/// Why it cannot be read.
pub fn look(path: &Path) -> Result<Option<Ledger>, String> {
    let named = |problem: String| format!("{}: {problem}", path.display());
    match read(path) {
        Ok(text) => codec::read(&text).map(Some).map_err(named),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(named(error.to_string())),
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

/// Keeps what was changed between `base` and `mine`, and what others have kept meanwhile; returns both together.
///
/// # Errors
/// Why not, with the path.
pub fn save(path: &Path, base: &Ledger, mine: &Ledger) -> Result<Ledger, String> {
    let failed = |error: io::Error| format!("{} cannot be written: {error}", path.display());
    let parent = path.parent().unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(parent).map_err(failed)?;
    // Held until the end: who reads in between would write without what is written here.
    let _lock = lock(path).map_err(failed)?;
    let kept = match look(path) {
        Ok(Some(theirs)) => Ledger::merged(base, mine, theirs),
        Ok(None) => mine.clone(),
        // What is not understood is kept beside, as when the program begins.
        Err(_) => match load(path) {
            (_, problem, false) => return Err(problem.unwrap_or_default()),
            (theirs, None, true) => Ledger::merged(base, mine, theirs),
            (_, Some(_), true) => mine.clone(),
        },
    };
    write(path, &codec::write(&kept)).map_err(failed)?;
    Ok(kept)
}

/// A file beside, locked: the file itself is replaced, so that a lock on it would lock nothing.
fn lock(path: &Path) -> io::Result<Option<fs::File>> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(name)?;
    // Whoever holds it writes one small file, and is done.
    match file.lock() {
        Ok(()) => Ok(Some(file)),
        // Not every file system has locks: the file is still replaced as a whole.
        Err(error) if error.kind() == io::ErrorKind::Unsupported => Ok(None),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
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
            save(&path, &Ledger::default(), &ledger()).unwrap();
            assert_eq!(load(&path), (ledger(), None, true));
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let beside: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(beside.len(), 2, "the file and its lock; nothing half-written stays: {beside:?}");
    }

    #[test]
    fn two_at_once_lose_nothing_of_each_other() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("acknowledgements.json");
        let of = |image: String| {
            let mut found = ledger();
            found.entries[0].image = image;
            found
        };
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let (path, mine) = (path.clone(), of(format!("a/b:{number}")));
                std::thread::spawn(move || save(&path, &Ledger::default(), &mine).unwrap())
            })
            .collect();
        threads.into_iter().for_each(|thread| drop(thread.join().unwrap()));
        let all = look(&path).unwrap().unwrap();
        assert_eq!(all.entries.len(), 8, "{all:?}");
        // One takes its own back; what others said stays.
        let left = save(&path, &of("a/b:3".to_owned()), &Ledger::default()).unwrap();
        assert_eq!((left.entries.len(), look(&path).unwrap().unwrap()), (7, left));
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
        assert!(save(&path, &Ledger::default(), &ledger()).is_err() && look(&path).is_err());
    }
}
