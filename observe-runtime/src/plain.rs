//! What most observations are: a function was called and came back, and nothing else was said of them.

use crate::finished::Observed;
use crate::observation::{ObservationType, Outcome};
use crate::record::{self, Record, Tag};
use crate::shapes;

/// Such an observation. All else that is known of it is known of its function and of its trace.
///
/// Ids stay in the record's bytes: what was copied in parts would be slow to read as a whole.
pub(crate) struct Plain<'a> {
    pub(crate) trace: &'a [u8; 16],
    pub(crate) id: &'a [u8; 8],
    pub(crate) parent: Option<&'a [u8; 8]>,
    pub(crate) site: u32,
    pub(crate) kind: ObservationType,
    pub(crate) flags: u8,
    /// Nanoseconds since the unix epoch.
    pub(crate) start: u64,
    /// Not before the start.
    pub(crate) end: u64,
    /// JSON text.
    pub(crate) input: Option<&'a [u8]>,
    /// JSON text.
    pub(crate) output: Option<&'a [u8]>,
}

impl<'a> Observed<'a> {
    /// Reads the records, if they say no more than that.
    #[inline(always)]
    pub(crate) fn plain(self) -> Option<Plain<'a>> {
        let mut records = record::frames(self.records);
        let (open, close) = (Record::read(records.next()?)?, Record::read(records.next()?)?);
        let (opening, (start, outcome)) = (open.opening()?, close.closing()?);
        let is_plain = records.next().is_none()
            && opening.site != 0
            && opening.kind != ObservationType::Event
            && !shapes::are_known(opening.kind)
            && self.of.trace_io.is_none()
            && outcome == Outcome::Ok;
        is_plain.then_some(())?;
        let (trace, id, parent) = open.ids()?;
        let start = if start == 0 { open.time } else { start };
        Some(Plain {
            trace,
            id,
            parent: opening.parent.map(|_| parent),
            site: opening.site,
            kind: opening.kind,
            flags: opening.flags,
            start,
            end: close.time.max(start),
            input: only(&open, Tag::Input)?,
            output: only(&close, Tag::Output)?,
        })
    }
}

/// The field of a record that has this one or none.
#[inline(always)]
fn only<'a>(record: &Record<'a>, tag: Tag) -> Option<Option<&'a [u8]>> {
    let mut fields = record.fields();
    match fields.next() {
        None => Some(None),
        Some((found, value)) => (found == tag && fields.next().is_none()).then_some(Some(value)),
    }
}
