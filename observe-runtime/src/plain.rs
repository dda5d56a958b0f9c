//! What most observations are: a function was called and came back, and nothing else was said of them.

use crate::finished::Observed;
use crate::observation::{ObservationType, Outcome};
use crate::record::{self, Opening, Record, Tag};
use crate::shapes;

/// Such an observation. All else that is known of it is known of its function and of its trace.
pub(crate) struct Plain<'a> {
    pub(crate) opening: Opening,
    /// Nanoseconds since the unix epoch, not before the start.
    pub(crate) end: u64,
    /// JSON text.
    pub(crate) input: Option<&'a [u8]>,
    /// JSON text.
    pub(crate) output: Option<&'a [u8]>,
}

impl<'a> Observed<'a> {
    /// Reads the records, if they say no more than that.
    pub(crate) fn plain(self) -> Option<Plain<'a>> {
        let mut records = record::frames(self.records);
        let (open, close) = (Record::read(records.next()?)?, Record::read(records.next()?)?);
        let mut opening = open.opening()?;
        let (start, outcome) = close.closing()?;
        let is_plain = records.next().is_none()
            && opening.site != 0
            && opening.kind != ObservationType::Event
            && !shapes::are_known(opening.kind)
            && self.of.trace_io.is_none()
            && outcome == Outcome::Ok;
        is_plain.then_some(())?;
        let (input, output) = (only(&open, Tag::Input)?, only(&close, Tag::Output)?);
        opening.start = if start == 0 { opening.start } else { start };
        let end = close.time.max(opening.start);
        Some(Plain { opening, end, input, output })
    }
}

/// The field of a record that has this one or none. Inlined: what was returned in parts would be read as a whole.
#[inline(always)]
fn only<'a>(record: &Record<'a>, tag: Tag) -> Option<Option<&'a [u8]>> {
    let mut fields = record.fields();
    let first = fields.next();
    match first {
        None => Some(None),
        Some((found, value)) => (found == tag && fields.next().is_none()).then_some(Some(value)),
    }
}
