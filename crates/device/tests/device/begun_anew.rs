//! An order that is issued again: what filing writes besides the filing, and what is emptied for the next one.

use casework::{CaseId, Role, Value};
use ipc::{FailureCode, FieldEdit, FilingKind, Reply, Request};

use crate::{
    bench::{Bench, NOW_MS, Tablet},
    filing::{fields, form},
};

const DAY_MS: i64 = 86_400_000;
const ORDER: &str = "18";

fn write(tablet: &Tablet, case: CaseId, facts: &[(&str, Value)], reason: Option<&str>) -> Result<(), FailureCode> {
    let edits = facts.iter().map(|(fact, value)| FieldEdit::SetFact {
        fact: fact.parse().unwrap(),
        value: value.clone(),
    });
    let request = Request::Edit {
        subject: case.into(),
        edits: edits.collect(),
        form: Some(ORDER.into()),
        reason: reason.map(str::to_owned),
    };
    tablet.call(request).map(drop)
}

fn sign(tablet: &Tablet, case: CaseId) {
    let request = Request::File {
        subject: case.into(),
        form: ORDER.into(),
        how: FilingKind::Signed,
    };
    assert!(matches!(tablet.call(request), Ok(Reply::Filed(_))));
}

fn begin(tablet: &Tablet, case: CaseId, form: &str) -> Result<Reply, FailureCode> {
    tablet.call(Request::BeginForm {
        subject: case.into(),
        form: form.into(),
    })
}

/// The orders of the case: kind, number, the day counted from today.
fn orders(tablet: &Tablet, case: CaseId) -> Vec<(String, Option<String>, i64)> {
    let Ok(Reply::Case(view)) = tablet.call(Request::Case { case, reveal: true }) else {
        panic!()
    };
    let table = view.tables.into_iter().find(|table| table.table == "orders").unwrap();
    let cell = |row: &ipc::RowView, column: &str| {
        let at = table.columns.iter().position(|known| known.column == column).unwrap();
        row.cells[at].value.clone()
    };
    let mut found: Vec<_> = table
        .rows
        .iter()
        .map(|row| {
            let text = |column| cell(row, column).and_then(|value| value.as_text().map(str::to_owned));
            let made_at = cell(row, "made_at").and_then(|value| value.as_instant_ms()).unwrap();
            (
                text("kind").unwrap(),
                text("number"),
                (made_at - NOW_MS).div_euclid(DAY_MS),
            )
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_second_order_has_its_own_date_and_the_first_one_stands() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::PoNic);
    let case = asha.open_case("Meena");
    assert_eq!(begin(&asha, case, ORDER).unwrap_err(), FailureCode::NotFiled);
    assert_eq!(
        begin(&asha, case, "17").unwrap_err(),
        FailureCode::NoSuchItem,
        "it happens once"
    );
    let first = [
        ("order.placement_number", Value::from("CWC/1")),
        ("order.placement_reason", Value::from("Nobody is at home")),
    ];
    write(&asha, case, &first, None).unwrap();
    sign(&asha, case);
    assert_eq!(orders(&asha, case), [("placement".into(), Some("CWC/1".into()), 0)]);

    // Signed once more the same day: the order is there already.
    bench.advance(60_000);
    sign(&asha, case);
    assert_eq!(orders(&asha, case).len(), 1);
    assert!(matches!(
        write(&asha, case, &first, None),
        Err(FailureCode::ReasonNeeded { .. })
    ));

    bench.advance(40 * DAY_MS);
    begin(&asha, case, ORDER).unwrap();
    let anew = form(&asha, case, ORDER);
    let value = |fact: &str| fields(&anew)[&fact.parse().unwrap()].value.clone();
    assert_eq!(
        (value("order.placement_number"), value("order.placement_at")),
        (None, None)
    );
    assert!(value("child.name").is_some(), "who the child is stays");
    // A reason that was given before does not stick to what is new.
    let second = [("order.placement_number", Value::from("CWC/7"))];
    write(&asha, case, &second, Some("A number was wrong")).unwrap();
    sign(&asha, case);
    assert_eq!(
        orders(&asha, case),
        [
            ("placement".into(), Some("CWC/1".into()), 0),
            ("placement".into(), Some("CWC/7".into()), 40)
        ]
    );
    let view = asha.case(case).unwrap();
    let numbers: Vec<_> = view.filings.iter().map(|filing| filing.instalment).collect();
    assert_eq!(numbers, [Some(3), Some(2), Some(1)]);
    let Ok(Reply::FiledForm(then)) = asha.call(Request::Filed {
        subject: case.into(),
        row: view.filings[1].row,
    }) else {
        panic!()
    };
    assert_eq!(then.amendments, [], "the next order is no change of this one");
    let stood = fields(&then.form)[&"order.placement_number".parse().unwrap()]
        .value
        .clone();
    assert_eq!(stood, Some(Value::from("CWC/1")));
}

#[test]
fn who_may_not_fill_a_form_may_not_empty_it() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::PoNic);
    let case = asha.open_case("Meena");
    sign(&asha, case);
    asha.sync_well();
    let bina = bench.tablet_of("Bina", Role::Superintendent);
    bench.hub.assign("Bina", case);
    bina.sync_well();
    assert_eq!(begin(&bina, case, ORDER).unwrap_err(), FailureCode::NotPermitted);
    assert_eq!(form(&bina, case, ORDER).begins, None);
}
