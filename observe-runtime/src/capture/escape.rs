//! What of a text can stand in a JSON string as it is, and how the rest is written.
//!
//! The scan looks at 32 bytes a step (the compiler makes vector code of it), and at eight where the place matters.
//! A semicolon counts as special: it may be the one in `;base64,`.

const STEP: usize = 32;
const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// How many bytes at the start of `bytes` need no second look.
#[inline]
pub(super) fn clean(bytes: &[u8]) -> usize {
    if bytes.len() >= STEP {
        clean_long(bytes)
    } else if is_short_clean(bytes) {
        bytes.len()
    } else {
        first(bytes)
    }
}

#[inline(never)]
fn clean_long(bytes: &[u8]) -> usize {
    let (chunks, tail) = bytes.as_chunks::<STEP>();
    for (at, chunk) in chunks.iter().enumerate() {
        if any(chunk) {
            return at * STEP + first(chunk);
        }
    }
    // The last whole step overlaps what was found clean.
    if bytes.last_chunk::<STEP>().is_some_and(|chunk| !any(chunk)) {
        return bytes.len();
    }
    bytes.len() - tail.len() + first(tail)
}

#[inline]
const fn is_special(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (byte == b';')
}

#[inline]
fn any<const N: usize>(chunk: &[u8; N]) -> bool {
    chunk.iter().fold(false, |found, byte| found | is_special(*byte))
}

/// Fewer bytes than a step: looked at from both ends, which may overlap.
#[inline]
fn is_short_clean(bytes: &[u8]) -> bool {
    if let (Some(start), Some(end)) = (bytes.first_chunk::<16>(), bytes.last_chunk::<16>()) {
        !(any(start) | any(end))
    } else if let (Some(start), Some(end)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        specials(u64::from_le_bytes(*start)) | specials(u64::from_le_bytes(*end)) == 0
    } else if let (Some(start), Some(end)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        specials(u64::from(u32::from_le_bytes(*start)) << 32 | u64::from(u32::from_le_bytes(*end))) == 0
    } else {
        !bytes.iter().any(|byte| is_special(*byte))
    }
}

/// The place of the first special byte, or the length.
#[inline]
fn first(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let found = specials(u64::from_le_bytes(*word));
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let done = words.len() * 8;
    done + tail.iter().position(|byte| is_special(*byte)).unwrap_or(tail.len())
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
