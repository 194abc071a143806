//! Whatever is asked, the answer is an answer or a failure with a code: never a panic, and nothing is written by halves.

use casework::{CaseId, Role, RowId, Value};
use ipc::{FailureCode, FieldEdit, FilingKind, RegisterRef, Request};

use crate::bench::Bench;

/// Texts that have broken programs.
fn strange() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "#",
        "..",
        "child.name#x",
        "filings",
        "17",
        "१७",
        "a/b/c",
        "\0",
        "'; --",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("x".repeat(100_000));
    texts.push("अ".repeat(30_000));
    texts
}

#[test]
fn every_call_with_strange_input_gives_a_typed_failure_or_an_answer() {
    let bench = Bench::new();
    let asha = bench.tablet_of("Asha", Role::SocialWorker);
    let case = asha.open_case("Meena");
    let row = RowId::from_bytes([7; 16]);
    let nobodys = CaseId::from_bytes([9; 16]);
    for text in strange() {
        let register = RegisterRef::Cell {
            table: text.clone(),
            row,
            column: text.clone(),
        };
        let edit = |edit: FieldEdit| Request::Edit {
            subject: case.into(),
            edits: vec![edit],
            form: None,
            reason: Some(text.clone()),
        };
        let calls = [
            Request::Form {
                subject: case.into(),
                form: text.clone(),
            },
            Request::File {
                subject: case.into(),
                form: text.clone(),
                how: FilingKind::Approved,
            },
            Request::RowHistory {
                subject: case.into(),
                table: text.clone(),
                row,
                older: Some(u32::MAX),
            },
            Request::History {
                subject: case.into(),
                register: register.clone(),
                older: Some(0),
            },
            Request::Resolve {
                subject: case.into(),
                register,
                value: None,
            },
            edit(FieldEdit::AddRow {
                table: text.clone(),
                cells: [(text.clone(), Value::Number(f64::NAN))].into(),
            }),
            edit(FieldEdit::SetCell {
                table: "family".into(),
                row,
                column: text.clone(),
                value: Some(Value::Text(text.clone())),
            }),
            edit(FieldEdit::RemoveRow {
                table: text.clone(),
                row,
            }),
            Request::Edit {
                subject: case.into(),
                edits: Vec::new(),
                form: Some(text.clone()),
                reason: Some(text.clone()),
            },
        ];
        for call in calls {
            let asked = format!("{call:.120?}");
            if let Err(failure) = asha.call(call) {
                assert_ne!(failure, FailureCode::Fault, "{asked}");
            }
        }
    }
    let elsewhere = [
        Request::Filed {
            subject: case.into(),
            row,
        },
        Request::Filed {
            subject: nobodys.into(),
            row,
        },
        Request::File {
            subject: nobodys.into(),
            form: "17".into(),
            how: FilingKind::Sent,
        },
        Request::RowHistory {
            subject: nobodys.into(),
            table: "family".into(),
            row,
            older: None,
        },
    ];
    for call in elsewhere {
        let failure = asha.call(call).unwrap_err();
        assert!(
            matches!(failure, FailureCode::NoSuchItem | FailureCode::NoSuchCase),
            "{failure:?}"
        );
    }
    assert_eq!(asha.case(case).unwrap().name.as_deref(), Some("Meena"));
}
