//! Months and quarters in India.

use std::{fmt, str::FromStr};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::PeriodKind;
use crate::clock::{indian_date, start_of};

/// The months of a quarter.
const QUARTER: i8 = 3;

/// A month (`2026-10`) or a quarter (`2026-Q4`) of the calendar year. The quarters of the Indian financial year end on the
/// same days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    /// The first day.
    from: Date,
    kind: PeriodKind,
}

/// What was written is no month and no quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither a month such as 2026-10 nor a quarter such as 2026-Q4")]
pub struct NoPeriod;

impl Period {
    /// The month or quarter in which a day lies.
    pub fn of(kind: PeriodKind, day: Date) -> Self {
        let month = match kind {
            PeriodKind::Month => day.month(),
            PeriodKind::Quarter => (day.month() - 1) / QUARTER * QUARTER + 1,
        };
        Self {
            from: Date::constant(day.year(), month, 1),
            kind,
        }
    }

    /// The last one that was over on a day.
    #[must_use]
    pub fn over(kind: PeriodKind, day: Date) -> Self {
        Self::of(kind, day).before()
    }

    /// The one before it.
    #[must_use]
    pub fn before(self) -> Self {
        Self::of(self.kind, self.from.yesterday().unwrap_or(self.from))
    }

    /// The latest, with the one in which `now_ms` lies first.
    pub fn latest(kind: PeriodKind, now_ms: i64, count: usize) -> Vec<Self> {
        let first = indian_date(now_ms).map(|day| Self::of(kind, day));
        std::iter::successors(first, |period| Some(period.before()))
            .take(count)
            .collect()
    }

    /// Whether it is a month or a quarter.
    pub const fn kind(self) -> PeriodKind {
        self.kind
    }

    /// Its first day.
    pub const fn first(self) -> Date {
        self.from
    }

    /// Its last day.
    pub fn last(self) -> Date {
        let last_month = match self.kind {
            PeriodKind::Month => self.from,
            PeriodKind::Quarter => Date::constant(self.from.year(), self.from.month() + QUARTER - 1, 1),
        };
        last_month.last_of_month()
    }

    /// The midnight in India with which it begins, milliseconds since 1970-01-01 UTC.
    pub fn starts_ms(self) -> i64 {
        start_of(self.from)
    }

    /// The midnight in India with which it ends, which is no longer in it.
    pub fn ends_ms(self) -> i64 {
        start_of(self.last()) + crate::clock::DAY_MS
    }

    /// Whether a moment lies in it.
    pub fn holds(self, at_ms: i64) -> bool {
        (self.starts_ms()..self.ends_ms()).contains(&at_ms)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month) = (self.from.year(), self.from.month());
        match self.kind {
            PeriodKind::Month => write!(f, "{year:04}-{month:02}"),
            PeriodKind::Quarter => write!(f, "{year:04}-Q{}", (month - 1) / QUARTER + 1),
        }
    }
}

impl FromStr for Period {
    type Err = NoPeriod;

    fn from_str(text: &str) -> Result<Self, NoPeriod> {
        let (year, part) = text.split_once('-').ok_or(NoPeriod)?;
        let (kind, month) = match part.strip_prefix('Q') {
            Some(number) => (PeriodKind::Quarter, number.parse::<i8>().ok().and_then(first_month)),
            None => (PeriodKind::Month, part.parse::<i8>().ok()),
        };
        let day = Date::new(year.parse().map_err(|_| NoPeriod)?, month.ok_or(NoPeriod)?, 1);
        let period = Self::of(kind, day.map_err(|_| NoPeriod)?);
        // Only as it is written here: `2026-7` and `+2026-Q3` are nothing.
        (period.to_string() == text).then_some(period).ok_or(NoPeriod)
    }
}

fn first_month(quarter: i8) -> Option<i8> {
    (1..=4).contains(&quarter).then(|| (quarter - 1) * QUARTER + 1)
}

impl TryFrom<String> for Period {
    type Error = NoPeriod;

    fn try_from(text: String) -> Result<Self, NoPeriod> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
    }

    #[test]
    fn periods_are_those_of_india_and_over() {
        let over = |year, month, day| {
            [PeriodKind::Month, PeriodKind::Quarter]
                .map(|kind| Period::over(kind, Date::constant(year, month, day)).to_string())
        };
        assert_eq!(over(2026, 11, 1), ["2026-10", "2026-Q3"]);
        assert_eq!(over(2027, 1, 31), ["2026-12", "2026-Q4"]);
        let october: Period = "2026-10".parse().unwrap();
        assert_eq!(october.starts_ms(), at("2026-09-30T18:30:00Z"));
        assert_eq!(october.ends_ms(), at("2026-10-31T18:30:00Z"));
        assert!(october.holds(at("2026-10-31T18:29:59.999Z")));
        assert!(!october.holds(at("2026-10-31T18:30:00Z")));
        let last: Period = "2026-Q4".parse().unwrap();
        assert_eq!(last.last().to_string(), "2026-12-31");
        assert_eq!(last.ends_ms(), at("2026-12-31T18:30:00Z"));
    }

    #[test]
    fn a_period_is_written_in_one_way_only() {
        for text in ["2026-10", "2026-01", "2026-Q1", "2026-Q4"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for text in [
            "2026-7", "2026-13", "2026-00", "2026-Q0", "2026-Q5", "+2026-10", "2026", "", "x-Q1", "2026-Q+1",
        ] {
            assert_eq!(text.parse::<Period>(), Err(NoPeriod), "{text}");
        }
    }

    #[test]
    fn the_latest_begin_with_the_one_that_is_not_over() {
        // Past midnight of 1 January in India.
        let latest = Period::latest(PeriodKind::Month, at("2026-12-31T19:00:00Z"), 3);
        let latest: Vec<_> = latest.iter().map(ToString::to_string).collect();
        assert_eq!(latest, ["2027-01", "2026-12", "2026-11"]);
    }
}
