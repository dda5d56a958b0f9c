//! How long to wait before the next try: exponential, jittered, and as long as the server asks.

use std::time::Duration;

#[derive(Debug, Default)]
pub(crate) struct Backoff {
    tries: u32,
}

const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(30);
/// A server that asks for more is asked again after this.
const MOST: Duration = Duration::from_secs(600);

impl Backoff {
    /// The pause after one more failure: between half and all of the doubling time, at least `after`.
    pub(crate) fn next(&mut self, after: Option<Duration>) -> Duration {
        let whole = FIRST.saturating_mul(1 << self.tries.min(10)).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        let [jitter, ..] = crate::id::ObservationId::random().to_bytes();
        let pause = whole / 2 + whole / 512 * u32::from(jitter);
        after.map_or(pause, |after| after.min(MOST).max(pause))
    }

    /// It went well.
    pub(crate) fn reset(&mut self) {
        self.tries = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_within_their_bounds_and_honour_the_server() {
        let mut backoff = Backoff::default();
        for whole in [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000] {
            let pause = backoff.next(None);
            assert!(pause >= Duration::from_millis(whole / 2) && pause <= Duration::from_millis(whole), "{pause:?}");
        }
        backoff.reset();
        assert_eq!(backoff.next(Some(Duration::from_secs(7))), Duration::from_secs(7));
    }
}
