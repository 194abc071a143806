//! Districts, users, devices, codes and what they may read.

use protocol::{AuthorId, Nonce, PublicKey, Refusal, UserId};
use sync_server::storage::{Enrolment, Institution, NewOpening, Readable, StorageError, TokenHolder, User};

use super::{AUTHOR, CASE, DISTRICT, OFFICER, OTHER, beginning, change, core, documents, on_each, prepared};

fn user(id: u8, name: &str) -> User {
    User {
        id: UserId([id; 16]),
        district: DISTRICT.into(),
        name: name.into(),
        role: "po_nic".into(),
    }
}

fn device(code: u8, author: AuthorId) -> Enrolment {
    Enrolment {
        code_hash: [code; 32],
        author,
        public_key: PublicKey([3; 32]),
        device: "tab\0let".into(),
        persons: Vec::new(),
    }
}

#[test]
fn districts_and_institutions_are_listed_in_order() {
    on_each(|storage| {
        prepared(storage);
        storage.add_district("BR-GAY", "गया", 0).unwrap();
        let codes: Vec<_> = storage.districts().unwrap().into_iter().map(|one| one.code).collect();
        assert_eq!(codes, ["BR-GAY", DISTRICT]);
        assert_eq!(storage.district("BR-GAY").unwrap().unwrap().name, "गया");
        assert_eq!(storage.district("nowhere").unwrap(), None);
        let home = |id: u8, name: &str, district: &str| Institution {
            id: [id; 16],
            district: district.into(),
            name: name.into(),
            kind: "cci".into(),
            capacity: 40,
        };
        storage.add_institution(&home(1, "b", DISTRICT), 1).unwrap();
        storage.add_institution(&home(2, "B", DISTRICT), 1).unwrap();
        assert!(matches!(
            storage.add_institution(&home(3, "c", "nowhere"), 1),
            Err(StorageError::NoSuch("district"))
        ));
        let listed = storage.institutions(DISTRICT).unwrap();
        assert_eq!(listed, [home(2, "B", DISTRICT), home(1, "b", DISTRICT)]);
        assert!(storage.institutions("BR-GAY").unwrap().is_empty());
    });
}

#[test]
fn districts_and_users_are_called_otherwise_and_unused_codes_are_taken_back() {
    on_each(|storage| {
        prepared(storage);
        storage.rename_district(DISTRICT, "बेंगलुरु", 3).unwrap();
        assert_eq!(storage.district(DISTRICT).unwrap().unwrap().name, "बेंगलुरु");
        assert!(matches!(
            storage.rename_district("nowhere", "x", 3),
            Err(StorageError::NoSuch("district"))
        ));
        let before = storage.district(DISTRICT).unwrap().unwrap().last_number;
        storage.rename_user(OFFICER, "Asha", 4).unwrap();
        assert_eq!(storage.user(OFFICER).unwrap().unwrap().name, "Asha");
        assert_eq!(
            storage.district(DISTRICT).unwrap().unwrap().last_number,
            before + 1,
            "others are told"
        );
        let nobody = storage.rename_user(UserId([7; 16]), "x", 4);
        assert!(matches!(nobody, Err(StorageError::NoSuch("user"))));
        storage.add_enrol_code(OFFICER, [77; 32], 100, 5).unwrap();
        storage.add_enrol_code(OTHER, [78; 32], 100, 5).unwrap();
        assert_eq!(
            storage.drop_enrol_codes(OFFICER, 6).unwrap(),
            1,
            "one was used long ago"
        );
        assert_eq!(storage.drop_enrol_codes(OFFICER, 6).unwrap(), 0);
        let enrolled = |code| storage.enrol(&device(code, AuthorId([code; 16])), 7).unwrap();
        assert!(matches!(enrolled(77), Err(Refusal::WrongCode)));
        assert!(enrolled(78).is_ok());
        let deeds = storage.audit_rows(6).unwrap();
        let deeds: Vec<_> = deeds.iter().map(|row| row.deed.as_str()).collect();
        assert_eq!(
            deeds,
            [
                "rename-district",
                "rename-user",
                "make-code",
                "make-code",
                "drop-codes",
                "enrol"
            ]
        );
    });
}

#[test]
fn users_are_listed_by_name_and_there_is_one_of_an_id() {
    on_each(|storage| {
        prepared(storage);
        storage.add_user(&user(9, "Asha"), &[], 0).unwrap();
        assert!(matches!(
            storage.add_user(&user(9, "Binod"), &[], 0),
            Err(StorageError::Exists("user"))
        ));
        let nowhere = User {
            district: "nowhere".into(),
            ..user(8, "Charu")
        };
        assert!(matches!(
            storage.add_user(&nowhere, &[], 0),
            Err(StorageError::NoSuch("district"))
        ));
        assert_eq!(storage.user(UserId([9; 16])).unwrap(), Some(user(9, "Asha")));
        assert_eq!(storage.user(UserId([8; 16])).unwrap(), None);
        assert_eq!(storage.users(DISTRICT).unwrap()[0], user(9, "Asha"));
        assert_eq!(storage.users(DISTRICT).unwrap().len(), 3);
        assert!(matches!(
            storage.add_enrol_code(UserId([8; 16]), [5; 32], 9, 0),
            Err(StorageError::NoSuch("user"))
        ));
    });
}

#[test]
fn a_code_makes_one_device_an_author_and_says_so_again() {
    on_each(|storage| {
        prepared(storage);
        storage.add_enrol_code(OFFICER, [7; 32], 100, 0).unwrap();
        let new = AuthorId([0xb1; 16]);
        assert_eq!(storage.enrol(&device(6, new), 50).unwrap(), Err(Refusal::WrongCode));
        // An author id of somebody else is a theft, and the code stays good.
        assert_eq!(
            storage.enrol(&device(7, AUTHOR), 50).unwrap(),
            Err(Refusal::WrongAuthor)
        );
        let before = storage.district(DISTRICT).unwrap().unwrap().last_number;
        assert!(storage.enrol(&device(7, new), 50).unwrap().is_ok());
        assert!(
            storage.enrol(&device(7, new), 51).unwrap().is_ok(),
            "the same once more"
        );
        assert_eq!(storage.district(DISTRICT).unwrap().unwrap().last_number, before + 1);
        let other = AuthorId([0xb2; 16]);
        assert_eq!(storage.enrol(&device(7, other), 51).unwrap(), Err(Refusal::UsedCode));
        let other_key = Enrolment {
            public_key: PublicKey([4; 32]),
            ..device(7, new)
        };
        assert_eq!(storage.enrol(&other_key, 51).unwrap(), Err(Refusal::UsedCode));
        let ids: Vec<_> = storage
            .authors(OFFICER)
            .unwrap()
            .into_iter()
            .map(|one| one.id)
            .collect();
        assert_eq!(ids, [AUTHOR, new]);
        assert!(storage.author(new).unwrap().unwrap().device.starts_with("tab"));
        assert_eq!(storage.author(other).unwrap(), None);
    });
}

#[test]
fn a_token_lives_as_long_as_it_says_and_not_past_a_dismissal() {
    on_each(|storage| {
        prepared(storage);
        let open = |hash: u8| {
            storage
                .open_request(&NewOpening {
                    author: AUTHOR,
                    nonce: Nonce([hash; 16]),
                    app_version: "1\0",
                    reads_after: 0,
                    token: ([hash; 32], 2_000),
                    now_ms: 1_000,
                    forget_before_ms: 0,
                })
                .unwrap();
        };
        let holder = |hands_in| {
            Some(TokenHolder {
                author: AUTHOR,
                user: OFFICER,
                hands_in,
            })
        };
        open(1);
        assert_eq!(storage.token_holder([1; 32], 2_000).unwrap(), holder(false));
        assert_eq!(storage.token_holder([1; 32], 2_001).unwrap(), None);
        assert_eq!(storage.token_holder([2; 32], 1_000).unwrap(), None);
        storage.confirm_device_destroyed(AUTHOR, 1_050).unwrap();
        assert_eq!(
            storage.author(AUTHOR).unwrap().unwrap().destroyed_ms,
            None,
            "it was not shut out"
        );
        storage.revoke_author(AUTHOR, 1_100).unwrap();
        assert_eq!(storage.token_holder([1; 32], 1_100).unwrap(), None);
        assert!(storage.author(AUTHOR).unwrap().unwrap().is_shut_out());
        open(3);
        assert_eq!(storage.token_holder([3; 32], 1_100).unwrap(), None);
        storage.dismiss_author(AUTHOR, true, 1_200).unwrap();
        open(4);
        assert_eq!(storage.token_holder([4; 32], 1_200).unwrap(), holder(true));
        let author = storage.author(AUTHOR).unwrap().unwrap();
        assert_eq!((author.revoked_ms, author.hand_in), (Some(1_100), true));
        storage.confirm_device_destroyed(AUTHOR, 1_300).unwrap();
        storage.confirm_device_destroyed(AUTHOR, 1_400).unwrap();
        assert_eq!(storage.author(AUTHOR).unwrap().unwrap().destroyed_ms, Some(1_300));
    });
}

#[test]
fn what_is_given_can_be_read_by_whom_and_since_when() {
    on_each(|storage| {
        prepared(storage);
        storage.commit_change(&change(1, 1, beginning(&[OFFICER]))).unwrap();
        assert_eq!(storage.subject_district(CASE).unwrap().as_deref(), Some(DISTRICT));
        assert_eq!(storage.subject_district([0; 16]).unwrap(), None);
        let mut all = documents();
        all.sort_unstable();
        assert_eq!(storage.subject_documents(CASE).unwrap(), all);
        assert_eq!(storage.district_documents(DISTRICT).unwrap(), all);
        assert!(storage.district_documents("nowhere").unwrap().is_empty());
        let assigned = storage.assigned(CASE).unwrap();
        assert!(matches!(&assigned[..], [one] if one.user.id == OFFICER && one.since_ms == 60));
        assert_eq!(storage.readable(OFFICER).unwrap().len(), 4);
        assert!(storage.readable(OTHER).unwrap().is_empty());
        let reads = Readable {
            document: core(),
            writable: false,
        };
        storage.assign(CASE, OTHER, &[reads], 70).unwrap();
        assert_eq!(storage.readable(OTHER).unwrap(), [reads]);
        assert_eq!(storage.assigned(CASE).unwrap().len(), 2);
        // Given again with more: the difference alone is an entry.
        let before = storage.district(DISTRICT).unwrap().unwrap().last_number;
        let writes = Readable {
            writable: true,
            ..reads
        };
        storage.assign(CASE, OTHER, &[writes], 80).unwrap();
        storage.assign(CASE, OTHER, &[writes], 90).unwrap();
        assert_eq!(storage.district(DISTRICT).unwrap().unwrap().last_number, before + 1);
        storage.unassign(CASE, OTHER, &[reads], 95).unwrap();
        assert_eq!(
            storage.readable(OTHER).unwrap(),
            [reads],
            "their role sees it all the same"
        );
        assert_eq!(storage.assigned(CASE).unwrap().len(), 1);
        assert!(matches!(
            storage.assign(CASE, UserId([0x55; 16]), &[], 95),
            Err(StorageError::NoSuch("user"))
        ));
    });
}
