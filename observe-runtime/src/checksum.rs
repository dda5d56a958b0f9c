//! The checksum of records in files: 32 bits over words of 8 bytes, as they are copied.
//!
//! - Four sums go side by side, each of every fourth word: one multiplication a word, and none waits for another.
//! - What is damaged has the same sum by a chance of about 1 in 2³². It finds accidents, not attacks.

#[derive(Clone, Copy, Debug)]
pub(crate) struct Checksum([u64; LANES]);

/// Words in a step.
pub(crate) const LANES: usize = 4;
/// Bytes in a word.
const WORD: usize = size_of::<u64>();
/// Odd, and with bits all over.
const EACH: u64 = 0x9e6c_63d0_876a_3f6b;
const LAST: u64 = 0xd1b5_4a32_d192_ed03;

/// Both halves of the product: whatever bit changes, about half of these do.
#[inline]
fn mix(number: u64, factor: u64) -> u64 {
    let product = u128::from(number) * u128::from(factor);
    product as u64 ^ (product >> 64) as u64
}

impl Checksum {
    #[inline]
    pub(crate) fn new() -> Self {
        Self([0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1])
    }

    /// Adds so many words; behind the last one there may be zeros.
    #[inline]
    pub(crate) fn add(&mut self, words: &[[u8; WORD]; LANES]) {
        for (sum, word) in self.0.iter_mut().zip(words) {
            *sum = mix(*sum ^ u64::from_le_bytes(*word), EACH);
        }
    }

    /// Adds fewer words than a step has, if any.
    #[inline]
    pub(crate) fn add_rest(&mut self, words: &[[u8; WORD]]) {
        if words.is_empty() {
            return;
        }
        // Word by word: an array that is filled first costs calls to `memset` and `memcpy`.
        for (at, sum) in self.0.iter_mut().enumerate() {
            let word = words.get(at).map_or(0, |word| u64::from_le_bytes(*word));
            *sum = mix(*sum ^ word, EACH);
        }
    }

    /// The sum of so many bytes.
    #[inline]
    pub(crate) fn sum(self, length: usize) -> u32 {
        let [first, second, third, fourth] = self.0;
        let left = mix(first ^ second.rotate_left(21) ^ length as u64, LAST);
        let sum = mix(left ^ third ^ fourth.rotate_left(42), EACH);
        (sum ^ sum >> 32) as u32
    }
}

/// The checksum of these bytes, as if zeros filled their last word.
pub(crate) fn of(bytes: &[u8]) -> u32 {
    let mut checksum = Checksum::new();
    let (words, tail) = bytes.as_chunks::<WORD>();
    let (steps, rest) = words.as_chunks::<LANES>();
    steps.iter().for_each(|words| checksum.add(words));
    let mut last = [[0; WORD]; LANES];
    last.iter_mut().zip(rest).for_each(|(to, word)| *to = *word);
    if let Some(to) = last.get_mut(rest.len()) {
        to[..tail.len()].copy_from_slice(tail);
    }
    checksum.add_rest(&last[..rest.len() + usize::from(!tail.is_empty())]);
    checksum.sum(bytes.len())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_changed_bit_and_every_length_is_seen() {
        for length in [1, 7, 8, 9, 31, 32, 33, 64, 100] {
            let bytes: Vec<u8> = (0..length).map(|n| (n * 37) as u8).collect();
            let mut sums = HashSet::from([of(&bytes)]);
            for bit in 0..length * 8 {
                let mut changed = bytes.clone();
                changed[bit / 8] ^= 1 << (bit % 8);
                assert!(sums.insert(of(&changed)), "bit {bit} of {length} bytes");
            }
        }
        let zeros = [0; 200];
        let sums: HashSet<u32> = (0..=200).map(|length| of(&zeros[..length])).collect();
        assert_eq!(sums.len(), 201);
    }

    #[test]
    fn pairs_of_changed_bits_are_seen() {
        let bytes = [0x5a_u8; 64];
        let mut sums = HashSet::from([of(&bytes)]);
        for first in 0..bytes.len() * 8 {
            for second in first + 1..bytes.len() * 8 {
                let mut changed = bytes;
                changed[first / 8] ^= 1 << (first % 8);
                changed[second / 8] ^= 1 << (second % 8);
                sums.insert(of(&changed));
            }
        }
        // Of 130,817 sums two are the same by chance.
        assert!(sums.len() > 130_817 - 20, "{}", sums.len());
        assert!(bytes.len() == 64 && of(&bytes) != 0);
    }
}
