//! Hashes of bytes, and the digests that name them.

use aws_lc_rs::digest;

use crate::model::Digest;
use crate::model::digest::hex;

/// SHA-256 of bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    out
}

/// SHA-256 of bytes as lower-case hexadecimal.
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&sha256(bytes))
}

/// SHA-1 of bytes, for expressions that ask for it; nothing is trusted because of it.
#[must_use]
pub fn sha1(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, bytes).as_ref().to_vec()
}

/// SHA-1 of bytes as lower-case hexadecimal, for policies that compare such sums; nothing is trusted because of it.
#[must_use]
pub fn sha1_hex(bytes: &[u8]) -> String {
    hex(&sha1(bytes))
}

/// The SHA-256 digest that names these bytes.
#[must_use]
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest::from_sha256(&sha256(bytes))
}

/// The digest of bytes under the algorithm of `wanted`, so that the two can be compared.
#[must_use]
pub fn digest_like(wanted: &Digest, bytes: &[u8]) -> Digest {
    let algorithm = match wanted.algorithm() {
        "sha512" => &digest::SHA512,
        "sha384" => &digest::SHA384,
        _ => return digest_of(bytes),
    };
    let text = format!("{}:{}", wanted.algorithm(), hex(digest::digest(algorithm, bytes).as_ref()));
    // The text has the right form by construction; the other arm cannot be taken, and would be a mismatch.
    text.parse().unwrap_or_else(|_| digest_of(bytes))
}

/// Whether bytes are those that a digest names.
#[must_use]
pub fn is_named_by(bytes: &[u8], digest: &Digest) -> bool {
    digest_like(digest, bytes) == *digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers() {
        let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest_of(b"").as_str(), empty);
        for (algorithm, length) in [("sha256", 64), ("sha384", 96), ("sha512", 128)] {
            let zero: Digest = format!("{algorithm}:{}", "0".repeat(length)).parse().unwrap();
            let real = digest_like(&zero, b"abc");
            assert_eq!((real.algorithm(), real.hex().len()), (algorithm, length));
            assert!(is_named_by(b"abc", &real) && !is_named_by(b"abd", &real) && !is_named_by(b"abc", &zero));
        }
    }
}
