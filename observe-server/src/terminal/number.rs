//! Figures for eyes: three digits that matter, and a unit.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A duration, from milliseconds.
pub(crate) fn duration(milliseconds: f64) -> String {
    let (value, unit) = match milliseconds {
        none if none <= 0.0 => return "0ms".to_owned(),
        micro if micro < 0.9995 => (micro * 1e3, "µs"),
        milli if milli < 999.5 => (milli, "ms"),
        second if second < 59_995.0 => (second / 1e3, "s"),
        minute if minute < 3_600_000.0 => return two(minute / 1e3, "m", "s"),
        hour => return two(hour / 60e3, "h", "m"),
    };
    format!("{}{unit}", digits(value))
}

/// A cost in USD: cents are not enough for tokens.
pub(crate) fn cost(usd: f64) -> String {
    if usd <= 0.0 {
        return "$0".to_owned();
    }
    if usd >= 0.1 {
        return format!("${usd:.2}");
    }
    // The first two digits that are not zero.
    let mut decimals = 2;
    let mut scaled = usd;
    while scaled < 0.0995 && decimals < 12 {
        scaled *= 10.0;
        decimals += 1;
    }
    let text = format!("{usd:.decimals$}");
    format!("${}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// A cost in USD for programs: without the noise of adding fractions that binary digits cannot say.
pub(crate) fn dollars(usd: f64) -> String {
    let text = format!("{usd:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A count, with thin groups from 10,000 on.
pub(crate) fn count<N: std::fmt::Display + Copy>(number: N) -> String {
    let plain = number.to_string();
    if plain.len() < 5 {
        return plain;
    }
    let mut grouped = String::new();
    for (place, digit) in plain.chars().enumerate() {
        if place > 0 && (plain.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `2026-11-25 21:04:05`, where the reader is, from ISO 8601. What is no time stays as it is.
pub(crate) fn time(iso: &str) -> String {
    local(iso, "%Y-%m-%d %H:%M:%S")
}

/// As [`time`], without the year.
pub(crate) fn short_time(iso: &str) -> String {
    local(iso, "%m-%d %H:%M:%S")
}

fn local(iso: &str, format: &str) -> String {
    let Ok(time) = iso.parse::<Timestamp>() else { return iso.to_owned() };
    TimeZone::system().to_datetime(time).strftime(format).to_string()
}

fn digits(value: f64) -> String {
    let decimals = match value {
        hundreds if hundreds >= 99.95 => 0,
        tens if tens >= 9.995 => 1,
        _ => 2,
    };
    let text = format!("{value:.decimals$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

fn two(units: f64, large: &str, small: &str) -> String {
    let whole = units.round();
    format!("{}{large} {}{small}", (whole / 60.0).floor(), whole % 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollars_for_programs() {
        assert_eq!([0.0, 12.5, 7.2e-6 + 15e-6, 120.0].map(dollars), ["0", "12.5", "0.0000222", "120"]);
    }

    #[test]
    fn three_digits_matter() {
        let shown =
            [0.0, 0.0132, 0.7323, 7.4, 12.34, 999.4, 999.6, 1234.0, 59_994.0, 61_000.0, 3_660_000.0].map(duration);
        assert_eq!(
            shown,
            ["0ms", "13.2µs", "732µs", "7.4ms", "12.3ms", "999ms", "1s", "1.23s", "60s", "1m 1s", "1h 1m"]
        );
        assert_eq!(
            [0.0, 12.5, 0.5, 0.0183, 0.00033, 0.0000313, 1.2e-7].map(cost),
            ["$0", "$12.50", "$0.50", "$0.018", "$0.00033", "$0.000031", "$0.00000012"]
        );
        assert_eq!([0, 9999, 10_000, 1_234_567].map(count::<i64>), ["0", "9999", "10,000", "1,234,567"]);
    }
}
