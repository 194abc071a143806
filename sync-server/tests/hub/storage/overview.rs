//! What is counted of a district, and of which.

use casefile::DocumentKey;
use casework::DocumentKind;
use protocol::DocumentId;
use sync_server::storage::{
    CaseRow, Claim, ClockRow, Folded, Held, Institution, InstitutionRow, NewChange, NewSubject, Readable, Storage,
    Tables, WorkerId, Writing,
};

use super::{CASE, DISTRICT, OFFICER, OTHER, begun, change, core, on_each, prepared};

const HERE: WorkerId = WorkerId([1; 16]);
const HOME: [u8; 16] = [0x40; 16];

fn clock(clock: &str, due_ms: Option<i64>, stopped_ms: Option<i64>) -> ClockRow {
    ClockRow {
        clock: clock.into(),
        instance: format!("{due_ms:?}"),
        due_ms,
        stopped_ms,
        extended: false,
    }
}

fn fold(storage: &dyn Storage, tables: Tables) {
    fold_at(storage, "in_care", tables);
}

fn fold_at(storage: &dyn Storage, stage: &str, tables: Tables) {
    storage.unfold_everything().unwrap();
    let claim = Claim {
        worker: HERE,
        now_ms: 1,
        until_ms: 2,
    };
    let done = storage.claim_unfolded(claim, 9).unwrap()[0];
    let case = CaseRow {
        subject: CASE,
        district: DISTRICT.into(),
        kind: "cncp".into(),
        stage: stage.into(),
        urgency: "routine".into(),
        opened_at_ms: Some(0),
        upto: done.number,
        changed_ms: 1_000,
        facts: "{}".into(),
    };
    let folded = Folded {
        case: Some(case),
        tables,
        ..Folded::nothing(done)
    };
    assert_eq!(storage.save_folded(&folded, HERE, 1).unwrap(), Held::Yes);
}

#[test]
fn what_ran_out_and_was_not_stopped_is_overdue_once_for_each_clock() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let clocks = vec![
            clock("sir-cncp", Some(100), None),
            clock("sir-cncp", Some(200), None),
            clock("sir-cncp", Some(300), None),
            clock("production", Some(100), Some(150)),
            clock("care-plan", Some(100), None),
            clock("no-time", None, None),
        ];
        fold(
            storage,
            Tables::Case {
                clocks,
                placements: Vec::new(),
            },
        );
        let stage = ("cncp".to_owned(), "in_care".to_owned(), 1);
        assert_eq!(storage.cases_by_stage(DISTRICT).unwrap(), [stage]);
        let by_clock = |now_ms| storage.overdue_by_clock(DISTRICT, now_ms).unwrap();
        assert_eq!(by_clock(100), []);
        assert_eq!(by_clock(250), [("care-plan".to_owned(), 1), ("sir-cncp".to_owned(), 2)]);
        assert_eq!(storage.overdue_by_user(DISTRICT, 250).unwrap(), [(Some(OFFICER), 3)]);
        // Of whom a case is given to, each has it; who works in an institution has it there, once.
        let readable = Readable {
            document: core(),
            writable: true,
        };
        storage.assign(CASE, OTHER, &[readable], 5).unwrap();
        let both = [(Some(OFFICER), 3), (Some(OTHER), 3)];
        assert_eq!(storage.overdue_by_user(DISTRICT, 250).unwrap(), both);
        assert_eq!(storage.overdue_by_institution(DISTRICT, 250).unwrap(), []);
        let home = Institution {
            id: HOME,
            district: DISTRICT.into(),
            name: "A home".into(),
            kind: "childrens_home".into(),
            capacity: 50,
        };
        storage.add_institution(&home, 6).unwrap();
        let key = DocumentKey {
            subject: HOME,
            kind: DocumentKind::Institution,
        };
        let document = DocumentId(key.to_bytes());
        let begins = Writing::Begins(NewSubject {
            documents: vec![document],
            assigned: None,
            readable: vec![(
                OFFICER,
                Readable {
                    document,
                    writable: true,
                },
            )],
        });
        let first = NewChange {
            document,
            media: Vec::new(),
            ..change(1, 7, begins)
        };
        storage.commit_change(&first).unwrap();
        for user in [OFFICER, OTHER] {
            storage.assign(HOME, user, &[], 7).unwrap();
        }
        assert_eq!(storage.overdue_by_institution(DISTRICT, 250).unwrap(), [(HOME, 3)]);
        for user in [OFFICER, OTHER] {
            storage.unassign(CASE, user, &[], 8).unwrap();
        }
        assert_eq!(storage.overdue_by_user(DISTRICT, 250).unwrap(), [(None, 3)]);
        for nothing in [
            storage.overdue_by_clock("KA-MYS", 250).unwrap().len(),
            storage.overdue_by_user("KA-MYS", 250).unwrap().len(),
            storage.overdue_by_institution("KA-MYS", 250).unwrap().len(),
            storage.cases_by_stage("KA-MYS").unwrap().len(),
        ] {
            assert_eq!(nothing, 0);
        }
    });
}

#[test]
fn institutions_are_as_their_documents_say() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let row = InstitutionRow {
            district: DISTRICT.into(),
            name: "A home".into(),
            kind: "childrens_home".into(),
            capacity: Some(50),
            present: Some(43),
            free_beds: None,
        };
        fold(storage, Tables::Institution(row.clone()));
        assert_eq!(storage.occupancy(DISTRICT).unwrap(), [(CASE, row)]);
        assert_eq!(storage.occupancy("KA-MYS").unwrap(), []);
    });
}

#[test]
fn a_closed_case_has_no_overdue_clock_as_on_a_tablet() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let clocks = vec![clock("sir-cncp", Some(100), None)];
        let placements = Vec::new();
        fold_at(storage, "closed", Tables::Case { clocks, placements });
        assert_eq!(storage.overdue_by_clock(DISTRICT, 250).unwrap(), []);
        assert_eq!(storage.overdue_by_user(DISTRICT, 250).unwrap(), []);
    });
}
