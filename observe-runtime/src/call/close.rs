//! How a call ends: closed with exactly one outcome and what is said of it, or forgotten.

use std::mem::forget;
use std::panic::resume_unwind;

use super::{Call, ENDED, OPEN, WAITING};
use crate::capture::{self, Captured, Reason, Slot, Thrown};
use crate::clock::{self, Moment};
use crate::heard::Heard;
use crate::journal::{self, Admission, Journal};
use crate::observation::Outcome;
use crate::record::{self, Kind, Tag};

impl Call {
    /// Ends it with what came out: its value, which may not be captured, or an error. With `captures` the error's text is
    /// the output too.
    #[inline]
    pub(crate) fn finish(&mut self, out: Result<Option<Captured<'_>>, Reason<'_>>, captures: bool) {
        if self.is_recorded() {
            match out {
                Ok(mut value) => self.succeed(value.as_mut()),
                Err(reason) => self.fail(captures, reason),
            }
        }
        self.context = self.context.with_state(ENDED);
    }

    fn succeed(&mut self, value: Option<&mut Captured<'_>>) {
        self.close(Outcome::Ok, |out, journal| {
            if let Some(value) = value {
                put_output(out, journal, value);
            }
        });
    }

    /// Ends it well; what came out is not captured.
    #[inline]
    pub(crate) fn end(mut self) {
        if self.is_recorded() {
            self.finish(Ok(None), false);
        } else {
            // Neither is there anything to do when it is dropped.
            forget(self);
        }
    }

    /// Ends the call of a stream with what was heard of it. An error among that counts more than who stopped listening.
    pub(crate) fn close_stream(&mut self, how: &Ending<'_>, heard: &mut Heard) {
        let outcome = match (how, heard.error()) {
            (Ending::Panicked(_), _) => Outcome::Panicked,
            (_, Some(_)) => Outcome::Error,
            (Ending::Cancelled, None) => Outcome::Cancelled,
            (Ending::Complete, None) => Outcome::Ok,
        };
        self.close(outcome, |out, journal| {
            match (how, heard.error()) {
                (Ending::Panicked(thrown), _) => put_panic(out, journal, Some(thrown)),
                (_, Some(error)) => record::put(out, Tag::Fault, error),
                (Ending::Cancelled, None) => record::put(out, Tag::Fault, CANCELLED.as_bytes()),
                (Ending::Complete, None) => {}
            }
            record::put_with(out, Tag::Output, |out| heard.write(out, outcome == Outcome::Ok));
            if let Some(first) = heard.first() {
                record::put(out, Tag::CompletionStart, &first.to_le_bytes());
            }
        });
    }

    #[cold]
    fn fail(&mut self, captures: bool, reason: Reason<'_>) {
        self.close(Outcome::Error, |out, journal| {
            let limits = journal.rules.limits;
            let at = out.len();
            record::put_with(out, Tag::Fault, |out| journal::capturing(|| reason.write(Slot::text(out, limits))));
            if captures && journal.rules.capture_io {
                let text = String::from_utf8_lossy(out.get(at + 5..).unwrap_or_default()).into_owned();
                record::put_with(out, Tag::Output, |out| {
                    out.extend_from_slice(b"{\"error\":");
                    capture::write_string(out, &text, limits);
                    out.push(b'}');
                });
            }
        });
    }

    pub(super) fn close(&mut self, outcome: Outcome, fields: impl FnOnce(&mut Vec<u8>, &Journal)) {
        self.context = self.context.with_state(ENDED);
        let (context, started) = (self.context, u64::from_ne_bytes(self.started));
        let (Some(trace), Some(observation)) = (context.trace_id(), context.observation_id()) else { return };
        let end = clock::end(Moment { unix: started, steps: context.steps() });
        journal::write(context.client(), Admission::Known, |out, journal| {
            record::close(out, trace, observation, started, end, outcome);
            fields(out, journal);
            true
        });
    }

    #[cold]
    fn abandon(&mut self) {
        if self.context.state() == WAITING {
            self.context = self.context.with_state(ENDED);
            let Some(trace) = self.context.trace_id() else { return };
            journal::write(self.context.client(), Admission::Known, |out, _| {
                record::say(out, Kind::Forget, trace, self.context.observation_id(), clock::now());
                true
            });
        } else {
            self.close(Outcome::Cancelled, |out, _| record::put(out, Tag::Fault, CANCELLED.as_bytes()));
        }
    }

    /// Closes it as panicked, and lets the panic go on.
    #[cold]
    pub(super) fn unwind(&mut self, thrown: Thrown) -> ! {
        if self.is_recorded() {
            self.close(Outcome::Panicked, |out, journal| put_panic(out, journal, Some(&thrown)));
        }
        resume_unwind(thrown)
    }
}

const CANCELLED: &str = "cancelled";

/// How a stream came to its end.
#[derive(Debug)]
pub(crate) enum Ending<'a> {
    Cancelled,
    Complete,
    Panicked(&'a Thrown),
}

pub(super) fn put_panic(out: &mut Vec<u8>, journal: &Journal, thrown: Option<&Thrown>) {
    record::put_with(out, Tag::Fault, |out| capture::panicked(thrown, Slot::text(out, journal.rules.limits)));
}

fn put_output(out: &mut Vec<u8>, journal: &Journal, value: &mut Captured<'_>) {
    if journal.rules.capture_io {
        record::put_with(out, Tag::Output, |out| journal::capturing(|| value.write(out, journal.rules.limits)));
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.context.state(), OPEN | WAITING) {
            self.abandon();
        }
    }
}
