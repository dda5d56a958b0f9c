//! What is known of an observed function at compile time: one static a function.
//!
//! A record names it by number, which it is given in this process at its first recorded call.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

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
    pub(crate) inputs: &'static [&'static str],
    /// What is looked at to see whether they are secrets.
    words: &'static [&'static str],
    /// Which slots are named like secrets: generation of the word list in the high 16 bits, one bit a slot below.
    redacted: AtomicU64,
    /// 0: not numbered yet.
    number: AtomicU32,
}

/// By number, from 1.
static SITES: RwLock<Vec<&'static Site>> = RwLock::new(Vec::new());

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
        let (redacted, number) = (AtomicU64::new(0), AtomicU32::new(0));
        Self { name, kind, function, file, line, inputs, words: inputs, redacted, number }
    }

    /// A secret stays one under another name: `words` has both.
    #[must_use]
    pub const fn renamed(mut self, words: &'static [&'static str]) -> Self {
        self.words = words;
        self
    }

    /// Its number in this process, from 1.
    #[inline]
    pub(crate) fn number(&'static self) -> u32 {
        match self.number.load(Ordering::Relaxed) {
            0 => self.enter(),
            number => number,
        }
    }

    #[cold]
    fn enter(&'static self) -> u32 {
        let mut sites = SITES.write().unwrap_or_else(PoisonError::into_inner);
        if self.number.load(Ordering::Relaxed) == 0 {
            sites.push(self);
            self.number.store(u32::try_from(sites.len()).unwrap_or(0), Ordering::Relaxed);
        }
        self.number.load(Ordering::Relaxed)
    }

    /// The site of that number.
    pub(crate) fn find(number: u32) -> Option<&'static Self> {
        let at = usize::try_from(number.checked_sub(1)?).ok()?;
        SITES.read().unwrap_or_else(PoisonError::into_inner).get(at).copied()
    }

    /// The slots whose values must not be captured, one bit each. `generation` names the word list and is not 0.
    pub(crate) fn redacted(&self, generation: u16, is_secret: impl Fn(&str) -> bool) -> u64 {
        let known = self.redacted.load(Ordering::Relaxed);
        if known >> SLOTS == u64::from(generation) {
            return known & ((1 << SLOTS) - 1);
        }
        let bits = self
            .words
            .iter()
            .enumerate()
            .filter(|(_, name)| is_secret(name))
            .fold(0, |bits, (slot, _)| bits | 1 << slot.min(SLOTS - 1));
        self.redacted.store(u64::from(generation) << SLOTS | bits, Ordering::Relaxed);
        bits
    }
}

/// The site of an observed function, and its captured arguments: the part of an expansion that is the same everywhere, which
/// the compiler writes sooner than the attribute does.
#[doc(hidden)]
#[macro_export]
macro_rules! __observe_site {
    (
        $name:literal $function:literal $kind:ident
        [$($(#[$cfg:meta])* $key:literal $probe:ident $place:tt)*]
        [$($lazy_key:literal $lazy:tt)*]
        $($more:tt)*
    ) => {
        (
            {
                static SITE: $crate::__private::Site = $crate::__private::Site::new(
                    $name,
                    $crate::__private::ObservationType::$kind,
                    ::core::concat!(::core::module_path!(), "::", $function),
                    ::core::file!(),
                    ::core::line!(),
                    &[$($(#[$cfg])* $key,)* $($lazy_key,)*],
                ) $($more)*;
                &SITE
            },
            &mut [
                $($(#[$cfg])* $crate::__private::$probe(&$place).__observe_value(),)*
                $($crate::__private::lazy(&mut $lazy),)*
            ],
        )
    };
}
