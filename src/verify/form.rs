//! What the bytes of a signature look like, and whether a key of some kind can have made them.

use crate::format::key::KeyKind;

/// The outer form of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// An ASN.1 sequence that begins with two integers, as Go's `asn1.Unmarshal` reads it: content may follow. Lengths in
    /// bytes, without leading zeros.
    Asn1 {
        /// Length of the longer of the two integers.
        longest: usize,
    },
    /// Anything else.
    Raw,
}

/// The form of a signature.
pub(super) fn of(signature: &[u8]) -> Form {
    let integers = || {
        let (content, _after) = element(signature, 0x30)?;
        let (r, rest) = integer(content)?;
        let (s, _more) = integer(rest)?;
        Some(r.max(s))
    };
    integers().map_or(Form::Raw, |longest| Form::Asn1 { longest })
}

/// An element with this tag: its content and what follows it. Lengths must be minimal (X.690 section 10.1).
fn element(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (digits, rest) = rest.split_at_checked(count).filter(|_| (1..=4).contains(&count))?;
        let length = digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
        if digits.first() == Some(&0) || length < 0x80 {
            return None;
        }
        (length, rest)
    };
    if found == tag { rest.split_at_checked(length) } else { None }
}

/// Length of an integer without leading zeros, and what follows it.
fn integer(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (content, rest) = element(bytes, 0x02)?;
    let minimal = match content {
        [] => false,
        [0, second, ..] => *second >= 0x80,
        [0xff, second, ..] => *second < 0x80,
        _ => true,
    };
    let zeros = content.iter().take_while(|byte| **byte == 0).count();
    minimal.then(|| (content.len() - zeros, rest))
}

/// A fixed-length `r ‖ s` (IEEE P1363) as ASN.1.
pub(super) fn fixed_to_asn1(signature: &[u8]) -> Vec<u8> {
    let (r, s) = signature.split_at(signature.len() / 2);
    let mut content = Vec::with_capacity(signature.len() + 8);
    for half in [r, s] {
        let zeros = half.iter().take_while(|byte| **byte == 0).count();
        let digits = half.get(zeros..).unwrap_or_default();
        let sign = digits.first().is_none_or(|first| *first >= 0x80);
        content.push(0x02);
        push_length(&mut content, digits.len() + usize::from(sign));
        if sign {
            content.push(0);
        }
        content.extend_from_slice(digits);
    }
    let mut out = vec![0x30];
    push_length(&mut out, content.len());
    out.append(&mut content);
    out
}

/// A length below 256, which two halves of at most 66 bytes always have.
fn push_length(out: &mut Vec<u8>, length: usize) {
    if length >= 0x80 {
        out.push(0x81);
    }
    out.push(u8::try_from(length).unwrap_or(u8::MAX));
}

/// The signature in words, when a key of this kind cannot have made it.
pub(super) fn foreign_to(kind: KeyKind, signature: &[u8]) -> Option<String> {
    let size = signature.len();
    let words = match (of(signature), kind) {
        (Form::Asn1 { longest }, KeyKind::P256 | KeyKind::P384 | KeyKind::P521) => {
            let curve = curve_of(longest);
            if kind.coordinate() == curve.map(|(_, bytes)| bytes) {
                return None;
            }
            format!("ECDSA signature of {} size", curve.map_or("unknown", |(name, _)| name))
        }
        (Form::Asn1 { .. }, KeyKind::Ed25519) => "ECDSA signature".to_owned(),
        (Form::Asn1 { .. }, KeyKind::Rsa(bits)) if size != bits.div_ceil(8) => "ECDSA signature".to_owned(),
        (Form::Raw, KeyKind::Rsa(bits)) if size == bits.div_ceil(8) => return None,
        (Form::Raw, KeyKind::Ed25519) if size == 64 => return None,
        (Form::Raw, _) if size == 64 => "Ed25519 signature".to_owned(),
        (Form::Raw, _) if size >= 128 && size.is_multiple_of(64) => "RSA signature".to_owned(),
        (Form::Raw, _) => "unknown kind of signature".to_owned(),
        (Form::Asn1 { .. }, KeyKind::Rsa(_)) => return None,
    };
    Some(format!("{words} ({size} bytes)"))
}

/// The smallest curve whose numbers have this length: a shorter one happens by chance about once in 2^120 signatures.
fn curve_of(longest: usize) -> Option<(&'static str, usize)> {
    [("P-256", 32), ("P-384", 48), ("P-521", 66)].into_iter().find(|(_, bytes)| longest <= *bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_go_reads() {
        assert_eq!(of(&[0x30, 6, 2, 1, 1, 2, 1, 2]), Form::Asn1 { longest: 1 });
        assert_eq!(
            of(&[0x30, 6, 2, 1, 1, 2, 1, 2, 9]),
            Form::Asn1 { longest: 1 },
            "trailing bytes are not looked at"
        );
        for raw in [&[][..], &[0x30], &[0x30, 0x81, 6, 2, 1, 1, 2, 1, 2], &[0x30, 7, 2, 2, 0, 1, 2, 1, 2]] {
            assert_eq!(of(raw), Form::Raw);
        }
    }

    #[test]
    fn fixed_form_becomes_asn1() {
        assert_eq!(fixed_to_asn1(&[0, 0x80, 0, 1]), [0x30, 7, 2, 2, 0, 0x80, 2, 1, 1]);
        assert_eq!(fixed_to_asn1(&[0; 2]), [0x30, 6, 2, 1, 0, 2, 1, 0]);
        let longest = fixed_to_asn1(&[0xff; 132]);
        assert_eq!(of(&longest), Form::Asn1 { longest: 66 });
    }

    #[test]
    fn says_what_cannot_be() {
        let p256 = fixed_to_asn1(&[7; 64]);
        let p384 = fixed_to_asn1(&[7; 96]);
        assert_eq!(foreign_to(KeyKind::P256, &p256), None);
        assert_eq!(foreign_to(KeyKind::P384, &p384), None);
        assert!(foreign_to(KeyKind::P256, &p384).unwrap().starts_with("ECDSA signature of P-384 size"));
        assert_eq!(foreign_to(KeyKind::P256, &[7; 256]).unwrap(), "RSA signature (256 bytes)");
        assert_eq!(foreign_to(KeyKind::P256, &[7; 64]).unwrap(), "Ed25519 signature (64 bytes)");
        assert_eq!(foreign_to(KeyKind::Rsa(2048), &[7; 256]), None);
        assert_eq!(foreign_to(KeyKind::Rsa(4096), &[7; 256]).unwrap(), "RSA signature (256 bytes)");
        assert!(foreign_to(KeyKind::Ed25519, &p256).unwrap().starts_with("ECDSA signature ("));
    }
}
