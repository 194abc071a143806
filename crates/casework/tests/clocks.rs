//! Worked cases of the statutory clocks, as data: `clocks/*.toml`. Each was computed by hand from the text of the law.
//!
//! Moments are in Indian time; `24:00` is the midnight with which a day ends. A row's `id` counts from 1 within its
//! case, and `run = "row 2"` names the run that row began.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{collections::BTreeMap, fs, path::Path};

use casework::{
    Pack, Record, RecordRow, RowId, Value,
    clock::{Assumption, ExtensionWarning, Running, Standing, of_record},
};
use jiff::{civil, tz::Offset};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it shows.
    name: String,
    clock: String,
    #[serde(default)]
    facts: BTreeMap<String, toml::Value>,
    #[serde(default)]
    rows: Vec<BTreeMap<String, toml::Value>>,
    /// Which run; the only one where nothing is said.
    #[serde(default)]
    run: String,
    /// When it is due; nothing: no time is set.
    due: Option<String>,
    /// How it stands at which moments. None: there is no such run.
    #[serde(default)]
    stands: Vec<(String, Standing)>,
    /// The moment at which it is asked whether there is such a run, where it is not there.
    absent_at: Option<String>,
    #[serde(default)]
    assumes: Vec<Assumption>,
    /// What is said against each extension.
    #[serde(default)]
    warnings: Vec<Vec<ExtensionWarning>>,
    /// Who must act, where that depends on the date.
    who: Option<String>,
}

fn moment(text: &str) -> Option<i64> {
    let (day, time) = text.split_once('T')?;
    let day: civil::Date = day.parse().ok()?;
    let (day, time) = match time {
        "24:00" => (day.tomorrow().ok()?, civil::Time::midnight()),
        time => (day, format!("{time}:00").parse().ok()?),
    };
    let indian = Offset::from_seconds(5 * 3600 + 1800).ok()?;
    Some(indian.to_timestamp(day.to_datetime(time)).ok()?.as_millisecond())
}

fn value(toml: &toml::Value) -> Value {
    match toml {
        toml::Value::String(text) => moment(text).map_or_else(|| Value::from(text.as_str()), Value::Instant),
        toml::Value::Integer(number) => Value::Integer(*number),
        toml::Value::Boolean(flag) => Value::Flag(*flag),
        toml::Value::Array(codes) => Value::Set(codes.iter().filter_map(|c| c.as_str().map(str::to_owned)).collect()),
        other => panic!("no value: {other}"),
    }
}

fn row_id(number: usize) -> RowId {
    RowId::from_bytes(u128::try_from(number).unwrap().to_be_bytes())
}

impl Case {
    fn record(&self) -> Record {
        let row = |(index, cells): (usize, &BTreeMap<String, toml::Value>)| RecordRow {
            id: row_id(index + 1),
            table: cells["table"].as_str().unwrap().to_owned(),
            cells: cells
                .iter()
                .filter(|(column, _)| *column != "table")
                .map(|(column, cell)| (column.clone(), value(cell)))
                .collect(),
        };
        Record {
            facts: self
                .facts
                .iter()
                .map(|(id, toml)| (id.parse().unwrap(), value(toml)))
                .collect(),
            rows: self.rows.iter().enumerate().map(row).collect(),
        }
    }

    /// The run it is about, as it is known at that moment.
    fn run_at(&self, text: &str) -> Option<(i64, Running)> {
        let at_ms = moment(text).unwrap_or_else(|| panic!("{}: {text} is no moment", self.name));
        let instance = match self.run.strip_prefix("row ") {
            Some(number) => row_id(number.parse().unwrap()).to_string(),
            None => self.run.clone(),
        };
        let running = of_record(Pack::national().clocks(), &self.record(), at_ms);
        let run = running
            .into_iter()
            .find(|run| run.id == self.clock && run.instance == instance);
        run.map(|run| (at_ms, run))
    }

    fn check(&self) {
        let name = &self.name;
        if let Some(at) = &self.absent_at {
            assert!(self.run_at(at).is_none(), "{name}: the run is there");
            assert!(self.stands.is_empty() && self.due.is_none(), "{name}: says two things");
            return;
        }
        assert!(!self.stands.is_empty(), "{name}: says nothing");
        for (at, standing) in &self.stands {
            let (at_ms, run) = self.run_at(at).unwrap_or_else(|| panic!("{name}: no such run at {at}"));
            let due_ms = self.due.as_ref().map(|due| moment(due).unwrap());
            assert_eq!(run.due_at_ms, due_ms, "{name}: due at another moment");
            assert_eq!(run.standing(at_ms), *standing, "{name}: at {at}");
            assert_eq!(run.assumes, self.assumes, "{name}: assumes something else");
            let warnings: Vec<_> = run.extensions.iter().map(|e| e.warnings.clone()).collect();
            assert_eq!(warnings, self.warnings, "{name}: other warnings");
            if let Some(who) = &self.who {
                assert_eq!(run.who.get("en"), who, "{name}");
            }
            if *standing == Standing::NotApplicable {
                let why = run.reason(at_ms).unwrap();
                assert!(why.has("en") && why.has("hi"), "{name}: says not why it does not apply");
            }
        }
    }
}

fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clocks");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: &std::path::PathBuf| -> Vec<Case> {
        let text = fs::read_to_string(path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        file.case
    };
    files.iter().flat_map(read).collect()
}

#[test]
fn every_worked_case_stands_as_computed_by_hand() {
    let cases = cases();
    let mut wrong = Vec::new();
    for case in &cases {
        if std::panic::catch_unwind(|| case.check()).is_err() {
            wrong.push(case.name.as_str());
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), cases.len());
    assert!(cases.len() >= 80, "only {} worked cases", cases.len());
}

#[test]
fn every_clock_has_a_worked_case() {
    let cases = cases();
    for clock in Pack::national().clocks() {
        assert!(cases.iter().any(|case| case.clock == clock.id), "{}", clock.id);
    }
}

#[test]
fn every_clock_says_where_it_stands_and_what_the_law_says_and_is_whole() {
    for clock in Pack::national().clocks() {
        assert!(!clock.source.trim().is_empty(), "{}", clock.id);
        assert_eq!(clock.faults(), [], "{}", clock.id);
        for words in [&clock.label, &clock.who, &clock.section] {
            assert!(words.has("en") && words.has("hi"), "{}", clock.id);
        }
        for words in [&clock.otherwise, &clock.ended, &clock.then] {
            assert!(words.is_empty() || words.has("en") && words.has("hi"), "{}", clock.id);
        }
        assert!(
            !clock.duty.passes() || clock.then.has("en"),
            "{} ends silently",
            clock.id
        );
    }
}

#[test]
fn every_row_of_the_table_of_the_law_has_its_clock() {
    let rows = [
        "found-child-reported",
        "production-cwc",
        "production-jjb",
        "social-background",
        "medical-at-saa",
        "sir-cncp",
        "inquiry-cwc",
        "inquiry-jjb",
        "preliminary-assessment",
        "legally-free-infant",
        "legally-free-child",
        "surrender-reconsider",
        "care-plan",
        "care-plan-review",
        "follow-up-1",
        "inspection",
        "missing-untraced",
        "pocso-police-report",
        "pocso-care-decision",
        "pocso-support-report",
        "cwc-quarterly",
        "leave-of-absence",
        "appeal",
        "saa-photo-carings",
        "adoption-follow-up",
        "breach-notice",
    ];
    for row in rows {
        assert!(Pack::national().clocks().iter().any(|clock| clock.id == row), "{row}");
    }
}

#[test]
fn texts_of_one_clock_are_never_in_force_together() {
    let clocks = Pack::national().clocks();
    for (index, one) in clocks.iter().enumerate() {
        for other in clocks.iter().skip(index + 1).filter(|other| other.id == one.id) {
            assert!(
                !other.in_force(one.in_force_from) && !one.in_force(other.in_force_from),
                "{}",
                one.id
            );
        }
    }
}
