//! From a record to the times of its clocks.

use std::fmt;

use jiff::civil;

use super::{
    Assumption, Clock, Duty, Extension, Length, Place, Rows, Running, Standing, Trigger,
    calendar::{DAY_MS, Day, Quarter, indian_day, start_of},
    condition, extension,
    running::Times,
};
use crate::{FactId, Labels, Record, RecordRow, RowId};

/// The longest journey that is left out of a clock: ten days, beyond any within India.
pub const JOURNEY_MINUTES_MAX: i64 = 10 * 24 * 60;

/// The most turns of a clock that repeats without an end: a hundred years of quarters.
pub const TURNS_MAX: u16 = 400;

/// Which run of a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instance {
    /// The only one.
    Once,
    /// The one that this row began.
    Row(RowId),
    /// The turn of a clock that repeats, from 1.
    Turn(u16),
    /// The turn of a clock that repeats from a row.
    RowTurn(RowId, u16),
    /// The one of this quarter.
    Quarter {
        /// The year.
        year: i16,
        /// 1 to 4.
        number: i8,
    },
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Once => Ok(()),
            Self::Row(row) => row.fmt(f),
            Self::Turn(turn) => turn.fmt(f),
            Self::RowTurn(row, turn) => write!(f, "{row}/{turn}"),
            Self::Quarter { year, number } => write!(f, "{year}-Q{number}"),
        }
    }
}

/// A run of a clock: its times, with the definition borrowed. [`Timing::told`] makes of it what can be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing<'a> {
    /// The definition.
    pub clock: &'a Clock,
    /// Which run.
    pub instance: Instance,
    /// When it began.
    pub started_at_ms: i64,
    /// When it runs out, extensions counted in; `None` where no time is set.
    pub due_at_ms: Option<i64>,
    /// When it was stopped.
    pub stopped_at_ms: Option<i64>,
    /// Whether it is for this child, as far as is known.
    pub applies: bool,
    /// Why it does not apply.
    pub because: Option<&'a Labels>,
    /// What was taken for granted.
    pub assumes: Vec<Assumption>,
    /// Extensions, in the order they were given.
    pub extensions: Vec<Extension>,
}

impl Timing<'_> {
    /// How it stands at `now_ms`.
    pub fn standing(&self, now_ms: i64) -> Standing {
        let times = Times {
            started_at_ms: self.started_at_ms,
            due_at_ms: self.due_at_ms,
            stopped_at_ms: self.stopped_at_ms,
            extended: self.extensions.iter().any(|e| e.counts_until_ms.is_some()),
            applies: self.applies,
            passes: self.clock.duty.passes(),
            kept_up: self.clock.duty == Duty::KeptUp,
        };
        times.standing(now_ms)
    }

    /// The same with words, for a screen.
    pub fn told(&self) -> Running {
        let clock = self.clock;
        let furthest = self.extensions.iter().filter(|e| e.counts_until_ms.is_some());
        Running {
            id: clock.id.clone(),
            instance: self.instance.to_string(),
            label: clock.label.clone(),
            who: clock.who.clone(),
            section: clock.section.clone(),
            source: clock.source.clone(),
            checked: clock.checked.clone(),
            duty: clock.duty.clone(),
            length: clock.length,
            started_at_ms: self.started_at_ms,
            due_at_ms: self.due_at_ms,
            stopped_at_ms: self.stopped_at_ms,
            extended_to: furthest.max_by_key(|e| e.counts_until_ms).cloned(),
            extensions: self.extensions.clone(),
            applies: self.applies,
            because: self.because.cloned().unwrap_or_default(),
            assumes: self.assumes.clone(),
            then: clock.then.clone(),
        }
    }
}

/// What began a run.
#[derive(Clone, Copy)]
struct Start<'r> {
    at_ms: i64,
    row: Option<&'r RecordRow>,
    instance: Instance,
}

impl Start<'_> {
    /// The same after a time in which the clock does not run yet; `None` while that lasts.
    fn delayed(mut self, by: Option<Length>, now_ms: i64) -> Option<Self> {
        if let Some(length) = by {
            self.at_ms = length.after(self.at_ms).filter(|begins| *begins <= now_ms)?;
        }
        Some(self)
    }
}

/// Adds the runs of one clock that have begun.
pub(super) fn runs_of<'a>(clock: &'a Clock, record: &Record, now_ms: i64, into: &mut Vec<Timing<'a>>) {
    let mut starts = Vec::new();
    for trigger in &clock.starts_at {
        starts_of(trigger, record, now_ms, &mut starts);
    }
    starts.sort_by_key(|start| (start.at_ms, start.row.map(|row| row.id)));
    let mut stops = Stops::of(clock, record);
    for start in starts {
        let Some(day) = indian_day(start.at_ms).filter(|day| clock.in_force(*day)) else {
            continue;
        };
        let begins = |condition| condition::holds(condition, record, day) == Some(true);
        if !clock.starts_when.as_ref().is_none_or(begins) {
            continue;
        }
        let Some(start) = start.delayed(clock.begins_after, now_ms) else {
            continue;
        };
        Run { clock, record, day }.turns(start, &mut stops, now_ms, into);
    }
}

fn starts_of<'r>(trigger: &Trigger, record: &'r Record, now_ms: i64, into: &mut Vec<Start<'r>>) {
    let once = |at_ms| Start {
        at_ms,
        row: None,
        instance: Instance::Once,
    };
    match trigger {
        Trigger::Place(Place::Fact(fact)) => into.extend(moment(record, fact).map(once)),
        Trigger::Place(Place::Column(_)) => {}
        Trigger::First(earliest) => {
            let moments = earliest.first.iter().filter_map(|fact| moment(record, fact));
            into.extend(moments.min().map(once));
        }
        Trigger::Rows(rows) => into.extend(rows.moments(record).map(|(at_ms, row)| Start {
            at_ms,
            row: Some(row),
            instance: Instance::Row(row.id),
        })),
        Trigger::Quarters(quarters) => {
            let first = moment(record, &quarters.quarters_from).and_then(indian_day);
            let mut next = first.map(Quarter::of);
            for _ in 0..TURNS_MAX {
                let Some((quarter, at_ms)) = next.and_then(|quarter| Some((quarter, quarter.end_ms()?))) else {
                    break;
                };
                if at_ms > now_ms {
                    break;
                }
                let instance = Instance::Quarter {
                    year: quarter.year,
                    number: quarter.number,
                };
                into.push(Start {
                    at_ms,
                    row: None,
                    instance,
                });
                next = quarter.next();
            }
        }
    }
}

fn moment(record: &Record, fact: &FactId) -> Option<i64> {
    record.facts.get(fact)?.as_instant_ms()
}

impl Rows {
    /// The rows it names, with their moments.
    fn moments<'r>(&self, record: &'r Record) -> impl Iterator<Item = (i64, &'r RecordRow)> {
        let fits = |row: &RecordRow| {
            row.table == self.table
                && self
                    .only
                    .iter()
                    .all(|(column, codes)| row.text(column).is_some_and(|code| codes.contains(code)))
        };
        let rows = record.rows.iter().filter(move |row| fits(row));
        rows.filter_map(|row| Some((row.moment(&self.column)?, row)))
    }
}

/// A row that can stop a run.
struct Stop<'r> {
    at_ms: i64,
    row: &'r RecordRow,
    /// Whether a run has taken it.
    taken: bool,
}

/// What stops a clock. A row stops one run only, unless it begins the next one as well: then each run has a beginning of
/// its own, and the first row after that stops it.
struct Stops<'c, 'r> {
    clock: &'c Clock,
    record: &'r Record,
    /// For each trigger that names rows: the rows by time.
    rows: Vec<(&'c Rows, Vec<Stop<'r>>)>,
}

impl<'c, 'r> Stops<'c, 'r> {
    fn of(clock: &'c Clock, record: &'r Record) -> Self {
        let named = clock.stops_at.iter().filter_map(|trigger| match trigger {
            Trigger::Rows(rows) => Some(rows),
            _ => None,
        });
        let sorted = |rows: &'c Rows| {
            let stop = |(at_ms, row)| Stop {
                at_ms,
                row,
                taken: false,
            };
            let mut found: Vec<_> = rows.moments(record).map(stop).collect();
            found.sort_by_key(|stop| (stop.at_ms, stop.row.id));
            (rows, found)
        };
        Self {
            clock,
            record,
            rows: named.map(sorted).collect(),
        }
    }

    /// When the run that began with `start`, or the turn of it that began at `from_ms`, was stopped. Where only the
    /// day is known the record holds noon, so anything on the day of the start counts.
    fn take(&mut self, start: &Start<'_>, from_ms: i64) -> Option<i64> {
        let day_ms = Day::at(from_ms).map_or(from_ms, Day::start_ms);
        let on_or_after = |at_ms: &i64| *at_ms >= day_ms;
        let mut first: Option<i64> = None;
        for trigger in &self.clock.stops_at {
            let at_ms = match trigger {
                Trigger::Place(Place::Fact(fact)) => moment(self.record, fact).filter(on_or_after),
                Trigger::Place(Place::Column(column)) => start.row.and_then(|row| row.moment(column)),
                Trigger::First(earliest) => {
                    let moments = earliest.first.iter().filter_map(|fact| moment(self.record, fact));
                    moments.filter(on_or_after).min()
                }
                Trigger::Rows(_) | Trigger::Quarters(_) => None,
            };
            first = first.into_iter().chain(at_ms).min();
        }
        for (rows, found) in &mut self.rows {
            let own = start.row.filter(|row| row.table == rows.table);
            let later = |stop: &Stop<'_>| match own {
                Some(own) => (stop.at_ms, stop.row.id) > (from_ms, own.id),
                None => stop.at_ms >= day_ms,
            };
            // The length runs out at the end of a day; what happens on that day counts already.
            let not_before = rows
                .from
                .and_then(|length| length.after(from_ms))
                .map(|end| end - DAY_MS);
            let counts = |stop: &Stop<'_>| not_before.is_none_or(|first| stop.at_ms >= first);
            let begins_too = |trigger: &Trigger| trigger.table() == Some(&rows.table);
            let is_chain = self.clock.starts_at.iter().any(begins_too);
            if let Some(stop) = found.iter_mut().find(|stop| !stop.taken && later(stop) && counts(stop)) {
                stop.taken = !is_chain;
                first = first.into_iter().chain([stop.at_ms]).min();
            }
        }
        first
    }
}

/// One run of a clock, with all its turns.
struct Run<'a, 'r> {
    clock: &'a Clock,
    record: &'r Record,
    /// The day it began.
    day: civil::Date,
}

impl<'a> Run<'a, '_> {
    fn turns(&self, start: Start<'_>, stops: &mut Stops<'_, '_>, now_ms: i64, into: &mut Vec<Timing<'a>>) {
        let Some(repeats) = &self.clock.repeats else {
            let due_ms = self.due(&start, 1);
            into.push(self.timing(&start, start.at_ms, (start.instance, due_ms), stops));
            return;
        };
        let times = repeats.times.unwrap_or(TURNS_MAX).min(TURNS_MAX);
        let (mut from_ms, mut all_stopped) = (start.at_ms, true);
        for turn in 1..=times {
            // The turn that comes next is told once everything before it is done.
            if from_ms > now_ms && !all_stopped {
                break;
            }
            let Some(due_ms) = self.due(&start, turn) else { break };
            if self.end_ms().is_some_and(|end| turn > 1 && end <= from_ms) {
                break;
            }
            let instance = match start.instance {
                Instance::Row(row) => Instance::RowTurn(row, turn),
                _ => Instance::Turn(turn),
            };
            let timing = self.timing(&start, from_ms, (instance, Some(due_ms)), stops);
            all_stopped &= timing.stopped_at_ms.is_some();
            into.push(timing);
            from_ms = due_ms;
        }
    }

    fn timing(
        &self,
        start: &Start<'_>,
        from_ms: i64,
        (instance, due_ms): (Instance, Option<i64>),
        stops: &mut Stops<'_, '_>,
    ) -> Timing<'a> {
        let clock = self.clock;
        let verdict = condition::judge(clock, self.record, self.day);
        let mut assumes = verdict.assumes;
        if matches!(clock.length, Some(Length::WorkingDays(_))) {
            assumes.push(Assumption::HolidaysNotKnown);
        }
        let stopped_at_ms = stops.take(start, from_ms);
        // Where only the day is known the record holds noon: what ends on the last day has been kept up to the end.
        let too_early =
            |at_ms: &i64| clock.duty == Duty::KeptUp && due_ms.is_some_and(|due| *at_ms < due.saturating_sub(DAY_MS));
        let stopped_at_ms = stopped_at_ms.filter(|at_ms| !too_early(at_ms));
        let has_ended = stopped_at_ms.is_none() && self.end_ms().is_some();
        let because = match (verdict.applies, has_ended) {
            (false, _) => Some(&clock.otherwise),
            (true, true) => Some(&clock.ended),
            (true, false) => None,
        };
        let (extensions, due_at_ms) = match due_ms {
            Some(due_ms) if self.record.rows.iter().any(|row| row.table == extension::TABLE) => {
                let is_this = |run: &str| instance.to_string() == run;
                let holds = |condition: &_| condition::holds(condition, self.record, self.day);
                let (extensions, due_ms) = extension::of_run(clock, &is_this, self.record, due_ms, &holds);
                (extensions, Some(due_ms))
            }
            due_ms => (Vec::new(), due_ms),
        };
        Timing {
            clock,
            instance,
            started_at_ms: from_ms,
            due_at_ms,
            stopped_at_ms,
            applies: verdict.applies && !has_ended,
            because,
            assumes,
            extensions,
        }
    }

    /// When its `turn` runs out, without extensions.
    fn due(&self, start: &Start<'_>, turn: u16) -> Option<i64> {
        let clock = self.clock;
        let granted = clock.granted_days.as_ref().zip(start.row);
        let granted = granted.and_then(|(column, row)| u16::try_from(row.integer(column)?).ok());
        let length = match (clock.length?, granted) {
            (Length::Days(most), Some(days @ 1..)) => Length::Days(days.min(most)),
            (length, _) => length.times(turn)?,
        };
        let minutes = clock.journey.as_ref().and_then(|place| match place {
            Place::Fact(fact) => self.record.facts.get(fact)?.as_integer(),
            Place::Column(column) => start.row?.integer(column),
        });
        let journey_ms = minutes.unwrap_or(0).clamp(0, JOURNEY_MINUTES_MAX) * 60_000;
        length.after(start.at_ms)?.checked_add(journey_ms)
    }

    /// The earliest moment from the start on at which the clock no longer applies.
    fn end_ms(&self) -> Option<i64> {
        let day_ms = start_of(self.day);
        let ends = self.clock.ends_at.iter().filter_map(|fact| moment(self.record, fact));
        ends.filter(|end| *end >= day_ms).min()
    }
}
