//! Values as people write them: `2s`, `$0.01`, `7d`, `2026-11-01`, `ERROR`.

use super::fields::Kind;
use crate::time;

/// A duration: a number with a unit, or without one the seconds that Langfuse means.
pub(super) fn duration(text: &str) -> Option<f64> {
    let units: [(&str, i64); 13] = [
        ("us", 1),
        ("µs", 1),
        ("ms", 1_000),
        ("sec", time::SECOND),
        ("min", time::MINUTE),
        ("mo", 30 * time::DAY),
        ("s", time::SECOND),
        ("m", time::MINUTE),
        ("h", time::HOUR),
        ("d", time::DAY),
        ("w", 7 * time::DAY),
        ("y", 365 * time::DAY),
        ("", time::SECOND),
    ];
    units.into_iter().find_map(|(unit, length)| times(text.strip_suffix(unit)?, time::float(length)))
}

/// A number, with `k` or `M` behind it or a dollar sign in front.
pub(super) fn count(text: &str) -> Option<f64> {
    let text = text.strip_prefix('$').unwrap_or(text);
    let units = [("k", 1e3), ("K", 1e3), ("M", 1e6), ("", 1.0)];
    units.into_iter().find_map(|(unit, factor)| times(text.strip_suffix(unit)?, factor))
}

/// A number so many times, unless that is beyond all numbers.
fn times(text: &str, factor: f64) -> Option<f64> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'e' | b'E' | b'+'));
    let number: f64 = if is_plain { text.parse().ok()? } else { return None };
    Some(number * factor).filter(|number| number.is_finite())
}

/// A time: a date, a date with a time, `now`, or so long ago.
pub(super) fn moment(text: &str, now: i64) -> Option<i64> {
    if text.eq_ignore_ascii_case("now") {
        return Some(now);
    }
    if text.eq_ignore_ascii_case("today") || text.eq_ignore_ascii_case("yesterday") {
        let midnight = now.div_euclid(time::DAY) * time::DAY;
        return Some(if text.eq_ignore_ascii_case("today") { midnight } else { midnight - time::DAY });
    }
    if let Some(time) = time::parse(text) {
        return Some(time::sane(time));
    }
    let has_unit = text.ends_with(|end: char| end.is_ascii_alphabetic());
    let ago =
        duration(text.strip_suffix(" ago").unwrap_or(text)).filter(|ago| has_unit && (0.0..1e16).contains(ago))?;
    #[expect(clippy::cast_possible_truncation, reason = "less than 1e16")]
    Some(time::sane(now - ago as i64))
}

/// What a value of that kind looks like.
pub(super) fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "true or false",
        Kind::Cost => "0.01 or $0.01",
        Kind::Count => "100 or 2k",
        Kind::Duration => "2s, 500ms or 1.5",
        Kind::Level => "DEBUG, DEFAULT, WARNING or ERROR",
        Kind::Payload | Kind::Tags | Kind::Text => "a text",
        Kind::Time => "2026-11-01, 2026-11-01T10:00:00Z or 2h",
        Kind::Type => "GENERATION, SPAN, EVENT, AGENT, TOOL, CHAIN, RETRIEVER, EVALUATOR, EMBEDDING or GUARDRAIL",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_understood() {
        assert_eq!(duration("2"), Some(2e6));
        assert_eq!(duration("500ms"), Some(5e5));
        assert_eq!(duration("1.5h"), Some(5.4e9));
        assert_eq!(duration("2min"), Some(1.2e8));
        assert_eq!(duration("fast"), None);
        assert_eq!(count("$0.01"), Some(0.01));
        assert_eq!(count("2k"), Some(2e3));
        assert_eq!(count("inf"), None);
        assert_eq!(count("1e308k"), None);
        assert_eq!(duration("1e308"), None);
        assert_eq!(moment("2h", 10 * time::HOUR), Some(8 * time::HOUR));
        assert_eq!(moment("5", 0), None);
    }
}
