//! Decimal digits, made eight at a time within a word: nothing is read from memory that was just written to it.

/// Integers below this are written here.
pub(super) const END: u64 = 10_u64.pow(16);

/// Appends an integer below [`END`].
#[inline]
pub(super) fn append_integer(out: &mut Vec<u8>, number: u64) {
    let (high, low) = (number / 100_000_000, number % 100_000_000);
    if high == 0 {
        return append_first(out, low);
    }
    append_first(out, high);
    append_part(out, (eight(low) | ZEROS).to_le_bytes(), 8);
}

/// Appends digits without the zeros before them; at least one.
#[inline(always)]
fn append_first(out: &mut Vec<u8>, number: u64) {
    let digits = eight(number);
    let skip = (digits | 1 << 56).trailing_zeros() / 8;
    append_part(out, ((digits | ZEROS) >> (8 * skip)).to_le_bytes(), 8 - skip as usize);
}

/// Appends the first bytes of these.
#[inline(always)]
pub(super) fn append_part<const N: usize>(out: &mut Vec<u8>, bytes: [u8; N], len: usize) {
    let end = out.len() + len;
    out.extend_from_slice(&bytes);
    out.truncate(end);
}

pub(super) const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// The digits of a number below 10^8, one a byte, the first one lowest.
#[inline(always)]
pub(super) const fn eight(number: u64) -> u64 {
    let fours = apart(number, (number * 109_951_163) >> 40, 10_000, 32);
    let twos = apart(fours, ((fours * 10_486) >> 20) & 0x7f_0000_007f, 100, 16);
    apart(twos, ((twos * 103) >> 10) & 0xf_000f_000f_000f, 10, 8)
}

/// Moves what is below `base` in each part of a word up by some bits, beside how often `base` was in it.
#[inline(always)]
const fn apart(parts: u64, quotients: u64, base: u64, by: u32) -> u64 {
    (parts << by).wrapping_sub(quotients.wrapping_mul((base << by) - 1))
}
