//! Floats as `serde_json` writes them: the shortest decimal that reads back as the same float, and of those the nearest.
//!
//! A float is `c * 2^q`, and each decimal that is closer to it than half of `2^q` reads back as it; the ends of that range
//! do if `c` is even. `2^q` is one to ten units of some power of ten, so that the range holds at most one multiple of ten
//! of these units, which is shortest then, and else the nearest unit is. Therefore a float is scaled to tens of units, by
//! one multiplication with a number from a table, with 64 (`f32`) or 128 bits after the point, and what follows the point
//! says all.
//!
//! The table's numbers are cut off. That changes no answer, as by the continued fractions of all scales nothing comes
//! closer than 2^-32.1 (`f32`) and 2^-62.9 tens to the end of its range, or than 2^-36.1 and 2^-67.9 to the middle of two
//! units, unless it lies there. At an end there is some slack; in a middle lies only what has a scale without a cut.
//!
//! Nothing is read that was just written, and no branch hangs on a digit.

use std::hint::select_unpredictable;

use super::digits::{ZEROS, append_part, eight};

/// `(whole + last / 10) * 10^exponent`
#[derive(Clone, Copy)]
struct Decimal {
    whole: u64,
    last: u64,
    exponent: i32,
}

/// What is seldom written.
#[derive(Clone, Copy)]
enum Rare {
    Infinite,
    /// No digits are below one.
    Large,
    Scientific,
}

/// Appends a float, or `null` where JSON has none.
pub(super) fn append_f32(out: &mut Vec<u8>, value: f32) {
    const LEAST: u32 = 1e-6_f32.to_bits();
    const ONE: u32 = 1_f32.to_bits();
    const END: u32 = 1e13_f32.to_bits();
    const INFINITE: u32 = f32::INFINITY.to_bits();

    let size = value.to_bits() & (u32::MAX >> 1);
    let is_negative = value.is_sign_negative();
    if size == 0 {
        return append_zero(out, is_negative);
    }
    let decimal = decimal_f32(size);
    let Decimal { whole, last, exponent } = decimal;
    match size {
        LEAST..ONE => {
            append_start(out, is_negative, -7 - exponent);
            let digits = eight(whole);
            // One digit fewer is asked for than there are: the first one is a zero.
            let is_narrow = exponent == -7;
            let first = digits >> (8 * u32::from(is_narrow)) | select_unpredictable(is_narrow, last << 56, 0);
            let count = select_unpredictable(last == 0, significant(digits), 9);
            let text = u128::from(first | ZEROS) | u128::from(last | ZEROS) << 64;
            append_part(out, text.to_le_bytes(), count - usize::from(is_narrow));
        }
        ONE..END if exponent <= 0 => {
            append_part(out, [b'-'], usize::from(is_negative));
            append_mixed(out, eight(whole), last, exponent);
        }
        ONE..END => append_rare(out, is_negative, Rare::Large, decimal),
        INFINITE.. => append_rare(out, is_negative, Rare::Infinite, decimal),
        _ => append_rare(out, is_negative, Rare::Scientific, decimal),
    }
}

/// Appends a float, or `null` where JSON has none.
pub(super) fn append_f64(out: &mut Vec<u8>, value: f64) {
    const LEAST: u64 = 1e-5_f64.to_bits();
    const ONE: u64 = 1_f64.to_bits();
    const END: u64 = 1e16_f64.to_bits();
    const INFINITE: u64 = f64::INFINITY.to_bits();

    let size = value.to_bits() & (u64::MAX >> 1);
    let is_negative = value.is_sign_negative();
    if size == 0 {
        return append_zero(out, is_negative);
    }
    let decimal = decimal_f64(size);
    let Decimal { whole, last, exponent } = decimal;
    let (high, low) = (eight(whole / 100_000_000), whole % 100_000_000);
    match size {
        LEAST..ONE => {
            append_start(out, is_negative, -15 - exponent);
            let is_narrow = exponent == -15;
            if low | last == 0 {
                let digits = high >> (8 * u32::from(is_narrow));
                return append_part(out, (digits | ZEROS).to_le_bytes(), significant(digits));
            }
            let digits = sixteen(high, low);
            let digits = select_unpredictable(is_narrow, digits >> 8 | u128::from(last) << 120, digits);
            let count = select_unpredictable(last == 0, significant_of_sixteen(digits), 16);
            append_part(out, (digits | SIXTEEN_ZEROS).to_le_bytes(), count);
            append_part(out, (last | ZEROS).to_le_bytes(), usize::from((last != 0) & !is_narrow));
        }
        ONE..END if exponent <= 0 => {
            append_part(out, [b'-'], usize::from(is_negative));
            if low | last == 0 && exponent <= -8 {
                return append_mixed(out, high, 0, exponent + 8);
            }
            let digits = sixteen(high, low);
            let skip = digits.trailing_zeros() / 8;
            let point = exponent.saturating_add(16).unsigned_abs();
            append_part(out, ((digits | SIXTEEN_ZEROS) >> (8 * skip)).to_le_bytes(), (point - skip) as usize);
            out.push(b'.');
            let part = digits >> 8 >> (8 * (point - 1)) | u128::from(last) << (8 * (16 - point));
            append_part(out, (part | SIXTEEN_ZEROS).to_le_bytes(), significant_of_sixteen(part | 1));
        }
        ONE..END => append_rare(out, is_negative, Rare::Large, decimal),
        INFINITE.. => append_rare(out, is_negative, Rare::Infinite, decimal),
        _ => append_rare(out, is_negative, Rare::Scientific, decimal),
    }
}

#[inline(always)]
fn decimal_f32(size: u32) -> Decimal {
    const BITS: u32 = f32::MANTISSA_DIGITS - 1;
    const HIDDEN: u32 = 1 << BITS;
    const LEAST: i32 = f32::MIN_EXP - f32::MANTISSA_DIGITS as i32;
    const SLACK: u64 = 1 << 28;

    let (c, q) = ((size % HIDDEN) | HIDDEN, LEAST - 1 + (size >> BITS).cast_signed());
    if size < HIDDEN {
        return decimal(size.into(), LEAST, false);
    } else if c == HIDDEN {
        return decimal(c.into(), q, true);
    }
    let scale = upper(scale(q));
    let tens = u128::from(c) * u128::from(scale);
    let part = lower(tens);
    let reach = if c.is_multiple_of(2) { scale / 2 + SLACK } else { scale / 2 - SLACK };
    let (is_low, is_high) = (part <= reach, part >= !reach);
    let units = u128::from(part) * 10;
    let unit = upper(units);
    let nearest = unit + u64::from(lower(units) >= MIDDLE + (!unit & 1));
    let last = select_unpredictable(is_low | is_high, 0, nearest);
    Decimal { whole: upper(tens) + u64::from(is_high), last, exponent: exponent(q) }
}

#[inline(always)]
fn decimal_f64(size: u64) -> Decimal {
    const BITS: u32 = f64::MANTISSA_DIGITS - 1;
    const HIDDEN: u64 = 1 << BITS;
    const LEAST: i32 = f64::MIN_EXP - f64::MANTISSA_DIGITS as i32;

    let (c, q) = ((size % HIDDEN) | HIDDEN, LEAST - 1 + (size >> BITS) as i32);
    if size < HIDDEN {
        decimal(size, LEAST, false)
    } else if c == HIDDEN {
        decimal(c, q, true)
    } else {
        nearest(c, scale(q), false, exponent(q))
    }
}

/// What is seldom written, and what lies on an edge, below which floats are closer by half.
#[cold]
fn decimal(c: u64, q: i32, is_edge: bool) -> Decimal {
    if !is_edge {
        return nearest(c, scale(q), false, exponent(q));
    }
    // One to ten units are three quarters of `2^q`, the whole range. Scales count the smaller distance.
    let units = ((q * 1_262_611 - 524_031) >> 22) + 1;
    let scale = scale(q - 1);
    nearest(2 * c, if units == exponent(q - 1) { scale } else { scale / 10 }, true, units)
}

/// The shortest decimal of `c` floats' distances.
#[inline(always)]
fn nearest(c: u64, scale: u128, is_edge: bool, exponent: i32) -> Decimal {
    let low = u128::from(c) * u128::from(lower(scale));
    let tens = u128::from(c) * u128::from(upper(scale)) + u128::from(upper(low));
    let part = lower(tens);
    let half = upper(scale) / 2;
    // What is cut off can make one and the other one less. The least distance from an end is 2.1.
    let slack = if c.is_multiple_of(2) { 1 } else { 2_u64.wrapping_neg() };
    let is_low = part <= half.wrapping_add(slack);
    let is_high = part >= !(if is_edge { upper(scale) } else { half }).wrapping_add(slack);
    let rest = u128::from(lower(low)) * 10;
    let units = u128::from(part) * 10 + u128::from(upper(rest));
    let unit = upper(units);
    let rest = units << 64 | u128::from(lower(rest));
    let is_up = rest >= (u128::from(MIDDLE) << 64) + u128::from(!unit & 1) || is_edge && upper(rest) / 10 > half;
    let last = select_unpredictable(is_low | is_high, 0, unit + u64::from(is_up));
    Decimal { whole: upper(tens) + u64::from(is_high), last, exponent }
}

const MIDDLE: u64 = 1 << 63;

#[inline(always)]
const fn upper(number: u128) -> u64 {
    (number >> 64) as u64
}

#[inline(always)]
const fn lower(number: u128) -> u64 {
    number as u64
}

/// Of which power of ten `2^q` is a tenth to the whole.
#[inline(always)]
const fn exponent(q: i32) -> i32 {
    // The logarithm of two, exact enough for every `q` there is.
    ((q * 1_262_611) >> 22) + 1
}

/// `2^q / 10^exponent`, as so many 2^128ths.
#[inline(always)]
fn scale(q: i32) -> u128 {
    SCALES[(q - LEAST_Q).cast_unsigned() as usize % SCALES.len()]
}

/// One less than that of the least float.
const LEAST_Q: i32 = -1075;

static SCALES: [u128; 2048] = {
    let mut scales = [0; 2048];
    // A half, by twice as many bits as are kept.
    let half = [0, 0, 0, MIDDLE];
    let (mut q, mut limbs) = (-1, half);
    while q >= LEAST_Q {
        scales[(q - LEAST_Q) as usize] = (limbs[3] as u128) << 64 | limbs[2] as u128;
        limbs = if exponent(q - 1) == exponent(q) { divided(limbs, 2) } else { times(limbs, 5) };
        q -= 1;
    }
    (q, limbs) = (-1, half);
    while q < f64::MAX_EXP - f64::MANTISSA_DIGITS as i32 {
        limbs = if exponent(q + 1) == exponent(q) { times(limbs, 2) } else { divided(limbs, 5) };
        q += 1;
        scales[(q - LEAST_Q) as usize] = (limbs[3] as u128) << 64 | limbs[2] as u128;
    }
    scales
};

const fn times(mut limbs: [u64; 4], by: u64) -> [u64; 4] {
    let (mut at, mut carry) = (0, 0);
    while at < limbs.len() {
        let product = limbs[at] as u128 * by as u128 + carry as u128;
        limbs[at] = lower(product);
        carry = upper(product);
        at += 1;
    }
    limbs
}

const fn divided(mut limbs: [u64; 4], by: u64) -> [u64; 4] {
    let (mut at, mut rest) = (limbs.len(), 0);
    while at > 0 {
        at -= 1;
        let dividend = (rest as u128) << 64 | limbs[at] as u128;
        limbs[at] = lower(dividend / by as u128);
        rest = lower(dividend % by as u128);
    }
    limbs
}

const SIXTEEN_ZEROS: u128 = u128::from_le_bytes([b'0'; 16]);

#[inline(always)]
fn sixteen(high: u64, low: u64) -> u128 {
    u128::from(high) | u128::from(eight(low)) << 64
}

/// How many digits are left without the zeros at the end.
#[inline(always)]
const fn significant(digits: u64) -> usize {
    8 - digits.leading_zeros() as usize / 8
}

#[inline(always)]
const fn significant_of_sixteen(digits: u128) -> usize {
    16 - digits.leading_zeros() as usize / 8
}

/// Appends a sign, and what stands before the digits of a fraction: one zero fewer than it has, and one for none.
#[inline(always)]
fn append_start(out: &mut Vec<u8>, is_negative: bool, zeros: i32) {
    const START: u64 = u64::from_le_bytes(*b"0.000000");
    let start = select_unpredictable(is_negative, START << 8 | b'-' as u64, START);
    append_part(out, start.to_le_bytes(), (1 + zeros.max(1)) as usize + usize::from(is_negative));
}

/// Appends eight digits and the last one with the point between them. The first ones may be zeros.
#[inline(always)]
fn append_mixed(out: &mut Vec<u8>, digits: u64, last: u64, exponent: i32) {
    let skip = digits.trailing_zeros() / 8;
    let point = exponent.saturating_add(8).unsigned_abs();
    append_part(out, ((digits | ZEROS) >> (8 * skip)).to_le_bytes(), (point - skip) as usize);
    let part = digits >> 8 >> (8 * (point - 1)) | last << (64 - 8 * point);
    let text = (part | ZEROS) << 8 | u64::from(b'.');
    append_part(out, text.to_le_bytes(), 1 + significant(part | 1));
}

fn append_zero(out: &mut Vec<u8>, is_negative: bool) {
    append_part(out, [b'-'], usize::from(is_negative));
    out.extend_from_slice(b"0.0");
}

#[cold]
fn append_rare(out: &mut Vec<u8>, is_negative: bool, form: Rare, decimal: Decimal) {
    if matches!(form, Rare::Infinite) {
        return out.extend_from_slice(b"null");
    }
    append_part(out, [b'-'], usize::from(is_negative));
    let (mut digits, mut exponent) = (decimal.whole * 10 + decimal.last, decimal.exponent - 1);
    while digits.is_multiple_of(10) {
        digits /= 10;
        exponent += 1;
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(digits);
    if matches!(form, Rare::Large) {
        out.extend_from_slice(digits.as_bytes());
        out.extend((0..exponent).map(|_| b'0'));
        return out.extend_from_slice(b".0");
    }
    let (first, rest) = digits.split_at(1);
    exponent += rest.len() as i32;
    out.extend_from_slice(first.as_bytes());
    if !rest.is_empty() {
        out.push(b'.');
        out.extend_from_slice(rest.as_bytes());
    }
    out.extend_from_slice(if exponent < 0 { b"e" } else { b"e+" });
    out.extend_from_slice(itoa::Buffer::new().format(exponent).as_bytes());
}
