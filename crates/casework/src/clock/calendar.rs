//! Days in India. The law counts days and months there, whatever zone a tablet or a hub believes to be in.

use jiff::{Timestamp, civil, tz::Offset};

/// Indian standard time, five and a half hours ahead of UTC, all the year.
fn indian_offset() -> Offset {
    Offset::from_seconds(5 * 3600 + 1800).expect("+05:30 is an offset")
}

/// The date in India at `at_ms`; `None` outside the calendar that can be computed.
pub fn indian_day(at_ms: i64) -> Option<civil::Date> {
    let moment = Timestamp::from_millisecond(at_ms).ok()?;
    Some(indian_offset().to_datetime(moment).date())
}

/// The midnight in India with which `day` begins.
pub(crate) fn start_of(day: civil::Date) -> Option<i64> {
    let midnight = day.to_datetime(civil::Time::midnight());
    indian_offset()
        .to_timestamp(midnight)
        .ok()
        .map(Timestamp::as_millisecond)
}

/// The midnight in India with which `day` ends.
pub(crate) fn end_of(day: civil::Date) -> Option<i64> {
    start_of(day.tomorrow().ok()?)
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
