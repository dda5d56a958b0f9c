//! What is known of an observed function at compile time: one static a function.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::observation::ObservationType;

/// An observed function: the attribute makes one `static` of it.
#[derive(Debug)]
pub struct Site {
    pub(crate) name: &'static str,
    pub(crate) kind: ObservationType,
    /// Path of the function with its module, as OpenTelemetry's `code.function.name`.
    pub(crate) function: &'static str,
    pub(crate) file: &'static str,
    pub(crate) line: u32,
    /// The names of the captured arguments, in the order of their slots.
    inputs: &'static [&'static str],
    /// Which slots are named like secrets: generation of the word list in the high 16 bits, one bit a slot below.
    redacted: AtomicU64,
}

/// Slots with a bit of their own in [`Site::redacted`]; later ones share the last bit.
const SLOTS: usize = 48;

impl Site {
    /// Called by the expansion of `#[observe]` only.
    #[must_use]
    pub const fn new(
        name: &'static str,
        kind: ObservationType,
        function: &'static str,
        file: &'static str,
        line: u32,
        inputs: &'static [&'static str],
    ) -> Self {
        Self { name, kind, function, file, line, inputs, redacted: AtomicU64::new(0) }
    }

    /// The slots whose values must not be captured, one bit each. `generation` names the word list and is not 0.
    pub(crate) fn redacted(&self, generation: u16, is_secret: impl Fn(&str) -> bool) -> u64 {
        let known = self.redacted.load(Ordering::Relaxed);
        if known >> SLOTS == u64::from(generation) {
            return known & ((1 << SLOTS) - 1);
        }
        let bits = self
            .inputs
            .iter()
            .enumerate()
            .filter(|(_, name)| is_secret(name))
            .fold(0, |bits, (slot, _)| bits | 1 << slot.min(SLOTS - 1));
        self.redacted.store(u64::from(generation) << SLOTS | bits, Ordering::Relaxed);
        bits
    }
}
