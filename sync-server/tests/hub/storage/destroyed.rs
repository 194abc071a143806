//! A record that was destroyed by law, and what is kept sealed before.

use std::path::Path;
use std::sync::Arc;

use casework::Compartment;
use protocol::ids::Sha256;
use protocol::{DocumentId, Refusal};
use sync_server::identity::RecordKeys;
use sync_server::storage::{
    Access, CaseRow, Claim, CommitError, EntryBody, Folded, Held, Kept, MadeDecision, MatchProposal, NewChange,
    NewReceipt, NewSubject, Order, Parcel, Postgres, Readable, Receipt, Refused, ReportRow, ReportSort, Sealing,
    Sqlite, Storage, StorageError, Way, WorkerId, Writing, seal_plain,
};

use super::{AUTHOR, CASE, DISTRICT, OFFICER, OTHER, OTHERS_AUTHOR, WHOLE, change, core, on_each, prepared, reached};
use crate::cluster;

const NEIGHBOUR: [u8; 16] = [0xcb; 16];
const CHANNEL: &str = "vatsalya";
const WORKER: WorkerId = WorkerId([0x11; 16]);
/// A word of the record that stands nowhere else.
const CANARY: &[u8] = b"Mehrunnisa-of-the-canary";
const SHARED: Sha256 = Sha256([9; 32]);
const OWN: Sha256 = Sha256([7; 32]);

fn order() -> Order {
    Order {
        subject: CASE,
        kind: 1,
        ordered_by: "The Board of KA-BLR".into(),
        reference: "JJB/2026/7".into(),
        section: "JJ Act 2015, s.24(2)".into(),
    }
}

fn retraction() -> Parcel {
    Parcel {
        channel: CHANNEL.into(),
        subject: CASE,
        district: DISTRICT.into(),
        document: core(),
        message: "retraction".into(),
        upto: 0,
        payload: "{\"type\":\"case.retracted\"}".into(),
        way: Way::Sent,
    }
}

fn neighbours() -> DocumentId {
    crate::support::document(NEIGHBOUR, Compartment::Core)
}

fn claim(now_ms: i64) -> Claim {
    Claim {
        worker: WORKER,
        now_ms,
        until_ms: now_ms + 100,
    }
}

fn canary() -> String {
    String::from_utf8_lossy(CANARY).into_owned()
}

/// A case of both officers with everything that there may be of one, and beside it a case of the second officer's that names
/// one of its pictures.
fn everything(storage: &dyn Storage) {
    prepared(storage);
    let begun = NewChange {
        bytes: CANARY,
        media: vec![SHARED, OWN],
        ..change(1, 1, super::beginning(&[OFFICER, OTHER]))
    };
    storage.commit_change(&begun).unwrap();
    let readable = Readable {
        document: neighbours(),
        writable: true,
    };
    let beside = NewChange {
        document: neighbours(),
        user: OTHER,
        author: OTHERS_AUTHOR,
        bytes: b"the neighbour's words",
        ..change(
            1,
            2,
            Writing::Begins(NewSubject {
                documents: vec![neighbours()],
                assigned: Some(OTHER),
                readable: vec![(OTHER, readable)],
            }),
        )
    };
    storage.commit_change(&beside).unwrap();
    for sha256 in [SHARED, OWN] {
        storage.begin_media(sha256, 700, 40).unwrap();
        storage.complete_media(sha256).unwrap();
    }
    for done in storage.claim_unfolded(claim(100), 9).unwrap() {
        let of_case = done.subject == CASE;
        let words = if of_case { canary() } else { "another".into() };
        let case = CaseRow {
            subject: done.subject,
            district: DISTRICT.into(),
            kind: "cicl".into(),
            stage: "intake".into(),
            urgency: "routine".into(),
            opened_at_ms: Some(5),
            upto: done.number,
            changed_ms: 60,
            facts: format!("{{\"x\":\"{words}\"}}"),
        };
        let report = ReportRow {
            subject: done.subject,
            state: "ka".into(),
            district: DISTRICT.into(),
            sort: ReportSort::Case,
            entry: Some(words.clone().into_bytes()),
            looks: words.clone().into_bytes(),
        };
        let decided = MadeDecision {
            other: NEIGHBOUR,
            decision: "same".into(),
            agreed: "name=same".into(),
        };
        let document = if of_case { core() } else { neighbours() };
        let folded = Folded {
            snapshots: vec![(document, words.clone().into_bytes(), done.number)],
            case: Some(case),
            parcels: Vec::from_iter(of_case.then(|| Parcel {
                message: "update".into(),
                upto: done.number,
                payload: format!("{{\"x\":\"{words}\"}}"),
                ..retraction()
            })),
            report: Some(report),
            decisions: of_case.then(|| vec![decided]),
            ..Folded::nothing(done)
        };
        assert_eq!(storage.save_folded(&folded, WORKER, 100).unwrap(), Held::Yes);
    }
    storage
        .commit_change(&NewChange {
            bytes: CANARY,
            ..change(2, 3, Writing::Granted)
        })
        .unwrap();
    assert_eq!(refuse(storage), Kept::Yes);
    let proposal = MatchProposal {
        one: CASE,
        other: NEIGHBOUR,
        percent: 80,
        agreed: "name=same".into(),
    };
    let last = storage.last_report("ka").unwrap();
    assert!(storage.keep_proposals("ka", (0, last), &[CASE], &[proposal]).unwrap());
}

fn refuse(storage: &dyn Storage) -> Kept {
    let refused = Refused {
        user: OFFICER,
        author: AUTHOR,
        document: core(),
        code: Refusal::Schema,
        bytes: CANARY,
    };
    storage.quarantine(&refused, 70).unwrap()
}

fn settle(storage: &dyn Storage, message: &str) -> Held {
    let receipt = Receipt {
        document: core(),
        channel: CHANNEL.into(),
        upto: 1,
        at_ms: 600,
        accepted: true,
        words: "VP-1".into(),
    };
    let new = NewReceipt {
        district: DISTRICT,
        subject: CASE,
        message,
        receipt,
        worker: WORKER,
    };
    storage.settle(&new).unwrap()
}

#[test]
fn a_destroyed_record_is_gone_from_every_table_and_no_number_is_missing() {
    on_each(|storage| {
        everything(storage);
        let last = storage.district(DISTRICT).unwrap().unwrap().last_number;
        let survey = storage.survey(CASE).unwrap().unwrap();
        let counts = survey.counts;
        assert_eq!((survey.district.as_str(), survey.kind), (DISTRICT, 1));
        assert_eq!(survey.channels, [CHANNEL]);
        assert_eq!(
            (counts.documents, counts.changes, counts.snapshots, counts.refused),
            (4, 2, 1, 1)
        );
        assert_eq!((counts.media, counts.media_of_others, counts.parcels), (1, 1, 1));
        assert_eq!((counts.rows, counts.matches, counts.grants), (2, 2, 8));

        let number = storage.destroy(&order(), &[retraction()], 90).unwrap();
        assert_eq!(number, 1);
        assert_eq!(storage.destroy(&order(), &[], 99).unwrap(), 1, "once");
        let destroyed = storage.destruction(CASE).unwrap().unwrap();
        assert_eq!(
            (destroyed.at_ms, destroyed.counts, &destroyed.order),
            (90, counts, &order())
        );
        assert_eq!(destroyed.media_left, 2);

        assert_eq!(storage.survey(CASE).unwrap(), None);
        assert_eq!(storage.document(core()).unwrap(), None);
        assert!(storage.subject_documents(CASE).unwrap().is_empty());
        assert_eq!(storage.change_by_sequence(core(), AUTHOR, 1).unwrap(), None);
        assert!(storage.received(core(), u64::MAX).unwrap().is_empty());
        assert!(storage.quarantined(9).unwrap().is_empty());
        assert_eq!(storage.case(CASE).unwrap(), None);
        assert!(storage.unfolded(9).unwrap().is_empty());
        assert!(storage.assigned(CASE).unwrap().is_empty());
        let report = storage.report(CASE).unwrap().unwrap();
        assert!(
            report.entry.is_none() && report.looks.is_empty(),
            "closed, so that devices hear of it"
        );
        assert!(storage.decisions("ka", "same").unwrap().is_empty());
        assert_eq!(storage.media(OWN).unwrap(), None);
        assert!(!storage.may_have_media(OFFICER, SHARED).unwrap());

        // The log is as long as before and eight revocations; the places of what is gone say nothing.
        let now_last = storage.district(DISTRICT).unwrap().unwrap().last_number;
        assert_eq!(now_last, last + 8);
        let told = storage.entries(DISTRICT, OFFICER, AUTHOR, WHOLE, 99).unwrap();
        let mut revoked = 0;
        for entry in &told {
            match &entry.body {
                EntryBody::Author(_) => {}
                EntryBody::Revoke { document, destroyed } => {
                    assert_eq!(document.0[..16], CASE);
                    assert_eq!(destroyed.as_deref(), Some("JJ Act 2015, s.24(2)"));
                    revoked += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(revoked, 4);
        assert_eq!(
            storage.received_ms(DISTRICT, last).unwrap(),
            Some(60),
            "the place is there"
        );

        // The neighbour has everything of its own.
        assert!(storage.may_have_media(OTHER, SHARED).unwrap());
        assert!(storage.media(SHARED).unwrap().is_some());
        assert_eq!(storage.document(neighbours()).unwrap().unwrap().snapshot, b"another");
        assert!(storage.case(NEIGHBOUR).unwrap().is_some());
        assert_eq!(storage.broken_audit_row().unwrap(), None);
        let audit = storage.audit_rows(1).unwrap();
        assert_eq!(audit[0].deed, "destroy-record");
        assert!(matches!(
            storage.destroy(
                &Order {
                    subject: [0xee; 16],
                    ..order()
                },
                &[],
                90
            ),
            Err(StorageError::NoSuch("record"))
        ));
    });
}

#[test]
fn nothing_of_a_destroyed_record_comes_back() {
    on_each(|storage| {
        everything(storage);
        let folding = storage.claim_unfolded(claim(300), 9).unwrap()[0];
        storage.destroy(&order(), &[], 90).unwrap();
        assert_eq!(storage.access(OFFICER, AUTHOR, core()).unwrap(), Access::Destroyed);
        for writing in [Writing::Granted, Writing::Late, super::beginning(&[OFFICER])] {
            let late = storage.commit_change(&change(3, 4, writing));
            assert!(matches!(late, Err(CommitError::RightGone)), "{late:?}");
        }
        assert_eq!(refuse(storage), Kept::Destroyed);
        let folded = Folded {
            snapshots: vec![(core(), CANARY.to_vec(), folding.number)],
            ..Folded::nothing(folding)
        };
        assert_eq!(storage.save_folded(&folded, WORKER, 301).unwrap(), Held::Lost);
        assert!(storage.quarantined(9).unwrap().is_empty());
        assert!(matches!(
            storage.assign(CASE, OFFICER, &[], 95),
            Err(StorageError::NoSuch(_))
        ));
        storage.unfold_everything().unwrap();
        assert!(storage.unfolded(9).unwrap().iter().all(|one| one.subject != CASE));
    });
}

#[test]
fn a_channel_that_was_told_is_told_to_forget_behind_what_is_on_its_way() {
    on_each(|storage| {
        everything(storage);
        let held = storage.claim_deliveries(CHANNEL, claim(100), 9).unwrap();
        assert_eq!(held.len(), 1);
        storage.destroy(&order(), &[retraction()], 150).unwrap();
        assert!(
            storage.due_deliveries(CHANNEL, 199, 9).unwrap().is_empty(),
            "until the hold on the update ends"
        );
        // The answer to the update comes behind the destruction: it is no answer to anything.
        assert_eq!(settle(storage, "update"), Held::Lost);
        assert!(storage.latest_receipts(core()).unwrap().is_empty());
        let due = storage.claim_deliveries(CHANNEL, claim(201), 9).unwrap();
        assert!(matches!(&due[..], [one] if one.parcel.payload.contains("case.retracted")));
        assert_eq!(settle(storage, "retraction"), Held::Yes);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 0);
        assert!(storage.latest_receipts(core()).unwrap().is_empty());
        let told = storage.destruction(CASE).unwrap().unwrap().channels;
        assert_eq!(
            (told[0].channel.as_str(), told[0].answered),
            (CHANNEL, Some((600, true)))
        );
    });
}

#[test]
fn devices_are_out_until_each_has_confirmed_every_document() {
    on_each(|storage| {
        everything(storage);
        storage.destroy(&order(), &[], 90).unwrap();
        let out = |storage: &dyn Storage| {
            let holders = storage.holders(CASE).unwrap().into_iter();
            holders.map(|one| (one.author, one.confirmed_ms)).collect::<Vec<_>>()
        };
        assert_eq!(out(storage), [(AUTHOR, None), (OTHERS_AUTHOR, None)]);
        for (at, document) in (200..).zip(super::documents()) {
            assert_eq!(out(storage)[0], (AUTHOR, None), "one of four is not all");
            storage.confirm_destroyed(OFFICER, AUTHOR, document, at).unwrap();
        }
        assert_eq!(out(storage), [(AUTHOR, Some(203)), (OTHERS_AUTHOR, None)]);
        storage.dismiss_author(OTHERS_AUTHOR, false, 300).unwrap();
        assert!(storage.holders(CASE).unwrap()[1].is_shut_out);
        storage.confirm_device_destroyed(OTHERS_AUTHOR, 310).unwrap();
        assert_eq!(out(storage)[1], (OTHERS_AUTHOR, Some(310)), "keys and files are gone");
        assert_eq!(storage.access(OFFICER, AUTHOR, core()).unwrap(), Access::Destroyed);
    });
}

#[test]
fn what_is_left_to_do_is_known_until_it_is_done() {
    on_each(|storage| {
        everything(storage);
        assert!(storage.destroyed_after(0).unwrap().is_empty());
        storage.destroy(&order(), &[], 90).unwrap();
        assert_eq!(storage.destroyed_after(0).unwrap(), [(1, CASE)]);
        assert!(storage.destroyed_after(1).unwrap().is_empty());
        assert_eq!(
            storage.media_to_destroy(9).unwrap(),
            [(1, OWN, None), (1, SHARED, Some(NEIGHBOUR))]
        );
        assert_eq!(storage.subjects_of_media(SHARED).unwrap(), [NEIGHBOUR]);
        storage.media_destroyed(1, OWN).unwrap();
        storage.media_destroyed(1, SHARED).unwrap();
        assert_eq!(storage.destruction(CASE).unwrap().unwrap().media_left, 0);
        for (copy, upto) in [([1; 16], 1), ([2; 16], 0), ([1; 16], 0)] {
            storage.key_copy_is_cut(copy, upto, 95).unwrap();
        }
        let copies = storage.key_copies().unwrap();
        let known: Vec<_> = copies.iter().map(|copy| (copy.id[0], copy.cut_upto)).collect();
        assert_eq!(known, [(1, 1), (2, 0)], "what is cut does not grow again");
        assert_eq!(storage.unscrubbed().unwrap(), [1]);
        storage.scrub(&[1], 99).unwrap();
        assert!(storage.unscrubbed().unwrap().is_empty());
        assert_eq!(storage.destruction(CASE).unwrap().unwrap().scrubbed_ms, Some(99));
        assert_eq!(storage.whole_media_after(None, 9).unwrap(), [SHARED]);
        assert!(storage.whole_media_after(Some(SHARED), 9).unwrap().is_empty());
        assert_eq!(storage.media_sealed_upto(None).unwrap(), None);
        assert_eq!(storage.media_sealed_upto(Some(OWN)).unwrap(), Some(OWN));
        assert_eq!(storage.media_sealed_upto(Some(SHARED)).unwrap(), Some(SHARED));
        let name = storage.record_keys(None).unwrap();
        assert_eq!(name, None);
        assert_eq!(storage.record_keys(Some([5; 16])).unwrap(), Some([5; 16]));
        assert_eq!(storage.record_keys(Some([6; 16])).unwrap(), Some([5; 16]), "the first");
    });
}

/// Whether the canary stands in any file of a folder.
fn stands_in(folder: &Path, words: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|file| {
        let path = file.unwrap().path();
        if path.is_dir() {
            return stands_in(&path, words);
        }
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(words.len()).any(|window| window == words)
    })
}

/// How often the canary stands in a PostgreSQL database, as bytes of a row or in text.
fn rows_with(url: &str, words: &[u8]) -> u64 {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
    let hex: String = words
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect();
    let bytes = |table: &str, column: &str| {
        format!("(SELECT count(*) FROM {table} WHERE position('\\x{hex}'::bytea IN {column}) > 0)")
    };
    let parts = [
        bytes("log", "bytes"),
        bytes("document", "snapshot"),
        bytes("quarantine", "bytes"),
        bytes("report", "entry"),
        bytes("report", "looks"),
        bytes("case_row", "convert_to(facts, 'UTF8')"),
        bytes("outbox", "convert_to(payload, 'UTF8')"),
    ];
    let counted = cluster::sql(url, &format!("SELECT {}", parts.join(" + ")));
    counted.trim().parse().unwrap()
}

#[test]
fn no_word_of_a_record_stands_in_the_database_and_what_older_hubs_kept_is_sealed_step_by_step() {
    let dir = tempfile::tempdir().unwrap();
    let url = cluster::shared().database();
    let data = dir.path().join("data");
    let open: [&dyn Fn() -> Box<dyn Storage>; 2] = [&|| Box::new(Sqlite::open(&data).unwrap()), &|| {
        Box::new(Postgres::open(&reached(url.clone())).unwrap())
    }];
    let stands: [&dyn Fn() -> bool; 2] = [&|| stands_in(&data, CANARY), &|| rows_with(&url, CANARY) > 0];
    let keys = Arc::new(RecordKeys::make(&dir.path().join("record.keys")).unwrap());
    for (open, stands) in open.into_iter().zip(stands) {
        // As an older hub kept it: the store alone.
        let old = open();
        everything(&*old);
        assert!(stands());
        drop(old);
        let bare = open();
        let sealing: Box<dyn Storage> = Box::new(Sealing::new(open(), Arc::clone(&keys)));
        assert_eq!(sealing.document(neighbours()).unwrap().unwrap().snapshot, b"another");
        assert_eq!(sealing.document(core()).unwrap().unwrap().tail, [CANARY]);
        let seal = |what, plain: &[u8]| seal_plain(&keys, what, plain);
        let mut steps = 0;
        while bare.seal_plain(&seal, 2).unwrap() > 0 {
            steps += 1;
        }
        assert!(steps >= 6, "{steps}: a few rows at a time");
        // The message to a channel is soon gone; what was in free room goes with the file's being written anew.
        let due = sealing.claim_deliveries(CHANNEL, claim(100), 9).unwrap();
        assert!(due[0].parcel.payload.contains(&canary()));
        settle(&*sealing, "update");
        sealing.scrub(&[], 99).unwrap();
        assert!(!stands());
        assert_eq!(sealing.document(core()).unwrap().unwrap().tail, [CANARY]);
        assert_eq!(sealing.document(neighbours()).unwrap().unwrap().snapshot, b"another");
        let facts = sealing.case(CASE).unwrap().unwrap().facts;
        assert!(facts.contains(&canary()));
        let report = sealing.report(CASE).unwrap().unwrap();
        assert_eq!(
            (report.entry.as_deref(), report.looks.as_slice()),
            (Some(CANARY), CANARY)
        );
        let told = sealing.reports("ka", ReportSort::Case, 0, 9).unwrap();
        assert_eq!(
            told.iter()
                .filter(|one| one.row.entry.as_deref() == Some(CANARY))
                .count(),
            1
        );
        // What comes now is sealed before it is kept.
        sealing
            .commit_change(&NewChange {
                bytes: CANARY,
                ..change(3, 9, Writing::Granted)
            })
            .unwrap();
        assert!(!stands());
        assert_eq!(bare.seal_plain(&seal, 9).unwrap(), 0);
        // The store alone gives what nobody can read, and the keys give nothing once they are gone.
        assert_ne!(bare.document(core()).unwrap().unwrap().tail[0], CANARY);
    }
    keys.destroy(&[CASE]).unwrap();
    for open in open {
        let sealing: Box<dyn Storage> = Box::new(Sealing::new(open(), Arc::clone(&keys)));
        assert!(matches!(sealing.document(core()), Err(StorageError::Destroyed)));
        assert!(sealing.document(neighbours()).is_ok());
    }
}
