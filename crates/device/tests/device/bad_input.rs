use casework::{CaseId, Invalid, Role, Value};
use ipc::{FailureCode, FieldEdit, Request};

use crate::bench::{Bench, PASSPHRASE};

#[test]
fn an_edit_that_cannot_be_made_changes_nothing() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let before = asha.status().waiting;
    let good = FieldEdit::SetFact {
        fact: "production.place".parse().unwrap(),
        value: "Bus stand".into(),
    };
    let fact = "child.age_stated".parse().unwrap();
    let bad = FieldEdit::SetFact {
        fact,
        value: Value::Integer(400),
    };
    let both = Request::Edit {
        subject: case.into(),
        edits: vec![good, bad],
        form: None,
        reason: None,
    };
    assert!(matches!(
        asha.call(both).unwrap_err(),
        FailureCode::InvalidValue { fact: Some(fact), invalid: Invalid::OutOfRange { .. } } if fact.as_str() == "child.age_stated"
    ));
    assert_eq!(asha.fact(case, "production.place"), None, "all or none");
    assert_eq!(asha.status().waiting, before);
    assert_eq!(
        asha.set(case, "no.such_fact", "x").unwrap_err(),
        FailureCode::NoSuchItem
    );
    let nowhere = CaseId::from_bytes([9; 16]);
    assert_eq!(
        asha.set(nowhere, "production.place", "x").unwrap_err(),
        FailureCode::NoSuchCase
    );
    let row = casework::RowId::from_bytes([3; 16]);
    assert_eq!(
        asha.edit(case, FieldEdit::TickTask { row, done: true }).unwrap_err(),
        FailureCode::NoSuchItem
    );
    assert_eq!(asha.note(case, "  ").unwrap_err(), FailureCode::BadCall);
    let form = Request::Form {
        subject: case.into(),
        form: "999".into(),
    };
    assert_eq!(asha.call(form).unwrap_err(), FailureCode::NoSuchItem);
}

#[test]
fn a_save_with_more_than_one_change_may_have_goes_as_several() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let long = |n: u32| FieldEdit::AddNote {
        compartment: casework::Compartment::Core,
        // Compresses badly: automerge changes are measured as they are.
        text: (0..20_000u32)
            .map(|i| char::from_u32(0x0905 + (i * 7919 + n * 31) % 48).unwrap())
            .collect(),
    };
    asha.sync_well();
    asha.call(Request::Edit {
        subject: case.into(),
        edits: (0..4).map(long).collect(),
        form: None,
        reason: None,
    })
    .unwrap();
    assert_eq!(asha.case(case).unwrap().timeline.len(), 5);
    assert!(asha.status().waiting > 1, "no hub would take it as one");
    asha.sync_well();
    assert_eq!((asha.status().waiting, asha.status().refused.len()), (0, 0));
    assert_eq!(
        bench.hub.document(case, casework::Compartment::Core).timeline().len(),
        5
    );
}

#[test]
fn an_edit_that_fails_half_way_leaves_memory_and_disk_the_same() {
    let bench = Bench::new();
    let mut asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    // The core edit is written before the identity edit fails on a row that is not there.
    let good = FieldEdit::SetFact {
        fact: "production.place".parse().unwrap(),
        value: "Bus stand".into(),
    };
    let row = casework::RowId::from_bytes([3; 16]);
    let bad = FieldEdit::RemoveRow {
        table: "family".into(),
        row,
    };
    let both = Request::Edit {
        subject: case.into(),
        edits: vec![good, bad],
        form: None,
        reason: None,
    };
    assert_eq!(asha.call(both).unwrap_err(), FailureCode::NoSuchItem);
    assert_eq!(asha.fact(case, "production.place"), None);
    asha.set(case, "production.place", "Station").unwrap();
    asha.restart();
    assert_eq!(asha.fact(case, "production.place"), Some("Station".into()));
    asha.sync_well();
    assert_eq!(asha.status().waiting, 0);
}

#[test]
fn a_cell_is_written_only_in_a_row_of_its_own_table() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let cells = [("name".to_owned(), Value::from("Father"))].into();
    let row = asha
        .edit(
            case,
            FieldEdit::AddRow {
                table: "family".into(),
                cells,
            },
        )
        .unwrap()
        .rows[0];
    let into_another = FieldEdit::SetCell {
        table: "belongings".into(),
        row,
        column: "item".into(),
        value: Some("A bag".into()),
    };
    assert_eq!(asha.edit(case, into_another).unwrap_err(), FailureCode::NoSuchItem);
    let set = Value::Set(["a".to_owned()].into());
    assert!(matches!(
        asha.edit(
            case,
            FieldEdit::SetCell {
                table: "family".into(),
                row,
                column: "name".into(),
                value: Some(set)
            }
        ),
        Err(FailureCode::InvalidValue { .. })
    ));
}

#[test]
fn a_vault_is_open_in_one_process_and_a_locked_one_knows_nothing() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let options = device::Options {
        background: false,
        ..device::Options::default()
    };
    let second = device::Device::open_with(asha.folder(), device::Platform::system("0", "second"), options).unwrap();
    let ipc::Reply::Start(start) = second.call(Request::Start).unwrap() else {
        panic!("start")
    };
    let unlock = || {
        second.call(Request::Unlock {
            user: start.users[0].id.clone(),
            passphrase: PASSPHRASE.into(),
        })
    };
    assert_eq!(unlock().unwrap_err().code, FailureCode::OpenElsewhere);
    asha.call(Request::Lock).unwrap();
    assert_eq!(asha.case(case).unwrap_err(), FailureCode::Locked);
    assert_eq!(asha.call(Request::Lock).unwrap_err(), FailureCode::Locked);
    assert!(asha.device().sync().is_none());
    assert!(unlock().is_ok());
}

#[test]
fn the_vault_is_noise_to_a_plain_reader() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    asha.open_case("Kamakshi Undiscoverable");
    let mut files = vec![asha.folder().to_path_buf()];
    let mut seen = 0;
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        seen += 1;
        assert!(!bytes.windows(10).any(|window| window == b"Undiscover"), "{path:?}");
        assert!(!bytes.starts_with(b"SQLite format 3"), "{path:?}");
    }
    assert!(seen >= 3);
}
