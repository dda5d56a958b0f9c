//! Runs of records, each after its length.

/// Appends a frame: the record's length in 4 bytes, then the record.
pub(crate) fn frame(out: &mut Vec<u8>, record: &[u8]) {
    let length = u32::try_from(record.len()).unwrap_or(0);
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&record[..length as usize]);
}

/// Bytes of the first two frames of a run, or of all there are.
pub(crate) fn two(bytes: &[u8]) -> usize {
    frames(bytes).take(2).map(|record| 4 + record.len()).sum()
}

/// The records in a run of frames; ends at the first one that is cut off.
#[inline]
pub(crate) fn frames(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (length, tail) = rest.split_first_chunk()?;
        let (record, tail) = tail.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        rest = tail;
        Some(record)
    })
}
