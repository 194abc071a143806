//! Media, packs, quarantine, the audit.

use protocol::ids::Sha256;
use protocol::{DocumentId, Refusal};
use sync_server::storage::{
    CommitError, Committed, EntryBody, Kept, MediaRow, NewChange, NewPack, NewSubject, PackRow, Readable, Refused,
    StorageError, Window, Writing,
};

use super::{AUTHOR, CASE, DISTRICT, OFFICER, OTHER, OTHERS_AUTHOR, beginning, change, core, on_each, prepared};

const PICTURE: Sha256 = Sha256([9; 32]);

#[test]
fn a_picture_begins_grows_whole_and_is_forgotten_only_before() {
    on_each(|storage| {
        let row = |complete, begun_ms| {
            Some(MediaRow {
                bytes: 700,
                complete,
                begun_ms,
            })
        };
        assert_eq!(storage.media(PICTURE).unwrap(), None);
        storage.begin_media(PICTURE, 700, 40).unwrap();
        storage.begin_media(PICTURE, 900, 50).unwrap();
        assert_eq!(storage.media(PICTURE).unwrap(), row(false, 40));
        storage.forget_media(PICTURE).unwrap();
        assert_eq!(storage.media(PICTURE).unwrap(), None);
        storage.begin_media(PICTURE, 700, 60).unwrap();
        storage.complete_media(PICTURE).unwrap();
        storage.forget_media(PICTURE).unwrap();
        assert_eq!(storage.media(PICTURE).unwrap(), row(true, 60));
    });
}

#[test]
fn to_name_somebody_elses_picture_does_not_open_it() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        let mut id = core().0;
        id[..16].copy_from_slice(&[0xcb; 16]);
        let document = DocumentId(id);
        let readable = Readable {
            document,
            writable: true,
        };
        let begins = |media| NewChange {
            document,
            user: OTHER,
            author: OTHERS_AUTHOR,
            media,
            ..change(
                1,
                2,
                Writing::Begins(NewSubject {
                    documents: vec![document],
                    assigned: Some(OTHER),
                    readable: vec![(OTHER, readable)],
                }),
            )
        };
        let own = Sha256([8; 32]);
        storage.commit_change(&begins(vec![PICTURE, own, own])).unwrap();
        assert!(!storage.may_have_media(OTHER, PICTURE).unwrap());
        assert!(storage.may_have_media(OTHER, own).unwrap());
        assert!(storage.may_have_media(OFFICER, PICTURE).unwrap());
        let theirs = storage.media_claim(OTHER, PICTURE, 0).unwrap().unwrap();
        assert_eq!(theirs.document, document);
        assert_ne!(theirs.name, PICTURE);
        assert_eq!(storage.media_claim(OTHER, own, 0).unwrap(), None);
        assert_eq!(storage.media_claim(OFFICER, PICTURE, 0).unwrap(), None);
        // What was taken away may still be brought for a while.
        assert!(!storage.may_bring_media(OFFICER, PICTURE, 0).unwrap());
        storage.unassign(CASE, OFFICER, &[], 70).unwrap();
        assert!(!storage.may_have_media(OFFICER, PICTURE).unwrap());
        assert!(storage.may_bring_media(OFFICER, PICTURE, 70).unwrap());
        assert!(!storage.may_bring_media(OFFICER, PICTURE, 71).unwrap());
        assert!(!storage.may_bring_media(OTHER, PICTURE, 0).unwrap());
        // What is shown to be there is theirs; another's word is no proof for this document.
        storage.media_proven(OFFICER, PICTURE, 0).unwrap();
        assert!(!storage.may_have_media(OTHER, PICTURE).unwrap());
        storage.media_proven(OTHER, PICTURE, 0).unwrap();
        assert!(storage.may_have_media(OTHER, PICTURE).unwrap());
        assert_eq!(storage.media_claim(OTHER, PICTURE, 0).unwrap(), None);
        assert_eq!(storage.subjects_of_media(PICTURE).unwrap().len(), 2);
    });
}

#[test]
fn a_picture_that_its_first_record_no_longer_names_is_the_next_ones() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        let document = DocumentId([&[0xcb; 16][..], &core().0[16..]].concat().try_into().unwrap());
        let readable = Readable {
            document,
            writable: true,
        };
        let begins = NewSubject {
            documents: vec![document],
            assigned: Some(OTHER),
            readable: vec![(OTHER, readable)],
        };
        storage
            .commit_change(&NewChange {
                document,
                user: OTHER,
                author: OTHERS_AUTHOR,
                ..change(1, 2, Writing::Begins(begins))
            })
            .unwrap();
        assert!(storage.media_claim(OTHER, PICTURE, 0).unwrap().is_some());
        let order = crate::destroyed::order(CASE);
        storage.destroy(&order, &[], 50).unwrap();
        assert_eq!(storage.media_claim(OTHER, PICTURE, 0).unwrap(), None);
        assert!(storage.may_have_media(OTHER, PICTURE).unwrap());
    });
}

#[test]
fn packs_are_numbered_without_a_gap_and_their_key_stays() {
    on_each(|storage| {
        let seed = storage.pack_seed([1; 32]).unwrap();
        assert_eq!((seed, storage.pack_seed([2; 32]).unwrap()), ([1; 32], [1; 32]));
        let row = |scope: &str, number: u64, hash: u8| PackRow {
            scope: scope.into(),
            number,
            version: format!("v{number}"),
            sha256: Sha256([hash; 32]),
            published_ms: 5,
        };
        let publish = |row: &PackRow| storage.publish_pack(&NewPack { row, signed: b"signed" });
        assert!(matches!(
            publish(&row("national", 2, 1)),
            Err(StorageError::Exists("pack"))
        ));
        publish(&row("national", 1, 1)).unwrap();
        publish(&row("national", 2, 2)).unwrap();
        publish(&row("br", 1, 3)).unwrap();
        assert!(matches!(
            publish(&row("national", 2, 4)),
            Err(StorageError::Exists("pack"))
        ));
        let expected = [row("br", 1, 3), row("national", 2, 2), row("national", 1, 1)];
        assert_eq!(storage.packs().unwrap(), expected);
        assert_eq!(
            storage.signed_pack(Sha256([3; 32])).unwrap().as_deref(),
            Some(&b"signed"[..])
        );
        assert_eq!(storage.signed_pack(Sha256([9; 32])).unwrap(), None);
        assert_eq!(storage.audit_rows(99).unwrap().len(), 3);
    });
}

#[test]
fn what_is_refused_says_whether_it_is_kept_and_why_it_came() {
    on_each(|storage| {
        prepared(storage);
        let refused = |bytes: &'static [u8], code| Refused {
            user: OFFICER,
            author: AUTHOR,
            document: core(),
            code,
            bytes,
        };
        assert_eq!(
            storage.quarantine(&refused(b"a", Refusal::Schema), 5).unwrap(),
            Kept::Yes
        );
        assert_eq!(
            storage.quarantine(&refused(b"a", Refusal::Malformed), 6).unwrap(),
            Kept::Yes
        );
        assert_eq!(
            storage.quarantine(&refused(b"", Refusal::NotEnrolled), 7).unwrap(),
            Kept::Yes
        );
        let rows = storage.quarantined(9).unwrap();
        let seen: Vec<_> = rows.iter().map(|row| (row.at_ms, row.code, row.bytes)).collect();
        assert_eq!(seen, [(7, Refusal::NotEnrolled, 0), (5, Refusal::Schema, 1)]);
        assert_eq!(storage.quarantined(1).unwrap().len(), 1);
    });
}

#[test]
fn a_refused_upload_is_released_or_refused_for_good_and_neither_twice() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        let begun = storage.district(DISTRICT).unwrap().unwrap().last_number;
        let since = Window {
            after: begun,
            from: begun,
            head: u64::MAX,
        };
        let refused = |bytes: &'static [u8]| Refused {
            user: OFFICER,
            author: AUTHOR,
            document: core(),
            code: Refusal::SequenceGap,
            bytes,
        };
        for bytes in [b"change" as &[u8], b"other"] {
            assert_eq!(storage.quarantine(&refused(bytes), 5).unwrap(), Kept::Yes);
        }
        let ids: Vec<i64> = storage
            .quarantined_of(AUTHOR, core())
            .unwrap()
            .iter()
            .map(|row| row.id)
            .collect();
        let [first, second] = ids[..] else { panic!("{ids:?}") };
        assert_eq!(storage.quarantined_of(OTHERS_AUTHOR, core()).unwrap(), []);
        assert_eq!(
            storage.refused_bytes(first).unwrap().as_deref(),
            Some(b"change" as &[u8])
        );
        storage.note_looked(first, "asked", 6).unwrap();

        let of_another = NewChange {
            user: OTHER,
            author: OTHERS_AUTHOR,
            ..change(1, 7, Writing::Granted)
        };
        assert!(matches!(
            storage.release(first, &of_another),
            Err(CommitError::RightGone)
        ));
        assert!(
            storage.quarantined_row(first).unwrap().is_some(),
            "what fails leaves it there"
        );
        let good = change(2, 2, Writing::Granted);
        let committed = storage.release(first, &good).unwrap();
        assert!(matches!(committed, Committed::New { late: false, .. }), "{committed:?}");
        assert_eq!(storage.quarantined_row(first).unwrap(), None);
        assert!(storage.release(first, &good).is_err());
        // One that is there goes alone: what stands stays as it is.
        storage.refuse_for_good(second, Some([9; 32]), 8).unwrap();
        assert!(storage.refuse_for_good(second, None, 9).is_err() && storage.release(second, &good).is_err());
        assert_eq!(storage.refused_bytes(second).unwrap(), None);
        let row = storage.quarantined_row(second).unwrap().unwrap();
        assert_eq!((row.bytes, row.refused_ms), (0, Some(8)));
        assert_eq!(storage.quarantine(&refused(b"other"), 9).unwrap(), Kept::RefusedForGood);

        let told = |user, author| {
            let entries = storage.entries(DISTRICT, user, author, since, 99).unwrap();
            let told = entries.into_iter().filter_map(|entry| match entry.body {
                EntryBody::Change { bytes, .. } => Some(bytes),
                EntryBody::Judged { document, hash } => {
                    assert_eq!((document, hash), (core(), [9; 32]));
                    Some(Vec::new())
                }
                _ => None,
            });
            told.collect::<Vec<_>>()
        };
        assert_eq!(told(OFFICER, AUTHOR), [b"change".to_vec(), Vec::new()]);
        assert_eq!(told(OTHER, OTHERS_AUTHOR), [] as [Vec<u8>; 0]);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
        let deeds: Vec<_> = storage.audit_rows(5).unwrap().into_iter().map(|row| row.deed).collect();
        assert_eq!(
            deeds,
            ["refuse", "look-at-refused", "release", "accept", "refuse-for-good"]
        );
    });
}

#[test]
fn the_audit_is_one_chain_in_the_order_of_deeds() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        let rows = storage.audit_rows(99).unwrap();
        let deeds: Vec<_> = rows.iter().map(|row| row.deed.as_str()).collect();
        let enrolled = ["add-user", "make-code", "enrol"];
        let expected = [&["add-district"][..], &enrolled, &enrolled, &["open-case", "accept"]].concat();
        assert_eq!(deeds, expected);
        let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
        assert_eq!(ids, (1..=9).collect::<Vec<i64>>());
        let last = &rows[8];
        assert_eq!(
            (last.user, last.author, last.document),
            (Some(OFFICER), Some(AUTHOR), Some(core()))
        );
        assert_eq!(
            last.detail,
            storage.district(DISTRICT).unwrap().unwrap().last_number.to_string()
        );
        assert_eq!(storage.audit_rows(2).unwrap(), rows[7..]);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}
