//! Staff who sign in elsewhere, as a store keeps them.

use sync_server::storage::{LetIn, Link, Return, SignInWay, SignedIn, StaffId, Storage, StorageError};

use super::staff::{ASHA, SESSION, keys, member};
use super::{DISTRICT, on_each, prepared};

const RAVI: StaffId = StaffId([0x52; 16]);

fn link(value: &str) -> Link {
    Link {
        issuer: "https://login.example".into(),
        claim: "sub".into(),
        value: value.into(),
    }
}

fn come(storage: &dyn Storage, link: &Link, flow: u8, session: u8, now_ms: i64) -> Option<(StaffId, SignedIn)> {
    let back = Return {
        link,
        flow: [flow; 32],
        session: [session; 32],
    };
    let came = storage.return_staff(&back, now_ms, now_ms - 1_000).unwrap();
    came.map(|(member, signed_in)| (member.id, signed_in))
}

fn with_two(storage: &dyn Storage) {
    prepared(storage);
    storage
        .add_staff(&member(ASHA, "asha", Some(DISTRICT)), &keys(b"x"), 5)
        .unwrap();
    storage.add_staff(&member(RAVI, "ravi", None), &keys(b"y"), 5).unwrap();
}

#[test]
fn whoever_is_linked_is_let_in_by_that_name_of_that_provider_and_each_sign_in_ends_once() {
    on_each(|storage| {
        with_two(storage);
        assert_eq!(come(storage, &link("a1"), 1, 1, 10), None);
        storage.link_staff(ASHA, &link("a1"), LetIn::Either, 11).unwrap();
        let taken = storage.link_staff(RAVI, &link("a1"), LetIn::Either, 12);
        assert!(matches!(taken, Err(StorageError::Exists(_))));
        let nobody = storage.link_staff(StaffId([1; 16]), &link("z"), LetIn::Either, 12);
        assert!(matches!(nobody, Err(StorageError::NoSuch(_))));
        assert!(matches!(storage.unlink_staff(RAVI, 12), Err(StorageError::NoSuch(_))));
        for stranger in [
            link("a2"),
            link("A1"),
            link("a1\0"),
            Link {
                issuer: "https://login.example/".into(),
                ..link("a1")
            },
            Link {
                claim: "email".into(),
                ..link("a1")
            },
        ] {
            assert_eq!(come(storage, &stranger, 2, 2, 20), None, "{stranger:?}");
        }
        assert_eq!(come(storage, &link("a1"), 2, 2, 20), Some((ASHA, SignedIn::Yes)));
        assert_eq!(come(storage, &link("a1"), 2, 3, 21), Some((ASHA, SignedIn::Replay)));
        assert!(storage.staff_session([3; 32]).unwrap().is_none());
        let session = storage.staff_session([2; 32]).unwrap().unwrap();
        assert_eq!((session.way, session.began_ms), (SignInWay::Elsewhere, 20));
        assert_eq!(session.member.signed_in_ms, Some(20));
        storage.sign_in(ASHA, 1, SESSION, 22, 0).unwrap();
        assert_eq!(
            storage.staff_session(SESSION).unwrap().unwrap().way,
            SignInWay::Passphrase
        );
        // What began long ago goes with the next.
        assert_eq!(come(storage, &link("a1"), 4, 4, 1_500), Some((ASHA, SignedIn::Yes)));
        assert!(storage.staff_session([2; 32]).unwrap().is_none());
        storage.note_unlinked("https://login.example", 1_501).unwrap();
        let rows = storage.audit_rows(9).unwrap();
        let rows: Vec<_> = rows
            .iter()
            .map(|row| (row.deed.as_str(), row.detail.as_str()))
            .collect();
        let issuer = "https://login.example";
        let expected = [
            ("link-staff", issuer),
            ("sign-in", issuer),
            ("sign-in", ""),
            ("sign-in", issuer),
            ("wrong-sign-in", issuer),
        ];
        assert_eq!(rows[rows.len() - 5..], expected);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}

#[test]
fn a_link_that_ends_takes_its_sessions_along_and_who_is_let_in_elsewhere_alone_has_no_passphrase() {
    on_each(|storage| {
        with_two(storage);
        storage.sign_in(ASHA, 1, SESSION, 10, 0).unwrap();
        storage.link_staff(ASHA, &link("a1"), LetIn::Either, 11).unwrap();
        assert!(storage.staff_session(SESSION).unwrap().is_some());
        assert!(storage.staff_named("asha").unwrap().is_some());
        assert!(come(storage, &link("a1"), 1, 1, 12).is_some());
        // By another name from now on.
        storage.link_staff(ASHA, &link("a2"), LetIn::Either, 13).unwrap();
        assert!(storage.staff_session([1; 32]).unwrap().is_none());
        assert!(storage.staff_session(SESSION).unwrap().is_some());
        assert_eq!(come(storage, &link("a1"), 2, 2, 14), None);
        storage.link_staff(ASHA, &link("a2"), LetIn::Elsewhere, 15).unwrap();
        assert!(storage.staff_session(SESSION).unwrap().is_none());
        assert_eq!(storage.staff_named("asha").unwrap(), None);
        // Whoever was at it with a passphrase meanwhile came too late.
        storage.sign_in(ASHA, 2, [7; 32], 15, 0).unwrap();
        assert!(storage.staff_session([7; 32]).unwrap().is_none());
        assert!(storage.staff_named("ravi").unwrap().is_some());
        assert_eq!(storage.staff_links().unwrap(), [(ASHA, link("a2"), LetIn::Elsewhere)]);
        assert!(come(storage, &link("a2"), 3, 3, 16).is_some());
        storage.shut_out_staff(ASHA, 17).unwrap();
        assert!(storage.staff_session([3; 32]).unwrap().is_none());
        assert_eq!(come(storage, &link("a2"), 4, 4, 18), None);
        storage.renew_staff(ASHA, &keys(b"z"), 19).unwrap();
        assert!(come(storage, &link("a2"), 5, 5, 20).is_some());
        storage.unlink_staff(ASHA, 21).unwrap();
        assert!(storage.staff_session([5; 32]).unwrap().is_none());
        assert!(storage.staff_named("asha").unwrap().is_some());
        assert_eq!(storage.staff_links().unwrap(), []);
    });
}
