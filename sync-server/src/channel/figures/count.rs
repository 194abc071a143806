//! What is counted of a district's cases in a period.

use std::collections::BTreeMap;
use std::ops::Range;

use casework::Value;
use serde_json::{Value as Json, json};

use crate::channel::inert_text;
use crate::project::{AGE_YEARS, ClockTimes, Kept};
use crate::storage::{CaseRow, PlacementRow};

/// Steps that are counted by the moment in which they were taken.
const STEPS: [(&str, &str); 6] = [
    ("restored", "restoration.restored_at"),
    ("sponsorship_ordered", "sponsorship.ordered_at"),
    ("foster_placed", "foster.placement_at"),
    ("aftercare_begun", "aftercare.started_at"),
    ("legally_free", "adoption.legally_free_at"),
    ("adoption_placed", "adoption.placement_at"),
];
/// The ages that are counted together, by their last year.
const AGES: [(&str, i64); 4] = [("0-5", 5), ("6-10", 10), ("11-14", 14), ("15-17", 17)];
/// Where nobody wrote it.
const NOT_KNOWN: &str = "not_known";
/// The codes that are counted are those of a vocabulary: a few dozen. What is beyond that is counted together.
const CODES_MAX: usize = 64;
const OTHERS: &str = "others";
const CODE_CHARS_MAX: usize = 64;

/// How many of each code.
type Counts = BTreeMap<String, u64>;

/// Cases of one kind.
#[derive(Debug, Default, Clone)]
struct OfKind {
    pending_at_start: u64,
    opened: u64,
    disposed: u64,
    pending_at_end: u64,
}

/// Runs of one clock that were due in the period.
#[derive(Debug, Default, Clone)]
struct OfClock {
    due: u64,
    in_time: u64,
    late: u64,
    not_met: u64,
}

/// The counts.
#[derive(Debug, Default)]
pub(super) struct Count {
    kinds: BTreeMap<String, OfKind>,
    sexes: Counts,
    ages: Counts,
    grounds: Counts,
    places: Counts,
    steps: Counts,
    clocks: BTreeMap<String, OfClock>,
}

impl Count {
    /// Whether there was no case.
    pub(super) fn is_empty(&self) -> bool {
        self.kinds.is_empty()
    }

    /// Counts a case that was opened before the period ended.
    pub(super) fn add(&mut self, row: &CaseRow, opened_ms: i64, kept: &Kept, period: &Range<i64>) {
        let fact = |name: &str| kept.facts.get(name);
        let moment = |name: &str| fact(name).and_then(Value::as_instant_ms);
        let disposed_ms = moment("order.final_at");
        let of_kind = self.kinds.entry(code_of(&self.kinds, &row.kind)).or_default();
        let is_pending = |at_ms: i64| opened_ms < at_ms && disposed_ms.is_none_or(|disposed_ms| disposed_ms >= at_ms);
        of_kind.pending_at_start += u64::from(is_pending(period.start));
        of_kind.opened += u64::from(period.contains(&opened_ms));
        of_kind.disposed += u64::from(disposed_ms.is_some_and(|at_ms| period.contains(&at_ms)));
        of_kind.pending_at_end += u64::from(is_pending(period.end));
        if period.contains(&opened_ms) {
            let sex = fact("child.sex").and_then(Value::as_text).unwrap_or(NOT_KNOWN);
            add(&mut self.sexes, sex);
            add(&mut self.ages, age_group(fact(AGE_YEARS).and_then(Value::as_integer)));
            if let Some(Value::Set(grounds)) = fact("case.grounds") {
                for ground in grounds {
                    add(&mut self.grounds, ground);
                }
            }
        }
        if let Some(place) = place_at(&kept.placements, period.end) {
            add(&mut self.places, &place.place_kind);
        }
        for (step, at) in STEPS {
            if moment(at).is_some_and(|at_ms| period.contains(&at_ms)) {
                add(&mut self.steps, step);
            }
        }
        for clock in &kept.clocks {
            self.add_clock(clock, period);
        }
    }

    fn add_clock(&mut self, clock: &ClockTimes, period: &Range<i64>) {
        let Some(due_ms) = clock.due_at_ms.filter(|due_ms| period.contains(due_ms)) else {
            return;
        };
        let of_clock = self.clocks.entry(code_of(&self.clocks, &clock.id)).or_default();
        of_clock.due += 1;
        match clock.stopped_at_ms.filter(|stopped_ms| *stopped_ms < period.end) {
            Some(stopped_ms) if stopped_ms <= due_ms => of_clock.in_time += 1,
            Some(_) => of_clock.late += 1,
            None => of_clock.not_met += 1,
        }
    }

    /// As it is told.
    pub(super) fn into_json(self) -> Json {
        let kinds = self.kinds.into_iter().map(|(kind, of)| {
            json!({
                "kind": kind,
                "pending_at_start": of.pending_at_start,
                "opened": of.opened,
                "disposed": of.disposed,
                "pending_at_end": of.pending_at_end,
            })
        });
        let clocks = self.clocks.into_iter().map(|(clock, of)| {
            json!({ "clock": clock, "due": of.due, "in_time": of.in_time, "late": of.late, "not_met": of.not_met })
        });
        let steps: BTreeMap<_, _> = STEPS
            .into_iter()
            .map(|(step, _)| (step, self.steps.get(step).copied().unwrap_or_default()))
            .collect();
        json!({
            "cases": kinds.collect::<Vec<_>>(),
            "opened": { "by_sex": self.sexes, "by_age": self.ages, "by_ground": self.grounds },
            "placed_at_end": self.places,
            "steps": steps,
            "clocks": clocks.collect::<Vec<_>>(),
        })
    }
}

/// A code as it is counted: inert, and with the others where there are too many.
fn code_of<T>(known: &BTreeMap<String, T>, code: &str) -> String {
    let code: String = inert_text(code).chars().take(CODE_CHARS_MAX).collect();
    if known.contains_key(&code) || (known.len() < CODES_MAX && !code.is_empty()) {
        code
    } else {
        OTHERS.to_owned()
    }
}

fn add(counts: &mut Counts, code: &str) {
    let code = code_of(counts, code);
    *counts.entry(code).or_default() += 1;
}

fn age_group(years: Option<i64>) -> &'static str {
    let group = years.and_then(|years| AGES.into_iter().find(|(_, last)| (0..=*last).contains(&years)));
    match (group, years) {
        (Some((name, _)), _) => name,
        (None, Some(18..)) => "18+",
        (None, _) => NOT_KNOWN,
    }
}

/// Where the child was at a moment.
fn place_at(placements: &[PlacementRow], at_ms: i64) -> Option<&PlacementRow> {
    let there = |place: &&PlacementRow| {
        place.since_ms.is_some_and(|since_ms| since_ms < at_ms)
            && place.until_ms.is_none_or(|until_ms| until_ms >= at_ms)
    };
    placements.iter().rev().find(there)
}
