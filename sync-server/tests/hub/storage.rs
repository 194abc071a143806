//! What every storage must do; run over each implementation there is.

mod access;
mod administration;
mod appeals;
mod batches;
mod destroyed;
mod duties;
mod feed;
mod inbound;
mod overview;
mod people;
mod readings;
mod reports;
mod staff;
mod staff_links;
mod things;
mod work;

use std::sync::Arc;

use casework::Compartment;
use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, Nonce, PublicKey, Refusal, UserId};
use sync_server::identity::RecordKeys;
use sync_server::storage::{
    Access, CommitError, Committed, Enrolment, EntryBody, NewChange, NewOpening, NewSubject, Opened, Postgres,
    PostgresConfig, Readable, ReceivedRun, Refused, Sealing, Sqlite, Storage, StorageError, User, Window, Writing,
};

use crate::cluster;

const DISTRICT: &str = "KA-BLR";
const CASE: [u8; 16] = [0xca; 16];
const OFFICER: UserId = UserId([1; 16]);
const OTHER: UserId = UserId([2; 16]);
const AUTHOR: AuthorId = AuthorId([0xa1; 16]);
const OTHERS_AUTHOR: AuthorId = AuthorId([0xa2; 16]);
const WHOLE: Window = Window {
    after: 0,
    from: 0,
    head: u64::MAX,
};

pub(crate) fn core() -> DocumentId {
    crate::support::document(CASE, Compartment::Core)
}

fn on_each(check: impl Fn(&dyn Storage)) {
    let dir = tempfile::tempdir().unwrap();
    let keys = Arc::new(RecordKeys::make(&dir.path().join("record.keys")).unwrap());
    let sqlite = Sqlite::open(&dir.path().join("data")).unwrap();
    let postgres = Postgres::open(&reached(cluster::shared().database())).unwrap();
    // As a hub has them: what is kept of a record is sealed on its way to the database.
    check(&Sealing::new(Box::new(sqlite), Arc::clone(&keys)));
    check(&Sealing::new(Box::new(postgres), keys));
}

pub(crate) fn reached(url: String) -> PostgresConfig {
    PostgresConfig {
        url: url.try_into().unwrap(),
        ca_file: None,
        connections: 4,
        patience_ms: 10_000,
    }
}

/// A district, two users with a device each.
pub(crate) fn prepared(storage: &dyn Storage) {
    storage.add_district(DISTRICT, "Bengaluru Urban", 0).unwrap();
    for (user, author) in [(OFFICER, AUTHOR), (OTHER, OTHERS_AUTHOR)] {
        let row = User {
            id: user,
            district: DISTRICT.into(),
            name: "X".into(),
            role: "po_nic".into(),
        };
        storage.add_user(&row, &[], 0).unwrap();
        storage.add_enrol_code(user, [user.0[0]; 32], 100, 0).unwrap();
        let enrolment = Enrolment {
            code_hash: [user.0[0]; 32],
            author,
            public_key: PublicKey([3; 32]),
            device: "t".into(),
            persons: Vec::new(),
        };
        assert!(storage.enrol(&enrolment, 50).unwrap().is_ok());
    }
}

/// The first officer's case, with one change.
pub(crate) fn begun(storage: &dyn Storage) {
    storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
}

fn documents() -> Vec<DocumentId> {
    Compartment::ALL.map(|one| crate::support::document(CASE, one)).to_vec()
}

fn beginning(readers: &[UserId]) -> Writing {
    let all = documents();
    let pairs = readers.iter().flat_map(|user| {
        all.iter().map(|document| {
            (
                *user,
                Readable {
                    document: *document,
                    writable: true,
                },
            )
        })
    });
    Writing::Begins(NewSubject {
        documents: documents(),
        assigned: Some(OFFICER),
        readable: pairs.collect(),
    })
}

fn change(seq: u64, hash: u8, writing: Writing) -> NewChange<'static> {
    NewChange {
        document: core(),
        district: DISTRICT,
        user: OFFICER,
        author: AUTHOR,
        seq,
        hash: [hash; 32],
        bytes: b"change",
        writing,
        media: vec![Sha256([9; 32])],
        now_ms: 60,
    }
}

#[test]
fn changes_committed_together_stand_in_their_order_or_none_of_them_does() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let first = storage.district(DISTRICT).unwrap().unwrap().last_number;
        let identity = |seq, hash| NewChange {
            document: crate::support::document(CASE, Compartment::Identity),
            ..change(seq, hash, Writing::Granted)
        };
        let core = |seq, hash| change(seq, hash, Writing::Granted);
        for wrong in [core(1, 9), {
            let (user, author) = (OTHER, OTHERS_AUTHOR);
            NewChange {
                user,
                author,
                ..core(7, 7)
            }
        }] {
            let together = [core(2, 2), wrong.clone()];
            let together = if wrong.author == AUTHOR {
                &together[..]
            } else {
                &together[1..]
            };
            let refused = storage.commit_changes(together);
            assert!(
                matches!(refused, Err(CommitError::Fork | CommitError::RightGone)),
                "{refused:?}"
            );
        }
        assert_eq!(storage.district(DISTRICT).unwrap().unwrap().last_number, first);
        assert_eq!(
            storage.change_by_sequence(crate::storage::core(), AUTHOR, 2).unwrap(),
            None
        );

        let together = [core(2, 2), identity(1, 3), core(1, 1), core(3, 4), identity(2, 5)];
        let committed = storage.commit_changes(&together).unwrap();
        let new = |place| Committed::New {
            number: first + place,
            late: false,
        };
        let before = Committed::Duplicate {
            number: first,
            received_ms: 60,
        };
        assert_eq!(committed, [new(1), new(2), before, new(3), new(4)]);
        assert_eq!(storage.district(DISTRICT).unwrap().unwrap().last_number, first + 4);
        let number = |document, seq| {
            let stored = storage.change_by_sequence(document, AUTHOR, seq).unwrap();
            stored.unwrap().number
        };
        assert_eq!(
            [number(crate::storage::core(), 3), number(identity(1, 3).document, 2)],
            [first + 3, first + 4]
        );
        let last = |document| storage.document(document).unwrap().unwrap().last_number;
        assert_eq!(
            [last(crate::storage::core()), last(identity(1, 3).document)],
            [first + 3, first + 4]
        );
        assert_eq!(storage.broken_audit_row().unwrap(), None);
        let told: Vec<String> = storage
            .audit_rows(4)
            .unwrap()
            .into_iter()
            .map(|row| row.detail)
            .collect();
        let numbers: Vec<String> = (1..=4).map(|place| (first + place).to_string()).collect();
        assert_eq!(told, numbers);
        assert_eq!(storage.commit_changes(&[]).unwrap(), []);
    });
}

#[test]
fn numbers_are_dense_whatever_is_refused_between() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        assert!(matches!(
            storage.commit_change(&change(1, 2, Writing::Granted)),
            Err(CommitError::Fork)
        ));
        let stranger = NewChange {
            user: OTHER,
            author: OTHERS_AUTHOR,
            ..change(1, 3, Writing::Granted)
        };
        assert!(matches!(storage.commit_change(&stranger), Err(CommitError::RightGone)));
        let again = NewChange {
            user: OTHER,
            author: OTHERS_AUTHOR,
            ..change(1, 3, beginning(&[OTHER]))
        };
        assert!(
            matches!(storage.commit_change(&again), Err(CommitError::RightGone)),
            "a case begins once"
        );
        let committed = storage.commit_change(&change(2, 2, Writing::Granted)).unwrap();
        let last = storage.district(DISTRICT).unwrap().unwrap().last_number;
        assert_eq!(
            committed,
            Committed::New {
                number: last,
                late: false
            }
        );
        // Two authors, four grants, two changes: no number is left out.
        assert_eq!(last, 2 + 4 + 2);
        assert_eq!(
            storage.commit_change(&change(2, 2, Writing::Granted)).unwrap(),
            Committed::Duplicate {
                number: last,
                received_ms: 60
            }
        );
    });
}

#[test]
fn the_log_says_when_each_authors_changes_came_up_to_a_number() {
    on_each(|storage| {
        prepared(storage);
        let at = |seq: u64, now_ms: i64, writing| NewChange {
            now_ms,
            ..change(seq, u8::try_from(seq).unwrap(), writing)
        };
        storage.commit_change(&at(1, 60, beginning(&[OFFICER]))).unwrap();
        let Ok(Committed::New { number, .. }) = storage.commit_change(&at(2, 75, Writing::Granted)) else {
            panic!("a second change")
        };
        storage.commit_change(&at(3, 90, Writing::Granted)).unwrap();
        let run = |times_ms: &[i64]| ReceivedRun {
            author: AUTHOR,
            first: 1,
            times_ms: times_ms.to_vec(),
        };
        assert_eq!(storage.received(core(), number).unwrap(), [run(&[60, 75])]);
        assert_eq!(storage.received(core(), number + 1).unwrap(), [run(&[60, 75, 90])]);
        assert_eq!(storage.received(documents()[3], number).unwrap(), []);
    });
}

#[test]
fn a_reader_has_the_entries_of_granted_documents_only() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        let own = storage
            .entries(DISTRICT, OFFICER, AuthorId([9; 16]), WHOLE, 100)
            .unwrap();
        assert_eq!(
            own.iter()
                .filter(|entry| matches!(entry.body, EntryBody::Grant { .. }))
                .count(),
            4
        );
        let others = storage.entries(DISTRICT, OTHER, OTHERS_AUTHOR, WHOLE, 100).unwrap();
        assert!(
            others.iter().all(|entry| matches!(entry.body, EntryBody::Author(_))),
            "{others:?}"
        );

        // Granted within the window: the snapshot stands for the changes. Granted before it: the changes come.
        let since = storage.district(DISTRICT).unwrap().unwrap().last_number;
        let committed = storage.commit_change(&change(2, 2, Writing::Granted)).unwrap();
        let Committed::New { number, .. } = committed else {
            panic!("{committed:?}")
        };
        let later = Window {
            after: since,
            from: since,
            head: number,
        };
        let entries = storage
            .entries(DISTRICT, OFFICER, AuthorId([9; 16]), later, 100)
            .unwrap();
        assert!(matches!(&entries[..], [entry] if entry.number == number));
        assert!(
            storage
                .entries(DISTRICT, OFFICER, AUTHOR, later, 100)
                .unwrap()
                .is_empty(),
            "not to its own author"
        );
        let within = Window { from: 0, ..later };
        assert!(
            storage
                .entries(DISTRICT, OFFICER, AuthorId([9; 16]), within, 100)
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            storage.entries(DISTRICT, OFFICER, AUTHOR, WHOLE, 3).unwrap().len(),
            3,
            "a limit is kept"
        );
    });
}

#[test]
fn what_is_taken_away_is_late_until_it_is_destroyed() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        assert_eq!(storage.access(OFFICER, AUTHOR, core()).unwrap(), Access::Write);
        assert_eq!(storage.access(OTHER, OTHERS_AUTHOR, core()).unwrap(), Access::Never);
        storage.unassign(CASE, OFFICER, &[], 70).unwrap();
        assert_eq!(
            storage.access(OFFICER, AUTHOR, core()).unwrap(),
            Access::Formerly { revoked_ms: 70 }
        );
        let late = storage.commit_change(&change(2, 2, Writing::Granted)).unwrap();
        assert!(matches!(late, Committed::New { late: true, .. }));
        storage.confirm_destroyed(OTHER, OTHERS_AUTHOR, core(), 80).unwrap();
        assert_eq!(storage.access(OTHER, OTHERS_AUTHOR, core()).unwrap(), Access::Never);
        storage.confirm_destroyed(OFFICER, AUTHOR, core(), 80).unwrap();
        assert_eq!(storage.access(OFFICER, AUTHOR, core()).unwrap(), Access::NoLonger);
        let second_device = AuthorId([0xa3; 16]);
        assert_eq!(
            storage.access(OFFICER, second_device, core()).unwrap(),
            Access::Formerly { revoked_ms: 70 }
        );
        assert!(matches!(
            storage.commit_change(&change(3, 3, Writing::Late)),
            Err(CommitError::RightGone)
        ));
        let all: Vec<_> = documents()
            .into_iter()
            .map(|document| Readable {
                document,
                writable: true,
            })
            .collect();
        storage.assign(CASE, OFFICER, &all, 90).unwrap();
        assert_eq!(storage.access(OFFICER, AUTHOR, core()).unwrap(), Access::Write);
        storage.unassign(CASE, OFFICER, &[], 95).unwrap();
        assert_eq!(
            storage.access(OFFICER, AUTHOR, core()).unwrap(),
            Access::Formerly { revoked_ms: 95 }
        );
    });
}

#[test]
fn an_opening_is_new_once_and_forgotten_in_time() {
    on_each(|storage| {
        prepared(storage);
        let open = |nonce, now_ms| {
            let token = ([nonce, u8::try_from(now_ms % 251).unwrap()], now_ms + 10);
            let mut hash = [0; 32];
            hash[..2].copy_from_slice(&token.0);
            storage
                .open_request(&NewOpening {
                    author: AUTHOR,
                    nonce: Nonce([nonce; 16]),
                    app_version: "1",
                    reads_after: 0,
                    token: (hash, token.1),
                    now_ms,
                    forget_before_ms: now_ms - 100,
                })
                .unwrap()
        };
        assert_eq!(open(1, 1_000), Opened::New);
        assert_eq!(open(1, 1_050), Opened::Replay);
        assert_eq!(open(2, 1_050), Opened::New);
        assert_eq!(
            open(1, 1_101),
            Opened::New,
            "too old for its clock to be taken, so no longer remembered"
        );
    });
}

#[test]
fn a_snapshot_stands_for_the_changes_before_it() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        let state = storage.document(core()).unwrap().unwrap();
        assert_eq!((state.snapshot.len(), state.tail.len()), (0, 1));
        storage.save_snapshot(core(), b"folded", state.last_number).unwrap();
        storage.commit_change(&change(2, 2, Writing::Granted)).unwrap();
        let later = storage.document(core()).unwrap().unwrap();
        assert_eq!((later.snapshot.as_slice(), later.tail.len()), (&b"folded"[..], 1));
        storage.save_snapshot(core(), b"older", state.last_number - 1).unwrap();
        assert_eq!(
            storage.document(core()).unwrap().unwrap().snapshot,
            b"folded",
            "an older one does not come back"
        );
    });
}

#[test]
fn media_belong_to_the_documents_that_name_them() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        assert!(storage.may_have_media(OFFICER, Sha256([9; 32])).unwrap());
        assert!(!storage.may_have_media(OFFICER, Sha256([8; 32])).unwrap());
        assert!(!storage.may_have_media(OTHER, Sha256([9; 32])).unwrap());
    });
}

#[test]
fn quarantine_keeps_the_same_bytes_once_and_one_author_cannot_fill_it() {
    on_each(|storage| {
        prepared(storage);
        let keep = |bytes: &[u8]| {
            let code = Refusal::Malformed;
            storage
                .quarantine(
                    &Refused {
                        user: OFFICER,
                        author: AUTHOR,
                        document: core(),
                        code,
                        bytes,
                    },
                    1,
                )
                .unwrap();
        };
        keep(b"same");
        keep(b"same");
        assert_eq!(storage.quarantined(9).unwrap().len(), 1);
        for n in 0..600_u32 {
            keep(&n.to_le_bytes());
        }
        assert_eq!(storage.quarantined(10_000).unwrap().len(), 500);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}

#[test]
fn a_device_that_has_the_person_already_does_not_use_up_the_code() {
    on_each(|storage| {
        prepared(storage);
        storage.add_enrol_code(OFFICER, [8; 32], 100, 0).unwrap();
        let here = Enrolment {
            code_hash: [8; 32],
            author: AuthorId([0xaa; 16]),
            public_key: PublicKey([3; 32]),
            device: "t".into(),
            persons: vec![protocol::enrol::person_mark(OFFICER)],
        };
        assert_eq!(storage.enrol(&here, 50).unwrap(), Err(Refusal::AlreadyHere));
        let elsewhere = Enrolment {
            persons: vec![protocol::enrol::person_mark(UserId([0x77; 16]))],
            ..here
        };
        assert!(storage.enrol(&elsewhere, 50).unwrap().is_ok());
    });
}

#[test]
fn a_recovery_is_asked_once_answered_once_and_replaced_by_the_next() {
    on_each(|storage| {
        prepared(storage);
        let author = storage.authors(OFFICER).unwrap()[0].id;
        let (first, second) = (Sha256([1; 32]), Sha256([2; 32]));
        assert!(!storage.ask_recovery(first, AuthorId([0x99; 16]), b"who", 5).unwrap());
        assert!(storage.ask_recovery(first, author, b"please", 5).unwrap());
        assert!(storage.ask_recovery(first, author, b"please", 6).unwrap());
        assert_eq!(storage.open_recoveries().unwrap().len(), 1);
        storage.answer_recovery(first, b"sealed", 7).unwrap();
        assert!(storage.answer_recovery(first, b"again", 8).is_err());
        let answered = storage.recovery(first).unwrap().unwrap();
        assert_eq!(answered.answer.as_deref(), Some(b"sealed".as_slice()));
        assert!(storage.ask_recovery(first, author, b"please", 9).unwrap());
        assert!(
            storage.open_recoveries().unwrap().is_empty(),
            "asking again keeps the answer"
        );
        assert!(storage.ask_recovery(second, author, b"anew", 10).unwrap());
        assert_eq!(storage.recovery(first).unwrap(), None);
        storage.refuse_recovery(second, 11).unwrap();
        assert_eq!(storage.recovery(second).unwrap(), None);
        storage.revoke_author(author, 12).unwrap();
        assert!(!storage.ask_recovery(first, author, b"please", 13).unwrap(), "shut out");
    });
}

#[test]
fn a_district_sets_its_days_and_its_recovery_key() {
    on_each(|storage| {
        prepared(storage);
        let district = || storage.district(DISTRICT).unwrap().unwrap();
        assert_eq!((district().lease_days, district().recovery), (14, None));
        storage.set_lease_days(DISTRICT, 3, 5).unwrap();
        storage.set_recovery(DISTRICT, Some("age1invented"), 6).unwrap();
        assert_eq!(
            (district().lease_days, district().recovery.as_deref()),
            (3, Some("age1invented"))
        );
        storage.set_recovery(DISTRICT, None, 7).unwrap();
        assert_eq!(district().recovery, None);
        assert!(storage.set_lease_days("nowhere", 3, 8).is_err());
        assert!(storage.set_recovery("nowhere", None, 8).is_err());
    });
}

#[test]
fn a_code_ends_with_its_time() {
    on_each(|storage| {
        prepared(storage);
        storage.add_enrol_code(OFFICER, [7; 32], 100, 0).unwrap();
        let device = "t".to_owned();
        let late = Enrolment {
            code_hash: [7; 32],
            author: AuthorId([0xa9; 16]),
            public_key: PublicKey([3; 32]),
            device,
            persons: Vec::new(),
        };
        assert_eq!(storage.enrol(&late, 101).unwrap(), Err(Refusal::ExpiredCode));
        assert!(storage.enrol(&late, 100).unwrap().is_ok());
    });
}

#[test]
fn what_is_not_there_is_said_so() {
    on_each(|storage| {
        prepared(storage);
        assert!(matches!(
            storage.assign(CASE, OFFICER, &[], 0),
            Err(StorageError::NoSuch(_))
        ));
        assert!(matches!(
            storage.revoke_author(AuthorId([7; 16]), 0),
            Err(StorageError::NoSuch("author"))
        ));
        assert!(matches!(
            storage.add_district(DISTRICT, "again", 0),
            Err(StorageError::Exists("district"))
        ));
        assert_eq!(storage.document(core()).unwrap(), None);
    });
}
