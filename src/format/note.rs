//! Checkpoints of logs (C2SP tlog-checkpoint in a signed note), and hashes of Merkle trees (RFC 6962 section 2.1).

use super::base64;
use super::hash::sha256;

/// Most lines of a note that are read.
const MOST_LINES: usize = 100;

/// A checkpoint, read but not verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// What is signed: the text up to and with its last line feed.
    pub signed: String,
    /// First line.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Hash of the root.
    pub root: Vec<u8>,
    /// Name, key hint and signature of every signature line.
    pub signatures: Vec<(String, [u8; 4], Vec<u8>)>,
}

impl Checkpoint {
    /// Reads a signed note.
    ///
    /// # Errors
    /// The problem.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (body, signatures) = text.split_once("\n\n").ok_or("no empty line before the signatures")?;
        let mut lines = body.split('\n');
        let mut line =
            |what: &str| lines.next().filter(|l| !l.is_empty()).ok_or_else(|| format!("no {what}"));
        let origin = line("origin")?.to_owned();
        let size = line("size")?;
        let root = base64::decode_exact(line("root")?)?;
        let number: u64 = size.parse().map_err(|_| "the size is no number".to_owned())?;
        if number.to_string() != size {
            return Err("the size is not written as it should be".to_owned());
        }
        if body.split('\n').count() > MOST_LINES || signatures.split('\n').count() > MOST_LINES {
            return Err(format!("more than {MOST_LINES} lines"));
        }
        let signatures = signatures.strip_suffix('\n').ok_or("no line feed at the end")?;
        Ok(Self {
            signed: format!("{body}\n"),
            origin,
            size: number,
            root,
            signatures: signatures.split('\n').map(signature).collect::<Result<_, _>>()?,
        })
    }
}

fn signature(line: &str) -> Result<(String, [u8; 4], Vec<u8>), String> {
    let read = || {
        let (name, text) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = base64::decode(text).ok()?;
        let (hint, signature) = bytes.split_at_checked(4)?;
        Some((name.to_owned(), hint.try_into().ok()?, signature.to_vec()))
    };
    read().ok_or_else(|| "a signature line cannot be read".to_owned())
}

/// Hash of a leaf.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> [u8; 32] {
    sha256(&[&[0], entry].concat())
}

fn node(left: &[u8], right: &[u8]) -> [u8; 32] {
    sha256(&[&[1], left, right].concat())
}

/// The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// When index, size and number of hashes do not fit together.
pub fn root(leaf: [u8; 32], index: u64, size: u64, hashes: &[Vec<u8>]) -> Result<[u8; 32], String> {
    if index >= size {
        return Err(format!("index {index} is not below the size {size}"));
    }
    if hashes.iter().any(|hash| hash.len() != 32) {
        return Err("a hash is not of 32 bytes".to_owned());
    }
    let (mut at, mut last, mut root) = (index, size - 1, leaf);
    let mut left = hashes.iter();
    while last > 0 {
        if at & 1 == 1 || at == last {
            let hash = left.next().ok_or("the proof is too short")?;
            if at & 1 == 1 {
                root = node(hash, &root);
            } else {
                while at & 1 == 0 && at != 0 {
                    at >>= 1;
                    last >>= 1;
                }
                root = node(hash, &root);
            }
        } else {
            root = node(&root, left.next().ok_or("the proof is too short")?);
        }
        at >>= 1;
        last >>= 1;
    }
    if left.next().is_some() { Err("the proof is too long".to_owned()) } else { Ok(root) }
}

/// Whether a tree of `size` entries with the root `new` is one of `first` entries with the root `old`, grown
/// (RFC 9162 section 2.1.4.2).
///
/// # Errors
/// Why it is not shown to be.
pub fn grown(first: u64, size: u64, old: &[u8], new: &[u8], hashes: &[Vec<u8>]) -> Result<(), String> {
    if hashes.iter().any(|hash| hash.len() != 32) {
        return Err("a hash is not of 32 bytes".to_owned());
    }
    if first > size || first == 0 || (first == size) != hashes.is_empty() {
        return Err(format!("{} hashes say nothing of {first} and {size} entries", hashes.len()));
    }
    if first == size {
        return if old == new { Ok(()) } else { Err("two roots of one size".to_owned()) };
    }
    // A tree that is full is its own first hash.
    let mut left = hashes.iter().map(Vec::as_slice);
    let start = if first.is_power_of_two() { old } else { left.next().ok_or("the proof is too short")? };
    let start: [u8; 32] = start.try_into().map_err(|_| "a root is not of 32 bytes".to_owned())?;
    let (mut at, mut last) = (first - 1, size - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    let (mut before, mut after) = (start, start);
    for hash in left {
        if last == 0 {
            return Err("the proof is too long".to_owned());
        }
        if at & 1 == 1 || at == last {
            before = node(hash, &before);
            after = node(hash, &after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = node(&after, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if last == 0 && before == old && after == new {
        Ok(())
    } else {
        Err("the proof leads to other roots".to_owned())
    }
}
