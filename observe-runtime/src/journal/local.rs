//! What each thread has of its own: the lane that it appends to, and a buffer to build records in.

use std::cell::{Cell, Ref, RefCell};

use super::budget::Admission;
use super::lane::Lane;
use super::{Journal, find};

struct Local {
    lane: RefCell<Option<Lane>>,
    scratch: RefCell<Vec<u8>>,
}

thread_local! {
    static LOCAL: Local = const {
        Local { lane: RefCell::new(None), scratch: RefCell::new(Vec::new()) }
    };
    static CAPTURING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a value is being captured on this thread: calls made by `Serialize` and `Debug` are not recorded.
#[inline]
pub(crate) fn is_capturing() -> bool {
    CAPTURING.get()
}

/// Runs `capture`, during which calls on this thread are not recorded.
#[inline]
pub(crate) fn capturing<R>(capture: impl FnOnce() -> R) -> R {
    struct Reset;
    impl Drop for Reset {
        fn drop(&mut self) {
            CAPTURING.with(|is_capturing| is_capturing.set(false));
        }
    }
    CAPTURING.with(|is_capturing| is_capturing.set(true));
    let _reset = Reset;
    capture()
}

/// Builds a record in this thread's scratch buffer and appends it if `build` says so.
/// False: not appended, be it that it was refused (and counted) or that nobody records.
#[inline]
pub(crate) fn write(client: u32, admission: Admission, build: impl FnOnce(&mut Vec<u8>, &Journal) -> bool) -> bool {
    LOCAL.try_with(|local| local.write(client, admission, build)).unwrap_or(false)
}

impl Local {
    #[inline]
    fn write(&self, client: u32, admission: Admission, build: impl FnOnce(&mut Vec<u8>, &Journal) -> bool) -> bool {
        let Some(lane) = self.lane_of(client) else { return false };
        let Some(lane) = &*lane else { return false };
        let journal = &*lane.journal;
        if !journal.admits(admission) {
            return false;
        }
        // An update's closure may record calls of its own: they find another scratch buffer and share the lane.
        let (mut own, mut kept);
        let scratch: &mut Vec<u8> = if let Ok(scratch) = self.scratch.try_borrow_mut() {
            kept = scratch;
            &mut kept
        } else {
            own = Vec::new();
            &mut own
        };
        scratch.clear();
        let is_built = build(scratch, journal);
        if is_built {
            lane.append(scratch);
        }
        if scratch.capacity() > SCRATCH {
            shrink(scratch);
        }
        is_built
    }

    /// This thread's lane, which is one of that client.
    #[inline]
    fn lane_of(&self, client: u32) -> Option<Ref<'_, Option<Lane>>> {
        let lane = self.lane.try_borrow().ok()?;
        if matches!(&*lane, Some(lane) if lane.client == client) {
            return Some(lane);
        }
        drop(lane);
        if self.enter(client) { self.lane.try_borrow().ok() } else { None }
    }

    /// Makes this thread's lane one of that client.
    #[cold]
    fn enter(&self, client: u32) -> bool {
        let Some(journal) = find(client) else { return false };
        let Ok(mut lane) = self.lane.try_borrow_mut() else { return false };
        let old = lane.replace(Lane::new(journal));
        drop(lane);
        drop(old);
        true
    }
}

/// A scratch buffer keeps at most this much.
const SCRATCH: usize = 64 << 10;

#[cold]
fn shrink(scratch: &mut Vec<u8>) {
    scratch.clear();
    scratch.shrink_to(SCRATCH);
}
