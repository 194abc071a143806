//! Lengths of time as the law states them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::calendar::Day;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 3_600_000;

/// A length of time as the law states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Length {
    /// Minutes, counted from the very moment: `30min`.
    Minutes(u16),
    /// Hours, counted from the very moment: `24h`.
    Hours(u16),
    /// Days, `15d`; the day of the event is left out and the last day counts whole (General Clauses Act 1897, s.9).
    Days(u16),
    /// Calendar months, `4mo`, likewise.
    Months(u16),
    /// Working days, `3wd`: likewise, but Saturdays and Sundays are left out. **Public holidays are not known**, so
    /// that the time shown may end too early, never too late.
    WorkingDays(u16),
}

/// A length is a number and a unit: `30min`, `24h`, `15d`, `4mo`, `3wd`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length such as 30min, 24h, 15d, 4mo or 3wd")]
pub struct LengthError(String);

impl FromStr for Length {
    type Err = LengthError;
    fn from_str(text: &str) -> Result<Self, LengthError> {
        let error = || LengthError(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let number: u16 = text[..digits].parse().map_err(|_| error())?;
        match &text[digits..] {
            "min" => Ok(Self::Minutes(number)),
            "h" => Ok(Self::Hours(number)),
            "d" => Ok(Self::Days(number)),
            "mo" => Ok(Self::Months(number)),
            "wd" => Ok(Self::WorkingDays(number)),
            _ => Err(error()),
        }
    }
}

impl TryFrom<String> for Length {
    type Error = LengthError;
    fn try_from(text: String) -> Result<Self, LengthError> {
        text.parse()
    }
}

impl From<Length> for String {
    fn from(length: Length) -> Self {
        match length {
            Length::Minutes(n) => format!("{n}min"),
            Length::Hours(n) => format!("{n}h"),
            Length::Days(n) => format!("{n}d"),
            Length::Months(n) => format!("{n}mo"),
            Length::WorkingDays(n) => format!("{n}wd"),
        }
    }
}

impl Length {
    /// The moment at which this length from `start_ms` has run out; `None` past the end of the calendar.
    pub fn after(self, start_ms: i64) -> Option<i64> {
        let first = Day::at(start_ms)?;
        let last = match self {
            Self::Minutes(n) => return start_ms.checked_add(i64::from(n) * MINUTE_MS),
            Self::Hours(n) => return start_ms.checked_add(i64::from(n) * HOUR_MS),
            Self::Days(n) => Day(first.0 + i64::from(n)),
            Self::Months(n) => first.months_later(n.into()),
            Self::WorkingDays(n) => working_days_after(first, n),
        };
        last.end_ms()
    }

    /// The moment at which this length has run out when it is added to a time that was due at `due_ms`: two months
    /// more than a last day are counted from that day.
    pub fn beyond(self, due_ms: i64) -> Option<i64> {
        match self {
            Self::Minutes(_) | Self::Hours(_) => self.after(due_ms),
            _ => self.after(due_ms.checked_sub(1)?),
        }
    }

    /// `times` this length; `None` where that is longer than any length.
    pub fn times(self, times: u16) -> Option<Self> {
        Some(match self {
            Self::Minutes(n) => Self::Minutes(n.checked_mul(times)?),
            Self::Hours(n) => Self::Hours(n.checked_mul(times)?),
            Self::Days(n) => Self::Days(n.checked_mul(times)?),
            Self::Months(n) => Self::Months(n.checked_mul(times)?),
            Self::WorkingDays(n) => Self::WorkingDays(n.checked_mul(times)?),
        })
    }
}

fn working_days_after(first: Day, days: u16) -> Day {
    let (mut day, mut left) = (first, days);
    while left > 0 {
        day = Day(day.0 + 1);
        left -= u16::from(!day.is_weekend());
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::indian_day;
    use proptest::prelude::*;

    /// 2026-11-23 10:00 in India, a Monday.
    const MORNING: i64 = 1_795_408_200_000;

    fn last_day(length: Length, start_ms: i64) -> String {
        indian_day(length.after(start_ms).unwrap() - 1).unwrap().to_string()
    }

    #[test]
    fn days_leave_out_the_first_and_count_the_last_whole() {
        // Produced on 23 November: fifteen days end with 8 December, at midnight in India.
        assert_eq!(last_day(Length::Days(15), MORNING), "2026-12-08");
        assert_eq!(last_day(Length::Months(4), MORNING), "2027-03-23");
    }

    #[test]
    fn working_days_leave_out_the_weekend() {
        assert_eq!(last_day(Length::WorkingDays(3), MORNING), "2026-11-26");
        let friday = MORNING + 4 * 86_400_000;
        assert_eq!(last_day(Length::WorkingDays(3), friday), "2026-12-02");
        let sunday = MORNING + 6 * 86_400_000;
        assert_eq!(last_day(Length::WorkingDays(3), sunday), "2026-12-02");
    }

    #[test]
    fn two_months_more_are_counted_from_the_last_day() {
        let due = Length::Months(4).after(MORNING).unwrap();
        let beyond = Length::Months(2).beyond(due).unwrap();
        assert_eq!(indian_day(beyond - 1).unwrap().to_string(), "2027-05-23");
    }

    #[test]
    fn a_length_survives_its_text_and_nonsense_is_refused() {
        for text in ["30min", "24h", "15d", "4mo", "3wd"] {
            assert_eq!(String::from(text.parse::<Length>().unwrap()), text);
        }
        for wrong in ["", "d", "4", "4 mo", "-3d", "70000d", "4m", "4mö"] {
            assert!(wrong.parse::<Length>().is_err(), "{wrong}");
        }
    }

    fn a_length() -> impl Strategy<Value = Length> {
        (0_u16..800, 0_u8..5).prop_map(|(n, unit)| match unit {
            0 => Length::Minutes(n),
            1 => Length::Hours(n),
            2 => Length::Days(n),
            3 => Length::Months(n),
            _ => Length::WorkingDays(n),
        })
    }

    proptest! {
        #[test]
        fn nothing_is_due_before_it_began(start in 0_i64..4_000_000_000_000, length in a_length()) {
            if let Some(due) = length.after(start) {
                prop_assert!(due >= start);
            }
        }

        #[test]
        fn a_later_start_is_never_due_earlier(
            start in 0_i64..4_000_000_000_000, later in 0_i64..10_000_000_000, length in a_length(),
        ) {
            prop_assert!(length.after(start) <= length.after(start + later));
        }

        #[test]
        fn what_is_added_never_takes_away(start in 0_i64..4_000_000_000_000, length in a_length(), more in a_length()) {
            if let Some(due) = length.after(start) {
                prop_assert!(more.beyond(due).is_none_or(|beyond| beyond >= due));
            }
        }
    }
}
