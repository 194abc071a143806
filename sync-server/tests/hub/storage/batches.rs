//! Changes that are committed together: all of them once, in their order, whatever happens meanwhile.

use std::sync::Barrier;

use casework::Compartment;
use sync_server::storage::{
    CommitError, Committed, Districts, Documents, NewChange, Postgres, PostgresConfig, Storage, StorageError, Writing,
};

use super::{
    AUTHOR, CASE, DISTRICT, OFFICER, OTHER, OTHERS_AUTHOR, beginning, begun, change, core, on_each, prepared, reached,
};
use crate::cluster;

fn last(storage: &dyn Storage) -> u64 {
    storage.district(DISTRICT).unwrap().unwrap().last_number
}

/// What the audit tells of changes that were taken.
fn told(storage: &dyn Storage) -> Vec<String> {
    assert_eq!(storage.broken_audit_row().unwrap(), None);
    let rows = storage.audit_rows(u32::MAX).unwrap().into_iter();
    rows.filter(|row| row.deed == "accept").map(|row| row.detail).collect()
}

fn granted(seqs: std::ops::RangeInclusive<u8>) -> Vec<NewChange<'static>> {
    seqs.map(|seq| change(seq.into(), seq, Writing::Granted)).collect()
}

fn numbers(committed: &[Committed]) -> Vec<u64> {
    committed
        .iter()
        .map(|one| match one {
            Committed::New { number, .. } | Committed::Duplicate { number, .. } => *number,
        })
        .collect()
}

/// Ends whatever is connected to the database, and comes back when it has ended.
fn end_connections(url: &str) {
    let others = "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                  WHERE datname = current_database() AND pid <> pg_backend_pid()";
    assert_ne!(cluster::sql(url, others).trim(), "0", "somebody was connected");
}

#[test]
fn the_audit_tells_of_changes_of_one_document_that_follow_each_other_in_one_row() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let first = last(storage);
        let identity = |seq: u8| NewChange {
            document: crate::support::document(CASE, Compartment::Identity),
            ..change(seq.into(), 100 + seq, Writing::Granted)
        };
        let mut together = granted(2..=6);
        together.extend([identity(1), identity(2)]);
        together.extend(granted(7..=7));
        let committed = storage.commit_changes(&together).unwrap();
        assert_eq!(numbers(&committed), (first + 1..=first + 8).collect::<Vec<_>>());
        let rows = [
            first.to_string(),
            format!("{}-{}", first + 1, first + 5),
            format!("{}-{}", first + 6, first + 7),
            (first + 8).to_string(),
        ];
        assert_eq!(told(storage), rows);
        let documents: Vec<_> = storage.audit_rows(3).unwrap();
        let documents: Vec<_> = documents.into_iter().filter_map(|row| row.document).collect();
        assert_eq!(documents, [core(), identity(1).document, core()]);
    });
}

#[test]
fn what_comes_twice_together_stands_once_and_so_does_what_comes_with_more() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let first = storage.commit_changes(&granted(2..=5)).unwrap();
        let (end, rows) = (last(storage), told(storage));
        let again = storage.commit_changes(&granted(2..=5)).unwrap();
        assert!(again.iter().all(|one| matches!(one, Committed::Duplicate { .. })));
        assert_eq!(numbers(&again), numbers(&first));
        assert_eq!((last(storage), told(storage)), (end, rows));
        let more = storage.commit_changes(&granted(4..=7)).unwrap();
        assert_eq!(numbers(&more), [end - 1, end, end + 1, end + 2]);
        assert!(matches!(more[1], Committed::Duplicate { .. }));
        assert!(matches!(more[2], Committed::New { late: false, .. }));
        assert_eq!(
            storage.document(core()).unwrap().unwrap().tail.len(),
            7,
            "each stands once"
        );
    });
}

#[test]
fn one_that_may_not_stand_keeps_out_all_it_came_with_and_none_of_their_numbers_is_lost() {
    on_each(|storage| {
        prepared(storage);
        begun(storage);
        let (end, rows) = (last(storage), told(storage));
        let mut together = granted(2..=6);
        // A fork; a document nobody has; a right that nobody gave.
        let mut wrong = [together[2].clone(), together[2].clone(), together[2].clone()];
        wrong[0].seq = 1;
        wrong[1].document.0[0] ^= 1;
        wrong[2].writing = Writing::Begins(sync_server::storage::NewSubject {
            documents: vec![core()],
            assigned: None,
            readable: Vec::new(),
        });
        for wrong in wrong {
            together[2] = wrong;
            let refused = storage.commit_changes(&together);
            let expected = matches!(refused, Err(CommitError::Fork | CommitError::RightGone));
            assert!(expected, "{refused:?}");
            assert_eq!((last(storage), told(storage)), (end, rows.clone()));
            assert_eq!(storage.document(core()).unwrap().unwrap().tail.len(), 1);
        }
        let committed = storage.commit_changes(&granted(2..=6)).unwrap();
        assert_eq!(numbers(&committed), (end + 1..=end + 5).collect::<Vec<_>>());
    });
}

#[test]
fn together_a_case_begins_and_is_written_in() {
    on_each(|storage| {
        prepared(storage);
        let mut together = vec![change(1, 1, beginning(&[OFFICER]))];
        together.extend(granted(2..=4));
        together.push(NewChange {
            document: crate::support::document(CASE, Compartment::Care),
            ..change(1, 50, Writing::Granted)
        });
        let end = last(storage);
        let committed = storage.commit_changes(&together).unwrap();
        assert_eq!(last(storage), end + 4 + 5, "four grants and five changes");
        assert!(
            committed
                .iter()
                .all(|one| matches!(one, Committed::New { late: false, .. }))
        );
        let of = |document| storage.document(document).unwrap().unwrap().tail.len();
        assert_eq!((of(core()), of(together[4].document)), (4, 1));
        let one_by_one = |id| (id, storage.document(id).unwrap().unwrap());
        let documents = storage.subject_documents(CASE).unwrap();
        assert_eq!(
            storage.subject_states(CASE).unwrap(),
            documents.into_iter().map(one_by_one).collect::<Vec<_>>()
        );
        storage.save_snapshot(core(), b"three", end + 4 + 3).unwrap();
        let states = storage.subject_states(CASE).unwrap();
        let (_, now) = states.into_iter().find(|(id, _)| *id == core()).unwrap();
        assert_eq!((now.snapshot.as_slice(), now.tail.len()), (b"three".as_slice(), 1));
        assert_eq!(storage.subject_states([0x77; 16]).unwrap(), []);
        let again = storage.commit_changes(&together).unwrap();
        assert!(
            again.iter().all(|one| matches!(one, Committed::Duplicate { .. })),
            "{again:?}"
        );
        assert_eq!(last(storage), end + 4 + 5);
    });
}

#[test]
fn of_two_who_write_together_in_one_district_each_has_numbers_that_follow_each_other() {
    let url = cluster::shared().database();
    let stores = [0, 1].map(|_| Postgres::open(&reached(url.clone())).unwrap());
    prepared(&stores[0]);
    stores[0]
        .commit_change(&change(1, 1, beginning(&[OFFICER, OTHER])))
        .unwrap();
    let first = last(&stores[0]);
    let together = Barrier::new(2);
    let write = |store: &Postgres, one: u8| -> Vec<Vec<u64>> {
        let (user, author) = [(OFFICER, AUTHOR), (OTHER, OTHERS_AUTHOR)][usize::from(one)];
        (0..10)
            .map(|round| {
                let mut batch = granted(2 + round * 5..=6 + round * 5);
                for change in &mut batch {
                    (change.user, change.author, change.hash[0]) = (user, author, 0xa0 + one);
                }
                together.wait();
                numbers(&store.commit_changes(&batch).unwrap())
            })
            .collect()
    };
    let batches: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let both = [0, 1].map(|one: u8| {
            let store = &stores[usize::from(one)];
            scope.spawn(move || write(store, one))
        });
        both.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    for batch in &batches {
        assert!(batch.windows(2).all(|pair| pair[1] == pair[0] + 1), "{batch:?}");
    }
    let mut all: Vec<u64> = batches.concat();
    all.sort_unstable();
    assert_eq!(all, (first + 1..=first + 100).collect::<Vec<_>>());
    assert_eq!(told(&stores[1]).len(), 1 + 20, "one row for each batch");
}

/// A store with one connection and a case in it, and the address of its database.
fn over_one_connection() -> (String, Postgres) {
    let url = cluster::shared().database();
    let store = Postgres::open(&PostgresConfig {
        connections: 1,
        ..reached(url.clone())
    })
    .unwrap();
    prepared(&store);
    begun(&store);
    (url, store)
}

#[test]
fn changes_whose_connection_dies_leave_nothing_and_stand_when_they_come_again() {
    let (url, store) = over_one_connection();
    let (end, rows) = (last(&store), told(&store));
    // The third entry ends its own connection, when the first two are written and before the audit is.
    cluster::sql(
        &url,
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
         CREATE TRIGGER die AFTER INSERT ON log FOR EACH ROW WHEN (NEW.seq = 4) EXECUTE FUNCTION die();",
    );
    let died = store.commit_changes(&granted(2..=6));
    assert!(
        matches!(died, Err(CommitError::Storage(StorageError::OutOfReach))),
        "{died:?}"
    );
    cluster::sql(&url, "DROP TRIGGER die ON log");
    assert_eq!((last(&store), told(&store)), (end, rows));
    let committed = store.commit_changes(&granted(2..=6)).unwrap();
    assert_eq!(numbers(&committed), (end + 1..=end + 5).collect::<Vec<_>>());
    assert!(committed.iter().all(|one| matches!(one, Committed::New { .. })));
}

#[test]
fn a_connection_that_died_between_two_calls_fails_neither_a_writing_nor_a_reading() {
    let (url, store) = over_one_connection();
    end_connections(&url);
    store.commit_changes(&granted(2..=3)).unwrap();
    end_connections(&url);
    assert_eq!(store.document(core()).unwrap().unwrap().tail.len(), 3);
    end_connections(&url);
    store.set_lease_days(DISTRICT, 3, 5).unwrap();
    end_connections(&url);
    store.save_snapshot(core(), b"all", 9).unwrap();
    assert_eq!(store.document(core()).unwrap().unwrap().snapshot, b"all");
}

#[test]
fn a_change_is_looked_up_by_its_key_however_many_there_are() {
    let (url, store) = over_one_connection();
    // The plans are made while there is next to nothing.
    for seq in 2..=9 {
        store.commit_changes(&granted(seq..=seq)).unwrap();
    }
    cluster::sql(
        &url,
        "ALTER TABLE log SET (autovacuum_enabled = off);
         INSERT INTO log (district, number, kind, at_ms, document, author, seq, hash, bytes)
         SELECT 'elsewhere', n, 1, 0, sha256(int8send(n)), sha256(int8send(n % 100)), n, sha256(int8send(n)), ''
         FROM generate_series(1, 30000) AS n;
         SELECT pg_stat_force_next_flush()",
    );
    let blocks = || -> u64 {
        let touched = "SELECT idx_blks_hit + idx_blks_read FROM pg_statio_user_indexes
                       WHERE indexrelname = 'log_change_by_sequence'";
        cluster::sql(&url, touched).trim().parse().unwrap()
    };
    let before = blocks();
    for seq in 10..=29 {
        store.commit_changes(&granted(seq..=seq)).unwrap();
    }
    // What a connection has touched is counted at the latest when it ends.
    end_connections(&url);
    let each = (blocks() - before) / 20;
    assert!(each < 20, "{each} blocks of an index of hundreds for each change");
}
