//! Delivering what is left when the process is asked to end.

use std::io;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;

use crate::client;

/// On SIGTERM and SIGINT delivers what is left, for at most `timeout`, then lets the signal do what it does by default.
///
/// A second signal while that goes on ends the process at once. Programs that handle these signals
/// themselves do not need this: they call [`shutdown`](crate::shutdown).
///
/// # Errors
/// When the operating system refuses the handler or the thread that waits for it.
///
/// ```
/// observe::flush_on_signals(std::time::Duration::from_secs(5))?;
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn flush_on_signals(timeout: Duration) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let wait = move || {
        let mut pending = signals.forever();
        let Some(signal) = pending.next() else { return };
        let delivery = std::thread::Builder::new().name("observe-exit".to_owned()).spawn(move || {
            // The program goes on meanwhile: what it records is still taken, and the end itself is short.
            let start = Instant::now();
            client::flush(timeout);
            client::shutdown(timeout.saturating_sub(start.elapsed()));
            let _ = low_level::emulate_default_handler(signal);
        });
        if delivery.is_err() {
            let _ = low_level::emulate_default_handler(signal);
        }
        if let Some(signal) = pending.next() {
            let _ = low_level::emulate_default_handler(signal);
        }
    };
    std::thread::Builder::new().name("observe-signals".to_owned()).spawn(wait).map(drop)
}
