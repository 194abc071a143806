//! Statutory clocks: what is due by when, from the facts of a case and the dated definitions of the pack.
//!
//! Everything here is a pure function of its arguments; `now_ms` is milliseconds since 1970-01-01 UTC. Nothing locks:
//! a clock that has run out is shown, and the work goes on.

use std::{collections::BTreeSet, str::FromStr};

use jiff::{Span, Timestamp, civil, tz::Offset};
use serde::{Deserialize, Serialize};

use crate::{CaseKind, Checked, FactId, Labels, Value};

/// Less than this share of the whole time left makes a clock *due soon*.
const DUE_SOON_SHARE: i64 = 4;

/// Indian standard time, five and a half hours ahead of UTC, all the year.
fn indian_offset() -> Offset {
    Offset::from_seconds(5 * 3600 + 1800).expect("+05:30 is an offset")
}

/// The date in India at `now_ms`; `None` outside the calendar that can be computed.
pub(crate) fn indian_date(now_ms: i64) -> Option<civil::Date> {
    let moment = Timestamp::from_millisecond(now_ms).ok()?;
    Some(indian_offset().to_datetime(moment).date())
}

/// A length of time as the law states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Length {
    /// Hours, counted from the very moment.
    Hours(u16),
    /// Days; the day of the event is left out and the last day counts whole (General Clauses Act 1897, s.9).
    Days(u16),
    /// Calendar months, likewise.
    Months(u16),
}

/// A length is a number and a unit: `24h`, `15d`, `4mo`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a length such as 24h, 15d or 4mo")]
pub struct LengthError(String);

impl FromStr for Length {
    type Err = LengthError;
    fn from_str(text: &str) -> Result<Self, LengthError> {
        let error = || LengthError(text.to_owned());
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let number: u16 = text[..digits].parse().map_err(|_| error())?;
        match &text[digits..] {
            "h" => Ok(Self::Hours(number)),
            "d" => Ok(Self::Days(number)),
            "mo" => Ok(Self::Months(number)),
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
            Length::Hours(n) => format!("{n}h"),
            Length::Days(n) => format!("{n}d"),
            Length::Months(n) => format!("{n}mo"),
        }
    }
}

impl Length {
    /// The moment at which this length from `start_ms` has run out; `None` past the end of the calendar.
    pub fn after(self, start_ms: i64) -> Option<i64> {
        let start = Timestamp::from_millisecond(start_ms).ok()?;
        let span = match self {
            Self::Hours(n) => {
                return start
                    .checked_add(Span::new().hours(n))
                    .ok()
                    .map(Timestamp::as_millisecond);
            }
            Self::Days(n) => Span::new().days(n),
            Self::Months(n) => Span::new().months(n),
        };
        let last_day = indian_offset().to_datetime(start).date().checked_add(span).ok()?;
        let midnight = last_day.tomorrow().ok()?.to_datetime(civil::Time::midnight());
        indian_offset()
            .to_timestamp(midnight)
            .ok()
            .map(Timestamp::as_millisecond)
    }
}

/// A clock, as the pack defines it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clock {
    /// Its name, e.g. `production-cwc`.
    pub id: String,
    /// What must be done.
    pub label: Labels,
    /// Kinds of case it runs for.
    pub kinds: BTreeSet<CaseKind>,
    /// The fact (a moment) that starts it.
    pub starts_at: FactId,
    /// How long it runs.
    pub length: Length,
    /// The fact that holds minutes of journey to be left out.
    pub journey: Option<FactId>,
    /// The fact (a moment) that stops it.
    pub stops_at: FactId,
    /// Who must act.
    pub who: Labels,
    /// Where it stands, e.g. `JJ s.31`.
    pub source: String,
    /// How well that is established.
    pub checked: Checked,
    /// First day on which this text is in force.
    pub in_force_from: civil::Date,
    /// Last day on which it was in force, where it no longer is.
    pub in_force_until: Option<civil::Date>,
}

/// How a clock stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Time is left.
    Running,
    /// Less than a quarter of the time is left.
    DueSoon,
    /// The time has run out and nothing has stopped it.
    Overdue,
    /// Stopped in time.
    Met,
    /// Stopped after the time had run out.
    MetLate,
}

/// A clock of one case, at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Running {
    /// The clock's name.
    pub id: String,
    /// What must be done.
    pub label: Labels,
    /// Who must act.
    pub who: Labels,
    /// Where it stands in the law.
    pub source: String,
    /// How well that is established.
    pub checked: Checked,
    /// How long the law gives.
    pub length: Length,
    /// When it began.
    pub started_at_ms: i64,
    /// When it runs out.
    pub due_at_ms: i64,
    /// When it was stopped.
    pub stopped_at_ms: Option<i64>,
}

impl Running {
    /// How it stands at `now_ms`.
    pub fn standing(&self, now_ms: i64) -> Standing {
        match self.stopped_at_ms {
            Some(stopped) if stopped <= self.due_at_ms => Standing::Met,
            Some(_) => Standing::MetLate,
            None if now_ms > self.due_at_ms => Standing::Overdue,
            None if (self.due_at_ms - now_ms) * DUE_SOON_SHARE < self.due_at_ms - self.started_at_ms => {
                Standing::DueSoon
            }
            None => Standing::Running,
        }
    }
}

/// The clocks of a case that have started, soonest due first, stopped ones last.
pub fn of_case(clocks: &[Clock], kind: &CaseKind, get: impl Fn(&FactId) -> Option<Value>) -> Vec<Running> {
    let moment = |fact: &FactId| get(fact).and_then(|value| value.as_instant_ms());
    let mut running: Vec<Running> = clocks
        .iter()
        .filter(|clock| applies(clock, kind))
        .filter_map(|clock| {
            let started_at_ms = moment(&clock.starts_at)?;
            in_force(clock, started_at_ms).then_some(())?;
            let journey_minutes = clock
                .journey
                .as_ref()
                .and_then(&get)
                .and_then(|v| v.as_integer())
                .unwrap_or(0);
            let journey_ms = journey_minutes.clamp(0, JOURNEY_MINUTES_MAX) * 60_000;
            Some(Running {
                id: clock.id.clone(),
                label: clock.label.clone(),
                who: clock.who.clone(),
                source: clock.source.clone(),
                checked: clock.checked.clone(),
                length: clock.length,
                started_at_ms,
                due_at_ms: clock.length.after(started_at_ms)? + journey_ms,
                stopped_at_ms: moment(&clock.stops_at),
            })
        })
        .collect();
    running.sort_by_key(|clock| (clock.stopped_at_ms.is_some(), clock.due_at_ms));
    running
}

/// The longest journey that is left out of a clock: ten days, beyond any within India.
pub const JOURNEY_MINUTES_MAX: i64 = 10 * 24 * 60;

fn applies(clock: &Clock, kind: &CaseKind) -> bool {
    match kind {
        CaseKind::Both => true,
        kind => clock.kinds.contains(kind),
    }
}

fn in_force(clock: &Clock, at_ms: i64) -> bool {
    indian_date(at_ms)
        .is_some_and(|day| day >= clock.in_force_from && clock.in_force_until.is_none_or(|until| day <= until))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pack;
    use proptest::prelude::*;

    const HOUR: i64 = 3_600_000;
    /// 2026-11-23 10:00 in India.
    const MORNING: i64 = 1_795_408_200_000;

    fn clocks(facts: &[(&str, Value)]) -> Vec<Running> {
        let get = |id: &FactId| {
            facts
                .iter()
                .find(|(name, _)| *name == id.as_str())
                .map(|(_, v)| v.clone())
        };
        of_case(Pack::national().clocks(), &CaseKind::Cncp, get)
    }

    #[test]
    fn production_is_due_24_hours_after_the_child_was_taken_in_charge() {
        let found = clocks(&[("case.taken_in_charge_at", Value::Instant(MORNING))]);
        let clock = found.iter().find(|c| c.id == "production-cwc").unwrap();
        assert_eq!(clock.due_at_ms, MORNING + 24 * HOUR);
        assert_eq!(clock.source, "JJ s.31, MR r.18(2)");
        assert_eq!(clock.standing(MORNING + HOUR), Standing::Running);
        assert_eq!(clock.standing(MORNING + 19 * HOUR), Standing::DueSoon);
        assert_eq!(clock.standing(MORNING + 25 * HOUR), Standing::Overdue);
    }

    #[test]
    fn the_journey_is_left_out() {
        let found = clocks(&[
            ("case.taken_in_charge_at", Value::Instant(MORNING)),
            ("production.journey_minutes", Value::Integer(180)),
            ("production.at", Value::Instant(MORNING + 26 * HOUR)),
        ]);
        let clock = found.iter().find(|c| c.id == "production-cwc").unwrap();
        assert_eq!(clock.due_at_ms, MORNING + 27 * HOUR);
        assert_eq!(clock.standing(MORNING + 30 * HOUR), Standing::Met);
    }

    #[test]
    fn days_leave_out_the_first_and_count_the_last_whole() {
        // Produced on 23 November: fifteen days end with 8 December, at midnight in India.
        let due = Length::Days(15).after(MORNING).unwrap();
        assert_eq!(indian_date(due - 1).unwrap().to_string(), "2026-12-08");
        assert_eq!(indian_date(due).unwrap().to_string(), "2026-12-09");
    }

    #[test]
    fn every_clock_has_a_citation() {
        for clock in Pack::national().clocks() {
            assert!(!clock.source.trim().is_empty(), "{}", clock.id);
        }
    }

    proptest! {
        #[test]
        fn a_clock_is_never_due_before_it_began(
            start in 0_i64..4_000_000_000_000, n in 0_u16..2_000, unit in 0_u8..3,
        ) {
            let length = match unit { 0 => Length::Hours(n), 1 => Length::Days(n), _ => Length::Months(n) };
            if let Some(due) = length.after(start) {
                prop_assert!(due >= start);
            }
        }

        #[test]
        fn a_later_start_is_never_due_earlier(start in 0_i64..4_000_000_000_000, later in 0_i64..10_000_000_000) {
            for length in [Length::Hours(24), Length::Days(15), Length::Months(4)] {
                prop_assert!(length.after(start) <= length.after(start + later));
            }
        }
    }
}
