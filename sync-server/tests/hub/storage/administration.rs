//! What an administrator asks of a store.

use protocol::Nonce;
use sync_server::storage::{Deed, EntryBody, NewOpening, Readable, Writing};

use super::{
    AUTHOR, CASE, DISTRICT, OFFICER, OTHER, OTHERS_AUTHOR, WHOLE, begun, change, core, documents, on_each, prepared,
};

#[test]
fn devices_say_when_they_were_heard_and_what_they_lack() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let heard = |author, n: u8, app: &str, now_ms| {
            let token = ([n; 32], now_ms + 1_000);
            storage
                .open_request(&NewOpening {
                    author,
                    nonce: Nonce([n; 16]),
                    app_version: app,
                    reads_after: 0,
                    token,
                    now_ms,
                    forget_before_ms: 0,
                })
                .unwrap();
        };
        heard(AUTHOR, 1, "1.2", 70);
        let readable = Readable {
            document: core(),
            writable: true,
        };
        storage.assign(CASE, OTHER, &[readable], 71).unwrap();
        storage.commit_change(&change(2, 2, Writing::Granted)).unwrap();
        let seen = |district: Option<&str>| -> Vec<_> {
            let devices = storage.devices(district).unwrap().into_iter();
            devices
                .map(|one| (one.author.id, one.seen_ms, one.app_version, one.behind))
                .collect()
        };
        let first = (AUTHOR, Some(70), Some("1.2".to_owned()), 0);
        assert_eq!(seen(None), [(OTHERS_AUTHOR, None, None, 2), first.clone()]);
        heard(OTHERS_AUTHOR, 2, "1.3", 72);
        let second = (OTHERS_AUTHOR, Some(72), Some("1.3".to_owned()), 0);
        assert_eq!(seen(Some(DISTRICT)), [first, second]);
        assert_eq!(seen(Some("KA-MYS")), []);
        assert_eq!(storage.assignments(OTHER).unwrap(), [CASE]);
        assert_eq!(storage.assignments(OFFICER).unwrap(), [CASE]);
    });
}

#[test]
fn a_role_changes_with_everything_it_sees_and_the_log_tells_who_it_is() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let all: Vec<Readable> = documents()
            .into_iter()
            .map(|document| Readable {
                document,
                writable: false,
            })
            .collect();
        let before = storage.district(DISTRICT).unwrap().unwrap().last_number;
        storage.set_role(OTHER, "data_analyst", &all, 80).unwrap();
        assert_eq!(storage.user(OTHER).unwrap().unwrap().role, "data_analyst");
        let mut readable = storage.readable(OTHER).unwrap();
        readable.sort();
        assert_eq!(readable, all);
        storage.set_role(OTHER, "po_nic", &[], 81).unwrap();
        assert_eq!(storage.readable(OTHER).unwrap(), []);
        let entries = storage.entries(DISTRICT, OFFICER, AUTHOR, WHOLE, 99).unwrap();
        let told = entries.into_iter().filter(|entry| entry.number > before);
        let roles: Vec<String> = told
            .filter_map(|entry| match entry.body {
                EntryBody::Author(author) if author.id == OTHERS_AUTHOR => Some(author.user.role),
                _ => None,
            })
            .collect();
        assert_eq!(roles, ["po_nic", "po_nic"], "as it is when it is told");
        let nobody = protocol::UserId([9; 16]);
        assert!(storage.set_role(nobody, "po_nic", &[], 82).is_err());
    });
}

#[test]
fn logs_begin_a_new_life_and_everything_is_counted_and_whole() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        assert_eq!(storage.epoch_since_ms().unwrap(), None);
        let epoch = storage.new_epoch(90).unwrap();
        assert_ne!(epoch, storage.epoch(), "heeded by whoever opens it next");
        assert_eq!(storage.epoch_since_ms().unwrap(), Some(90));
        assert_ne!(storage.new_epoch(91).unwrap(), epoch);
        assert_eq!(storage.epoch_since_ms().unwrap(), Some(91));
        let contents = storage.contents().unwrap();
        assert_eq!((contents.districts, contents.users, contents.authors), (1, 2, 2));
        assert_eq!((contents.documents, contents.media, contents.refused), (4, 0, 0));
        assert_eq!(
            contents.entries,
            storage.district(DISTRICT).unwrap().unwrap().last_number
        );
        assert_eq!(storage.damage().unwrap(), None);
    });
}

#[test]
fn the_audit_is_read_on_from_any_row_and_takes_deeds_that_change_nothing() {
    on_each(|storage| {
        prepared(storage);
        storage.note(Deed::BackUp, "when it was made", 95).unwrap();
        let all = storage.audit_rows(99).unwrap();
        assert_eq!(all.last().unwrap().detail, "when it was made");
        let first = storage.audit_rows_after(0, 2).unwrap();
        assert_eq!(first, all[..2]);
        assert_eq!(storage.audit_rows_after(first[1].id, 99).unwrap(), all[2..]);
        assert_eq!(storage.audit_rows_after(all.last().unwrap().id, 99).unwrap(), []);
        assert!(all.windows(2).all(|two| two[0].chain != two[1].chain));
        assert_eq!(storage.broken_audit_row().unwrap(), None);
    });
}
