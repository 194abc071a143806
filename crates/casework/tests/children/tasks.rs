//! What is to be done, stored and derived.

use casework::{
    Pack, Record, clock,
    tasks::{self, Origin, Task},
};
use serde::Deserialize;

use crate::fixture::{self, Written};

#[derive(Deserialize)]
struct File {
    case: Vec<Expected>,
}

#[derive(Deserialize)]
struct Expected {
    says: String,
    now: String,
    #[serde(flatten)]
    case: Written,
    /// What is to be done, soonest first; a `!` before what is overdue.
    tasks: Vec<String>,
}

fn due(record: &Record, now: &str) -> Vec<Task> {
    let pack = Pack::national();
    let now_ms = fixture::moment(now);
    tasks::due(
        pack.stages(),
        record,
        &clock::of_record(pack.clocks(), record, now_ms),
        now_ms,
    )
}

fn word(task: &Task) -> String {
    let what = match &task.origin {
        Origin::Clock { id, .. } => format!("clock {id}"),
        Origin::Plan { row } => format!("plan {}", row.to_bytes()[0]),
        Origin::Progress { items } => format!("progress of {items}"),
        Origin::Visit { row } => format!("visit {}", row.to_bytes()[0]),
        Origin::Hearing { row } => format!("hearing {}", row.to_bytes()[0]),
        Origin::Own { row } => format!("own {}", row.to_bytes()[0]),
    };
    if task.overdue { format!("!{what}") } else { what }
}

#[test]
fn every_list_of_tasks_is_as_the_table_of_cases_has_it() {
    let file: File = fixture::read(include_str!("../data/tasks.toml"));
    for expected in file.case {
        let words: Vec<String> = due(&expected.case.record(), &expected.now).iter().map(word).collect();
        assert_eq!(words, expected.tasks, "{}", expected.says);
    }
}

#[test]
fn a_task_that_a_clock_made_is_gone_when_the_clock_is_met_and_says_its_section_until_then() {
    let file: File = fixture::read(include_str!("../data/tasks.toml"));
    let mut record = file.case[0].case.record();
    let before = due(&record, "2026-11-23T10:00");
    let produce = before
        .iter()
        .find(|task| word(task).ends_with("production-cwc"))
        .unwrap();
    assert_eq!(produce.source.as_deref(), Some("JJ s.31, MR r.18(2)"));
    assert!(!produce.title.is_empty() && !produce.who.is_empty());
    let at = casework::Value::Instant(fixture::moment("2026-11-23T11:00"));
    record.facts.insert("production.at".parse().unwrap(), at);
    let after = due(&record, "2026-11-23T12:00");
    assert!(after.iter().all(|task| !word(task).ends_with("production-cwc")));
}
