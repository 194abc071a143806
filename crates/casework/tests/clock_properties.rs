//! What holds of every clock for whatever anybody writes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;

use casework::{
    FactId, Pack, Record, RecordRow, RowId, Value,
    clock::{Place, Running, Standing, Trigger, Used, of_record},
};
use proptest::prelude::*;

/// 2023-01-01 and 2029-01-01.
const FROM_MS: i64 = 1_672_511_400_000;
const TO_MS: i64 = 1_861_900_200_000;
const DAY_MS: i64 = 86_400_000;

fn moments() -> impl Strategy<Value = i64> {
    FROM_MS..TO_MS
}

/// The facts and tables that clocks use.
fn used() -> (Vec<FactId>, BTreeMap<String, Vec<String>>) {
    let mut facts = Vec::new();
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for used in Pack::national().clocks().iter().flat_map(casework::clock::Clock::uses) {
        match used {
            Used::Fact(fact) => facts.push(fact.clone()),
            Used::Column { table, column } => tables.entry(table.into()).or_default().push(column.into()),
        }
    }
    facts.sort();
    facts.dedup();
    (facts, tables)
}

fn cell(column: &str, at_ms: i64, number: i64) -> Value {
    match column {
        "authority" => Value::from(["cwc", "jjb", "cjm", "dm"][usize::try_from(number.rem_euclid(4)).unwrap()]),
        "kind" => Value::from(["follow_up", "home_visit", "other"][usize::try_from(number.rem_euclid(3)).unwrap()]),
        "days" | "journey_minutes" => Value::Integer(number),
        _ => Value::Instant(at_ms),
    }
}

fn rows() -> impl Strategy<Value = Vec<RecordRow>> {
    let (_, tables) = used();
    let tables: Vec<(String, Vec<String>)> = tables.into_iter().collect();
    let row = (
        0..tables.len(),
        any::<u128>(),
        prop::collection::vec((moments(), -50_i64..5_000), 6),
    );
    let row = row.prop_map(move |(table, id, values)| {
        let (table, columns) = &tables[table];
        let cells = columns.iter().zip(values);
        RecordRow {
            id: RowId::from_bytes(id.to_be_bytes()),
            table: table.clone(),
            cells: cells
                .map(|(column, (at_ms, number))| (column.clone(), cell(column, at_ms, number)))
                .collect(),
        }
    });
    prop::collection::vec(row, 0..12)
}

fn records() -> impl Strategy<Value = Record> {
    let (facts, _) = used();
    let moments = prop::collection::vec(prop::option::of(moments()), facts.len());
    let kind = prop::sample::select(vec!["cncp", "cicl", "both"]);
    let status = prop::option::of(prop::sample::select(vec!["orphan", "abandoned", "surrendered"]));
    let class = prop::option::of(prop::sample::select(vec!["petty", "serious", "heinous"]));
    let age = prop::option::of(0_i64..19);
    (moments, rows(), kind, status, class, age).prop_map(move |(moments, rows, kind, status, class, age)| {
        let mut record = Record::default();
        for (fact, at_ms) in facts.iter().zip(moments) {
            if let Some(at_ms) = at_ms {
                let minutes = fact.as_str().ends_with("_minutes");
                let value = if minutes {
                    Value::Integer(at_ms % 5_000)
                } else {
                    Value::Instant(at_ms)
                };
                record.facts.insert(fact.clone(), value);
            }
        }
        let texts = [
            ("case.kind", Some(kind)),
            ("adoption.status", status),
            ("offence.class", class),
        ];
        for (fact, text) in texts.into_iter().filter_map(|(fact, text)| Some((fact, text?))) {
            record.facts.insert(fact.parse().unwrap(), Value::from(text));
        }
        if let Some(age) = age {
            record
                .facts
                .insert("child.age_stated".parse().unwrap(), Value::Integer(age));
        }
        record.rows = rows;
        record
    })
}

fn clocks_of(record: &Record, now_ms: i64) -> Vec<Running> {
    of_record(Pack::national().clocks(), record, now_ms)
}

/// The same run in another answer.
fn same<'a>(running: &'a [Running], run: &Running) -> Option<&'a Running> {
    let started = |other: &&Running| other.started_at_ms == run.started_at_ms;
    let named = |other: &&Running| other.id == run.id && other.instance == run.instance;
    running.iter().find(|other| named(other) && started(other))
}

fn extensions() -> impl Strategy<Value = Vec<RecordRow>> {
    let ids: Vec<String> = Pack::national().clocks().iter().map(|clock| clock.id.clone()).collect();
    let row = (any::<u128>(), prop::sample::select(ids), 0_i64..4, moments(), moments());
    let row = row.prop_map(|(id, clock, authority, until_ms, made_ms)| {
        let until = casework::clock::indian_day(until_ms).unwrap().to_string();
        let cells = [
            ("clock", Value::Text(clock)),
            ("authority", cell("authority", 0, authority)),
            ("until", Value::Text(until)),
            ("made_at", Value::Instant(made_ms)),
        ];
        RecordRow {
            id: RowId::from_bytes(id.to_be_bytes()),
            table: "clock_extensions".into(),
            cells: cells.map(|(column, value)| (column.to_owned(), value)).into(),
        }
    });
    prop::collection::vec(row, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn no_clock_is_due_before_it_began(record in records(), now in moments()) {
        for run in clocks_of(&record, now) {
            prop_assert!(run.due_at_ms.is_none_or(|due| due >= run.started_at_ms), "{}", run.id);
        }
    }

    #[test]
    fn a_later_beginning_is_never_due_earlier(start in moments(), later in 0..400 * DAY_MS) {
        for clock in Pack::national().clocks() {
            let [Trigger::Place(Place::Fact(fact))] = clock.starts_at.as_slice() else { continue };
            let due = |start_ms| {
                let mut record = Record::default();
                record.facts.insert("case.kind".parse().unwrap(), Value::from("both"));
                record.facts.insert(fact.clone(), Value::Instant(start_ms));
                let running = clocks_of(&record, TO_MS);
                running.into_iter().filter(|run| run.id == clock.id).filter_map(|run| run.due_at_ms).min()
            };
            if let (Some(first), Some(second)) = (due(start), due(start + later)) {
                prop_assert!(first <= second, "{}", clock.id);
            }
        }
    }

    #[test]
    fn more_journey_is_never_due_earlier(record in records(), more in 0_i64..30_000, now in moments()) {
        let mut longer = record.clone();
        for fact in ["production.journey_minutes", "found.journey_minutes"] {
            let minutes = record.integer(fact).unwrap_or(0).saturating_add(more);
            longer.facts.insert(fact.parse().unwrap(), Value::Integer(minutes));
        }
        let after = clocks_of(&longer, now);
        for run in clocks_of(&record, now) {
            let after = same(&after, &run).unwrap();
            prop_assert!(after.due_at_ms >= run.due_at_ms, "{}", run.id);
        }
    }

    #[test]
    fn an_extension_never_shortens_and_is_never_lost(record in records(), added in extensions(), now in moments()) {
        let mut extended = record.clone();
        extended.rows.extend(added.clone());
        let after = clocks_of(&extended, now);
        for run in clocks_of(&record, now) {
            let Some(after) = same(&after, &run) else { continue };
            prop_assert!(after.due_at_ms >= run.due_at_ms, "{}", run.id);
            if run.due_at_ms.is_some() {
                let named = added.iter().filter(|row| row.text("clock") == Some(&run.id)).count();
                prop_assert_eq!(after.extensions.len(), run.extensions.len() + named);
            }
        }
    }

    #[test]
    fn stopping_never_makes_overdue(record in records(), at_ms in moments(), id in any::<u128>(), now in moments()) {
        let before = clocks_of(&record, now);
        for clock in Pack::national().clocks() {
            for stop in &clock.stops_at {
                let mut stopped = record.clone();
                match stop {
                    Trigger::Place(Place::Fact(fact)) if !record.facts.contains_key(fact) => {
                        stopped.facts.insert(fact.clone(), Value::Instant(at_ms));
                    }
                    Trigger::Rows(rows) => {
                        let codes = rows.only.iter().filter_map(|(column, codes)| Some((column.clone(), codes.first()?)));
                        let mut cells: BTreeMap<_, _> =
                            codes.map(|(column, code)| (column, Value::from(code.as_str()))).collect();
                        cells.insert(rows.column.clone(), Value::Instant(at_ms));
                        let id = RowId::from_bytes(id.to_be_bytes());
                        stopped.rows.push(RecordRow { id, table: rows.table.clone(), cells });
                    }
                    _ => continue,
                }
                let after = clocks_of(&stopped, now);
                for run in before.iter().filter(|run| run.id == clock.id) {
                    let Some(after) = same(&after, run) else { continue };
                    let was_overdue = run.standing(now) == Standing::Overdue;
                    prop_assert!(was_overdue || after.standing(now) != Standing::Overdue, "{}", run.id);
                }
            }
        }
    }

    #[test]
    fn turns_end(record in records(), now in moments()) {
        let running = clocks_of(&record, now);
        for clock in Pack::national().clocks() {
            let Some(times) = clock.repeats.as_ref().and_then(|repeats| repeats.times) else { continue };
            let turns = running.iter().filter(|run| run.id == clock.id).count();
            prop_assert!(turns <= usize::from(times), "{}", clock.id);
        }
        prop_assert!(running.len() < 1_000);
    }

    #[test]
    fn whatever_moment_somebody_writes_the_clocks_answer(moments in prop::collection::vec(any::<i64>(), 60), now in any::<i64>()) {
        let (facts, _) = used();
        let mut record = Record::default();
        for (fact, at_ms) in facts.into_iter().zip(moments) {
            record.facts.insert(fact, Value::Instant(at_ms));
        }
        for run in clocks_of(&record, now) {
            let _ = run.standing(now);
        }
    }

    #[test]
    fn open_clocks_come_first_and_those_without_a_time_after_the_others(record in records(), now in moments()) {
        let rank = |run: &Running| (!run.standing(now).is_open(), run.due_at_ms.is_none(), run.due_at_ms);
        let running = clocks_of(&record, now);
        prop_assert!(running.windows(2).all(|two| rank(&two[0]) <= rank(&two[1])));
    }
}
