//! Appending what is said by hand: openings, updates, scores and closings, each a record of its own.

use crate::capture::{Limits, Slot, chain};
use crate::clock;
use crate::context::Context;
use crate::diagnostics;
use crate::id::{ObservationId, TraceId};
use crate::journal::{self, Admission};
use crate::loss::Loss;
use crate::observation::{ObservationType, Outcome};
use crate::record::{self, APP_ROOT, Kind, Opening, Tag};
use crate::score::Score;
use crate::update::{ObservationUpdate, TraceUpdate};

/// Opens an observation below `parent`; an event is closed at once.
pub(crate) fn open(parent: Context, kind: ObservationType, name: &str, id: Option<ObservationId>) -> Context {
    let observation = id.unwrap_or_else(ObservationId::random);
    let trace = parent.trace_id().unwrap_or_else(TraceId::random);
    let parent_id = parent.observation_id();
    let is_top = parent_id.is_none() || parent.is_remote();
    let client = journal::client(parent.client());
    let context = parent.with_client(client.unwrap_or_default()).below(trace, Some(observation));
    if parent.is_refused() {
        journal::lose(context.client(), Loss::MemoryFull);
        return context.refused();
    }
    let Some(client) = client.filter(|_| parent.is_recorded()) else { return context.silent() };
    let mut is_sampled = true;
    let is_open = journal::write(client, Admission::New, |out, journal| {
        if is_top && !journal.samples(trace) {
            is_sampled = false;
            return false;
        }
        let flags = if is_top { APP_ROOT } else { 0 };
        let start = clock::now();
        record::open(out, &Opening { trace, observation, parent: parent_id, start, kind, flags, site: 0 });
        record::put(out, Tag::Name, name.as_bytes());
        true
    });
    if !is_open {
        return if is_sampled { context.refused() } else { context.silent() };
    }
    if kind == ObservationType::Event {
        close(context, clock::now(), Outcome::Ok);
    }
    context
}

pub(crate) fn update_observation(
    context: Context,
    update: impl FnOnce(ObservationUpdate<'_>) -> ObservationUpdate<'_>,
) {
    say(context, Kind::Update, |out, limits| {
        let _ = update(ObservationUpdate::new(out, limits));
    });
}

pub(crate) fn update_trace(context: Context, update: impl FnOnce(TraceUpdate<'_>) -> TraceUpdate<'_>) {
    say(context, Kind::Trace, |out, limits| {
        let _ = update(TraceUpdate::new(out, limits));
    });
}

/// Scores the context's observation, or its trace.
pub(crate) fn score(context: Context, is_for_observation: bool, score: &Score<'_>) {
    let Some((client, trace, observation)) = target(context) else { return };
    if let Some(flaw) = score.flaw() {
        journal::lose(client, Loss::Invalid);
        diagnostics::once_score(flaw);
        return;
    }
    let observation = if is_for_observation { observation } else { None };
    journal::write(client, Admission::Known, |out, journal| {
        // A context from elsewhere does not know whether its trace is in the sample.
        if !journal.samples(trace) {
            return false;
        }
        record::say(out, Kind::Score, trace, observation, clock::now());
        score.write(out);
        true
    });
}

/// Closes with an error: its text, with those of its sources, is the status message.
pub(crate) fn fail(context: Context, error: &dyn std::error::Error) {
    end(context, clock::now(), Outcome::Error, |out, limits| {
        record::put_with(out, Tag::Fault, |out| journal::capturing(|| chain(Slot::text(out, limits), error)));
    });
}

pub(crate) fn close(context: Context, time: u64, outcome: Outcome) {
    end(context, time, outcome, |_, _| {});
}

fn end(context: Context, time: u64, outcome: Outcome, fields: impl FnOnce(&mut Vec<u8>, Limits)) {
    let Some((client, trace, Some(observation))) = target(context) else { return };
    journal::write(client, Admission::Known, |out, journal| {
        record::close(out, trace, observation, 0, time, outcome);
        fields(out, journal.rules.limits);
        true
    });
}

/// Appends an update; the closure does not run when nothing is recorded.
pub(crate) fn say(context: Context, kind: Kind, fields: impl FnOnce(&mut Vec<u8>, Limits)) {
    let Some((client, trace, observation)) = target(context) else { return };
    journal::write(client, Admission::Known, |out, journal| {
        record::say(out, kind, trace, observation, clock::now());
        fields(out, journal.rules.limits);
        true
    });
}

/// Whom a record about this context goes to. What is said outside any observation is counted, and said once.
fn target(context: Context) -> Option<(u32, TraceId, Option<ObservationId>)> {
    if !context.is_recorded() || journal::is_capturing() {
        return None;
    }
    let client = journal::client(context.client())?;
    let Some(trace) = context.trace_id() else {
        journal::lose(client, Loss::NoObservation);
        diagnostics::once_outside();
        return None;
    };
    Some((client, trace, context.observation_id()))
}
