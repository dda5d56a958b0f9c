//! Trace and observation ids, in the W3C trace context's sizes: 16 and 8 bytes, never all zero,
//! written as lower-case hex.

use std::cell::Cell;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::str::FromStr;
use std::sync::atomic::{AtomicU32, Ordering};

/// The id of a trace: 16 bytes, [W3C trace context](https://www.w3.org/TR/trace-context/#trace-id).
///
/// ```
/// use observe::TraceId;
/// let id: TraceId = "4bf92f3577b34da6a3ce929d0e0e4736".parse()?;
/// assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// # Ok::<(), observe::InvalidId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TraceId([u8; 16]);

/// The id of an observation (a span in OpenTelemetry's words): 8 bytes,
/// [W3C parent id](https://www.w3.org/TR/trace-context/#parent-id).
///
/// ```
/// use observe::ObservationId;
/// let id: ObservationId = "00f067aa0ba902b7".parse()?;
/// assert_eq!(id.to_string(), "00f067aa0ba902b7");
/// # Ok::<(), observe::InvalidId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObservationId([u8; 8]);

impl TraceId {
    /// A new random id.
    ///
    /// ```
    /// # use observe::TraceId;
    /// assert_ne!(TraceId::random(), TraceId::random());
    /// ```
    #[must_use]
    pub fn random() -> Self {
        let [first, second] = numbers();
        Self::of(first, second)
    }

    #[inline]
    fn of(first: u64, second: u64) -> Self {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&first.to_ne_bytes());
        bytes[8..].copy_from_slice(&(second | 1).to_ne_bytes());
        Self(bytes)
    }

    /// The id every official Langfuse SDK derives from the same seed: the first 16 bytes of its SHA-256.
    ///
    /// ```
    /// # use observe::TraceId;
    /// assert_eq!(TraceId::from_seed("abc").to_string(), "ba7816bf8f01cfea414140de5dae2223");
    /// ```
    #[must_use]
    pub fn from_seed(seed: &str) -> Self {
        let digest = hmac_sha256::Hash::hash(seed.as_bytes());
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(bytes)
    }

    /// The id made of these bytes, or `None` for all zeros, which W3C forbids.
    ///
    /// ```
    /// # use observe::TraceId;
    /// assert!(TraceId::from_bytes([7; 16]).is_some());
    /// assert!(TraceId::from_bytes([0; 16]).is_none());
    /// ```
    #[must_use]
    pub fn from_bytes(bytes: [u8; 16]) -> Option<Self> {
        (bytes != [0; 16]).then_some(Self(bytes))
    }

    /// The id's bytes, most significant first.
    ///
    /// ```
    /// # use observe::TraceId;
    /// assert_eq!(TraceId::from_bytes([7; 16]).map(TraceId::to_bytes), Some([7; 16]));
    /// ```
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl ObservationId {
    /// A new random id.
    ///
    /// ```
    /// # use observe::ObservationId;
    /// assert_ne!(ObservationId::random(), ObservationId::random());
    /// ```
    #[must_use]
    pub fn random() -> Self {
        let [number] = numbers();
        Self::of(number)
    }

    #[inline]
    fn of(number: u64) -> Self {
        Self((number | 1).to_ne_bytes())
    }

    /// The id made of these bytes, or `None` for all zeros, which W3C forbids.
    ///
    /// ```
    /// # use observe::ObservationId;
    /// assert!(ObservationId::from_bytes([7; 8]).is_some());
    /// assert!(ObservationId::from_bytes([0; 8]).is_none());
    /// ```
    #[must_use]
    pub fn from_bytes(bytes: [u8; 8]) -> Option<Self> {
        (bytes != [0; 8]).then_some(Self(bytes))
    }

    /// The id's bytes, most significant first.
    ///
    /// ```
    /// # use observe::ObservationId;
    /// assert_eq!(ObservationId::from_bytes([7; 8]).map(ObservationId::to_bytes), Some([7; 8]));
    /// ```
    #[must_use]
    pub fn to_bytes(self) -> [u8; 8] {
        self.0
    }
}

/// A text that is no id: not the right number of hex digits, or all zeros.
///
/// ```
/// let error = "xyz".parse::<observe::TraceId>().unwrap_err();
/// assert_eq!(error.to_string(), "`xyz` is no id: expected 32 hex digits that are not all zero");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId {
    text: String,
    digits: usize,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no id: expected {} hex digits that are not all zero", self.text, self.digits)
    }
}

impl std::error::Error for InvalidId {}

fn from_hex<const N: usize>(text: &str) -> Result<[u8; N], InvalidId> {
    let invalid = || InvalidId { text: text.chars().take(64).collect(), digits: 2 * N };
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(invalid());
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let digit = |c: u8| char::from(c).to_digit(16).ok_or_else(invalid);
        *byte = u8::try_from(digit(pair[0])? * 16 + digit(pair[1])?).map_err(|_| invalid())?;
    }
    if bytes == [0; N] { Err(invalid()) } else { Ok(bytes) }
}

fn write_hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 32];
    for (pair, byte) in text.chunks_exact_mut(2).zip(bytes) {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    f.pad(std::str::from_utf8(&text[..2 * bytes.len()]).unwrap_or_default())
}

macro_rules! hex_id {
    ($id:ident) => {
        impl FromStr for $id {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                from_hex(text).map(Self)
            }
        }

        impl fmt::Display for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }

        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write_hex(&self.0, f)
            }
        }
    };
}

hex_id!(TraceId);
hex_id!(ObservationId);

/// Raised in a forked child, so that its threads do not repeat the parent's ids.
static SEEDS: AtomicU32 = AtomicU32::new(1);

pub(crate) fn reseed() {
    SEEDS.fetch_add(1, Ordering::Relaxed);
}

/// The ids of a new trace and of its root: the same as one by one.
#[inline]
pub(crate) fn of_a_root() -> (TraceId, ObservationId) {
    let [first, second, third] = numbers();
    (TraceId::of(first, second), ObservationId::of(third))
}

/// The next numbers of this thread's wyrand generator, seeded by the operating system.
#[inline]
fn numbers<const N: usize>() -> [u64; N] {
    thread_local! {
        static STATE: Cell<(u32, u64)> = const { Cell::new((0, 0)) };
    }
    let seeds = SEEDS.load(Ordering::Relaxed);
    STATE.with(|cell| {
        let (seeded, state) = cell.get();
        let mut state = if seeded == seeds { state } else { seed(seeds) };
        let numbers = [(); N].map(|()| {
            state = state.wrapping_add(0xa076_1d64_78bd_642f);
            let product = u128::from(state) * u128::from(state ^ 0xe703_7ed1_a0b4_28db);
            (product >> 64) as u64 ^ product as u64
        });
        cell.set((seeds, state));
        numbers
    })
}

#[cold]
fn seed(seeds: u32) -> u64 {
    let mut hasher = RandomState::new().build_hasher();
    hasher.write_u32(seeds);
    hasher.write_u32(std::process::id());
    if let Ok(now) = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH) {
        hasher.write_u128(now.as_nanos());
    }
    hasher.finish()
}
