//! The bytes of a batch, in a buffer that is used again: what is fresh costs a page fault every 4 KiB.

use std::fmt;
use std::mem;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers that wait to be used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Vec<u8>>>>);

/// Encoded bytes. Their buffer goes back once nobody needs them.
pub(crate) struct Body {
    bytes: Vec<u8>,
    from: Buffers,
}

/// So many wait at most, and none that is larger than this.
const MOST: usize = 4;
const LARGEST: usize = 512 << 10;

impl Buffers {
    /// An empty buffer, mostly with room.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// What was written to it.
    pub(crate) fn body(&self, bytes: Vec<u8>) -> Body {
        Body { bytes, from: self.clone() }
    }

    /// Gives the memory back.
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl AsRef<[u8]> for Body {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.len())
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let mut bytes = mem::take(&mut self.bytes);
        let mut waiting = self.from.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < MOST && (1..=LARGEST).contains(&bytes.capacity()) {
            bytes.clear();
            waiting.push(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_when_nobody_needs_what_was_in_it() {
        let buffers = Buffers::default();
        let body = buffers.body(vec![7; 1000]);
        assert_eq!(buffers.take().capacity(), 0);
        drop(body);
        let again = buffers.take();
        assert!(again.is_empty() && again.capacity() >= 1000);
        // Neither more of them nor larger ones than are kept.
        let bodies: Vec<_> = (0..2 * MOST).map(|_| buffers.body(vec![7; 1000])).collect();
        drop((bodies, buffers.body(vec![7; LARGEST + 1])));
        assert_eq!((0..2 * MOST).filter(|_| buffers.take().capacity() > 0).count(), MOST);
        drop(buffers.body(vec![7; LARGEST + 1]));
        assert_eq!(buffers.take().capacity(), 0);
    }
}
