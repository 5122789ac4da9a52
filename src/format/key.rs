//! Public keys: PEM or DER to kind, size and fingerprint.
//!
//! What is accepted is what `cryptoutils.UnmarshalPEMToPublicKey` (sigstore/sigstore) accepts: `PUBLIC KEY` and
//! `RSA PUBLIC KEY`, the first block of the text, whatever follows it.

use std::fmt;

use der::asn1::ObjectIdentifier;
use der::{Decode, Encode};
use spki::SubjectPublicKeyInfoRef;

use super::hash::sha256_hex;
use super::pem::{self, PemError};
use crate::model::identity::KeyIdentity;

const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const CURVE_P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const CURVE_P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const CURVE_P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");

/// What kind of key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// ECDSA on NIST P-256.
    P256,
    /// ECDSA on NIST P-384.
    P384,
    /// ECDSA on NIST P-521.
    P521,
    /// RSA with a modulus of this many bits.
    Rsa(usize),
    /// Ed25519.
    Ed25519,
}

impl KeyKind {
    /// Bytes of one coordinate of the curve; `None` for keys of other kinds.
    #[must_use]
    pub fn coordinate(self) -> Option<usize> {
        match self {
            Self::P256 => Some(32),
            Self::P384 => Some(48),
            Self::P521 => Some(66),
            Self::Rsa(_) | Self::Ed25519 => None,
        }
    }
}

impl fmt::Display for KeyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::P256 => f.write_str("P-256 key"),
            Self::P384 => f.write_str("P-384 key"),
            Self::P521 => f.write_str("P-521 key"),
            Self::Rsa(bits) => write!(f, "RSA-{bits} key"),
            Self::Ed25519 => f.write_str("Ed25519 key"),
        }
    }
}

/// A public key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicKey {
    /// Its kind.
    pub kind: KeyKind,
    /// DER-encoded SubjectPublicKeyInfo.
    pub spki: Vec<u8>,
    /// The key bits: a point, a PKCS#1 `RSAPublicKey`, or 32 bytes.
    pub bits: Vec<u8>,
}

/// Why something is not a key that can be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No PEM, or broken PEM.
    #[error(transparent)]
    Pem(#[from] PemError),
    /// A PEM block of another label.
    #[error("line {line}: a PEM block `{label}` where `PUBLIC KEY` is expected")]
    Label {
        /// Line of the block.
        line: usize,
        /// Its label, hostile text.
        label: String,
    },
    /// Not a SubjectPublicKeyInfo.
    #[error("the public key is not readable DER: {problem}")]
    Der {
        /// The problem.
        problem: String,
    },
    /// A kind of key that neither cosign nor sigscope verifies with.
    #[error("keys of the kind {what} cannot be used")]
    Unsupported {
        /// The algorithm or curve, as an object identifier.
        what: String,
    },
}

impl PublicKey {
    /// Reads the first block of a PEM text.
    ///
    /// # Errors
    /// Which block, which line, what is wrong.
    pub fn from_pem(text: &str) -> Result<Self, KeyError> {
        let block = pem::first(text)?;
        match block.label.as_str() {
            "PUBLIC KEY" => Self::from_spki(&block.der),
            "RSA PUBLIC KEY" => Self::from_pkcs1(&block.der),
            _ => Err(KeyError::Label { line: block.line, label: block.label }),
        }
    }

    /// Reads a DER-encoded SubjectPublicKeyInfo (RFC 5280 section 4.1).
    ///
    /// # Errors
    /// What is wrong.
    pub fn from_spki(der: &[u8]) -> Result<Self, KeyError> {
        let info = SubjectPublicKeyInfoRef::from_der(der).map_err(broken)?;
        let bits = info.subject_public_key.as_bytes().ok_or_else(|| problem("the key has unused bits"))?;
        let kind = match info.algorithm.oid {
            EC => curve(info.algorithm.parameters_oid().map_err(|e| problem(&e.to_string()))?, bits)?,
            RSA => KeyKind::Rsa(rsa_bits(bits)?),
            ED25519 if bits.len() == 32 => KeyKind::Ed25519,
            ED25519 => return Err(problem("an Ed25519 key has 32 bytes")),
            other => return Err(KeyError::Unsupported { what: other.to_string() }),
        };
        Ok(Self { kind, spki: der.to_vec(), bits: bits.to_vec() })
    }

    fn from_pkcs1(der: &[u8]) -> Result<Self, KeyError> {
        rsa_bits(der)?;
        let info = spki::SubjectPublicKeyInfo::<der::AnyRef<'_>, der::asn1::BitStringRef<'_>> {
            algorithm: spki::AlgorithmIdentifierRef { oid: RSA, parameters: Some(der::AnyRef::NULL) },
            subject_public_key: der::asn1::BitStringRef::from_bytes(der).map_err(broken)?,
        };
        Self::from_spki(&info.to_der().map_err(broken)?)
    }

    /// The key as people recognise it.
    #[must_use]
    pub fn identity(&self) -> KeyIdentity {
        KeyIdentity { kind: self.kind.to_string(), fingerprint: sha256_hex(&self.spki) }
    }

    /// The key as cosign prints it: a PEM block `PUBLIC KEY`.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode("PUBLIC KEY", &self.spki)
    }
}

#[allow(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn broken(error: der::Error) -> KeyError {
    problem(&error.to_string())
}

fn problem(text: &str) -> KeyError {
    KeyError::Der { problem: text.to_owned() }
}

fn curve(oid: ObjectIdentifier, point: &[u8]) -> Result<KeyKind, KeyError> {
    let kind = match oid {
        CURVE_P256 => KeyKind::P256,
        CURVE_P384 => KeyKind::P384,
        CURVE_P521 => KeyKind::P521,
        other => return Err(KeyError::Unsupported { what: format!("elliptic curve {other}") }),
    };
    // Go reads uncompressed points only.
    let good = kind.coordinate().is_some_and(|size| point.len() == 1 + 2 * size) && point.first() == Some(&4);
    if good { Ok(kind) } else { Err(problem("the point is not uncompressed, or has the wrong length")) }
}

/// Bits of the modulus of a PKCS#1 `RSAPublicKey`.
fn rsa_bits(pkcs1: &[u8]) -> Result<usize, KeyError> {
    let parts = <Vec<der::asn1::UintRef<'_>>>::from_der(pkcs1).map_err(broken)?;
    let [modulus, _exponent] = parts.as_slice() else {
        return Err(problem("an RSA key is a modulus and an exponent"));
    };
    let bytes = modulus.as_bytes();
    let first = bytes.first().copied().unwrap_or(0);
    let bits = bytes.len() * 8 - first.leading_zeros() as usize;
    if first == 0 { Err(problem("the RSA modulus is zero")) } else { Ok(bits) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256: &str = include_str!("../../tests/fixtures/trust/cosign.pub");
    const RSA2048: &str = include_str!("../../tests/fixtures/trust/rsa2048.pub");

    #[test]
    fn reads_both_labels_and_the_first_block_only() {
        let key = PublicKey::from_pem(P256).unwrap();
        assert_eq!((key.kind, key.to_pem().as_str()), (KeyKind::P256, P256));
        assert_eq!(PublicKey::from_pem(&format!("{P256}{RSA2048}")), Ok(key));
        let rsa = PublicKey::from_pem(RSA2048).unwrap();
        assert_eq!(rsa.kind, KeyKind::Rsa(2048));
        let pkcs1 = pem::encode("RSA PUBLIC KEY", &rsa.bits);
        assert_eq!(PublicKey::from_pem(&pkcs1), Ok(rsa), "the same key, and the same fingerprint");
    }

    #[test]
    fn refuses_with_a_reason() {
        let other = P256.replace("PUBLIC KEY", "PRIVATE KEY");
        assert!(matches!(PublicKey::from_pem(&other), Err(KeyError::Label { line: 1, .. })));
        let key = PublicKey::from_pem(P256).unwrap();
        let mut longer = key.spki.clone();
        longer.push(0);
        assert!(matches!(PublicKey::from_spki(&longer), Err(KeyError::Der { .. })));
        let x25519 = [&[0x30, 42, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 3, 33, 0][..], &[1; 32]].concat();
        let Err(KeyError::Unsupported { what }) = PublicKey::from_spki(&x25519) else { panic!("X25519") };
        assert_eq!(what, "1.3.101.110");
    }
}
