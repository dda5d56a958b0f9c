//! The memory of a segment: words of our own, or in a file, where they outlive the process.
//!
//! This file holds the only `unsafe` of the journal, above all a mapping seen as atomic words. What makes it sound:
//!
//! - The mapping is aligned to a page and lives as long as the [`Words`] that it is borrowed from.
//! - `AtomicU64` has the size and alignment of `u64`, and every bit pattern is one of its values.
//! - No reference to the mapping exists but this one, and through it memory is touched by atomic
//!   operations only. So what another process does to the file can make values wrong, which
//!   checksums find, but is no data race between references of ours.
//! - Before it is mapped the file is written in full: its blocks exist, so that no store finds the
//!   disk full (which would end the program with SIGBUS). Nobody shortens it: the directory is ours.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::AtomicU64;

use memmap2::{MmapMut, MmapOptions, MmapRaw};

#[derive(Debug)]
pub(super) enum Words {
    Heap(Box<[AtomicU64]>),
    Mapped(MmapRaw),
}

impl Words {
    pub(super) fn heap(count: usize) -> Self {
        Self::Heap((0..count).map(|_| AtomicU64::new(0)).collect())
    }

    /// Memory that goes back to the system as soon as it is free, which the allocator keeps.
    pub(super) fn pages(count: usize) -> Self {
        match MmapMut::map_anon(count * size_of::<u64>()) {
            Ok(map) => Self::Mapped(populated(MmapRaw::from(map))),
            Err(_) => Self::heap(count),
        }
    }

    /// Fills a new, empty file with so many zeros, and maps it.
    pub(super) fn map(file: &mut File, count: usize) -> io::Result<Self> {
        let zeros = [0; 32 << 10];
        let mut left = count * size_of::<u64>();
        while left > 0 {
            let more = left.min(zeros.len());
            file.write_all(&zeros[..more])?;
            left -= more;
        }
        Ok(Self::Mapped(populated(MmapOptions::new().len(count * size_of::<u64>()).map_raw(&*file)?)))
    }

    /// A word that is zero in a process that was forked from this one, where the system can do that.
    #[cfg_attr(target_os = "linux", expect(unsafe_code, reason = "advice that memmap2 does not know"))]
    pub(super) fn forgotten_by_forks() -> io::Result<Self> {
        let map = MmapRaw::from(MmapMut::map_anon(size_of::<u64>())?);
        #[cfg(target_os = "linux")]
        {
            // SAFETY: the pages are this mapping's own, private and anonymous. The advice changes nothing in this
            // process; in a child they hold zeros, which are values of the atomics that they are read as.
            let answer = unsafe { libc::madvise(map.as_mut_ptr().cast(), map.len(), libc::MADV_WIPEONFORK) };
            if answer != 0 {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(Self::Mapped(map))
    }

    #[inline]
    #[expect(unsafe_code, reason = "a mapping seen as atomic words: see the head of this file")]
    pub(super) fn as_slice(&self) -> &[AtomicU64] {
        match self {
            Self::Heap(words) => words,
            // SAFETY: the pointer is aligned to a page, the mapping is `len` bytes long and stays mapped
            // while `self` is borrowed, and nothing accesses it but through these atomics.
            Self::Mapped(map) => unsafe {
                std::slice::from_raw_parts(map.as_mut_ptr().cast::<AtomicU64>(), map.len() / size_of::<u64>())
            },
        }
    }
}

/// The same with all its pages there, so that the first store to one does not wait for the system; where it cannot, they do.
fn populated(map: MmapRaw) -> MmapRaw {
    #[cfg(target_os = "linux")]
    let _ = map.advise(memmap2::Advice::PopulateWrite);
    map
}
