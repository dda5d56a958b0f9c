//! Times: microseconds since 1970 inside, ISO 8601 with a `Z` outside.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The year 1 and the year 9999: what can be written as a date.
const FIRST: i64 = -62_135_596_800 * SECOND;
const LAST: i64 = 253_402_207_200 * SECOND;

pub(crate) fn now() -> i64 {
    Timestamp::now().as_microsecond()
}

/// The nearest time that can be written as a date.
pub(crate) fn sane(microseconds: i64) -> i64 {
    microseconds.clamp(FIRST, LAST)
}

pub(crate) fn from_nanoseconds(nanoseconds: u64) -> i64 {
    sane(i64::try_from(nanoseconds / 1000).unwrap_or(LAST))
}

/// `2026-11-24T10:00:00.000Z`
pub(crate) fn iso(microseconds: i64) -> String {
    let time = Timestamp::from_microsecond(sane(microseconds)).unwrap_or_default();
    format!("{time:.3}")
}

/// As [`iso`], with all digits that are known.
pub(crate) fn iso_full(microseconds: i64) -> String {
    let time = Timestamp::from_microsecond(sane(microseconds)).unwrap_or_default();
    format!("{time:.6}")
}

/// Milliseconds, as the page wants durations.
pub(crate) fn millis(microseconds: i64) -> f64 {
    float(microseconds) / 1000.0
}

pub(crate) fn seconds(microseconds: i64) -> f64 {
    float(microseconds) / 1_000_000.0
}

#[expect(clippy::cast_precision_loss, reason = "a duration of 285 years is exact")]
pub(crate) fn float(number: i64) -> f64 {
    number as f64
}

/// A time as people and SDKs write it: with a zone, without one (then UTC), or a date alone (then its midnight in UTC).
pub(crate) fn parse(text: &str) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_microsecond());
    }
    let civil = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0))).ok();
    let month = || {
        let (year, month) = text.split_once('-')?;
        Some(Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?.at(0, 0, 0, 0))
    };
    Some(TimeZone::UTC.to_timestamp(civil.or_else(month)?).ok()?.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let time = parse("2026-11-24T14:30:45.123Z").unwrap();
        assert_eq!(iso(time), "2026-11-24T14:30:45.123Z");
        assert_eq!(parse("2026-11-24T15:30:45.123+01:00"), Some(time));
        assert_eq!(parse("2026-11-24T14:30:45.123"), Some(time));
        assert_eq!(parse("2026-11-24").map(iso).as_deref(), Some("2026-11-24T00:00:00.000Z"));
        assert_eq!(parse("2026-11").map(iso).as_deref(), Some("2026-11-01T00:00:00.000Z"));
        assert_eq!(parse("yesterday"), None);
    }

    #[test]
    fn absurd_times_become_dates() {
        assert_eq!(iso(from_nanoseconds(u64::MAX)), "2554-07-21T23:34:33.709Z");
        assert_eq!(iso(i64::MAX), iso(LAST));
        assert_eq!(iso(i64::MIN), "0001-01-01T00:00:00.000Z");
    }
}
