//! Data URIs inside a text: `data:image/png;base64,<12345 bytes>` says all that is worth saying.
//!
//! The number is that of the decoded bytes.

/// What stands between the semicolon and the payload.
pub(super) const MARK: &str = "base64,";
/// The longest media type with parameters that is looked back for.
const HEAD: usize = 128;

/// A payload that is left out.
#[derive(Debug, PartialEq)]
pub(super) struct Payload {
    /// Its characters in the text.
    pub(super) chars: usize,
    /// The bytes these stand for.
    pub(super) bytes: usize,
}

/// The payload of the data URI in `text` in which the semicolon before `at` is the last one, if there is one.
///
/// At most `reach` characters are looked at: a payload that goes on is taken to go on to the end of the text.
pub(super) fn payload(text: &[u8], at: usize, reach: usize) -> Option<Payload> {
    let rest = text.get(at..)?.strip_prefix(MARK.as_bytes())?;
    let head = text.get(at.saturating_sub(HEAD)..at)?;
    let scheme = head.windows(5).rposition(|five| five == b"data:")?;
    if !head[scheme + 5..].iter().all(|byte| is_media_type(*byte)) {
        return None;
    }
    let near = &rest[..rest.len().min(reach)];
    let mut chars = length(near);
    if chars == near.len() {
        chars = rest.len();
    }
    let padding = rest[..chars].iter().rev().take(2).take_while(|byte| **byte == b'=').count();
    Some(Payload { chars, bytes: (chars - padding) / 4 * 3 + (chars - padding) % 4 * 3 / 4 })
}

fn length(bytes: &[u8]) -> usize {
    let (chunks, _) = bytes.as_chunks::<32>();
    let whole =
        chunks.iter().take_while(|chunk| chunk.iter().fold(true, |all, byte| all & is_base64(*byte))).count() * 32;
    whole + bytes[whole..].iter().take_while(|byte| is_base64(**byte)).count()
}

/// The standard and the URL alphabet.
const fn is_base64(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26)
        | (byte.wrapping_sub(b'0') < 10)
        | (byte == b'+')
        | (byte == b'/')
        | (byte == b'=')
        | (byte == b'-')
        | (byte == b'_')
}

const fn is_media_type(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'+' | b'-' | b'_' | b';' | b'=' | b'*')
}
