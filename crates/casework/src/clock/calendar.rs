//! Days in India. The law counts days and months there, whatever zone a tablet or a hub believes to be in.

use jiff::civil;

/// Indian standard time is five and a half hours ahead of UTC, all the year.
const AHEAD_MS: i64 = (5 * 60 + 30) * 60_000;
pub(crate) const DAY_MS: i64 = 86_400_000;

/// Moments that are computed with: from the year -9700 to the year 9900. What a tablet writes may be any number.
const FIRST_MS: i64 = -368_000_000_000_000;
const LAST_MS: i64 = 250_000_000_000_000;

/// Days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i64);

impl Day {
    /// The day in India at `at_ms`; `None` outside the years that are computed with.
    pub(crate) fn at(at_ms: i64) -> Option<Self> {
        (FIRST_MS..LAST_MS)
            .contains(&at_ms)
            .then(|| Self((at_ms + AHEAD_MS).div_euclid(DAY_MS)))
    }

    /// The midnight with which it begins.
    pub(crate) const fn start_ms(self) -> i64 {
        self.0 * DAY_MS - AHEAD_MS
    }

    /// The midnight with which it ends; `None` outside the years that are computed with.
    pub(super) fn end_ms(self) -> Option<i64> {
        let end = Self(self.0 + 1).start_ms();
        (FIRST_MS..LAST_MS).contains(&end).then_some(end)
    }

    /// Saturday or Sunday; 1970-01-01 was a Thursday.
    pub(super) const fn is_weekend(self) -> bool {
        matches!(self.0.rem_euclid(7), 2 | 3)
    }

    /// Year, month and day of the month (Hinnant, *chrono-compatible low-level date algorithms*).
    pub(crate) const fn civil(self) -> (i64, i64, i64) {
        let shifted = self.0 + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let january = if month <= 2 { 1 } else { 0 };
        (year_of_era + era * 400 + january, month, day)
    }

    /// The day of that year, month and day of the month.
    pub(super) const fn of(year: i64, month: i64, day: i64) -> Self {
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let shifted_month = if month > 2 { month - 3 } else { month + 9 };
        let of_year = (153 * shifted_month + 2) / 5 + day - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        Self(era * 146_097 + of_era - 719_468)
    }

    /// The same day of the month so many months later; the last of the month where it has no such day.
    pub(super) fn months_later(self, months: i64) -> Self {
        let (year, month, day) = self.civil();
        let later = year * 12 + month - 1 + months;
        let (year, month) = (later.div_euclid(12), later.rem_euclid(12) + 1);
        let last = match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        Self::of(year, month, day.min(last))
    }
}

impl From<civil::Date> for Day {
    fn from(date: civil::Date) -> Self {
        Self::of(date.year().into(), date.month().into(), date.day().into())
    }
}

/// The date in India at `at_ms`; `None` outside the years that are computed with.
pub fn indian_day(at_ms: i64) -> Option<civil::Date> {
    let (year, month, day) = Day::at(at_ms)?.civil();
    civil::Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

/// The midnight in India with which `day` begins.
pub(crate) fn start_of(day: civil::Date) -> i64 {
    Day::from(day).start_ms()
}

/// The midnight in India with which `day` ends; `None` outside the years that are computed with.
pub(crate) fn end_of(day: civil::Date) -> Option<i64> {
    Day::from(day).end_ms()
}

/// A quarter of the calendar year, as `2026-Q3`; the quarters of the Indian financial year end on the same days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quarter {
    pub(super) year: i16,
    /// 1 to 4.
    pub(super) number: i8,
}

impl Quarter {
    /// The quarter in which `day` lies.
    pub(super) fn of(day: civil::Date) -> Self {
        Self {
            year: day.year(),
            number: (day.month() - 1) / 3 + 1,
        }
    }

    /// The quarter after it; `None` past the end of the calendar.
    pub(super) fn next(self) -> Option<Self> {
        Some(match self.number {
            4 => Self {
                year: self.year.checked_add(1)?,
                number: 1,
            },
            number => Self {
                year: self.year,
                number: number + 1,
            },
        })
    }

    /// The midnight with which it ends.
    pub(super) fn end_ms(self) -> Option<i64> {
        let last = civil::Date::new(self.year, self.number * 3, 1).ok()?.last_of_month();
        end_of(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Span;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn days_are_those_of_the_calendar(number in -3_000_000_i64..2_800_000, months in 0_i64..800) {
            let (year, month, day) = Day(number).civil();
            let date = civil::Date::new(
                year.try_into().unwrap(), month.try_into().unwrap(), day.try_into().unwrap(),
            ).unwrap();
            prop_assert_eq!(Day::from(date), Day(number));
            let epoch = civil::date(1970, 1, 1);
            prop_assert_eq!(epoch.checked_add(Span::new().days(number)).unwrap(), date);
            let later = date.checked_add(Span::new().months(months)).unwrap();
            prop_assert_eq!(Day(number).months_later(months), Day::from(later));
            let weekend = matches!(date.weekday(), civil::Weekday::Saturday | civil::Weekday::Sunday);
            prop_assert_eq!(Day(number).is_weekend(), weekend);
        }
    }
}
