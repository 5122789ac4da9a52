//! PEM blocks (RFC 7468) as Go's `encoding/pem` finds them: text around the blocks is skipped.

use super::base64;

/// Longest text that is searched for blocks, in bytes.
pub const LIMIT: usize = 1 << 20;
/// Most blocks that are read from one text.
pub const MOST_BLOCKS: usize = 100;

/// A block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The label: `PUBLIC KEY`.
    pub label: String,
    /// The content.
    pub der: Vec<u8>,
    /// Line of the `BEGIN`, counted from 1.
    pub line: usize,
}

/// Why a text has no readable block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PemError {
    /// Longer than is searched.
    #[error("{size} bytes are more than the {LIMIT} that are read")]
    TooLong {
        /// Its length in bytes.
        size: usize,
    },
    /// More blocks than are read.
    #[error("more than {MOST_BLOCKS} PEM blocks")]
    TooMany,
    /// No `-----BEGIN …-----` line.
    #[error("there is no PEM block (-----BEGIN …-----)")]
    None,
    /// A block without its end.
    #[error("line {line}: the PEM block `{label}` has no -----END {label}-----")]
    NoEnd {
        /// Line of the `BEGIN`.
        line: usize,
        /// The label.
        label: String,
    },
    /// A block whose content is not base64.
    #[error("line {line}: the PEM block `{label}` is {problem}")]
    Content {
        /// Line of the `BEGIN`.
        line: usize,
        /// The label.
        label: String,
        /// The problem.
        problem: String,
    },
}

/// The first block of a text, whatever follows it.
///
/// # Errors
/// See [`PemError`].
pub fn first(text: &str) -> Result<Block, PemError> {
    read(text, 1)?.pop().ok_or(PemError::None)
}

/// All blocks of a text. Unlike Go, which skips a broken block and takes the next, a broken one is an error.
///
/// # Errors
/// See [`PemError`]; an empty list is [`PemError::None`].
pub fn blocks(text: &str) -> Result<Vec<Block>, PemError> {
    let found = read(text, MOST_BLOCKS + 1)?;
    match found.len() {
        0 => Err(PemError::None),
        1..=MOST_BLOCKS => Ok(found),
        _ => Err(PemError::TooMany),
    }
}

fn read(text: &str, most: usize) -> Result<Vec<Block>, PemError> {
    if text.len() > LIMIT {
        return Err(PemError::TooLong { size: text.len() });
    }
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        if found.len() == most {
            break;
        }
        if let Some(label) = marker(line, "-----BEGIN ") {
            found.push(read_block(label, index + 1, &mut lines)?);
        }
    }
    Ok(found)
}

fn read_block<'a>(
    label: &str,
    line: usize,
    lines: &mut impl Iterator<Item = (usize, &'a str)>,
) -> Result<Block, PemError> {
    let mut body = String::new();
    let mut headers = true;
    for (_, text) in lines {
        if marker(text, "-----END ") == Some(label) {
            let der = base64::decode(&body).map_err(|problem| PemError::Content {
                line,
                label: label.to_owned(),
                problem,
            })?;
            return Ok(Block { label: label.to_owned(), der, line });
        }
        headers = headers && (text.contains(':') || text.trim().is_empty());
        if !headers {
            body.extend(text.chars().filter(|c| !matches!(c, ' ' | '\t' | '\r')));
        }
    }
    Err(PemError::NoEnd { line, label: label.to_owned() })
}

/// The label of a `BEGIN` or `END` line; blanks after the dashes are allowed, as in Go.
fn marker<'a>(line: &'a str, start: &str) -> Option<&'a str> {
    line.trim_end_matches([' ', '\t', '\r']).strip_prefix(start)?.strip_suffix("-----")
}

/// A block as text: 64 columns and a final line feed, as Go writes it.
#[must_use]
pub fn encode(label: &str, der: &[u8]) -> String {
    let body = base64::encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(64).unwrap_or((rest, ""));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let der: Vec<u8> = (0..=255).collect();
        let text = format!("comment\n{}noise\n{}", encode("A", &der), encode("B C", &[]));
        let blocks = blocks(&text).unwrap();
        assert_eq!(
            blocks.iter().map(|b| (b.label.as_str(), b.line)).collect::<Vec<_>>(),
            [("A", 2), ("B C", 11)]
        );
        assert_eq!(blocks[0].der, der);
    }

    #[test]
    fn accepts_headers_and_crlf() {
        let text = "-----BEGIN X-----\r\nProc-Type: 4\r\n\r\nYWI=\r\n-----END X-----";
        assert_eq!(blocks(text).unwrap()[0].der, b"ab");
    }

    #[test]
    fn names_what_is_wrong() {
        assert_eq!(blocks("nothing"), Err(PemError::None));
        assert_eq!(
            blocks("\n-----BEGIN X-----\nYWI=\n"),
            Err(PemError::NoEnd { line: 2, label: "X".to_owned() })
        );
        assert!(matches!(
            blocks("-----BEGIN X-----\n!!\n-----END X-----"),
            Err(PemError::Content { line: 1, .. })
        ));
        assert!(matches!(blocks(&" ".repeat(LIMIT + 1)), Err(PemError::TooLong { .. })));
        let broken = format!("{}-----BEGIN X-----\n", encode("A", b"a"));
        assert!(blocks(&broken).is_err() && first(&broken).is_ok());
        let many = encode("X", b"a").repeat(MOST_BLOCKS + 1);
        assert_eq!(blocks(&many), Err(PemError::TooMany));
    }
}
