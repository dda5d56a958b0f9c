//! The bins of the time that sums are grouped by.

use super::super::answer::Refusal;
use crate::time;

/// How long a bin of the time is.
#[derive(Clone, Copy)]
pub(super) enum Step {
    /// From 1970 on.
    Even(i64),
    Month,
    /// From Monday on.
    Week,
}

impl Step {
    pub(super) fn parse(granularity: &str, range: i64) -> Result<Self, Refusal> {
        Ok(match granularity {
            "minute" => Self::Even(time::MINUTE),
            "hour" => Self::Even(time::HOUR),
            "day" => Self::Even(time::DAY),
            "week" => Self::Week,
            "month" => Self::Month,
            "auto" if range <= 3 * time::HOUR => Self::Even(time::MINUTE),
            "auto" if range <= 4 * time::DAY => Self::Even(time::HOUR),
            "auto" if range <= 120 * time::DAY => Self::Even(time::DAY),
            "auto" => Self::Week,
            _ => return Err(Refusal::parameter(format!("there is no granularity {granularity}"))),
        })
    }

    /// The beginning of the bin that a time is in.
    pub(super) fn bin(self, moment: i64) -> String {
        match self {
            Self::Even(step) => time::iso(moment.div_euclid(step) * step),
            Self::Month => format!("{}-01T00:00:00.000Z", &time::iso(moment)[..7]),
            // 1970 began on a Thursday.
            Self::Week => {
                let days = moment.div_euclid(time::DAY) + 3;
                time::iso((days.div_euclid(7) * 7 - 3) * time::DAY)
            }
        }
    }
}
