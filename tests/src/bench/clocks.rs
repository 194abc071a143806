//! The clocks of ten thousand cases, computed anew: what the first look of a new day costs. The budget is 100 ms on one core
//! for times and standings; the words of a clock are made only for the case that is open.

use std::{hint::black_box, time::Instant};

use casework::{
    Pack, Record, RecordRow, RowId, Value,
    clock::{of_record, sort},
};

use super::Samples;

const CASES: usize = 10_000;
const ROUNDS: usize = 9;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// 2026-11-23 10:00 in India.
const NOW_MS: i64 = 1_795_408_200_000;

/// What was measured, as time of one core.
#[derive(Debug, Clone)]
pub struct Clocks {
    /// Cases.
    pub cases: usize,
    /// Texts of clocks in the pack.
    pub texts: usize,
    /// Times and standings of every case, sorted.
    pub timings: Samples,
    /// The same with every word.
    pub told: Samples,
}

/// Measures them.
pub fn all_clocks() -> Clocks {
    let clocks = Pack::national().clocks();
    let records: Vec<Record> = (0..CASES).map(a_case).collect();
    Clocks {
        cases: CASES,
        texts: clocks.len(),
        timings: on_one_core(|| {
            for record in &records {
                let mut timings = clocks.timings(black_box(record), NOW_MS, |_| true);
                sort(&mut timings, NOW_MS);
                black_box(
                    timings
                        .iter()
                        .filter(|timing| timing.standing(NOW_MS).is_open())
                        .count(),
                );
            }
        }),
        told: on_one_core(|| {
            for record in &records {
                black_box(of_record(clocks, black_box(record), NOW_MS));
            }
        }),
    }
}

/// A case as an officer leaves it after months of work: forty facts, a dozen rows, half of the clocks stopped.
fn a_case(number: usize) -> Record {
    let n = i64::try_from(number).unwrap_or(0);
    let opened_ms = NOW_MS - (n % 700) * DAY_MS - (n % 24) * HOUR_MS;
    let mut record = Record::default();
    let mut put = |fact: &str, value: Value| {
        record.facts.insert(fact.parse().expect("a fact id"), value);
    };
    let cicl = number.is_multiple_of(4);
    put("case.kind", Value::from(if cicl { "cicl" } else { "cncp" }));
    put("case.stage", Value::from("in_care"));
    put("case.urgency", Value::from("routine"));
    put("case.district", Value::from("SNB"));
    put("case.opened_at", Value::Instant(opened_ms));
    let begun = if cicl {
        "case.apprehended_at"
    } else {
        "case.taken_in_charge_at"
    };
    put(begun, Value::Instant(opened_ms));
    put("production.journey_minutes", Value::Integer(n % 300));
    put("production.at", Value::Instant(opened_ms + 10 * HOUR_MS));
    put("custody.admitted_at", Value::Instant(opened_ms + 12 * HOUR_MS));
    put(
        "custody.place_kind",
        Value::from(if number.is_multiple_of(9) {
            "saa"
        } else {
            "childrens_home"
        }),
    );
    put("child.birth_date", Value::from("2014-05-06"));
    put("child.age_stated", Value::Integer(n % 18));
    if cicl {
        put(
            "offence.class",
            Value::from(["petty", "serious", "heinous"][number % 3]),
        );
    }
    if number.is_multiple_of(9) {
        put("adoption.status", Value::from("abandoned"));
    }
    if number.is_multiple_of(2) {
        put("report.social_investigation_at", Value::Instant(opened_ms + 9 * DAY_MS));
        put("plan.made_at", Value::Instant(opened_ms + 20 * DAY_MS));
    }
    if number.is_multiple_of(3) {
        put("order.final_at", Value::Instant(opened_ms + 90 * DAY_MS));
        put("restoration.restored_at", Value::Instant(opened_ms + 95 * DAY_MS));
    }
    for index in 0..24 {
        put(
            &format!("background.answer_{index}"),
            Value::from("some words that somebody wrote"),
        );
    }
    let row = |table: &str, index: i64, cells: Vec<(&str, Value)>| RecordRow {
        id: RowId::from_bytes(
            (u128::try_from(n).unwrap_or(0) * 100 + u128::try_from(index).unwrap_or(0)).to_be_bytes(),
        ),
        table: table.to_owned(),
        cells: cells
            .into_iter()
            .map(|(column, value)| (column.to_owned(), value))
            .collect(),
    };
    let mut rows: Vec<RecordRow> = (0..6)
        .map(|index| {
            row(
                "family",
                index,
                vec![("name", Value::from("A name")), ("age", Value::Integer(40))],
            )
        })
        .collect();
    for index in 0..3 {
        let at = Value::Instant(opened_ms + (100 + 40 * index) * DAY_MS);
        rows.push(row(
            "visits",
            10 + index,
            vec![("at", at), ("kind", Value::from("home_visit"))],
        ));
    }
    let made = Value::Instant(opened_ms + 10 * HOUR_MS);
    rows.push(row(
        "orders",
        20,
        vec![("made_at", made), ("authority", Value::from("cwc"))],
    ));
    if number.is_multiple_of(5) {
        rows.push(row(
            "clock_extensions",
            30,
            vec![
                ("clock", Value::from("inquiry-cwc")),
                ("authority", Value::from("cwc")),
                ("order_number", Value::from("7")),
                ("reason", Value::from("Parents traced")),
                ("until", Value::from("2027-03-31")),
                ("made_at", Value::Instant(opened_ms + 60 * DAY_MS)),
            ],
        ));
    }
    record.rows = rows;
    record
}

/// What the thread had of a core, round by round; where the system does not say it, the time that passed.
fn on_one_core(work: impl Fn()) -> Samples {
    let zero = Instant::now();
    let on_core_us = || {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let nanos = told.and_then(|text| text.split(' ').next()?.parse::<u64>().ok());
        nanos.map_or_else(
            || u64::try_from(zero.elapsed().as_micros()).unwrap_or(u64::MAX),
            |nanos| nanos / 1_000,
        )
    };
    let round = |_| {
        let begun = on_core_us();
        work();
        on_core_us().saturating_sub(begun)
    };
    Samples::from_micros(&(0..ROUNDS).map(round).collect::<Vec<_>>())
}
