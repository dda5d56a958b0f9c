//! What of a text can stand in a JSON string as it is, and how the rest is written.
//!
//! The scan looks at 32 bytes a step (the compiler makes vector code of it), and at eight where the place matters.

const STEP: usize = 32;
const ONES: u64 = u64::MAX / 255;
const HIGH: u64 = ONES << 7;

/// How many bytes at the start of `bytes` need no escape. With `WATCH`, a semicolon ends them too: it may be the
/// one in `;base64,`.
#[inline]
pub(super) fn clean<const WATCH: bool>(bytes: &[u8]) -> usize {
    let (chunks, tail) = bytes.as_chunks::<STEP>();
    for (at, chunk) in chunks.iter().enumerate() {
        if is_special_in::<WATCH>(chunk) {
            return at * STEP + first::<WATCH>(chunk);
        }
    }
    chunks.len() * STEP + first::<WATCH>(tail)
}

#[inline]
fn is_special<const WATCH: bool>(byte: u8) -> bool {
    (byte < 0x20) | (byte == b'"') | (byte == b'\\') | (WATCH & (byte == b';'))
}

#[inline]
fn is_special_in<const WATCH: bool>(chunk: &[u8; STEP]) -> bool {
    chunk.iter().fold(false, |found, byte| found | is_special::<WATCH>(*byte))
}

/// The place of the first special byte, or the length.
#[inline]
fn first<const WATCH: bool>(bytes: &[u8]) -> usize {
    let (words, tail) = bytes.as_chunks::<8>();
    for (at, word) in words.iter().enumerate() {
        let found = specials::<WATCH>(u64::from_le_bytes(*word));
        if found != 0 {
            return at * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let done = words.len() * 8;
    done + tail.iter().position(|byte| is_special::<WATCH>(*byte)).unwrap_or(tail.len())
}

/// The high bits of the special bytes in a word. Only the lowest one is exact: a borrow may mark those above it.
#[inline]
const fn specials<const WATCH: bool>(word: u64) -> u64 {
    let mut found =
        word.wrapping_sub(ONES * 0x20) | zeros(word ^ (ONES * b'"' as u64)) | zeros(word ^ (ONES * b'\\' as u64));
    if WATCH {
        found |= zeros(word ^ (ONES * b';' as u64));
    }
    found & !word & HIGH
}

#[inline]
const fn zeros(word: u64) -> u64 {
    word.wrapping_sub(ONES)
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

/// Appends `before`, a name in quotes, and a colon. Names come from the program's text and are never cut.
pub(super) fn push_key(out: &mut Vec<u8>, before: &[u8], name: &str) {
    let name = name.as_bytes();
    out.reserve(before.len() + name.len() + 3);
    out.extend_from_slice(before);
    out.push(b'"');
    if clean::<false>(name) == name.len() {
        out.extend_from_slice(name);
    } else {
        push_all(out, name);
    }
    out.extend_from_slice(b"\":");
}

#[cold]
fn push_all(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        if is_special::<false>(byte) {
            push(out, byte);
        } else {
            out.push(byte);
        }
    }
}
