//! gzip (RFC 1952) and DEFLATE (RFC 1951), bounded: what policies unpack of an attestation.

/// Largest content that is unpacked, in bytes.
const MOST: usize = 4 << 20;

const LENGTHS: [(usize, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
const DISTANCES: [(usize, u32); 30] = [
    (1, 0),
    (2, 0),
    (3, 0),
    (4, 0),
    (5, 1),
    (7, 1),
    (9, 2),
    (13, 2),
    (17, 3),
    (25, 3),
    (33, 4),
    (49, 4),
    (65, 5),
    (97, 5),
    (129, 6),
    (193, 6),
    (257, 7),
    (385, 7),
    (513, 8),
    (769, 8),
    (1025, 9),
    (1537, 9),
    (2049, 10),
    (3073, 10),
    (4097, 11),
    (6145, 11),
    (8193, 12),
    (12_289, 12),
    (16_385, 13),
    (24_577, 13),
];
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// Bits, the lowest of a byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn one(&mut self) -> Option<usize> {
        let byte = *self.bytes.get(self.at / 8)?;
        let bit = byte >> (self.at % 8) & 1;
        self.at += 1;
        Some(usize::from(bit))
    }

    fn take(&mut self, count: u32) -> Option<usize> {
        let mut number = 0;
        for place in 0..count {
            number |= self.one()? << place;
        }
        Some(number)
    }
}

/// A Huffman code: how many codes there are of each length, and the symbols in their order.
struct Code {
    counts: [usize; 16],
    symbols: Vec<usize>,
}

impl Code {
    fn of(lengths: &[usize]) -> Option<Self> {
        let mut counts = [0; 16];
        for length in lengths.iter().filter(|length| **length > 0) {
            *counts.get_mut(*length)? += 1;
        }
        let mut symbols: Vec<usize> = (0..lengths.len()).filter(|at| lengths.get(*at) != Some(&0)).collect();
        symbols.sort_by_key(|at| (lengths.get(*at).copied().unwrap_or_default(), *at));
        Some(Self { counts, symbols })
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let (mut code, mut first, mut index) = (0_usize, 0_usize, 0_usize);
        for count in self.counts.iter().skip(1) {
            code |= bits.one()?;
            if code < first + count {
                return self.symbols.get(index + code.checked_sub(first)?).copied();
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        None
    }
}

/// Unpacks a gzip file of one member; checksum and length are checked.
#[must_use]
pub fn unpack(bytes: &[u8]) -> Option<Vec<u8>> {
    let flags = match bytes {
        [0x1f, 0x8b, 8, flags, ..] => *flags,
        _ => return None,
    };
    let mut at = 10;
    if flags & 4 != 0 {
        at += 2 + usize::from(*bytes.get(at)?) + (usize::from(*bytes.get(at + 1)?) << 8);
    }
    for flag in [8, 16] {
        if flags & flag != 0 {
            at += bytes.get(at..)?.iter().position(|byte| *byte == 0)? + 1;
        }
    }
    if flags & 2 != 0 {
        at += 2;
    }
    let mut bits = Bits { bytes: bytes.get(at..)?, at: 0 };
    let content = inflate(&mut bits)?;
    let trailer = bits.bytes.get(bits.at.div_ceil(8)..)?;
    let number = |from: usize| -> Option<u32> {
        trailer
            .get(from..from + 4)?
            .iter()
            .rev()
            .try_fold(0_u32, |number, byte| Some(number << 8 | u32::from(*byte)))
    };
    (number(0)? == checksum(&content) && usize::try_from(number(4)?) == Ok(content.len())).then_some(content)
}

fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = sum >> 1 ^ (0xedb8_8320 * (sum & 1));
        }
    }
    !sum
}

fn inflate(bits: &mut Bits<'_>) -> Option<Vec<u8>> {
    let mut content = Vec::new();
    loop {
        let last = bits.one()? == 1;
        match bits.take(2)? {
            0 => stored(bits, &mut content)?,
            1 => {
                let lengths: Vec<usize> = (0..288)
                    .map(|at| match at {
                        0..=143 => 8,
                        144..=255 => 9,
                        256..=279 => 7,
                        _ => 8,
                    })
                    .collect();
                packed(bits, &Code::of(&lengths)?, &Code::of(&[5; 30])?, &mut content)?;
            }
            2 => {
                let (literals, distances) = codes(bits)?;
                packed(bits, &literals, &distances, &mut content)?;
            }
            _ => return None,
        }
        if last {
            return Some(content);
        }
    }
}

fn stored(bits: &mut Bits<'_>, content: &mut Vec<u8>) -> Option<()> {
    bits.at = bits.at.div_ceil(8) * 8;
    let (length, inverse) = (bits.take(16)?, bits.take(16)?);
    let from = bits.at / 8;
    let part = bits.bytes.get(from..from + length)?;
    if length ^ inverse != 0xffff || content.len() + length > MOST {
        return None;
    }
    content.extend_from_slice(part);
    bits.at += length * 8;
    Some(())
}

fn codes(bits: &mut Bits<'_>) -> Option<(Code, Code)> {
    let (literals, distances, lengths) = (bits.take(5)? + 257, bits.take(5)? + 1, bits.take(4)? + 4);
    let mut own = [0; 19];
    for place in ORDER.iter().take(lengths) {
        *own.get_mut(*place)? = bits.take(3)?;
    }
    let code = Code::of(&own)?;
    let mut all: Vec<usize> = Vec::new();
    while all.len() < literals + distances {
        let (value, times) = match code.symbol(bits)? {
            16 => (*all.last()?, bits.take(2)? + 3),
            17 => (0, bits.take(3)? + 3),
            18 => (0, bits.take(7)? + 11),
            length => (length, 1),
        };
        all.extend(std::iter::repeat_n(value, times));
    }
    if all.len() != literals + distances {
        return None;
    }
    let (literals, distances) = all.split_at_checked(literals)?;
    Some((Code::of(literals)?, Code::of(distances)?))
}

fn packed(bits: &mut Bits<'_>, literals: &Code, distances: &Code, content: &mut Vec<u8>) -> Option<()> {
    loop {
        let symbol = literals.symbol(bits)?;
        if symbol == 256 {
            return Some(());
        }
        if let Ok(byte) = u8::try_from(symbol) {
            if content.len() >= MOST {
                return None;
            }
            content.push(byte);
            continue;
        }
        let (base, extra) = *LENGTHS.get(symbol - 257)?;
        let length = base + bits.take(extra)?;
        let (base, extra) = *DISTANCES.get(distances.symbol(bits)?)?;
        let distance = base + bits.take(extra)?;
        let from = content.len().checked_sub(distance)?;
        if content.len() + length > MOST {
            return None;
        }
        for at in from..from + length {
            content.push(*content.get(at)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::unpack;

    /// Sixty lines of JSON, packed with codes of their own.
    const PACKED: &str = "H4sIAAAAAAACA43VS0oEMRRG4b1k3EruKw93U0ghIrai4KRx7/b0SgJnWhyK4v9I6laux/tZnsrn8fx2vJwPtVzKz/n1/fpxvT+tj1J+L7f/kaSoryNNkawjS9FYR54iXUeRormOWopsHfX84ZsNRqp8Hc38qs0IkkePTZVXl80Okndvm8qQsxNoCSItjVBLJ9YyCLZMoq0VcasQb1UErkbA1RG4BgHXRsC1o5M9CLhOAm6VgJsQcFMCbobAzQm4BQK3RsCtI3AbBNwmAfdKwF0IuCu6zI2AuxNwDwLuDYF7J+A+ELhPAh4VgYcQ8FACHkbAwwl4BAGPhn7fnYDHIOAxV+B/KeJa6usIAAA=";

    #[test]
    fn unpacks_and_checks() {
        let packed = crate::format::base64::decode(PACKED).unwrap();
        let wanted: String = (0..60)
            .map(|i| format!("{{\"name\":\"package-{i}\",\"version\":\"{}.1\"}},", i * 7 % 13))
            .collect();
        assert_eq!(unpack(&packed), Some(wanted.into_bytes()));
        for at in 0..packed.len() {
            let mut changed = packed.clone();
            changed[at] ^= 1;
            let _ = unpack(&changed);
            let _ = unpack(&packed[..at]);
        }
        let mut sum = packed.clone();
        let at = sum.len() - 8;
        sum[at] ^= 1;
        assert_eq!(unpack(&sum), None);
    }
}
