//! How a text stands in a JSON string.
//!
//! It is looked at and copied in one pass: a short text at once if all of it can stand as it is, else a step of it is
//! appended whole, and taken back from the first byte on that cannot. A semicolon counts as one: it may be that in
//! `;base64,`.

use std::hint::black_box;

const STEP: usize = 16;
const WORD: usize = 8;
const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// No byte of a text becomes more than this many.
pub(super) const LONGEST: usize = 6;

/// Appends a text up to its first semicolon that may be the one in `;base64,`. Returns how far that is.
#[inline]
pub(super) fn append_text(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
    if append_short(out, bytes) { bytes.len() } else { append_any(out, bytes) }
}

/// Appends a text of up to two steps that can stand as it is: from both ends, which may overlap. False: nothing was appended.
#[inline(always)]
fn append_short(out: &mut Vec<u8>, bytes: &[u8]) -> bool {
    let len = bytes.len();
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let is_plain = len <= 2 * STEP && are_plain(start, end);
        if is_plain {
            overlap::<STEP>(out, start, end, len);
        }
        is_plain
    } else if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let is_plain = specials(u64::from_le_bytes(*start)) | specials(u64::from_le_bytes(*end)) == 0;
        if is_plain {
            overlap::<WORD>(out, start, end, len);
        }
        is_plain
    } else {
        let word = padded(bytes);
        let is_plain = place(specials(word)) >= len;
        if is_plain {
            let end = out.len() + len;
            out.extend_from_slice(&word.to_le_bytes());
            out.truncate(end);
        }
        is_plain
    }
}

/// Whether all bytes of two steps can stand as they are. Written in this form it becomes a handful of vector instructions.
#[inline(always)]
fn are_plain(first: &[u8; STEP], second: &[u8; STEP]) -> bool {
    let mut marks = [0; STEP];
    for (mark, (first, second)) in marks.iter_mut().zip(first.iter().zip(second)) {
        *mark = u8::from(is_special(*first) | is_special(*second));
    }
    u128::from_ne_bytes(marks) == 0
}

#[inline(never)]
fn append_any(out: &mut Vec<u8>, bytes: &[u8]) -> usize {
    let mut rest = bytes;
    // So many bytes before the rest were appended as they are.
    let mut plain = 0;
    while let Some(two) = rest.first_chunk() {
        match append_step(out, two, rest) {
            Ok(0) => plain = STEP,
            Ok(special) => plain = STEP - special,
            Err(at) => return bytes.len() - rest.len() + at,
        }
        rest = &rest[STEP..];
    }
    while !rest.is_empty() {
        let again = STEP.saturating_sub(rest.len());
        let (clean, len) = if let Some(step) = rest.first_chunk() {
            out.extend_from_slice(step);
            (first(marks(step)), STEP)
        } else if let Some(step) = bytes.last_chunk()
            && plain >= again
        {
            out.truncate(out.len() - again);
            out.extend_from_slice(step);
            (first(marks(step)) - again, rest.len())
        } else {
            let len = rest.len().min(WORD);
            let word = rest.first_chunk().map_or_else(|| padded(rest), |word| u64::from_le_bytes(*word));
            out.extend_from_slice(&word.to_le_bytes());
            out.truncate(out.len() - WORD + len);
            (place(specials(word)).min(len), len)
        };
        plain += clean;
        if clean == len {
            rest = &rest[len..];
            continue;
        }
        out.truncate(out.len() - len + clean);
        if may_be_payload(rest, clean) {
            return bytes.len() - rest.len() + clean;
        }
        push(out, rest[clean]);
        rest = &rest[clean + 1..];
        plain = 0;
    }
    bytes.len()
}

/// Appends the first step of two: where the second one starts does not hang on what is in the first. Returns where its
/// last special byte ends, or at which one it stopped.
#[inline(always)]
fn append_step(out: &mut Vec<u8>, two: &[u8; 2 * STEP], rest: &[u8]) -> Result<usize, usize> {
    let ([step, _], []) = two.as_chunks() else { return Err(0) };
    out.extend_from_slice(step);
    // The end of `out` holds the step from this byte on, and what follows the step.
    let mut from = 0;
    for (half, mut marks) in marks(step).into_iter().enumerate() {
        while marks != 0 {
            let at = half * WORD + place(marks) % WORD;
            marks &= marks - 1;
            out.truncate(out.len() - STEP + at - from);
            if may_be_payload(rest, at) {
                return Err(at);
            }
            push(out, step[at]);
            from = at + 1;
            out.extend_from_slice(&two[from..from + STEP]);
        }
    }
    out.truncate(out.len() - from);
    Ok(from)
}

/// The first marked byte of a step, or how many there are.
#[inline]
const fn first([low, high]: [u64; STEP / WORD]) -> usize {
    if low != 0 { place(low) } else { WORD + place(high) }
}

/// Whether the byte there is a semicolon that may begin a payload.
#[inline]
fn may_be_payload(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b';' && (bytes.len() - at <= MARK.len() || bytes[at + 1..].starts_with(MARK))
}

const MARK: &[u8] = super::data_uri::MARK.as_bytes();

/// Marks the bytes of a step that cannot stand as they are: the lowest bit of each.
#[inline(always)]
fn marks(step: &[u8; STEP]) -> [u64; STEP / WORD] {
    let mut marks = [[0; WORD]; STEP / WORD];
    for (mark, byte) in marks.as_flattened_mut().iter_mut().zip(step) {
        *mark = u8::from(is_special(*byte));
    }
    // As long as the compiler does not see what becomes of the marks it makes them with a handful of vector instructions.
    black_box(marks).map(u64::from_le_bytes)
}

#[inline(always)]
const fn is_special(byte: u8) -> bool {
    // The quote is one bit away from the space, the first character that is no control.
    (byte ^ 2 <= 0x20) | (byte == b'\\') | (byte == b';')
}

/// The high bits of the special bytes in a word. Only the lowest one is exact: a borrow may mark those above it.
#[inline]
const fn specials(word: u64) -> u64 {
    let control_or_quote = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let slash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    let semicolon = (word ^ (ONES * b';' as u64)).wrapping_sub(ONES);
    (control_or_quote | slash | semicolon) & !word & HIGH
}

/// The place of the first marked byte, or how many there are.
#[inline]
const fn place(marks: u64) -> usize {
    marks.trailing_zeros() as usize / 8
}

/// Fewer bytes than a word, and zeros.
#[inline]
fn padded(bytes: &[u8]) -> u64 {
    let len = bytes.len();
    if let (Some(start), Some(end)) = (bytes.first_chunk(), bytes.last_chunk()) {
        let (start, end) = (u32::from_le_bytes(*start), u32::from_le_bytes(*end));
        u64::from(start) | u64::from(end) << (8 * (len - 4))
    } else if let (Some(first), Some(middle), Some(last)) = (bytes.first(), bytes.get(len / 2), bytes.last()) {
        u64::from(*first) | u64::from(*middle) << (8 * (len / 2)) | u64::from(*last) << (8 * (len - 1))
    } else {
        0
    }
}

/// What each byte becomes, and how long that is at the end.
const ESCAPES: [[u8; WORD]; 256] = {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut escapes = [[0; WORD]; 256];
    let mut byte = 0;
    while byte < 256 {
        escapes[byte] = if byte < 0x20 {
            [b'\\', b'u', b'0', b'0', HEX[byte >> 4], HEX[byte & 15], 0, 6]
        } else {
            [byte as u8, 0, 0, 0, 0, 0, 0, 1]
        };
        byte += 1;
    }
    let short = b"\"\"\\\\\nn\rr\tt\x08b\x0cf";
    let mut at = 0;
    while at < short.len() {
        escapes[short[at] as usize] = [b'\\', short[at + 1], 0, 0, 0, 0, 0, 2];
        at += 2;
    }
    escapes
};

/// Appends what a byte becomes.
#[inline]
pub(super) fn push(out: &mut Vec<u8>, byte: u8) {
    let escape = &ESCAPES[usize::from(byte)];
    let end = out.len() + usize::from(escape[WORD - 1]);
    out.extend_from_slice(escape);
    out.truncate(end);
}

/// Appends a name and a colon, after a comma if it is not the first. Names come from the program's text and are never
/// cut.
#[inline]
pub(super) fn push_key(out: &mut Vec<u8>, is_first: bool, name: &str) {
    let name = name.as_bytes();
    if is_first {
        out.push(b'"');
    } else {
        out.extend_from_slice(b",\"");
    }
    if !append_short(out, name) {
        push_name(out, name);
    }
    out.extend_from_slice(b"\":");
}

#[cold]
pub(super) fn push_name(out: &mut Vec<u8>, mut name: &[u8]) {
    loop {
        name = &name[append_text(out, name)..];
        let Some((byte, rest)) = name.split_first() else { break };
        push(out, *byte);
        name = rest;
    }
}

/// Whether all bytes can stand as they are.
pub(super) fn is_plain(bytes: &[u8]) -> bool {
    !bytes.iter().any(|byte| is_special(*byte))
}

/// Appends bytes. Short ones without a call: from both ends, which may overlap.
#[inline(always)]
pub(super) fn append(out: &mut Vec<u8>, bytes: &[u8]) {
    if bytes.len() > 32 {
        out.extend_from_slice(bytes);
    } else if let (Some(start), Some(end)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
        overlap(out, start, end, bytes.len());
    } else if let (Some(start), Some(end)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        overlap(out, start, end, bytes.len());
    } else if let (Some(start), Some(end)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        overlap(out, start, end, bytes.len());
    } else {
        for byte in bytes {
            out.push(*byte);
        }
    }
}

#[inline]
fn overlap<const N: usize>(out: &mut Vec<u8>, start: &[u8; N], end: &[u8; N], len: usize) {
    let second = out.len() + len - N;
    out.extend_from_slice(start);
    out.truncate(second);
    out.extend_from_slice(end);
}
