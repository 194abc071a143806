//! How long the clocks of ten thousand cases take. `cargo bench -p casework --bench clocks`; the budget is 100 ms on one
//! core, without the words that only an open case needs.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use casework::{
    Pack, Record, RecordRow, RowId, Value,
    clock::{of_record, sort},
};

const CASES: usize = 10_000;
const ROUNDS: usize = 7;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// 2026-11-23 10:00 in India.
const NOW_MS: i64 = 1_795_408_200_000;

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

/// Time this thread has had on a core; where the system does not say it, the time that has passed.
fn on_core(begun: Instant) -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

fn best(mut work: impl FnMut() -> usize) -> (Duration, usize) {
    let mut found = (Duration::MAX, 0);
    let zero = Instant::now();
    for _ in 0..ROUNDS {
        let begun = on_core(zero);
        let count = black_box(work());
        found = (found.0.min(on_core(zero).saturating_sub(begun)), count);
    }
    found
}

fn main() {
    let clocks = Pack::national().clocks();
    let records: Vec<Record> = (0..CASES).map(a_case).collect();
    let timings = best(|| {
        let runs = records.iter().map(|record| {
            let mut timings = clocks.timings(black_box(record), NOW_MS, |_| true);
            sort(&mut timings, NOW_MS);
            timings
                .iter()
                .filter(|timing| timing.standing(NOW_MS).is_open())
                .count()
        });
        runs.sum()
    });
    let told = best(|| {
        let runs = records
            .iter()
            .map(|record| of_record(clocks, black_box(record), NOW_MS).len());
        runs.sum()
    });
    let build = if cfg!(debug_assertions) {
        "debug build: no measure"
    } else {
        "release"
    };
    println!(
        "{CASES} cases, {} clock texts, best of {ROUNDS}, time on one core, {build}",
        clocks.len()
    );
    println!(
        "times and standings: {:.1} ms, {} open runs",
        timings.0.as_secs_f64() * 1e3,
        timings.1
    );
    println!(
        "with every word:     {:.1} ms, {} runs",
        told.0.as_secs_f64() * 1e3,
        told.1
    );
}
