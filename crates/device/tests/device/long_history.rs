use casework::{CaseId, Role, Value};
use ipc::{FieldEdit, HISTORY_PAGE, RegisterRef, Reply, Request, RowDeed};

use crate::bench::{Bench, Tablet};

const NUMBER: &str = "case.number";

/// A page of the history of the case's number: its values, and how many are older.
fn page(tablet: &Tablet, case: CaseId, older: Option<u32>) -> (Vec<String>, u32) {
    let register = RegisterRef::Fact {
        fact: NUMBER.parse().unwrap(),
    };
    let Reply::History { versions, older } = tablet
        .call(Request::History {
            subject: case.into(),
            register,
            older,
        })
        .unwrap()
    else {
        panic!("a history")
    };
    let values = versions
        .into_iter()
        .map(|version| version.value.unwrap().as_text().unwrap().to_owned());
    (values.collect(), older)
}

#[test]
fn a_history_of_many_pages_is_read_to_its_first_version_whatever_is_written_meanwhile() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let count = 2 * HISTORY_PAGE + 7;
    for n in 0..count {
        asha.set(case, NUMBER, Value::Text(n.to_string())).unwrap();
    }
    let (mut seen, mut older) = page(&asha, case, None);
    assert_eq!((seen.len(), older), (HISTORY_PAGE as usize, count - HISTORY_PAGE));
    while older > 0 {
        asha.set(case, NUMBER, Value::Text(format!("late {older}"))).unwrap();
        let (more, left) = page(&asha, case, Some(older));
        assert!(left < older);
        seen.extend(more);
        older = left;
    }
    let expected: Vec<String> = (0..count).rev().map(|n| n.to_string()).collect();
    assert_eq!(seen, expected);
    // A number that nobody gave is no harm.
    assert_eq!(page(&asha, case, Some(0)), (Vec::new(), 0));
    assert_eq!(page(&asha, case, Some(u32::MAX)).0.len(), HISTORY_PAGE as usize);
}

#[test]
fn the_deeds_of_a_row_are_paged_alike() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let add = FieldEdit::AddRow {
        table: "belongings".into(),
        cells: [("item".to_owned(), Value::from("0"))].into(),
    };
    let row = asha.edit(case, add).unwrap().rows[0];
    for n in 1..=HISTORY_PAGE {
        let cell = FieldEdit::SetCell {
            table: "belongings".into(),
            row,
            column: "item".into(),
            value: Some(Value::Text(n.to_string())),
        };
        asha.edit(case, cell).unwrap();
    }
    let read = |older| match asha.call(Request::RowHistory {
        subject: case.into(),
        table: "belongings".into(),
        row,
        older,
    }) {
        Ok(Reply::RowHistory { changes, older }) => (changes, older),
        other => panic!("{other:?}"),
    };
    let (first, older) = read(None);
    assert_eq!(first.len(), HISTORY_PAGE as usize);
    let (last, none) = read(Some(older));
    assert_eq!((older as usize, none), (last.len(), 0));
    assert!(last.iter().any(|change| change.deed == RowDeed::Added));
}
