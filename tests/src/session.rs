//! A session of edits that a test can kill at any moment: what each edit writes follows from its number, so that what
//! must be there afterwards can be told from the last number that was acknowledged.

use std::collections::BTreeMap;

use casework::{CaseId, Compartment, Value};
use ipc::{FieldEdit, NewCase};
use serde::{Deserialize, Serialize};

use crate::tablet::Tablet;

/// How many cases the edits go round.
pub const CASES: usize = 10;

/// A line that the session prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    /// The vault is open; this is what was found in it.
    Found(Found),
    /// This edit was reported as saved.
    Saved(u64),
}

/// What is in the vault, by kind of edit: every number that an edit has written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Numbers found in notes.
    pub notes: Vec<u64>,
    /// Numbers found in rows of tasks.
    pub rows: Vec<u64>,
    /// The number that each case's text field shows.
    pub texts: BTreeMap<usize, u64>,
}

/// Opens the cases that the edits go to.
pub fn prepare(tablet: &Tablet) -> Vec<CaseId> {
    let new = NewCase {
        kind: casework::CaseKind::Cncp,
        urgency: casework::Urgency::Routine,
        note: String::new(),
        child_name: None,
        age_years: None,
        sex: None,
    };
    (0..CASES).map(|_| tablet.open_case(new.clone())).collect()
}

/// The case and the edits of edit `number`: a note, a row or a field, in turn; every edit is one or two changes in
/// different documents, all or none.
pub fn edits(number: u64) -> (usize, Vec<FieldEdit>) {
    let place = usize::try_from(number).expect("few edits") % CASES;
    let text = number.to_string();
    let fact = FieldEdit::SetFact {
        fact: "child.name".parse().expect("a fact id"),
        value: Value::from(text.as_str()),
    };
    let note = FieldEdit::AddNote {
        compartment: Compartment::Core,
        text: text.clone(),
    };
    let row = FieldEdit::AddRow {
        table: "tasks".into(),
        cells: BTreeMap::from([("title".to_owned(), Value::from(text.as_str()))]),
    };
    match number % 3 {
        0 => (place, vec![fact, note]),
        1 => (place, vec![fact, row]),
        _ => (place, vec![fact]),
    }
}

/// Reads what is in the vault.
pub fn find(tablet: &Tablet, cases: &[CaseId]) -> Found {
    let mut found = Found::default();
    for (place, case) in cases.iter().enumerate() {
        let view = tablet.case(*case);
        found
            .notes
            .extend(view.timeline.iter().filter_map(|entry| entry.text.parse::<u64>().ok()));
        found
            .rows
            .extend(view.tasks.iter().filter_map(|task| task.title.parse::<u64>().ok()));
        if let Some(number) = view.name.and_then(|name| name.parse().ok()) {
            found.texts.insert(place, number);
        }
    }
    found.notes.sort_unstable();
    found.rows.sort_unstable();
    found
}

/// What must be in the vault after every edit up to `last`.
pub fn expected(last: u64) -> Found {
    let mut expected = Found::default();
    for number in 1..=last {
        let (place, _) = edits(number);
        expected.texts.insert(place, number);
        match number % 3 {
            0 => expected.notes.push(number),
            1 => expected.rows.push(number),
            _ => {}
        }
    }
    expected
}
