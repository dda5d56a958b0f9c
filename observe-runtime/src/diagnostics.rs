//! What this library says of itself: on stderr, seldom, and never with a key in it.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether `LANGFUSE_DEBUG` asks for detail.
static IS_DEBUG: AtomicBool = AtomicBool::new(false);

pub(crate) fn set_debug(is_debug: bool) {
    IS_DEBUG.store(is_debug, Ordering::Relaxed);
}

/// Something a user should know. A closed stderr is no reason to fail.
pub(crate) fn warn(message: &str) {
    let _ = writeln!(std::io::stderr(), "observe: {message}");
}

/// Something a user who asked for detail should know.
pub(crate) fn debug(message: impl FnOnce() -> String) {
    if IS_DEBUG.load(Ordering::Relaxed) {
        warn(&message());
    }
}

/// Says once that an environment cannot be had.
#[cold]
pub(crate) fn once_environment(text: &str) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::Relaxed) {
        warn(&format!(
            "the environment {text:?} is sent as `default`: use at most 40 letters, digits, `-` and `_` (said once)"
        ));
    }
}

/// Says once that a score cannot be given.
#[cold]
pub(crate) fn once_score(flaw: &str) {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::Relaxed) {
        warn(&format!("a score was not given: {flaw} (said once)"));
    }
}

/// Says once that something was said outside any observation.
#[cold]
pub(crate) fn once_outside() {
    static SAID: AtomicBool = AtomicBool::new(false);
    if !SAID.swap(true, Ordering::Relaxed) {
        warn(
            "an update or a score outside any observation does nothing: call it inside an observed function (said once)",
        );
    }
}
