//! Appeals: noted once, decided once, gone with the record.

use protocol::{Appeal, DocumentId, Plea};
use sync_server::storage::{APPEALS_PER_AUTHOR_MAX, Decision, Standing};

use super::{AUTHOR, DISTRICT, OFFICER, documents, on_each, prepared};

#[test]
fn an_appeal_is_noted_once_decided_once_and_made_anew_by_a_later_asking() {
    on_each(|storage| {
        prepared(storage);
        let appeal = Appeal {
            document: documents()[0],
            plea: Plea::Access,
            asked_s: 7,
        };
        let first = storage.note_appeal(OFFICER, AUTHOR, appeal, 100).unwrap();
        assert_eq!((first.standing.clone(), first.at_ms), (Standing::Noted, 100));
        assert_eq!(storage.note_appeal(OFFICER, AUTHOR, appeal, 200).unwrap(), first);
        // Asked once more before it is decided: it is the same.
        let later = Appeal { asked_s: 9, ..appeal };
        assert_eq!(storage.note_appeal(OFFICER, AUTHOR, later, 300).unwrap().id, first.id);
        assert_eq!(
            storage.open_appeals(Some(DISTRICT), 9).unwrap(),
            std::slice::from_ref(&first)
        );
        assert!(storage.open_appeals(Some("KA-MYS"), 9).unwrap().is_empty());
        storage.decide_appeal(first.id, Decision::Decline, "no", 400).unwrap();
        assert!(storage.decide_appeal(first.id, Decision::Grant, "", 500).is_err());
        let told = storage.note_appeal(OFFICER, AUTHOR, appeal, 600).unwrap();
        assert_eq!(
            (told.standing, told.decided_ms, told.words.as_str()),
            (Standing::Declined, Some(400), "no")
        );
        assert!(storage.open_appeals(None, 9).unwrap().is_empty());
        let anew = storage.note_appeal(OFFICER, AUTHOR, later, 700).unwrap();
        assert_eq!(
            (anew.standing, anew.at_ms, anew.words.as_str()),
            (Standing::Noted, 700, "")
        );
        let deeds: Vec<String> = storage.audit_rows(9).unwrap().into_iter().map(|row| row.deed).collect();
        assert!(
            deeds.ends_with(&["appeal".into(), "decide-appeal".into(), "appeal".into()]),
            "{deeds:?}"
        );
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}

#[test]
fn an_author_has_only_so_many_appeals_open() {
    on_each(|storage| {
        prepared(storage);
        for n in 0..=APPEALS_PER_AUTHOR_MAX {
            let mut document = [1; 17];
            document[..4].copy_from_slice(&n.to_be_bytes());
            let appeal = Appeal {
                document: DocumentId(document),
                plea: Plea::HandOver,
                asked_s: 7,
            };
            let standing = storage.note_appeal(OFFICER, AUTHOR, appeal, 100).unwrap().standing;
            let expected = if n < APPEALS_PER_AUTHOR_MAX {
                Standing::Noted
            } else {
                Standing::Full
            };
            assert_eq!(standing, expected, "{n}");
        }
    });
}
