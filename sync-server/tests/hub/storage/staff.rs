//! Who administers over HTTP, as a store keeps them.

use sync_server::storage::{SignedIn, StaffId, StaffKeys, StaffMember, StorageError, Try};

use super::{DISTRICT, on_each, prepared};

pub(super) const ASHA: StaffId = StaffId([0x51; 16]);
pub(super) const SESSION: [u8; 32] = [7; 32];

pub(super) fn member(id: StaffId, name: &str, district: Option<&str>) -> StaffMember {
    StaffMember {
        id,
        name: name.into(),
        district: district.map(str::to_owned),
        shut_out_ms: None,
        signed_in_ms: None,
    }
}

pub(super) fn keys(secret: &[u8]) -> StaffKeys {
    StaffKeys {
        passphrase: "stretched".into(),
        code_secret: secret.to_vec(),
    }
}

#[test]
fn staff_are_kept_with_their_keys_and_let_go() {
    on_each(|storage| {
        prepared(storage);
        let asha = member(ASHA, "asha", Some(DISTRICT));
        storage.add_staff(&asha, &keys(b"secret one"), 5).unwrap();
        let twice = storage.add_staff(&member(StaffId([9; 16]), "asha", None), &keys(b"x"), 5);
        assert!(matches!(twice, Err(StorageError::Exists(_))));
        let nowhere = storage.add_staff(&member(StaffId([9; 16]), "ravi", Some("KA-MYS")), &keys(b"x"), 5);
        assert!(matches!(nowhere, Err(StorageError::NoSuch("district"))));
        storage
            .add_staff(&member(StaffId([8; 16]), "Zoya", None), &keys(b"x"), 5)
            .unwrap();
        let names: Vec<String> = storage.staff().unwrap().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["Zoya", "asha"]);
        assert_eq!(storage.staff_named("asha").unwrap(), Some((asha, keys(b"secret one"))));
        for nobody in ["Asha", "asha\0", "\0", "' OR 1=1 --"] {
            assert_eq!(storage.staff_named(nobody).unwrap(), None);
        }
        storage.shut_out_staff(ASHA, 9).unwrap();
        assert_eq!(storage.staff_named("asha").unwrap(), None);
        assert_eq!(storage.staff().unwrap()[1].shut_out_ms, Some(9));
        storage.renew_staff(ASHA, &keys(b"secret two"), 10).unwrap();
        assert_eq!(storage.staff_named("asha").unwrap().unwrap().1, keys(b"secret two"));
        for missing in [
            storage.shut_out_staff(StaffId([1; 16]), 5),
            storage.renew_staff(StaffId([1; 16]), &keys(b"x"), 5),
            storage.set_passphrase(StaffId([1; 16]), "x", SESSION, 5),
            storage.begin_try(StaffId([1; 16]), 5).map(drop),
        ] {
            assert!(matches!(missing, Err(StorageError::NoSuch(_))));
        }
    });
}

#[test]
fn tries_count_until_one_is_right_and_a_step_is_used_once() {
    on_each(|storage| {
        prepared(storage);
        storage.add_staff(&member(ASHA, "asha", None), &keys(b"x"), 5).unwrap();
        for _ in 0..5 {
            assert_eq!(storage.begin_try(ASHA, 1_000).unwrap(), Try::Counted);
        }
        assert_eq!(storage.begin_try(ASHA, 1_001).unwrap(), Try::Wait(29_999));
        assert_eq!(storage.begin_try(ASHA, 31_000).unwrap(), Try::Counted);
        assert_eq!(storage.begin_try(ASHA, 31_000).unwrap(), Try::Wait(60_000));
        let sign_in = |step, session, now_ms| storage.sign_in(ASHA, step, session, now_ms, now_ms - 100).unwrap();
        assert_eq!(sign_in(40, SESSION, 32_000), SignedIn::Yes);
        assert_eq!(storage.begin_try(ASHA, 32_000).unwrap(), Try::Counted);
        assert_eq!(sign_in(40, [8; 32], 32_001), SignedIn::Replay);
        assert_eq!(sign_in(39, [8; 32], 32_001), SignedIn::Replay);
        assert_eq!(storage.use_code(ASHA, 41).unwrap(), SignedIn::Yes);
        assert_eq!(storage.use_code(ASHA, 41).unwrap(), SignedIn::Replay);
        assert!(storage.staff_session([8; 32]).unwrap().is_none());
        assert_eq!(sign_in(42, [8; 32], 32_050), SignedIn::Yes);
        assert!(storage.staff_session(SESSION).unwrap().is_some());
        // Those that began long ago go with the next.
        assert_eq!(sign_in(43, [9; 32], 32_101), SignedIn::Yes);
        assert!(storage.staff_session(SESSION).unwrap().is_none());
        assert!(storage.staff_session([8; 32]).unwrap().is_some());
    });
}

#[test]
fn a_session_is_somebodys_until_it_ends() {
    on_each(|storage| {
        prepared(storage);
        storage
            .add_staff(&member(ASHA, "asha", Some(DISTRICT)), &keys(b"x"), 5)
            .unwrap();
        let begin = |session, step| storage.sign_in(ASHA, step, session, 50, 0).unwrap();
        begin(SESSION, 1);
        let session = storage.staff_session(SESSION).unwrap().unwrap();
        assert_eq!((session.began_ms, session.seen_ms), (50, 50));
        assert_eq!(session.member.district.as_deref(), Some(DISTRICT));
        assert_eq!(session.member.signed_in_ms, Some(50));
        storage.touch_staff_session(SESSION, 70).unwrap();
        storage.touch_staff_session(SESSION, 60).unwrap();
        assert_eq!(storage.staff_session(SESSION).unwrap().unwrap().seen_ms, 70);
        begin([8; 32], 2);
        storage.set_passphrase(ASHA, "another", SESSION, 71).unwrap();
        assert!(storage.staff_session([8; 32]).unwrap().is_none());
        assert_eq!(storage.staff_named("asha").unwrap().unwrap().1.passphrase, "another");
        storage.sign_out(SESSION, 72).unwrap();
        storage.sign_out(SESSION, 73).unwrap();
        assert!(storage.staff_session(SESSION).unwrap().is_none());
        begin(SESSION, 3);
        storage.shut_out_staff(ASHA, 74).unwrap();
        assert!(storage.staff_session(SESSION).unwrap().is_none());
        storage.note_wrong_try(ASHA, 75).unwrap();
        storage.note_staff(ASHA, "wipe device", 76).unwrap();
        let rows = storage.audit_rows(9).unwrap();
        let rows = rows.iter().filter(|row| row.user.is_some_and(|user| user.0 == ASHA.0));
        let deeds: Vec<_> = rows.map(|row| (row.deed.as_str(), row.detail.as_str())).collect();
        let expected = [
            ("add-staff", DISTRICT),
            ("sign-in", ""),
            ("sign-in", ""),
            ("set-passphrase", ""),
            ("sign-out", ""),
            ("sign-in", ""),
            ("shut-out-staff", ""),
            ("wrong-sign-in", ""),
            ("administer", "wipe device"),
        ];
        assert_eq!(deeds, expected);
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}
