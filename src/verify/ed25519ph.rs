//! Ed25519ph (RFC 8032 section 5.1), to say that a signature which no verifier at hand tries would be valid under it.
//!
//! cosign signs with it and never verifies with it for a plain key. The cryptography at hand has no prehashed variant,
//! hence this one. No verdict depends on it: it only chooses the words for a signature that has failed already, and so
//! it is written to be short. All its inputs are public.

use aws_lc_rs::digest::{SHA512, digest};

/// `dom2(1, "")` of RFC 8032 section 2.
const DOMAIN: &[u8] = b"SigEd25519 no Ed25519 collisions\x01\x00";
/// Low 51 bits.
const MASK: u64 = (1 << 51) - 1;

/// Whether a signature over a message is valid under Ed25519ph with SHA-512 and an empty context.
pub(super) fn verifies(key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    valid(DOMAIN, key, digest(&SHA512, message).as_ref(), signature)
}

/// `[S]B = R + [k]A` with `k = SHA-512(prefix ‖ R ‖ A ‖ message)`; an empty prefix makes plain Ed25519 of it.
fn valid(prefix: &[u8], key: &[u8], message: &[u8], signature: &[u8]) -> bool {
    let (Ok(key), Some((r, s))) = (<&[u8; 32]>::try_from(key), signature.split_at_checked(32)) else {
        return false;
    };
    let (Ok(r), Ok(s)) = (<&[u8; 32]>::try_from(r), <&[u8; 32]>::try_from(s)) else { return false };
    let challenge = digest(&SHA512, &[prefix, r, key, message].concat());
    let constants = Constants::new();
    let (Some(key), Some(r), Some(base)) =
        (constants.decompress(key), constants.decompress(r), constants.decompress(&base()))
    else {
        return false;
    };
    let right = constants.add(&r, &constants.multiply(challenge.as_ref(), &key));
    constants.multiply(s, &base).equals(&right)
}

/// The base point: `y = 4/5`, `x` even.
fn base() -> [u8; 32] {
    let mut bytes = [0x66; 32];
    bytes[0] = 0x58;
    bytes
}

/// An element of the field modulo 2^255 - 19, in five limbs of 51 bits.
#[derive(Clone, Copy)]
struct Fe([u64; 5]);

impl Fe {
    const ZERO: Self = Self([0; 5]);
    const ONE: Self = Self([1, 0, 0, 0, 0]);

    fn small(value: u64) -> Self {
        Self([value, 0, 0, 0, 0])
    }

    /// From 32 bytes, little end first; the top bit is not part of the number.
    fn read(bytes: &[u8; 32]) -> Self {
        let mut limbs = [0; 5];
        for bit in 0..255 {
            let value = u64::from(bytes[bit / 8] >> (bit % 8) & 1);
            limbs[bit / 51] |= value << (bit % 51);
        }
        Self(limbs)
    }

    /// Brings every limb below 2^51 plus a little.
    fn carry(mut self) -> Self {
        let mut over = 0;
        for limb in &mut self.0 {
            *limb += over;
            over = *limb >> 51;
            *limb &= MASK;
        }
        self.0[0] += 19 * over;
        self
    }

    fn add(self, other: Self) -> Self {
        Self(std::array::from_fn(|at| self.0[at] + other.0[at])).carry()
    }

    fn sub(self, other: Self) -> Self {
        // Twice the modulus keeps the limbs from going below zero.
        let twice = [2 * (MASK - 18), 2 * MASK, 2 * MASK, 2 * MASK, 2 * MASK];
        let other = other.carry();
        Self(std::array::from_fn(|at| self.0[at] + twice[at] - other.0[at])).carry()
    }

    fn mul(self, other: Self) -> Self {
        let mut wide = [0u128; 5];
        for (i, a) in self.0.iter().enumerate() {
            for (j, b) in other.0.iter().enumerate() {
                let fold = if i + j >= 5 { 19 } else { 1 };
                wide[(i + j) % 5] += u128::from(*a) * u128::from(*b) * fold;
            }
        }
        let mut limbs = [0; 5];
        let mut over = 0u128;
        for (limb, sum) in limbs.iter_mut().zip(wide) {
            let sum = sum + over;
            *limb = (sum as u64) & MASK;
            over = sum >> 51;
        }
        // What runs over is below 2^64 for limbs below 2^52; it is folded in twice so that nothing is lost.
        let low = u128::from(limbs[0]) + over * 19;
        limbs[0] = (low as u64) & MASK;
        limbs[1] += (low >> 51) as u64;
        Self(limbs).carry()
    }

    /// Raised to a power given as bytes, little end first.
    fn power(self, exponent: &[u8; 32]) -> Self {
        let mut result = Self::ONE;
        for bit in (0..256).rev() {
            result = result.mul(result);
            if exponent[bit / 8] >> (bit % 8) & 1 == 1 {
                result = result.mul(self);
            }
        }
        result
    }

    /// `2^bits - less` as an exponent, for `less` below 256.
    fn exponent(bits: usize, less: u8) -> [u8; 32] {
        let mut bytes = [0; 32];
        for bit in 0..bits {
            bytes[bit / 8] |= 1 << (bit % 8);
        }
        bytes[0] -= less - 1;
        bytes
    }

    fn invert(self) -> Self {
        self.power(&Self::exponent(255, 21))
    }

    /// The unique form below the modulus.
    fn canonical(self) -> [u64; 5] {
        let mut limbs = self.carry().carry().carry().0;
        let modulus = [MASK - 18, MASK, MASK, MASK, MASK];
        if limbs.iter().rev().ge(modulus.iter().rev()) {
            limbs = [limbs[0] - modulus[0], 0, 0, 0, 0];
        }
        limbs
    }

    fn equals(self, other: Self) -> bool {
        self.canonical() == other.canonical()
    }
}

/// A point in extended coordinates (RFC 8032 section 5.1.4).
#[derive(Clone, Copy)]
struct Point {
    x: Fe,
    y: Fe,
    z: Fe,
    t: Fe,
}

impl Point {
    const NEUTRAL: Self = Self { x: Fe::ZERO, y: Fe::ONE, z: Fe::ONE, t: Fe::ZERO };

    fn equals(&self, other: &Self) -> bool {
        self.x.mul(other.z).equals(other.x.mul(self.z)) && self.y.mul(other.z).equals(other.y.mul(self.z))
    }
}

/// Numbers of the curve, computed rather than copied.
struct Constants {
    d: Fe,
    root_of_minus_one: Fe,
}

impl Constants {
    fn new() -> Self {
        Self {
            d: Fe::ZERO.sub(Fe::small(121_665)).mul(Fe::small(121_666).invert()),
            root_of_minus_one: Fe::small(2).power(&Fe::exponent(253, 5)),
        }
    }

    /// RFC 8032 section 5.1.3.
    fn decompress(&self, bytes: &[u8; 32]) -> Option<Point> {
        let y = Fe::read(bytes);
        let square = y.mul(y);
        let (u, v) = (square.sub(Fe::ONE), self.d.mul(square).add(Fe::ONE));
        let cube = v.mul(v).mul(v);
        let x = u.mul(cube).mul(u.mul(cube).mul(cube).mul(v).power(&Fe::exponent(252, 3)));
        let check = v.mul(x).mul(x);
        let x = if check.equals(u) {
            x
        } else if check.equals(Fe::ZERO.sub(u)) {
            x.mul(self.root_of_minus_one)
        } else {
            return None;
        };
        let odd = x.canonical()[0] & 1 == 1;
        let x = if odd == (bytes[31] >> 7 == 1) { x } else { Fe::ZERO.sub(x) };
        Some(Point { x, y, z: Fe::ONE, t: x.mul(y) })
    }

    /// RFC 8032 section 5.1.4; the formula holds for doubling too.
    fn add(&self, p: &Point, q: &Point) -> Point {
        let a = p.y.sub(p.x).mul(q.y.sub(q.x));
        let b = p.y.add(p.x).mul(q.y.add(q.x));
        let c = p.t.mul(q.t).mul(self.d);
        let c = c.add(c);
        let d = p.z.mul(q.z);
        let d = d.add(d);
        let (e, f, g, h) = (b.sub(a), d.sub(c), d.add(c), b.add(a));
        Point { x: e.mul(f), y: g.mul(h), z: f.mul(g), t: e.mul(h) }
    }

    /// A multiple of a point; the factor is given as bytes, little end first.
    fn multiply(&self, factor: &[u8], point: &Point) -> Point {
        let mut result = Point::NEUTRAL;
        for byte in factor.iter().rev() {
            for bit in (0..8).rev() {
                result = self.add(&result, &result);
                if byte >> bit & 1 == 1 {
                    result = self.add(&result, point);
                }
            }
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};

    use super::*;
    use crate::format::base64;
    use crate::format::key::PublicKey;

    const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAfjGpF8fKssN41ZukA6mlV7nILN99zRfBXIXLTEfqxtY=\n-----END PUBLIC KEY-----\n";
    const SIGNATURE: &str =
        "Z3QNHBMeL800FBss6dHSkCVGdM7hcgEi+hjE1pwd5ndHEJ0OwKR/H/JwJHdBPiVqHJxw8+M5IpO7MT/YrDK/Cg==";
    const PAYLOAD: &[u8] = br#"{"critical":{"identity":{"docker-reference":"127.0.0.1:5000/myorg/key-ed25519"},"image":{"docker-manifest-digest":"sha256:bd1710e7847738bc34835efe5ff645f9143d88bdc420e3d06f1f97d5c6967036"},"type":"cosign container image signature"},"optional":null}"#;

    /// A signature by cosign, over a payload of its making.
    #[test]
    fn a_signature_by_cosign() {
        let key = PublicKey::from_pem(PEM).unwrap();
        let signature = base64::decode(SIGNATURE).unwrap();
        assert!(verifies(&key.bits, PAYLOAD, &signature));
        assert!(!verifies(&key.bits, &PAYLOAD[1..], &signature));
    }

    #[test]
    fn without_a_prefix_it_is_ed25519() {
        for number in 0..4u8 {
            let key = Ed25519KeyPair::from_seed_unchecked(&[number; 32]).unwrap();
            let public = key.public_key().as_ref();
            let signature = key.sign(&[number]).as_ref().to_vec();
            assert!(valid(b"", public, &[number], &signature));
            assert!(!valid(b"", public, &[number, 0], &signature));
            assert!(!verifies(public, &[number], &signature));
            for at in [0, 31, 32, 62] {
                let mut changed = signature.clone();
                changed[at] ^= 1;
                assert!(!valid(b"", public, &[number], &changed));
            }
        }
    }

    #[test]
    fn odd_input_is_no_signature() {
        for length in [0, 31, 32, 63, 65] {
            assert!(!verifies(&[1; 32], b"", &vec![0xff; length]));
            assert!(!verifies(&vec![0xff; length], b"", &[0xff; 64]));
        }
        assert!(!verifies(&[0xff; 32], b"", &[0xff; 64]));
    }
}
