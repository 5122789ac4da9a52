//! Changes of documents that look into them: bytes, elements of DER, and what is encoded in the texts of JSON.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;

/// Numbers that look random and are the same for the same seed (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).unwrap_or_default() % limit
    }
}

/// Lengths and numbers at which readers go wrong.
const EDGES: &[&[u8]] = &[
    &[0],
    &[0xff],
    &[0x7f],
    &[0x80],
    &[0x81, 0x00],
    &[0x84, 0xff, 0xff, 0xff, 0xff],
    &[0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
    &[0x30, 0x80],
    b"0",
    b"-1",
    b"18446744073709551616",
    b"1e999",
    b"null",
    b"\"\"",
    b"{}",
    b"[]",
    b"\n\n",
    "\u{2014}".as_bytes(),
];

/// A changed document.
pub(crate) fn mutate(document: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut changed = document.to_vec();
    for _ in 0..=random.below(3) {
        changed = match random.below(8) {
            0..=2 => in_json(&changed, random).unwrap_or_else(|| bytes(&changed, other, random)),
            3 | 4 => in_der(&changed, random).unwrap_or_else(|| bytes(&changed, other, random)),
            _ => bytes(&changed, other, random),
        };
    }
    changed
}

fn bytes(document: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut changed = document.to_vec();
    if changed.is_empty() {
        return other.to_vec();
    }
    let at = random.below(changed.len());
    let end = (at + 1 + random.below(16)).min(changed.len());
    match random.below(7) {
        0 => changed[at] ^= 1 << random.below(8),
        1 => changed[at] = u8::try_from(random.below(256)).unwrap_or_default(),
        2 => drop(changed.drain(at..end)),
        3 => {
            let copy = changed[at..end].to_vec();
            changed.splice(at..at, copy);
        }
        4 => changed.truncate(at),
        5 => drop(changed.splice(at..at, EDGES[random.below(EDGES.len())].iter().copied())),
        _ if other.is_empty() => changed.reverse(),
        _ => {
            let from = random.below(other.len());
            let to = (from + 1 + random.below(64)).min(other.len());
            changed.splice(at..end, other[from..to].iter().copied());
        }
    }
    changed
}

/// Changes a text, a number or a member of a JSON document; what is encoded in a text is changed in there.
fn in_json(document: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(document).ok().filter(|value: &Value| value.is_object())?;
    let mut pointers = Vec::new();
    all(&value, String::new(), &mut pointers);
    let donor = value.pointer(&pointers[random.below(pointers.len())]).cloned()?;
    let chosen = value.pointer_mut(&pointers[random.below(pointers.len())])?;
    *chosen = match chosen {
        Value::String(text) => text_of(text, random),
        Value::Number(_) if random.below(2) == 0 => serde_json::json!(random.next()),
        Value::Object(members) if !members.is_empty() && random.below(2) == 0 => {
            let key = members.keys().nth(random.below(members.len())).cloned()?;
            members.remove(&key);
            chosen.clone()
        }
        Value::Array(items) if !items.is_empty() && random.below(2) == 0 => {
            let copy = items[random.below(items.len())].clone();
            items.extend(std::iter::repeat_n(copy, random.below(40)));
            chosen.clone()
        }
        _ => donor,
    };
    Some(value.to_string().into_bytes())
}

fn text_of(text: &str, random: &mut Random) -> Value {
    for engine in [&STANDARD, &URL_SAFE_NO_PAD] {
        if let Ok(inner) = engine.decode(text)
            && inner.len() > 8
        {
            let changed = in_json(&inner, random)
                .or_else(|| in_der(&inner, random))
                .unwrap_or_else(|| bytes(&inner, b"", random));
            return engine.encode(changed).into();
        }
    }
    String::from_utf8_lossy(&bytes(text.as_bytes(), text.as_bytes(), random)).into_owned().into()
}

fn all(value: &Value, at: String, out: &mut Vec<String>) {
    let escape = |name: &str| name.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| all(value, format!("{at}/{}", escape(name)), out));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| all(value, format!("{at}/{index}"), out));
        }
        _ => {}
    }
    out.push(at);
}

/// Removes, doubles or changes an element somewhere in a DER structure; lengths around it stay right.
fn in_der(document: &[u8], random: &mut Random) -> Option<Vec<u8>> {
    let (tag, content) = (*document.first()?, element(document)?);
    if tag & 0x20 == 0 || random.below(6) == 0 {
        let mut changed = bytes(content, content, random);
        changed.truncate(60_000);
        return Some(sigscope::format::tlv::write(
            if random.below(8) == 0 { tag ^ 0x20 } else { tag },
            &changed,
        ));
    }
    let mut parts = Vec::new();
    let mut rest = content;
    while !rest.is_empty() {
        let inner = element(rest)?;
        let length = inner.as_ptr().addr() - rest.as_ptr().addr() + inner.len();
        parts.push(rest[..length].to_vec());
        rest = &rest[length..];
    }
    if parts.is_empty() {
        return Some(sigscope::format::tlv::write(tag, &[5, 0]));
    }
    let at = random.below(parts.len());
    match random.below(12) {
        0 => drop(parts.remove(at)),
        1 => parts.insert(at, parts[at].clone()),
        2 => parts.reverse(),
        3 => parts.extend(std::iter::repeat_n(parts[at].clone(), 30)),
        _ => parts[at] = in_der(&parts[at], random).unwrap_or_default(),
    }
    Some(sigscope::format::tlv::write(tag, &parts.concat()))
}

/// The content of the element that the bytes begin with.
fn element(bytes: &[u8]) -> Option<&[u8]> {
    let first = usize::from(*bytes.get(1)?);
    let (start, length) = match first {
        0..=0x7f => (2, first),
        0x81..=0x83 => {
            let count = first - 0x80;
            let digits = bytes.get(2..2 + count)?;
            (2 + count, digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)))
        }
        _ => return None, // never shorter than it could be, never without an end
    };
    bytes.get(start..start.checked_add(length)?)
}
