//! Observations as OTLP's spans.
//!
//! What the spans of one function in one trace have in common is encoded once a request, for the first of them, and copied
//! for the others: of these nothing is looked at but ids, times, and what goes in and comes out.

use std::ops::Range;
use std::sync::Arc;

use super::Dialect;
use super::attributes::{self, INPUT, OUTPUT, raw_bytes, status};
use super::protobuf::{ATTRIBUTE, attribute, bytes, fixed, integer, message, text_attribute};
use crate::finished::{Observed, TraceAttributes};
use crate::id::ObservationId;
use crate::observation::ObservationType;
use crate::plain::Plain;
use crate::view::View;

/// Appends the spans of these.
pub(super) fn put<'a>(out: &mut Vec<u8>, observed: impl Iterator<Item = Observed<'a>>, dialect: Dialect) {
    let mut alike = Alike::default();
    for one in observed {
        let plain = one.plain();
        if let Some(plain) = &plain
            && let Some(common) = alike.find(plain, one)
        {
            message::<2>(out, SPAN, |out| like(out, plain, common));
            continue;
        }
        let Some(view) = one.view() else { continue };
        let start = out.len();
        let mut common = None;
        message::<2>(out, SPAN, |out| common = Some(span(out, &view, dialect)));
        // What is longer than its length had room for was moved.
        if let (Some(plain), Some(common)) = (plain, common)
            && out.len() - start < 1 << 14
        {
            alike.add(&plain, common);
        }
    }
}

/// The field of a request that a span is.
const SPAN: u32 = 2;

/// What spans may have in common, and where in the request it is.
struct Common {
    name: Range<usize>,
    before: Range<usize>,
    after: Range<usize>,
}

/// Function, type and flags: with the attributes of the trace all that is known of a plain observation.
type What = (u32, ObservationType, u8);

/// What is known of the spans of one trace, or of several of which the same is known.
#[derive(Default)]
struct Alike<'a> {
    trace: Option<&'a Arc<TraceAttributes>>,
    known: Vec<(What, Common)>,
}

/// Functions that are kept in mind.
const KNOWN: usize = 16;

impl<'a> Alike<'a> {
    fn find(&mut self, plain: &Plain<'_>, one: Observed<'a>) -> Option<&Common> {
        if !self.trace.is_some_and(|trace| Arc::ptr_eq(trace, &one.of.attributes)) {
            self.trace = Some(&one.of.attributes);
            self.known.clear();
        }
        self.known.iter().find(|(known, _)| *known == what(plain)).map(|(_, common)| common)
    }

    fn add(&mut self, plain: &Plain<'_>, common: Common) {
        if self.known.len() == KNOWN {
            self.known.clear();
        }
        self.known.push((what(plain), common));
    }
}

fn what(plain: &Plain<'_>) -> What {
    (plain.site, plain.kind, plain.flags)
}

#[inline(always)]
fn ids(out: &mut Vec<u8>, trace: &[u8; 16], id: &[u8; 8], parent: Option<&[u8; 8]>) {
    bytes(out, 1, trace);
    bytes(out, 2, id);
    if let Some(parent) = parent {
        bytes(out, 4, parent);
    }
}

fn span(out: &mut Vec<u8>, view: &View<'_>, dialect: Dialect) -> Common {
    let parent = view.parent_id.map(ObservationId::to_bytes);
    ids(out, &view.trace_id.to_bytes(), &view.id.to_bytes(), parent.as_ref());
    let name = part(out, |out| {
        bytes(out, 5, view.name.as_bytes());
        integer(out, 6, 1);
    });
    fixed(out, 7, view.start);
    fixed(out, 8, view.end);
    let before = part(out, |out| attributes::before(view, &mut |key, value| attribute(out, key, &value)));
    attributes::io(view, &mut |key, value| attribute(out, key, &value));
    let after = part(out, |out| {
        attributes::after(view, dialect, &mut |key, value| attribute(out, key, &value));
        message::<1>(out, 15, |out| {
            let (code, text) = status(view);
            if let Some(text) = text {
                bytes(out, 2, text.as_bytes());
            }
            integer(out, 3, u64::from(code));
        });
    });
    Common { name, before, after }
}

/// The span of an observation that has this in common with one before.
fn like(out: &mut Vec<u8>, plain: &Plain<'_>, common: &Common) {
    ids(out, plain.trace, plain.id, plain.parent);
    out.extend_from_within(common.name.clone());
    fixed(out, 7, plain.start);
    fixed(out, 8, plain.end);
    out.extend_from_within(common.before.clone());
    for (key, json) in [(INPUT, plain.input), (OUTPUT, plain.output)] {
        if let Some(json) = json {
            text_attribute(out, ATTRIBUTE, key, &raw_bytes(json));
        }
    }
    out.extend_from_within(common.after.clone());
}

fn part(out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
    let start = out.len();
    write(out);
    start..out.len()
}
