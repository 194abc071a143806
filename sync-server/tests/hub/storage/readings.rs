//! First readings: what they tell, and the order that is kept.

use protocol::DocumentId;
use sync_server::storage::{
    CardRow, CaseRow, Claim, EntryBody, FirstReading, Folded, Held, Listed, Readable, Storage, WorkerId,
};

use super::{AUTHOR, CASE, DISTRICT, OFFICER, OTHER, OTHERS_AUTHOR, begun, documents, on_each, prepared};

const CARD: CardRow = CardRow {
    subject: CASE,
    pressing: 0,
    due_ms: Some(90),
    core: String::new(),
    identity: String::new(),
};

/// The case folded, with a card.
fn fold(storage: &dyn Storage, card: &CardRow) {
    let worker = WorkerId([7; 16]);
    let claim = Claim {
        worker,
        now_ms: 70,
        until_ms: 170,
    };
    let done = storage.claim_unfolded(claim, 9).unwrap()[0];
    let folded = Folded {
        card: Some(card.clone()),
        ..Folded::nothing(done)
    };
    assert_eq!(storage.save_folded(&folded, worker, 70).unwrap(), Held::Yes);
}

#[test]
fn a_first_reading_lists_what_is_granted_now_with_its_card_and_no_change() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let last = storage.district(DISTRICT).unwrap().unwrap().last_number;
        let before = storage.listed(DISTRICT, OFFICER, last).unwrap();
        let granted: Vec<DocumentId> = before.iter().filter_map(|entry| entry.document).collect();
        assert_eq!(granted, documents());
        assert!(before.iter().all(|entry| entry.card.is_none()), "not folded yet");
        fold(storage, &CARD);
        let listed = storage.listed(DISTRICT, OFFICER, last).unwrap();
        let of_case = |entry: &&Listed| entry.document.is_some();
        assert!(
            listed
                .iter()
                .filter(of_case)
                .all(|entry| entry.card == Some((0, Some(90))))
        );
        assert!(listed.is_sorted_by_key(|entry| entry.number));
        // Two authors, and the officer's four documents; to another user the authors alone.
        assert_eq!(listed.len(), 2 + documents().len());
        let others = storage.listed(DISTRICT, OTHER, last).unwrap();
        assert!(others.len() == 2 && others.iter().all(|entry| entry.document.is_none()));
        assert!(storage.listed(DISTRICT, OFFICER, 0).unwrap().is_empty());
        assert!(storage.listed("KA-MYS", OFFICER, last).unwrap().is_empty());
    });
}

#[test]
fn entries_are_found_by_number_as_long_as_they_would_be_told() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let last = storage.district(DISTRICT).unwrap().unwrap().last_number;
        let numbers: Vec<u64> = (0..=last + 5).collect();
        let found = storage.entries_at(DISTRICT, OFFICER, &numbers).unwrap();
        assert!(!found.iter().any(|entry| matches!(entry.body, EntryBody::Change { .. })));
        let grants = |user| {
            let found = storage.entries_at(DISTRICT, user, &numbers).unwrap();
            let grants = found
                .iter()
                .filter(|entry| matches!(entry.body, EntryBody::Grant { .. }));
            grants.count()
        };
        assert_eq!((grants(OFFICER), grants(OTHER)), (documents().len(), 0));
        let readable: [Readable; 0] = [];
        storage.unassign(CASE, OFFICER, &readable, 80).unwrap();
        assert_eq!(grants(OFFICER), 0, "taken back meanwhile");
    });
}

#[test]
fn an_order_is_kept_until_the_next_or_until_it_is_old() {
    on_each(|storage| {
        prepared(storage);
        assert_eq!(storage.reading(AUTHOR).unwrap(), None);
        let reading = |head: u64, items: &[u8]| FirstReading {
            head,
            items: items.to_vec(),
        };
        storage.keep_reading(AUTHOR, &reading(5, b"one"), 100, 0).unwrap();
        storage.keep_reading(AUTHOR, &reading(9, b""), 200, 0).unwrap();
        assert_eq!(storage.reading(AUTHOR).unwrap(), Some(reading(9, b"")));
        storage
            .keep_reading(OTHERS_AUTHOR, &reading(7, b"x"), 300, 250)
            .unwrap();
        assert_eq!(storage.reading(AUTHOR).unwrap(), None, "it was too old");
        assert_eq!(storage.reading(OTHERS_AUTHOR).unwrap(), Some(reading(7, b"x")));
    });
}

#[test]
fn a_card_is_the_newest() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        assert!(storage.cards(&[CASE]).unwrap().is_empty());
        fold(storage, &CARD);
        assert_eq!(storage.cards(&[[0; 16], CASE]).unwrap(), [CARD]);
        storage.unfold_everything().unwrap();
        let closed = CardRow {
            pressing: 2,
            due_ms: None,
            core: "{}".into(),
            identity: "{}".into(),
            ..CARD
        };
        fold(storage, &closed);
        assert_eq!(storage.cards(&[CASE]).unwrap(), std::slice::from_ref(&closed));
        storage.add_card(&CARD).unwrap();
        assert_eq!(
            storage.cards(&[CASE]).unwrap(),
            [closed],
            "one that is made later is no newer"
        );
    });
}

#[test]
fn a_case_without_a_card_is_found_and_gets_one() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let worker = WorkerId([7; 16]);
        let claim = Claim {
            worker,
            now_ms: 70,
            until_ms: 170,
        };
        let done = storage.claim_unfolded(claim, 9).unwrap()[0];
        let folded = Folded {
            case: Some(CaseRow {
                subject: CASE,
                district: DISTRICT.into(),
                kind: "cncp".into(),
                stage: "intake".into(),
                urgency: "routine".into(),
                opened_at_ms: None,
                upto: done.number,
                changed_ms: 60,
                facts: "{}".into(),
            }),
            ..Folded::nothing(done)
        };
        storage.save_folded(&folded, worker, 70).unwrap();
        assert_eq!(storage.without_card(9).unwrap(), [CASE]);
        storage.add_card(&CARD).unwrap();
        assert!(storage.without_card(9).unwrap().is_empty());
        assert_eq!(storage.cards(&[CASE]).unwrap(), [CARD]);
    });
}
