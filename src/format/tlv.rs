//! DER as tags, lengths and contents (X.690 section 10): for what must be read without being written anew.

/// Walks over the elements of some bytes.
#[derive(Clone, Copy, Debug)]
pub struct Tlv<'a> {
    rest: &'a [u8],
}

/// One element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its tag; tags of more than one byte are not read.
    pub tag: u8,
    /// Its content.
    pub content: &'a [u8],
    /// All of it.
    pub raw: &'a [u8],
}

/// `SEQUENCE`.
pub const SEQUENCE: u8 = 0x30;
/// `SET`.
pub const SET: u8 = 0x31;
/// `INTEGER`.
pub const INTEGER: u8 = 0x02;
/// `BIT STRING`.
pub const BIT_STRING: u8 = 0x03;
/// `OCTET STRING`.
pub const OCTET_STRING: u8 = 0x04;
/// `OBJECT IDENTIFIER`.
pub const OID: u8 = 0x06;
/// `BOOLEAN`.
pub const BOOLEAN: u8 = 0x01;
/// `UTF8String`.
pub const UTF8: u8 = 0x0c;

impl<'a> Tlv<'a> {
    /// Walks over these bytes.
    #[must_use]
    pub fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    /// True when nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The tag that comes next.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element, whatever it is.
    pub fn any(&mut self) -> Option<Element<'a>> {
        let (&tag, after) = self.rest.split_first()?;
        let (&first, after) = after.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, content) = if first < 0x80 {
            (usize::from(first), after)
        } else {
            let (digits, content) = after.split_at_checked(usize::from(first & 0x7f))?;
            if digits.is_empty() || digits.len() > 4 || digits.first() == Some(&0) {
                return None;
            }
            let length = digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
            (if length < 0x80 { return None } else { length }, content)
        };
        let (content, rest) = content.split_at_checked(length)?;
        let raw = self.rest.get(..self.rest.len() - rest.len())?;
        self.rest = rest;
        Some(Element { tag, content, raw })
    }

    /// The next element, which must have this tag.
    pub fn take(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.peek() == Some(tag) { self.any() } else { None }
    }

    /// Goes into the next element.
    pub fn enter(&mut self, tag: u8) -> Option<Tlv<'a>> {
        self.take(tag).map(|element| Tlv::new(element.content))
    }

    /// All elements that are left; `None` when something is not an element.
    #[must_use]
    pub fn all(mut self) -> Option<Vec<Element<'a>>> {
        let mut all = Vec::new();
        while !self.is_empty() {
            all.push(self.any()?);
        }
        Some(all)
    }
}

/// The only element of some bytes, which must have this tag.
#[must_use]
pub fn only(bytes: &[u8], tag: u8) -> Option<Element<'_>> {
    let mut walk = Tlv::new(bytes);
    walk.take(tag).filter(|_| walk.is_empty())
}

/// An element in DER.
#[must_use]
pub fn write(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(u8::try_from(length).unwrap_or_default());
    } else {
        let bytes = length.to_be_bytes();
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let digits = bytes.get(zeros..).unwrap_or_default();
        out.push(0x80 | u8::try_from(digits.len()).unwrap_or_default());
        out.extend_from_slice(digits);
    }
    out.extend_from_slice(content);
    out
}

/// An object identifier as numbers with dots.
#[must_use]
pub fn oid(content: &[u8]) -> Option<String> {
    der::asn1::ObjectIdentifier::from_bytes(content).ok().map(|oid| oid.to_string())
}

/// `UTCTime` or `GeneralizedTime` in seconds since 1970 (RFC 5280 section 4.1.2.5); fractions are cut off.
#[must_use]
pub fn time(element: &Element<'_>) -> Option<crate::model::Moment> {
    let text = std::str::from_utf8(element.content).ok()?.strip_suffix('Z')?;
    let (year, rest) = match element.tag {
        0x17 => {
            let year: i64 = text.get(..2)?.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, text.get(2..)?)
        }
        0x18 => (text.get(..4)?.parse().ok()?, text.get(4..)?),
        _ => return None,
    };
    let whole = match (element.tag, rest.split_once('.')) {
        (0x18, Some((whole, fraction))) if fraction.bytes().all(|b| b.is_ascii_digit()) => whole,
        (_, None) => rest,
        _ => return None,
    };
    if whole.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let part = |at: usize| whole.get(at..at + 2)?.parse::<i8>().ok();
    let year = i16::try_from(year).ok()?;
    let civil = jiff::civil::DateTime::new(year, part(0)?, part(2)?, part(4)?, part(6)?, part(8)?, 0).ok()?;
    let stamp = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(crate::model::Moment(stamp.as_second()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_longer() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; size];
            let bytes = write(OCTET_STRING, &content);
            assert_eq!(only(&bytes, OCTET_STRING).unwrap().content, content);
            assert!(only(&bytes, SEQUENCE).is_none());
            assert!(only(bytes.get(..bytes.len() - 1).unwrap(), OCTET_STRING).is_none());
        }
        for bad in [&[4, 0x81, 5][..], &[4, 0x80], &[0x1f, 1, 0], &[4, 0x82, 0, 200]] {
            assert!(Tlv::new(bad).any().is_none(), "{bad:?}");
        }
    }

    #[test]
    fn reads_times() {
        let at = |tag, text: &str| time(&Element { tag, content: text.as_bytes(), raw: &[] }).map(|m| m.0);
        assert_eq!(at(0x17, "700101000000Z"), Some(0));
        assert_eq!(at(0x18, "20261124103045.5Z"), Some(1_795_516_245));
        for bad in ["70010100000Z", "700101000000", "701301000000Z", "+00101000000Z"] {
            assert_eq!(at(0x17, bad), None, "{bad}");
        }
    }
}
