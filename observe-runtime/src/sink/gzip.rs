//! Compression of bodies, with one compressor for all of them: a new one takes 300 KiB of fresh memory.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use flate2::{Compress, Compression, FlushCompress, Status};

#[derive(Default)]
pub(super) struct Gzip(Mutex<Option<Box<Compress>>>);

/// A window of 2^15 bytes, the largest there is.
const WINDOW: u8 = 15;

impl Gzip {
    /// Gives the memory back.
    pub(super) fn clear(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// These bytes as a gzip file, or `None` if that fails.
    pub(super) fn of(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut place = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // One that failed is not used again.
        let mut gzip = place.take().unwrap_or_else(|| Box::new(Compress::new_gzip(Compression::fast(), WINDOW)));
        let mut out = Vec::with_capacity(bytes.len() / 8 + 64);
        loop {
            let rest = bytes.get(usize::try_from(gzip.total_in()).ok()?..)?;
            match gzip.compress_vec(rest, &mut out, FlushCompress::Finish).ok()? {
                Status::StreamEnd => break,
                Status::Ok | Status::BufError => out.reserve(out.capacity()),
            }
        }
        gzip.reset();
        *place = Some(gzip);
        Some(out)
    }
}

impl fmt::Debug for Gzip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gzip")
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn one_after_another_is_what_it_was() {
        let gzip = Gzip::default();
        let noise: Vec<u8> = (0..300_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
        for bytes in [&b""[..], b"a", &[7; 100_000], &noise, b"once more", &noise[..70_000]] {
            let mut back = Vec::new();
            GzDecoder::new(&gzip.of(bytes).unwrap()[..]).read_to_end(&mut back).unwrap();
            assert!(back == bytes, "{} bytes", bytes.len());
        }
    }
}
