//! What workers do: folding and delivering, each piece of work once however many hubs there are.

use protocol::DocumentId;
use sync_server::storage::{
    Claim, Committed, EntryBody, Folded, Held, NewReceipt, Parcel, Receipt, Storage, UnfoldedSubject, Way, WorkerId,
    Writing,
};

use super::{AUTHOR, CASE, DISTRICT, OFFICER, OTHER, OTHERS_AUTHOR, WHOLE, beginning, change, core, on_each, prepared};

const HERE: WorkerId = WorkerId([0x11; 16]);
const THERE: WorkerId = WorkerId([0x22; 16]);
const CHANNEL: &str = "vatsalya";

fn claim(worker: WorkerId, now_ms: i64) -> Claim {
    Claim {
        worker,
        now_ms,
        until_ms: now_ms + 100,
    }
}

fn parcel(message: &str, upto: u64) -> Parcel {
    Parcel {
        channel: CHANNEL.into(),
        subject: CASE,
        district: DISTRICT.into(),
        document: core(),
        message: message.into(),
        upto,
        payload: "{}".into(),
        way: Way::Sent,
    }
}

/// Folds the case as a worker does, into a parcel.
fn put(storage: &dyn Storage, message: &str, now_ms: i64) -> u64 {
    let done = storage.claim_unfolded(claim(HERE, now_ms), 9).unwrap()[0];
    let folded = Folded {
        parcels: vec![parcel(message, done.number)],
        ..Folded::nothing(done)
    };
    assert_eq!(storage.save_folded(&folded, HERE, now_ms).unwrap(), Held::Yes);
    done.number
}

fn settle(storage: &dyn Storage, worker: WorkerId, message: &str, upto: u64) -> Held {
    let receipt = Receipt {
        document: core(),
        channel: CHANNEL.into(),
        upto,
        at_ms: 600,
        accepted: true,
        words: format!("VP-{upto}"),
    };
    let new = NewReceipt {
        district: DISTRICT,
        subject: CASE,
        message,
        receipt,
        worker,
    };
    storage.settle(&new).unwrap()
}

fn write(storage: &dyn Storage, seq: u64) -> u64 {
    let writing = if seq == 1 {
        beginning(&[OFFICER])
    } else {
        Writing::Granted
    };
    let committed = storage.commit_change(&change(seq, u8::try_from(seq).unwrap(), writing));
    let Ok(Committed::New { number, .. }) = committed else {
        panic!("{committed:?}")
    };
    number
}

#[test]
fn the_latest_state_stands_in_the_outbox_and_an_old_answer_does_not_settle_it() {
    on_each(|storage| {
        prepared(storage);
        write(storage, 1);
        let first = put(storage, "first", 100);
        let held = storage.claim_deliveries(CHANNEL, claim(HERE, 100), 9).unwrap();
        storage.put_off(&held[0].parcel, HERE, 500, "out of reach").unwrap();
        write(storage, 2);
        let second = put(storage, "second", 200);
        assert!(
            storage.due_deliveries(CHANNEL, 499, 9).unwrap().is_empty(),
            "a new state does not jump the wait"
        );
        assert!(
            storage
                .claim_deliveries(CHANNEL, claim(HERE, 499), 9)
                .unwrap()
                .is_empty()
        );
        let due = storage.claim_deliveries(CHANNEL, claim(HERE, 500), 9).unwrap();
        assert!(matches!(&due[..], [one] if one.parcel.message == "second" && one.attempts == 1));
        assert_eq!(due[0].trouble.as_deref(), Some("out of reach"));
        assert_eq!(storage.due_deliveries(CHANNEL, 500, 9).unwrap(), due);
        assert_eq!(settle(storage, HERE, "first", first), Held::Yes);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 1);
        storage.claim_deliveries(CHANNEL, claim(HERE, 510), 9).unwrap();
        assert_eq!(settle(storage, HERE, "second", second), Held::Yes);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 0);
        let latest = storage.latest_receipts(core()).unwrap();
        assert!(matches!(&latest[..], [receipt] if receipt.words == format!("VP-{second}")));
        let told = storage.entries(DISTRICT, OFFICER, AUTHOR, WHOLE, 99).unwrap();
        assert_eq!(
            told.iter().filter(|entry| is_receipt(&entry.body)).count(),
            0,
            "granted within the window"
        );
        let since = super::Window {
            after: first,
            from: first,
            ..WHOLE
        };
        let told = storage.entries(DISTRICT, OFFICER, AUTHOR, since, 99).unwrap();
        assert_eq!(told.iter().filter(|entry| is_receipt(&entry.body)).count(), 2);
        let others = storage.entries(DISTRICT, OTHER, OTHERS_AUTHOR, since, 99).unwrap();
        assert!(!others.iter().any(|entry| is_receipt(&entry.body)));
    });
}

fn is_receipt(body: &EntryBody) -> bool {
    matches!(body, EntryBody::Receipt(_))
}

#[test]
fn what_changes_while_it_is_folded_is_folded_again() {
    on_each(|storage| {
        prepared(storage);
        write(storage, 1);
        let first = storage.claim_unfolded(claim(HERE, 1), 9).unwrap()[0];
        write(storage, 2);
        assert_eq!(
            storage.save_folded(&Folded::nothing(first), HERE, 1).unwrap(),
            Held::Yes
        );
        let second = storage.claim_unfolded(claim(THERE, 1), 9).unwrap();
        assert_eq!(
            second,
            [UnfoldedSubject {
                subject: CASE,
                number: first.number + 1
            }]
        );
        assert_eq!(
            storage.save_folded(&Folded::nothing(second[0]), THERE, 1).unwrap(),
            Held::Yes
        );
        assert!(storage.unfolded(9).unwrap().is_empty());
        storage.unfold_everything().unwrap();
        assert_eq!(storage.unfolded(9).unwrap(), second);
    });
}

#[test]
fn of_two_hubs_one_folds_a_subject_and_only_while_it_holds_it() {
    on_each(|storage| {
        prepared(storage);
        let upto = write(storage, 1);
        let held = storage.claim_unfolded(claim(HERE, 1_000), 9).unwrap();
        assert_eq!(held.len(), 1);
        assert!(
            storage.claim_unfolded(claim(THERE, 1_100), 9).unwrap().is_empty(),
            "held until then"
        );
        assert_eq!(
            storage.claim_unfolded(claim(HERE, 1_000), 9).unwrap(),
            held,
            "one's own"
        );
        assert_eq!(
            storage.claim_unfolded(claim(THERE, 1_101), 9).unwrap(),
            held,
            "its time is up"
        );
        let folded = |message: &str| Folded {
            parcels: vec![parcel(message, upto)],
            snapshots: vec![(core(), message.as_bytes().to_vec(), upto)],
            ..Folded::nothing(held[0])
        };
        assert_eq!(storage.save_folded(&folded("late"), HERE, 1_102).unwrap(), Held::Lost);
        assert_eq!(storage.waiting_deliveries(CHANNEL).unwrap(), 0, "nothing of it is kept");
        assert_eq!(storage.save_folded(&folded("kept"), THERE, 1_102).unwrap(), Held::Yes);
        assert_eq!(storage.save_folded(&folded("again"), THERE, 1_103).unwrap(), Held::Lost);
        let waiting = storage.due_deliveries(CHANNEL, i64::MAX, 9).unwrap();
        assert!(matches!(&waiting[..], [one] if one.parcel.message == "kept"));
    });
}

#[test]
fn of_two_hubs_one_delivers_a_parcel_and_keeps_its_answer() {
    on_each(|storage| {
        prepared(storage);
        write(storage, 1);
        let upto = put(storage, "one", 100);
        let here = storage.claim_deliveries(CHANNEL, claim(HERE, 100), 9).unwrap();
        assert_eq!(here.len(), 1);
        assert!(
            storage
                .claim_deliveries(CHANNEL, claim(THERE, 200), 9)
                .unwrap()
                .is_empty()
        );
        assert!(
            storage
                .claim_deliveries("another", claim(THERE, 300), 9)
                .unwrap()
                .is_empty()
        );
        storage.let_go(CHANNEL, THERE).unwrap();
        assert!(
            storage
                .claim_deliveries(CHANNEL, claim(THERE, 200), 9)
                .unwrap()
                .is_empty(),
            "not theirs"
        );
        storage.let_go(CHANNEL, HERE).unwrap();
        assert_eq!(
            storage.claim_deliveries(CHANNEL, claim(THERE, 200), 9).unwrap().len(),
            1
        );
        // Here it was let go, or its time was up: the answer that comes now is not kept, nor the trouble.
        assert_eq!(settle(storage, HERE, "one", upto), Held::Lost);
        storage.put_off(&here[0].parcel, HERE, 9_000, "trouble").unwrap();
        assert_eq!(storage.due_deliveries(CHANNEL, 200, 9).unwrap()[0].attempts, 0);
        assert_eq!(settle(storage, THERE, "one", upto), Held::Yes);
        assert_eq!(settle(storage, THERE, "one", upto), Held::Lost);
        assert_eq!(storage.latest_receipts(core()).unwrap().len(), 1);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}

#[test]
fn a_case_is_kept_as_a_row_and_its_change_has_a_time() {
    on_each(|storage| {
        prepared(storage);
        let number = write(storage, 1);
        assert_eq!(storage.received_ms(DISTRICT, number).unwrap(), Some(60));
        assert_eq!(storage.received_ms(DISTRICT, number + 1).unwrap(), None);
        let done = storage.claim_unfolded(claim(HERE, 1), 9).unwrap()[0];
        let row = sync_server::storage::CaseRow {
            subject: CASE,
            district: DISTRICT.into(),
            kind: "cncp".into(),
            // What a hostile or a later app writes.
            stage: "st\0age".into(),
            urgency: "routine".into(),
            opened_at_ms: None,
            upto: number,
            changed_ms: 60,
            facts: "{}".into(),
        };
        let folded = Folded {
            case: Some(row.clone()),
            ..Folded::nothing(done)
        };
        assert_eq!(storage.save_folded(&folded, HERE, 1).unwrap(), Held::Yes);
        let kept = storage.case(CASE).unwrap().unwrap();
        assert_eq!((kept.upto, kept.opened_at_ms, &kept.kind), (number, None, &row.kind));
        assert_eq!(storage.case([0; 16]).unwrap(), None);
        // A second case, opened at a known time, comes before one of which it is not known.
        let other = [0xcb; 16];
        let again = sync_server::storage::CaseRow {
            subject: other,
            opened_at_ms: Some(5),
            ..row
        };
        begin_other(storage, other);
        let done = storage.claim_unfolded(claim(HERE, 1), 9).unwrap()[0];
        let folded = Folded {
            case: Some(again),
            ..Folded::nothing(done)
        };
        storage.save_folded(&folded, HERE, 1).unwrap();
        let rows = storage.cases(DISTRICT).unwrap();
        assert_eq!(rows.iter().map(|row| row.subject).collect::<Vec<_>>(), [other, CASE]);
        assert!(storage.cases("nowhere").unwrap().is_empty());
        storage.unfold_everything().unwrap();
        assert_eq!(storage.case(CASE).unwrap(), None, "forgotten until folded again");
        assert_eq!(storage.unfolded(9).unwrap().len(), 2);
        assert_eq!(storage.unfolded(1).unwrap().len(), 1);
    });
}

fn begin_other(storage: &dyn Storage, subject: [u8; 16]) {
    let mut id = core().0;
    id[..16].copy_from_slice(&subject);
    let document = DocumentId(id);
    let readable = sync_server::storage::Readable {
        document,
        writable: true,
    };
    let begins = Writing::Begins(sync_server::storage::NewSubject {
        documents: vec![document],
        assigned: Some(OFFICER),
        readable: vec![(OFFICER, readable)],
    });
    let first = sync_server::storage::NewChange {
        document,
        ..change(1, 0x77, begins)
    };
    storage.commit_change(&first).unwrap();
}
