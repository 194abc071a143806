//! What reports read of a case.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{DocumentKind, FactId, Pack, Record, Stage, Value, age_years, clock, custody, facts};

/// The facts of a case that are counted. None of them identifies, so a hub keeps them beside the case's row.
pub const FACTS: &[&str] = &[
    "case.kind",
    "case.stage",
    "case.grounds",
    "child.sex",
    "order.final_at",
    "restoration.restored_at",
    "sponsorship.ordered_at",
    "foster.placement_at",
    "aftercare.started_at",
    "adoption.legally_free_at",
    "adoption.placement_at",
];

/// Further facts that a tablet reads for its reports.
pub const MORE_FACTS: &[&str] = &[
    "case.number",
    "case.opened_at",
    "order.final_kind",
    "custody.place_kind",
    "custody.place_name",
    "custody.admitted_at",
];

/// The tables that a tablet reads for its reports.
pub const TABLES: &[&str] = &["custody", "visits"];

/// The name under which the age in whole years is kept, that the child had when the case was opened. The date of birth
/// itself is not kept.
pub const AGE_YEARS: &str = "child.age_years";

/// What reports read of a case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CaseTold {
    /// How a list names it: its number, or the beginning of its id; nothing of the child.
    pub name: String,
    /// When it was opened.
    pub opened_at_ms: Option<i64>,
    /// Facts by their names: [`FACTS`], [`AGE_YEARS`], and on a tablet [`MORE_FACTS`].
    pub facts: BTreeMap<String, Value>,
    /// The times of its statutory clocks.
    pub clocks: Vec<ClockTimes>,
    /// Where the child was, in order.
    pub stays: Vec<Stay>,
    /// The end of the day on which the last visit said that the next one is.
    pub next_visit_ms: Option<i64>,
}

/// The times of one run of a statutory clock, without the facts they were computed from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockTimes {
    /// The clock's name.
    pub id: String,
    /// Which of several runs.
    pub instance: String,
    /// When it runs out, extensions counted in; `None` where no time is set.
    pub due_at_ms: Option<i64>,
    /// When it was stopped.
    pub stopped_at_ms: Option<i64>,
    /// Whether more time was ordered by somebody who may.
    pub extended: bool,
}

/// Where a child was for a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stay {
    /// The code of the kind of place.
    pub place_kind: String,
    /// What the place is called, where it was written and may be read.
    pub place_name: Option<String>,
    /// Since when; `None` where nobody wrote it.
    pub since_ms: Option<i64>,
    /// Until when; `None` for where the child is now.
    pub until_ms: Option<i64>,
}

/// A time limit has run out, and nothing has stopped it. Of a closed case none is: nobody is asked to act.
pub fn is_overdue(clock: &ClockTimes, stage: &Stage, now_ms: i64) -> bool {
    *stage != Stage::Closed && clock.stopped_at_ms.is_none() && clock.due_at_ms.is_some_and(|due_ms| due_ms < now_ms)
}

/// The clocks of a record that are for this child and ask somebody to act. Those that need a document which `reads` denies
/// are left out: what stops them could not be seen.
pub fn clock_times(pack: &Pack, record: &Record, now_ms: i64, reads: impl Fn(DocumentKind) -> bool) -> Vec<ClockTimes> {
    let mut timings = pack.clocks().timings(record, now_ms, reads);
    timings.retain(|timing| timing.applies && !timing.clock.duty.passes());
    clock::sort(&mut timings, now_ms);
    let times = timings.into_iter().map(|timing| ClockTimes {
        id: timing.clock.id.clone(),
        instance: timing.instance.to_string(),
        due_at_ms: timing.due_at_ms,
        stopped_at_ms: timing.stopped_at_ms,
        extended: timing.extensions.iter().any(|one| one.counts_until_ms.is_some()),
    });
    times.collect()
}

/// Where the child was: the chain of custody, as far as a kind of place is known.
pub fn stays(pack: &Pack, record: &Record, now_ms: i64) -> Vec<Stay> {
    let chain = custody::chain(&pack.stages().custody, record, now_ms);
    let known = chain.links.into_iter().filter_map(|link| {
        Some(Stay {
            place_kind: link.place?,
            place_name: link.name,
            since_ms: link.since_ms,
            until_ms: link.until_ms,
        })
    });
    known.collect()
}

/// The facts that are kept for figures, out of all facts of a case.
pub fn kept_facts(all: &BTreeMap<FactId, Value>, now_ms: i64) -> BTreeMap<String, Value> {
    let fact = |name: &str| all.get(&name.parse::<FactId>().ok()?);
    let kept = FACTS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), fact(name)?.clone())));
    let mut kept: BTreeMap<_, _> = kept.collect();
    let opened_ms = fact(facts::OPENED_AT).and_then(Value::as_instant_ms);
    let born = fact(facts::CHILD_BIRTH_DATE).and_then(Value::as_text);
    let age = born
        .and_then(|born| age_years(born, opened_ms.unwrap_or(now_ms)))
        .map(i64::from)
        .or_else(|| fact(facts::CHILD_AGE_STATED).and_then(Value::as_integer));
    if let Some(age) = age {
        kept.insert(AGE_YEARS.to_owned(), Value::Integer(age));
    }
    kept
}

impl CaseTold {
    /// Reads what reports need out of a case. `id` is how it is named where it has no number.
    pub fn of(pack: &Pack, record: &Record, id: &str, now_ms: i64, reads: impl Fn(DocumentKind) -> bool) -> Self {
        let mut facts = kept_facts(&record.facts, now_ms);
        let more = MORE_FACTS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), record.fact(name)?.clone())));
        facts.extend(more);
        let number = record
            .text("case.number")
            .map(str::trim)
            .filter(|number| !number.is_empty());
        let last_visit = record.rows_of("visits").max_by_key(|row| (row.moment("at"), row.id));
        Self {
            name: number.unwrap_or(id).to_owned(),
            opened_at_ms: record.moment(facts::OPENED_AT),
            facts,
            clocks: clock_times(pack, record, now_ms, reads),
            stays: stays(pack, record, now_ms),
            next_visit_ms: last_visit
                .and_then(|row| row.text("next_at")?.parse().ok())
                .and_then(clock::end_of),
        }
    }

    /// A code.
    pub(super) fn code(&self, name: &str) -> Option<&str> {
        self.facts.get(name)?.as_text()
    }

    /// A moment.
    pub(super) fn moment(&self, name: &str) -> Option<i64> {
        self.facts.get(name)?.as_instant_ms()
    }

    /// The codes of a fact that takes several.
    pub(super) fn codes(&self, name: &str) -> Option<&BTreeSet<String>> {
        match self.facts.get(name)? {
            Value::Set(codes) => Some(codes),
            _ => None,
        }
    }

    /// Its kind; need of care until somebody says otherwise.
    pub(super) fn kind(&self) -> &str {
        self.code(facts::KIND).unwrap_or("cncp")
    }

    /// Its stage.
    pub(super) fn stage(&self) -> Stage {
        self.code(facts::STAGE).map_or(Stage::Intake, Stage::from_code)
    }

    /// Whether no final order was made before a moment, in a case that was opened before it.
    pub(super) fn is_pending(&self, at_ms: i64) -> bool {
        self.opened_at_ms.is_some_and(|opened_ms| opened_ms < at_ms)
            && self
                .moment("order.final_at")
                .is_none_or(|disposed_ms| disposed_ms >= at_ms)
    }

    /// Where the child was at a moment.
    pub(super) fn stay_at(&self, at_ms: i64) -> Option<&Stay> {
        self.stays.iter().rev().find(|stay| stay.is_at(at_ms))
    }
}

impl Stay {
    /// Whether the child was there when a moment came: it had come before it and had not left before it.
    pub(super) fn is_at(&self, at_ms: i64) -> bool {
        self.since_ms.is_some_and(|since_ms| since_ms < at_ms) && self.until_ms.is_none_or(|until_ms| until_ms >= at_ms)
    }
}
