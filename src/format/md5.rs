//! MD5 (RFC 1321), for policies that compare such sums; nothing is trusted because of it.

/// Amounts of the rotations, by round.
const TURNS: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];

/// The sum, lower-case hexadecimal.
#[must_use]
pub fn md5_hex(bytes: &[u8]) -> String {
    let mut padded = bytes.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((bytes.len() as u64).wrapping_mul(8).to_le_bytes());
    let mut state: [u32; 4] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded.chunks_exact(64) {
        let words: Vec<u32> = block
            .chunks_exact(4)
            .map(|word| word.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
            .collect();
        state = step(state, &words);
    }
    state.iter().flat_map(|word| word.to_le_bytes()).map(|byte| format!("{byte:02x}")).collect()
}

fn step(state: [u32; 4], words: &[u32]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = state;
    for at in 0..64_usize {
        let (mixed, word) = match at / 16 {
            0 => ((b & c) | (!b & d), at),
            1 => ((d & b) | (!d & c), (5 * at + 1) % 16),
            2 => (b ^ c ^ d, (3 * at + 5) % 16),
            _ => (c ^ (b | !d), (7 * at) % 16),
        };
        let turn = TURNS.get(at / 16).and_then(|turns| turns.get(at % 4)).copied().unwrap_or_default();
        // The table of the RFC: the sine of the number of the step.
        let sine = (((at + 1) as f64).sin().abs() * 4_294_967_296.0) as u32;
        let word = words.get(word).copied().unwrap_or_default();
        let sum = mixed.wrapping_add(a).wrapping_add(sine).wrapping_add(word);
        (a, d, c, b) = (d, c, b, b.wrapping_add(sum.rotate_left(turn)));
    }
    let [w, x, y, z] = state;
    [w.wrapping_add(a), x.wrapping_add(b), y.wrapping_add(c), z.wrapping_add(d)]
}

#[cfg(test)]
mod tests {
    use super::md5_hex;

    #[test]
    fn sums_of_the_rfc() {
        assert_eq!(md5_hex(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(md5_hex(b"message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
        let long = b"12345678901234567890123456789012345678901234567890123456789012345678901234567890";
        assert_eq!(md5_hex(long), "57edf4a22be3c955ac49da2e2107b67a");
    }
}
