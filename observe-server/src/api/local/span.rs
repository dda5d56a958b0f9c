//! Time cut into even parts, for everything that is drawn over time.

use rusqlite::{Connection, params_from_iter};

use crate::query::Finder;
use crate::time::{DAY, HOUR, MINUTE, SECOND};

const STEPS: [i64; 23] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    91 * DAY,
];

/// From when to when, in parts of one length. Times are microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: i64,
    pub(super) step: i64,
    pub(super) parts: i64,
}

impl Span {
    /// The time of the traces that are found, in at most this many parts; `None` if there are none.
    pub(super) fn of(db: &Connection, finder: &Finder, most: i64) -> rusqlite::Result<Option<Self>> {
        let found = finder.all(db)?;
        let text = if finder.is_everything() {
            "SELECT (SELECT min(start) FROM trace), (SELECT max(start) FROM trace)".to_owned()
        } else {
            format!("SELECT min(t.start), max(t.start) FROM ({}) f CROSS JOIN trace t ON t.rid = f.rid", found.text)
        };
        let values = if finder.is_everything() { Vec::new() } else { found.values };
        let (first, last): (Option<i64>, Option<i64>) =
            db.prepare_cached(&text)?.query_row(params_from_iter(values), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(first.zip(last).map(|(first, last)| Self::between(first, last, most.clamp(2, 500))))
    }

    fn between(first: i64, last: i64, most: i64) -> Self {
        let fits = |step: i64| last.div_euclid(step) - first.div_euclid(step) < most;
        let step = STEPS.into_iter().find(|step| fits(*step));
        let step = step.unwrap_or_else(|| (last.saturating_sub(first) / (most - 1) / DAY + 1) * DAY);
        // A short time is not drawn as one thick bar.
        let parts = (last.div_euclid(step) - first.div_euclid(step) + 1).max(most / 2);
        let end = (last.div_euclid(step) + 1) * step;
        Self { from: end - parts * step, step, parts }
    }

    pub(super) fn to(self) -> i64 {
        self.from + self.parts * self.step
    }

    /// The beginning of each part.
    pub(super) fn starts(self) -> impl Iterator<Item = i64> {
        (0..self.parts).map(move |part| self.from + part * self.step)
    }

    /// One value a part, to begin with.
    pub(super) fn each<T: Clone>(self, value: T) -> Vec<T> {
        vec![value; usize::try_from(self.parts).unwrap_or(0)]
    }

    /// SQL for the number of the part in which a moment lies.
    pub(super) fn sql(self, moment: &str) -> String {
        format!("({moment} - {}) / {}", self.from, self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_even_and_hold_everything() {
        let day = Span::between(0, DAY - 1, 60);
        assert_eq!((day.step, day.parts, day.from), (30 * MINUTE, 48, 0));
        let moment = Span::between(7 * MINUTE, 7 * MINUTE, 60);
        assert_eq!((moment.step, moment.parts), (SECOND, 30));
        assert!(moment.from < 7 * MINUTE && 7 * MINUTE < moment.to());
        let ages = Span::between(-(DAY * 365 * 1000), DAY * 365 * 1000, 60);
        assert!(ages.parts <= 60 && ages.to() > DAY * 365 * 1000, "{ages:?}");
    }
}
