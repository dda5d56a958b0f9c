//! What of a text can stand in a JSON string as it is, and how the rest is written.
//!
//! The scan looks at eight bytes a step, and at 32 once these many were clean (the compiler makes vector code of it).
//! A semicolon counts as special: it may be the one in `;base64,`.

const WORD: usize = 8;
const STEP: usize = 32;
const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// How many bytes at the start of `bytes` need no second look.
#[inline]
pub(super) fn clean(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<WORD>();
    for (at, word) in words.iter().take(STEP / WORD).enumerate() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return at * WORD + place(found);
        }
    }
    if bytes.len() > STEP { clean_long(bytes) } else { clean_tail(bytes) }
}

/// The first step is clean.
#[inline(never)]
fn clean_long(bytes: &[u8]) -> usize {
    let (steps, rest) = bytes.as_chunks::<STEP>();
    for (at, step) in steps.iter().enumerate().skip(1) {
        if any(step) {
            return at * STEP + first(step);
        }
    }
    let done = bytes.len() - rest.len();
    match first(rest) {
        at if at < rest.len() / WORD * WORD => done + at,
        _ => clean_tail(bytes),
    }
}

/// The whole words are clean: the last one is moved to the end, over bytes that are known to be.
#[inline]
fn clean_tail(bytes: &[u8]) -> usize {
    if let Some(word) = bytes.last_chunk::<WORD>() {
        bytes.len() - WORD + place(specials(u64::from_le_bytes(*word)))
    } else if let (Some(start), Some(end)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        let (start, end) = (u32::from_le_bytes(*start), u32::from_le_bytes(*end));
        let at = place(specials(u64::from(end) << 32 | u64::from(start)));
        if at < 4 { at } else { bytes.len() + at - WORD }
    } else {
        bytes.iter().position(|byte| is_special(*byte)).unwrap_or(bytes.len())
    }
}

/// The place of the first special byte in whole words, or their length.
#[inline]
fn first(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<WORD>();
    for (at, word) in words.iter().enumerate() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return at * WORD + place(found);
        }
    }
    words.len() * WORD
}

#[inline]
const fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == b';')
}

#[inline]
fn any<const N: usize>(chunk: &[u8; N]) -> bool {
    chunk.iter().fold(false, |found, byte| found | is_special(*byte))
}

/// The high bits of the special bytes in a word. Only the lowest one is exact: a borrow may mark those above it.
#[inline]
const fn specials(word: u64) -> u64 {
    // The quote is one bit away from the space, the first character that is no control.
    let control_or_quote = (word ^ (ONES * 2)).wrapping_sub(ONES * 0x21);
    let slash = (word ^ (ONES * b'\\' as u64)).wrapping_sub(ONES);
    let semicolon = (word ^ (ONES * b';' as u64)).wrapping_sub(ONES);
    (control_or_quote | slash | semicolon) & !word & HIGH
}

/// The place of the first marked byte, or how many there are.
#[inline]
const fn place(found: u64) -> usize {
    found.trailing_zeros() as usize / 8
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

/// Appends the escape of a byte that cannot stand in a JSON string.
pub(super) fn push(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
            return out.extend_from_slice(&[b'\\', b'u', b'0', b'0', high, low]);
        }
    };
    out.extend_from_slice(&[b'\\', short]);
}

/// Appends a name and a colon. Names come from the program's text and are never cut.
pub(super) fn push_key(out: &mut Vec<u8>, name: &str) {
    let name = name.as_bytes();
    out.reserve(name.len() + 3);
    out.push(b'"');
    if clean(name) == name.len() {
        append(out, name);
    } else {
        push_all(out, name);
    }
    out.extend_from_slice(b"\":");
}

#[cold]
fn push_all(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        if byte != b';' && is_special(byte) {
            push(out, byte);
        } else {
            out.push(byte);
        }
    }
}
