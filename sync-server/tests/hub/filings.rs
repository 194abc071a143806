//! A filing says what its author, its moment and the documents say, or the hub does not take it.

use std::collections::BTreeMap;

use casefile::Edit;
use casework::{Compartment, DocumentKind, RowId, Value, heads_column};
use protocol::message::down::Outcome;
use protocol::{DocumentId, Refusal};

use crate::support::{TestDevice, TestHub, document, now_ms, random, set};

const FILING: Outcome = Outcome::Refused { code: Refusal::Filing };

fn row_id() -> RowId {
    RowId::from_bytes(random())
}

/// The row that a device writes when this form is filed now.
fn filing(device: &TestDevice, case: [u8; 16], form: &str, how: &str) -> BTreeMap<String, Value> {
    let mut cells = BTreeMap::from([
        ("form".to_owned(), Value::from(form)),
        ("how".to_owned(), Value::from(how)),
        ("at".to_owned(), Value::Instant(now_ms())),
        ("pack".to_owned(), Value::from("1")),
    ]);
    for compartment in Compartment::ALL {
        if let Some(known) = device.documents.get(&document(case, compartment)) {
            let heads = Value::Text(known.now_heads().to_string());
            cells.insert(heads_column(compartment.into()), heads);
        }
    }
    cells
}

fn add(table: &str, row: RowId, cells: BTreeMap<String, Value>) -> Edit {
    Edit::AddRow {
        row,
        table: table.to_owned(),
        cells,
    }
}

/// An officer with a case that the hub has, and the case.
fn with_a_case(hub: &TestHub, role: &str) -> (TestDevice, [u8; 16]) {
    let mut worker = hub.officer(role);
    let case = worker.open_case();
    worker.edit(document(case, Compartment::Identity), &[set("child.name", "Meena")]);
    worker.sync();
    (worker, case)
}

/// What the hub says of this edit of `core`.
fn said(device: &mut TestDevice, case: [u8; 16], edit: Edit) -> Outcome {
    said_of(device, document(case, Compartment::Core), edit)
}

fn said_of(device: &mut TestDevice, id: DocumentId, edit: Edit) -> Outcome {
    // What is refused stays out of the document, so that the next edit does not stand on it.
    let before = device.documents.get(&id).cloned();
    let n = device.edit(id, &[edit]);
    let outcome = device.sync().verdicts[&n].clone();
    if matches!(outcome, Outcome::Refused { .. }) {
        device.outbox.clear();
        if let Some(before) = before {
            device.documents.insert(id, before);
        }
    }
    outcome
}

#[test]
fn what_a_device_files_is_taken() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    for (form, how) in [("17", "sent"), ("22", "signed"), ("999", "signed"), ("17", "whispered")] {
        let row = add("filings", row_id(), filing(&worker, case, form, how));
        let outcome = said(&mut worker, case, row);
        assert!(matches!(outcome, Outcome::Accepted { .. }), "{form} {how}: {outcome:?}");
    }
}

#[test]
fn what_stands_on_changes_that_come_in_the_same_request_is_taken() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    worker.edit(document(case, Compartment::Identity), &[set("child.name", "Mina")]);
    worker.edit(
        document(case, Compartment::Care),
        &[set("health.condition_note", "calm")],
    );
    let row = add("filings", row_id(), filing(&worker, case, "17", "sent"));
    assert!(matches!(said(&mut worker, case, row), Outcome::Accepted { .. }));
}

/// A change names its author's last change beside the heads, also where others have written since.
#[test]
fn who_files_what_another_wrote_last_is_taken() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    let mut head = hub.officer("dcpo");
    head.sync();
    head.edit(document(case, Compartment::Core), &[set("case.urgency", "urgent")]);
    head.sync();
    worker.sync();
    let row = add("filings", row_id(), filing(&worker, case, "17", "sent"));
    assert!(matches!(said(&mut worker, case, row), Outcome::Accepted { .. }));
    // What stood before is no state of now.
    let mut old = filing(&worker, case, "17", "sent");
    worker.edit(document(case, Compartment::Core), &[set("case.urgency", "routine")]);
    worker.sync();
    old.insert("at".to_owned(), Value::Instant(now_ms()));
    assert_eq!(said(&mut worker, case, add("filings", row_id(), old)), FILING);
}

#[test]
fn a_filing_that_claims_another_role_time_or_state_is_refused() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    let with = |column: &'static str, value: Value| (column, Some(value));
    let without = |column: &'static str| (column, None);
    let (core, identity) = ("heads_core", "heads_identity");
    let nowhere = Value::Text("ab".repeat(32));
    let lies = [
        ("an order of the Committee", with("form", "18".into()), "approved"),
        ("an hour ago", with("at", Value::Instant(now_ms() - 3_600_000)), ""),
        ("tomorrow", with("at", Value::Instant(now_ms() + 86_400_000)), ""),
        ("no moment", without("at"), ""),
        ("no form", without("form"), ""),
        ("no way", without("how"), ""),
        ("no state of its own document", without(core), ""),
        ("another state of its own document", with(core, nowhere.clone()), ""),
        ("changes that nobody has", with(identity, nowhere), ""),
        ("no heads at all", with(identity, "yesterday".into()), ""),
    ];
    for (lie, (column, value), how) in lies {
        let mut cells = filing(&worker, case, "17", "sent");
        cells.remove(column);
        cells.extend(value.map(|value| (column.to_owned(), value)));
        if !how.is_empty() {
            cells.insert("how".to_owned(), how.into());
        }
        let row = add("filings", row_id(), cells);
        assert_eq!(said(&mut worker, case, row), FILING, "{lie}");
    }
    // In another compartment it would be seen by fewer than read the form.
    let row = add("filings", row_id(), filing(&worker, case, "17", "sent"));
    assert_eq!(said_of(&mut worker, document(case, Compartment::Care), row), FILING);
    let row = add("filings", row_id(), filing(&worker, case, "17", "sent"));
    assert!(matches!(said(&mut worker, case, row), Outcome::Accepted { .. }));
}

#[test]
fn a_role_files_only_what_it_fills_and_only_of_what_it_reads() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    worker.edit(
        document(case, Compartment::Legal),
        &[set("police.fir_number", "FIR 12")],
    );
    worker.sync();
    let legal = worker.documents[&document(case, Compartment::Legal)].now_heads();
    let mut counsellor = hub.officer("counsellor");
    hub.assign(&counsellor, case);
    counsellor.sync();
    let row = add("filings", row_id(), filing(&counsellor, case, "17", "sent"));
    assert_eq!(
        said(&mut counsellor, case, row),
        FILING,
        "who produced the child fills it"
    );
    let mut cells = filing(&counsellor, case, "7", "signed");
    cells.insert(
        heads_column(DocumentKind::Case(Compartment::Legal)),
        Value::Text(legal.to_string()),
    );
    let row = add("filings", row_id(), cells);
    assert_eq!(said(&mut counsellor, case, row), FILING, "what it never saw");
    let row = add("filings", row_id(), filing(&counsellor, case, "7", "signed"));
    assert!(matches!(said(&mut counsellor, case, row), Outcome::Accepted { .. }));
}

#[test]
fn nobody_changes_a_filing_or_takes_it_away_or_makes_one_of_another_row() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    let row = row_id();
    let filed = add("filings", row, filing(&worker, case, "17", "sent"));
    assert!(matches!(said(&mut worker, case, filed), Outcome::Accepted { .. }));
    let cell = |column: &str, value: Value| Edit::SetCell {
        row,
        column: column.into(),
        value: Some(value),
    };
    assert_eq!(said(&mut worker, case, cell("at", Value::Instant(0))), FILING);
    assert_eq!(said(&mut worker, case, cell("note", "x".into())), FILING);
    assert_eq!(said(&mut worker, case, Edit::RemoveRow { row }), FILING);

    let task = row_id();
    let cells = filing(&worker, case, "17", "sent");
    let added = add("tasks", task, cells);
    assert!(matches!(said(&mut worker, case, added), Outcome::Accepted { .. }));
    let moved = Edit::SetCell {
        row: task,
        column: "table".into(),
        value: Some("filings".into()),
    };
    let schema = Outcome::Refused { code: Refusal::Schema };
    assert_eq!(said(&mut worker, case, moved), schema);
}

#[test]
fn a_reason_stands_beside_what_it_explains_and_is_not_rewritten() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    let identity = document(case, Compartment::Identity);
    let reason = |register: &str, row| {
        let cells = BTreeMap::from([
            ("register".to_owned(), Value::from(register)),
            ("reason".to_owned(), Value::from("Her certificate")),
        ]);
        add("amendments", row, cells)
    };
    let row = row_id();
    let n = worker.edit(identity, &[set("child.name", "Mina"), reason("child.name", row)]);
    assert!(matches!(worker.sync().verdicts[&n], Outcome::Accepted { .. }));
    assert_eq!(
        said_of(&mut worker, identity, reason("child.name", row_id())),
        FILING,
        "nothing was written"
    );
    let rewritten = Edit::SetCell {
        row,
        column: "reason".into(),
        value: Some("A whim".into()),
    };
    assert_eq!(said_of(&mut worker, identity, rewritten), FILING);

    let brother = row_id();
    let cells = BTreeMap::from([("name".to_owned(), Value::from("Ravi"))]);
    let edits = [
        add("family", brother, cells),
        reason(&format!("family/{brother}"), row_id()),
    ];
    let n = worker.edit(identity, &edits);
    assert!(matches!(worker.sync().verdicts[&n], Outcome::Accepted { .. }));
}

#[test]
fn what_is_computed_nobody_writes() {
    let hub = TestHub::start();
    let (mut worker, case) = with_a_case(&hub, "po_nic");
    let pack = casework::Pack::national();
    let derived = pack
        .facts()
        .find(|fact| fact.derived.is_some() && fact.compartment().is_some())
        .unwrap();
    let id = document(case, derived.compartment().unwrap());
    let outcome = said_of(&mut worker, id, set(derived.id.as_str(), Value::Flag(true)));
    assert_eq!(outcome, Outcome::Refused { code: Refusal::Derived });
}
