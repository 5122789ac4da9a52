//! The only way to name content: an algorithm and the hash it gives (OCI image-spec, descriptor.md).

use std::fmt;
use std::str::FromStr;

/// A content digest such as `sha256:41ce…`, checked for form when it is parsed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    text: Box<str>,
    colon: usize,
}

/// Why a text is not a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestError {
    /// No `algorithm:` in front.
    NoAlgorithm,
    /// An algorithm that is neither `sha256`, `sha384` nor `sha512`.
    UnknownAlgorithm,
    /// The hexadecimal part has the wrong length or a character outside `0-9a-f`.
    BadHex,
}

impl fmt::Display for DigestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAlgorithm => "a digest needs `algorithm:` in front",
            Self::UnknownAlgorithm => "unknown digest algorithm (sha256, sha384 and sha512 are known)",
            Self::BadHex => "the digest is not lower-case hexadecimal of the right length",
        })
    }
}

impl std::error::Error for DigestError {}

impl Digest {
    /// Makes a SHA-256 digest from its 32 raw bytes.
    #[must_use]
    pub fn from_sha256(bytes: &[u8; 32]) -> Self {
        Self { text: format!("sha256:{}", hex(bytes)).into(), colon: 6 }
    }

    /// The algorithm: `sha256`, `sha384` or `sha512`.
    #[must_use]
    pub fn algorithm(&self) -> &str {
        self.text.get(..self.colon).unwrap_or_default()
    }

    /// The hash as lower-case hexadecimal.
    #[must_use]
    pub fn hex(&self) -> &str {
        self.text.get(self.colon + 1..).unwrap_or_default()
    }

    /// The hash itself.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let nibble = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
        self.hex()
            .as_bytes()
            .chunks_exact(2)
            .filter_map(|pair| Some(nibble(*pair.first()?)? << 4 | nibble(*pair.last()?)?))
            .collect()
    }

    /// The whole text, `sha256:…`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// First twelve hexadecimal characters, for places where the whole does not fit.
    #[must_use]
    pub fn short(&self) -> &str {
        self.hex().get(..12).unwrap_or_default()
    }
}

/// Lower-case hexadecimal of bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (algorithm, hex) = text.split_once(':').ok_or(DigestError::NoAlgorithm)?;
        let length = match algorithm {
            "sha256" => 64,
            "sha384" => 96,
            "sha512" => 128,
            _ => return Err(DigestError::UnknownAlgorithm),
        };
        let good = hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if !good {
            return Err(DigestError::BadHex);
        }
        Ok(Self { text: text.into(), colon: algorithm.len() })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_and_refuses() {
        let good = format!("sha256:{}", "a".repeat(64));
        let digest: Digest = good.parse().unwrap();
        assert_eq!((digest.algorithm(), digest.hex().len(), digest.as_str()), ("sha256", 64, good.as_str()));
        assert_eq!("a".parse::<Digest>(), Err(DigestError::NoAlgorithm));
        assert_eq!("md5:00".parse::<Digest>(), Err(DigestError::UnknownAlgorithm));
        assert_eq!(format!("sha256:{}", "A".repeat(64)).parse::<Digest>(), Err(DigestError::BadHex));
    }
}
