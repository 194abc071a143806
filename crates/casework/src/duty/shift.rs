//! When somebody is on duty, by the days and hours of India.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use jiff::civil::{Date, Weekday};

use super::Place;
use crate::clock::{DAY_MS, Day};

const MINUTE_MS: i64 = 60_000;
const DAY_MINUTES: u16 = 24 * 60;
/// The days of a week as they are written, Monday first.
const WEEK: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// Why a text says no shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShiftError {
    /// Days that are none.
    #[error(
        "days are mon, tue, wed, thu, fri, sat, sun, several with a space between, or a span: mon-fri; or dates: 2026-12-01 or 2026-12-01..2026-12-05"
    )]
    Days,
    /// The last day is before the first.
    #[error("the last day is before the first")]
    DaysTurned,
    /// An hour that is none.
    #[error("an hour is written 00:00 to 23:59; a day ends at 24:00")]
    Hour,
    /// It begins when it ends.
    #[error("a duty that ends when it begins is none; the whole day is 00:00 to 24:00")]
    NoHours,
}

/// On which days a duty begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// Every week: a bit for each day, Monday the lowest.
    Weekly(u8),
    /// From this day to that, both counted in.
    Dates {
        /// The first.
        first: Date,
        /// The last.
        last: Date,
    },
}

/// From which minute of the day to which. A duty that ends earlier than it begins goes on past midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: u16,
    to: u16,
}

/// A duty of somebody's.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    /// On which days it begins.
    pub days: Days,
    /// From when to when.
    pub hours: Hours,
    /// Codes of the languages that are spoken.
    pub languages: BTreeSet<String>,
    /// Where whoever is on duty sets out from.
    pub place: Option<Place>,
}

impl Shift {
    /// Whether it is on at this moment.
    pub fn covers(&self, at_ms: i64) -> bool {
        let Some(day) = Day::at(at_ms) else { return false };
        let minute = (at_ms - day.start_ms()) / MINUTE_MS;
        let Hours { from, to } = self.hours;
        let (from, to) = (i64::from(from), i64::from(to));
        let today = self.days.have(day) && minute >= from && (minute < to || to <= from);
        // What began yesterday and goes on past midnight.
        let since_yesterday =
            to <= from && minute < to && Day::at(at_ms - DAY_MS).is_some_and(|day| self.days.have(day));
        today || since_yesterday
    }
}

impl Days {
    fn have(self, day: Day) -> bool {
        match self {
            // 1970-01-01 was a Thursday, three days behind Monday.
            Self::Weekly(mask) => mask & (1 << (day.0 + 3).rem_euclid(7)) != 0,
            Self::Dates { first, last } => date_of(day).is_some_and(|date| (first..=last).contains(&date)),
        }
    }
}

fn date_of(day: Day) -> Option<Date> {
    let (year, month, of_month) = day.civil();
    Date::new(year.try_into().ok()?, month.try_into().ok()?, of_month.try_into().ok()?).ok()
}

impl Hours {
    /// From one minute of the day to another; 1440 is its end.
    pub fn new(from: u16, to: u16) -> Result<Self, ShiftError> {
        if from >= DAY_MINUTES || to > DAY_MINUTES {
            return Err(ShiftError::Hour);
        }
        if from == to {
            return Err(ShiftError::NoHours);
        }
        Ok(Self { from, to })
    }

    /// The hours that two texts say, such as `22:00` and `06:00`.
    pub fn read(from: &str, to: &str) -> Result<Self, ShiftError> {
        Self::new(minute_of(from)?, minute_of(to)?)
    }

    /// The minute of the day with which it begins.
    pub const fn from(self) -> u16 {
        self.from
    }

    /// The minute of the day with which it ends.
    pub const fn to(self) -> u16 {
        self.to
    }
}

fn minute_of(text: &str) -> Result<u16, ShiftError> {
    let (hour, minute) = text.trim().split_once(':').ok_or(ShiftError::Hour)?;
    let number = |text: &str, most: u16| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = text.parse::<u16>().ok().filter(|number| plain && *number <= most);
        number.ok_or(ShiftError::Hour)
    };
    let minutes = number(hour, 24)? * 60 + number(minute, 59)?;
    if minutes > DAY_MINUTES {
        return Err(ShiftError::Hour);
    }
    Ok(minutes)
}

impl fmt::Display for Hours {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to } = self;
        write!(out, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

impl FromStr for Days {
    type Err = ShiftError;

    fn from_str(text: &str) -> Result<Self, ShiftError> {
        let text = text.trim().to_ascii_lowercase();
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            let (first, last) = text.split_once("..").unwrap_or((&text, &text));
            let date = |text: &str| text.trim().parse::<Date>().map_err(|_| ShiftError::Days);
            let (first, last) = (date(first)?, date(last)?);
            return if first <= last {
                Ok(Self::Dates { first, last })
            } else {
                Err(ShiftError::DaysTurned)
            };
        }
        let place = |word: &str| WEEK.iter().position(|(day, _)| *day == word).ok_or(ShiftError::Days);
        let mut mask = 0;
        for word in text.split_whitespace() {
            let (first, last) = word.split_once('-').unwrap_or((word, word));
            let (first, last) = (place(first)?, place(last)?);
            // A span may go over the end of the week: fri-mon.
            let length = (last + WEEK.len() - first) % WEEK.len();
            for day in first..=first + length {
                mask |= 1 << (day % WEEK.len());
            }
        }
        if mask == 0 {
            Err(ShiftError::Days)
        } else {
            Ok(Self::Weekly(mask))
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Weekly(mask) => {
                let days = WEEK.iter().enumerate().filter(|(at, _)| mask & (1 << at) != 0);
                let days: Vec<&str> = days.map(|(_, (day, _))| *day).collect();
                out.write_str(&days.join(" "))
            }
            Self::Dates { first, last } if first == last => write!(out, "{first}"),
            Self::Dates { first, last } => write!(out, "{first}..{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A moment by the clocks of India.
    fn ist(text: &str) -> i64 {
        let moment: jiff::Timestamp = format!("{text}:00+05:30").parse().unwrap();
        moment.as_millisecond()
    }

    fn shift(days: &str, from: &str, to: &str) -> Shift {
        Shift {
            days: days.parse().unwrap(),
            hours: Hours::read(from, to).unwrap(),
            languages: BTreeSet::new(),
            place: None,
        }
    }

    #[test]
    fn a_duty_is_on_from_its_first_minute_to_before_its_last_by_the_clocks_of_india() {
        // 2026-11-30 is a Monday.
        let day = shift("mon-fri", "09:00", "17:30");
        for (at, on) in [
            ("2026-11-30T08:59", false),
            ("2026-11-30T09:00", true),
            ("2026-11-30T17:29", true),
            ("2026-11-30T17:30", false),
            ("2026-12-04T12:00", true),
            ("2026-12-05T12:00", false),
            ("2026-12-06T12:00", false),
            ("2026-12-07T00:00", false),
        ] {
            assert_eq!(day.covers(ist(at)), on, "{at}");
        }
        let whole = shift("sat", "00:00", "24:00");
        assert!(whole.covers(ist("2026-12-05T00:00")) && whole.covers(ist("2026-12-05T23:59")));
        assert!(!whole.covers(ist("2026-12-06T00:00")) && !whole.covers(ist("2026-12-04T23:59")));
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let night = shift("sun", "22:00", "06:00");
        for (at, on) in [
            ("2026-11-29T21:59", false),
            ("2026-11-29T22:00", true),
            ("2026-11-30T05:59", true),
            ("2026-11-30T06:00", false),
            ("2026-11-30T23:00", false),
            ("2026-11-29T03:00", false),
        ] {
            assert_eq!(night.covers(ist(at)), on, "{at}");
        }
        let until_midnight = shift("sun", "22:00", "00:00");
        assert!(until_midnight.covers(ist("2026-11-29T23:59")) && !until_midnight.covers(ist("2026-11-30T00:00")));
        let of_dates = shift("2026-12-24..2026-12-25", "20:00", "08:00");
        assert!(of_dates.covers(ist("2026-12-26T07:59")) && !of_dates.covers(ist("2026-12-26T20:00")));
        assert!(!of_dates.covers(ist("2026-12-24T07:00")) && !of_dates.covers(i64::MAX));
    }

    #[test]
    fn days_are_written_as_they_are_read() {
        for (text, shown) in [
            ("mon-wed sat", "mon tue wed sat"),
            (" FRI-MON ", "mon fri sat sun"),
            ("2026-12-01", "2026-12-01"),
            ("2026-12-01..2026-12-05", "2026-12-01..2026-12-05"),
        ] {
            let days: Days = text.parse().unwrap();
            assert_eq!(days.to_string(), shown);
            assert_eq!(shown.parse::<Days>(), Ok(days));
        }
        for (text, error) in [
            ("", ShiftError::Days),
            ("monday", ShiftError::Days),
            ("2026-13-01", ShiftError::Days),
            ("2026-12-05..2026-12-01", ShiftError::DaysTurned),
        ] {
            assert_eq!(text.parse::<Days>(), Err(error), "{text}");
        }
    }

    #[test]
    fn hours_are_written_as_they_are_read() {
        assert_eq!(Hours::read("9:05", "24:00").unwrap().to_string(), "09:05-24:00");
        for (from, to, error) in [
            ("24:00", "06:00", ShiftError::Hour),
            ("09:60", "10:00", ShiftError::Hour),
            ("9", "10:00", ShiftError::Hour),
            ("+9:00", "10:00", ShiftError::Hour),
            ("09:00", "24:01", ShiftError::Hour),
            ("09:00", "09:00", ShiftError::NoHours),
        ] {
            assert_eq!(Hours::read(from, to), Err(error), "{from} {to}");
        }
    }
}
