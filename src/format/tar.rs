//! Plain tar files (POSIX.1-1988 `ustar`, with GNU's long names): where each file lies in one, and headers for writing one.
//! Nothing is ever unpacked.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek, SeekFrom};

/// Size of a block: headers are one, contents are padded to whole ones.
pub const BLOCK: usize = 512;
/// Longest path, in bytes.
const LONGEST: u64 = 512;
/// Most bytes of padding behind the end; `tar` pads to 10 KiB.
const BEHIND: u64 = 1 << 20;
/// Where the size and the checksum stand.
const SIZE: std::ops::Range<usize> = 124..136;
const CHECKSUM: std::ops::Range<usize> = 148..156;
/// Where the kind and the mark stand.
const KIND: usize = 156;
const MARK: std::ops::Range<usize> = 257..263;

/// A header.
pub type Header = [u8; BLOCK];

/// Where a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    /// Offset of its first byte.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
}

/// What is wrong with a tar file.
#[derive(Debug, thiserror::Error)]
pub enum TarError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It has no mark of a tar file at a header.
    #[error("it is no tar file")]
    NoTar,
    /// It ends before its end mark.
    #[error("it is cut short")]
    Cut,
    /// A header whose checksum is another one.
    #[error("the header at byte {0} is damaged")]
    Checksum(u64),
    /// Something that is neither file nor directory, by its type flag.
    #[error("`{1}` is a link, a device or something else that is no plain file (type {0:?})")]
    Kind(char, String),
    /// A path that leads elsewhere, or is none.
    #[error("`{0}` is no path inside of it")]
    Path(String),
    /// A path for the second time.
    #[error("`{0}` is in it twice")]
    Twice(String),
    /// A size that is no octal number.
    #[error("the size at byte {0} is no number")]
    Size(u64),
    /// Too many members.
    #[error("it has more than {0} members")]
    Many(usize),
    /// Something behind the end mark.
    #[error("something stands behind its end")]
    Behind,
}

/// Whether bytes begin like a tar file.
#[must_use]
pub fn is(first: &[u8]) -> bool {
    first.get(MARK).is_some_and(|mark| mark.starts_with(b"ustar"))
}

/// Lists the plain files of a tar file that others may have written. Links, devices, paths that lead out of it and names
/// that come twice make the whole of it unreadable: another program might take them for something else.
///
/// # Errors
/// [`TarError`].
pub fn list(file: &mut (impl Read + Seek), most: usize) -> Result<BTreeMap<String, Member>, TarError> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut members = BTreeMap::new();
    let (mut at, mut long, mut seen) = (0, None, 0_usize);
    loop {
        let header = block(file, at)?;
        if header.iter().all(|byte| *byte == 0) {
            return end(file, at, length, long.is_some()).map(|()| members);
        }
        check(&header, at)?;
        seen += 1;
        if seen > most.saturating_mul(2) {
            return Err(TarError::Many(most));
        }
        let size = octal(header.get(SIZE).unwrap_or_default()).ok_or(TarError::Size(at))?;
        let offset = at + BLOCK as u64;
        let next = size.checked_next_multiple_of(BLOCK as u64).and_then(|size| offset.checked_add(size));
        let next = next.filter(|next| *next <= length).ok_or(TarError::Cut)?;
        let kind = header.get(KIND).copied().unwrap_or_default();
        match kind {
            b'L' if long.is_none() => long = Some(long_name(file, offset, size)?),
            b'L' => return Err(TarError::Path("././@LongLink".to_owned())),
            b'0' | 0 => {
                let path = plain(long.take().unwrap_or_else(|| name(&header)))?;
                if members.len() >= most {
                    return Err(TarError::Many(most));
                }
                if members.insert(path.clone(), Member { offset, size }).is_some() {
                    return Err(TarError::Twice(path));
                }
            }
            // Directories say nothing that the paths of files do not.
            b'5' if size == 0 => drop(long.take()),
            other => {
                let name = long.take().unwrap_or_else(|| name(&header));
                return Err(TarError::Kind(char::from(other), words(&name)));
            }
        }
        at = next;
    }
}

fn block(file: &mut (impl Read + Seek), at: u64) -> Result<Header, TarError> {
    let mut header = [0; BLOCK];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut header).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof if at == 0 => TarError::NoTar,
        io::ErrorKind::UnexpectedEof => TarError::Cut,
        _ => TarError::Io(error),
    })?;
    Ok(header)
}

/// Nothing but zeros stands behind the end, and no name without its file before it.
fn end(file: &mut (impl Read + Seek), at: u64, length: u64, open: bool) -> Result<(), TarError> {
    if open {
        return Err(TarError::Cut);
    }
    if length.saturating_sub(at) > BEHIND {
        return Err(TarError::Behind);
    }
    file.seek(SeekFrom::Start(at))?;
    let mut rest = Vec::new();
    file.take(BEHIND).read_to_end(&mut rest)?;
    if rest.iter().any(|byte| *byte != 0) {
        return Err(TarError::Behind);
    }
    Ok(())
}

/// The sum of all bytes, the checksum's own taken as spaces.
fn sum(header: &Header) -> u64 {
    let bytes = header.iter().enumerate();
    bytes.map(|(at, byte)| if CHECKSUM.contains(&at) { 32 } else { u64::from(*byte) }).sum()
}

fn check(header: &Header, at: u64) -> Result<(), TarError> {
    if !is(header) {
        return Err(if at == 0 { TarError::NoTar } else { TarError::Checksum(at) });
    }
    match octal(header.get(CHECKSUM).unwrap_or_default()) {
        Some(wanted) if wanted == sum(header) => Ok(()),
        _ => Err(TarError::Checksum(at)),
    }
}

/// An octal number, padded with spaces or NULs. The binary form for sizes over 8 GiB is not read.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    let digits = text.trim_matches([' ', '\0']);
    let plain = digits.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    if plain { u64::from_str_radix(digits, 8).ok() } else { None }
}

fn until_nul(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// The path of a header. GNU's old form has other things where POSIX has the prefix.
fn name(header: &Header) -> Vec<u8> {
    let own = until_nul(header.get(..100).unwrap_or_default());
    let prefix = until_nul(header.get(345..500).unwrap_or_default());
    if header.get(MARK) != Some(b"ustar\0") || prefix.is_empty() {
        return own.to_vec();
    }
    [prefix, b"/", own].concat()
}

fn long_name(file: &mut (impl Read + Seek), offset: u64, size: u64) -> Result<Vec<u8>, TarError> {
    if size > LONGEST {
        return Err(TarError::Path("././@LongLink".to_owned()));
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut name = Vec::new();
    file.take(size).read_to_end(&mut name)?;
    Ok(until_nul(&name).to_vec())
}

fn words(name: &[u8]) -> String {
    String::from_utf8_lossy(name).escape_debug().take(200).collect()
}

/// A relative path of plain names; `./` in front, as `tar` writes it for a directory, is left away.
fn plain(name: Vec<u8>) -> Result<String, TarError> {
    let wrong = |name: &[u8]| TarError::Path(words(name));
    let text = String::from_utf8(name).map_err(|error| wrong(error.as_bytes()))?;
    let path = text.strip_prefix("./").unwrap_or(&text);
    let part = |part: &str| !part.is_empty() && part != "." && part != "..";
    let strange = |c: char| c.is_control() || c == '\\' || c == ':';
    if path.len() as u64 > LONGEST || path.contains(strange) || !path.split('/').all(part) {
        return Err(wrong(text.as_bytes()));
    }
    Ok(path.to_owned())
}

/// The blocks that stand before the content of a file: its header, and before that its name where it is long.
#[must_use]
pub fn header(path: &str, size: u64, seconds: u64) -> Vec<u8> {
    if path.len() <= 100 {
        return one(path, size, seconds, b'0').to_vec();
    }
    let mut all = one("././@LongLink", path.len() as u64 + 1, 0, b'L').to_vec();
    all.extend_from_slice(path.as_bytes());
    all.push(0);
    all.resize(all.len().next_multiple_of(BLOCK), 0);
    let short: String = path.chars().take(100).collect();
    all.extend(one(&short, size, seconds, b'0'));
    all
}

/// Bytes that fill the last block of a content.
#[must_use]
pub fn padding(size: u64) -> Vec<u8> {
    let over = usize::try_from(size % BLOCK as u64).unwrap_or(0);
    vec![0; (BLOCK - over) % BLOCK]
}

fn one(path: &str, size: u64, seconds: u64, kind: u8) -> Header {
    let mut header = [0; BLOCK];
    let mut put = |at: usize, text: &[u8]| {
        if let Some(slot) = header.get_mut(at..at + text.len()) {
            slot.copy_from_slice(text);
        }
    };
    put(0, path.as_bytes().get(..path.len().min(100)).unwrap_or_default());
    put(100, b"0000644\x000000000\x000000000\0");
    put(SIZE.start, format!("{size:011o}\0").as_bytes());
    put(136, format!("{seconds:011o}\0").as_bytes());
    put(KIND, &[kind]);
    put(MARK.start, b"ustar  \0");
    let sum = sum(&header);
    if let Some(slot) = header.get_mut(CHECKSUM) {
        slot.copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    }
    header
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut all = Vec::new();
        for (path, content) in members {
            all.extend(header(path, content.len() as u64, 7));
            all.extend_from_slice(content);
            all.extend(padding(content.len() as u64));
        }
        all.resize(all.len() + 2 * BLOCK, 0);
        all
    }

    fn listed(bytes: &[u8]) -> Result<BTreeMap<String, Member>, TarError> {
        list(&mut Cursor::new(bytes), 4)
    }

    #[test]
    fn what_is_written_is_read() {
        let long = format!("blobs/sha512/{}", "a".repeat(128));
        let bytes = tar(&[("a", b"one"), (&long, &[1; 600]), ("b/c", b"")]);
        let members = listed(&bytes).unwrap();
        assert_eq!(members.keys().collect::<Vec<_>>(), ["a", "b/c", &long]);
        let member = members["a"];
        assert_eq!(&bytes[member.offset as usize..][..member.size as usize], b"one");
        assert_eq!(members[&long].size, 600);
        assert!(is(&bytes) && !is(b"{}"));
    }

    #[test]
    fn what_another_program_could_take_for_something_else_is_refused() {
        for path in ["../a", "/a", "a/../b", "a//b", "", "a\\b", "a\u{1b}", "./../a", "C:/a", "a/"] {
            assert!(matches!(listed(&tar(&[(path, b"x")])), Err(TarError::Path(_))), "{path:?}");
        }
        assert!(matches!(listed(&tar(&[("a", b"x"), ("./a", b"y")])), Err(TarError::Twice(_))));
        let five = [("a", &b""[..]), ("b", b""), ("c", b""), ("d", b""), ("e", b"")];
        assert!(matches!(listed(&tar(&five)), Err(TarError::Many(4))));
        for kind in *b"12346SxgK" {
            let mut bytes = one("a", 0, 0, kind).to_vec();
            bytes.resize(3 * BLOCK, 0);
            assert!(matches!(listed(&bytes), Err(TarError::Kind(..))), "{}", char::from(kind));
        }
    }

    #[test]
    fn a_damaged_file_is_refused_at_every_byte() {
        let bytes = tar(&[("a", b"one"), ("b", b"two")]);
        for end in 0..bytes.len() - 2 * BLOCK + 1 {
            assert!(listed(&bytes[..end]).is_err(), "cut at {end}");
        }
        for at in (0..BLOCK).filter(|at| *at < 500) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x41;
            assert!(listed(&changed).is_err() || CHECKSUM.contains(&at), "byte {at}");
        }
        let mut more = bytes.clone();
        more.extend(tar(&[("c", b"three")]));
        assert!(matches!(listed(&more), Err(TarError::Behind)));
        let mut huge = bytes;
        huge[SIZE][..11].copy_from_slice(b"77777777777");
        let sum = sum(huge[..BLOCK].try_into().unwrap());
        huge[CHECKSUM][..6].copy_from_slice(format!("{sum:06o}").as_bytes());
        assert!(matches!(listed(&huge), Err(TarError::Cut)));
    }
}
