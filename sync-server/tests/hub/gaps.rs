//! No reader ever passes over an entry that comes later: many writers, several stores at one database, stalls within their
//! transactions.
//!
//! The stalls are put into the database itself, by triggers that hold a transaction up after it has taken its number, for a
//! time that follows from number and seed. Beside it a number of a database sequence is taken in the same transactions, and
//! read by cursor in the same way: that one does pass over rows, so the test is one that can fail.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use protocol::{AuthorId, DocumentId, PublicKey, UserId};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use sync_server::storage::{
    CommitError, Committed, Enrolment, EntryBody, NewChange, NewSubject, Postgres, PostgresConfig, Readable, Sqlite,
    Storage, StorageError, User, Window, Writing,
};

use crate::cluster;

const SEED: u64 = 20_261_124;
const DISTRICTS: [&str; 4] = ["KA-BLR", "KA-MYS", "BR-GAY", "BR-PAT"];
const WRITERS: u8 = 64;
const CHANGES: u64 = 12;
/// Entries that readers ask for at a time: few, so that they page.
const PAGE: u32 = 5;

/// A writer has a number, and from it everything else.
#[derive(Clone, Copy)]
struct Writer(u8);

impl Writer {
    fn all() -> impl Iterator<Item = Self> {
        (0..WRITERS).map(Self)
    }

    fn district(self) -> usize {
        usize::from(self.0) % DISTRICTS.len()
    }

    fn user(self) -> UserId {
        UserId([self.0; 16])
    }

    fn author(self) -> AuthorId {
        AuthorId([self.0; 16])
    }

    fn document(self) -> DocumentId {
        crate::support::document([self.0; 16], casework::Compartment::Core)
    }

    fn begins(self) -> Writing {
        let readable = |user, writable| {
            let document = self.document();
            (user, Readable { document, writable })
        };
        Writing::Begins(NewSubject {
            documents: vec![self.document()],
            assigned: Some(self.user()),
            readable: vec![readable(self.user(), true), readable(reader(self.district()), false)],
        })
    }

    fn change(self, seq: u64, bytes: &[u8]) -> NewChange<'_> {
        let mut hash = [self.0; 32];
        hash[..8].copy_from_slice(&seq.to_be_bytes());
        NewChange {
            document: self.document(),
            district: DISTRICTS[self.district()],
            user: self.user(),
            author: self.author(),
            seq,
            hash,
            bytes,
            writing: if seq == 1 { self.begins() } else { Writing::Granted },
            media: Vec::new(),
            now_ms: 5,
        }
    }

    /// Writes its changes in order; now and then something that is refused, whose number must not be missed.
    fn write(self, store: &dyn Storage) {
        let mut random = StdRng::seed_from_u64(SEED ^ u64::from(self.0));
        let mut seq = 0;
        while seq < CHANGES {
            // One alone, or some in one commit.
            let upto = CHANGES.min(seq + random.random_range(1..=4));
            let bytes: Vec<[u8; 8]> = (seq + 1..=upto).map(u64::to_be_bytes).collect();
            let together = (seq + 1..=upto).zip(&bytes).map(|(seq, bytes)| self.change(seq, bytes));
            let together: Vec<_> = together.collect();
            let committed = when_not_busy(|| store.commit_changes(&together)).unwrap();
            assert_eq!(committed.len(), together.len());
            let mut before = None;
            for one in committed {
                let Committed::New { number, late: false } = one else {
                    panic!("{one:?}");
                };
                assert!(before.is_none_or(|before| before + 1 == number), "one behind another");
                before = Some(number);
            }
            seq = upto;
            let bytes = seq.to_be_bytes();
            let change = self.change(seq, &bytes);
            match random.random_range(0..6) {
                0 => {
                    let forked = NewChange {
                        hash: [0xff; 32],
                        ..change
                    };
                    let refused = when_not_busy(|| store.commit_change(&forked));
                    assert!(matches!(refused, Err(CommitError::Fork)));
                }
                1 => {
                    let begun = NewChange {
                        writing: self.begins(),
                        ..self.change(CHANGES + 1, &bytes)
                    };
                    let refused = when_not_busy(|| store.commit_change(&begun));
                    assert!(matches!(refused, Err(CommitError::RightGone)));
                }
                2 => {
                    let again = when_not_busy(|| store.commit_change(&change)).unwrap();
                    assert!(matches!(again, Committed::Duplicate { .. }), "{again:?}");
                }
                _ => {}
            }
        }
    }
}

/// Writes once more where the database had no turn for it in time, as a device does that is told to come again: nothing was
/// written then.
fn when_not_busy<T>(mut write: impl FnMut() -> Result<T, CommitError>) -> Result<T, CommitError> {
    loop {
        match write() {
            Err(CommitError::Storage(StorageError::Busy)) => {}
            done => return done,
        }
    }
}

/// Tells the readers that nothing more comes, also where a writer failed: they would read for ever.
struct Written<'a>(&'a AtomicBool);

impl Drop for Written<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn reader(district: usize) -> UserId {
    UserId([0xf0 + u8::try_from(district).unwrap(); 16])
}

fn prepare(store: &dyn Storage) {
    for (district, code) in DISTRICTS.iter().enumerate() {
        store.add_district(code, code, 0).unwrap();
        let user = |id| User {
            id,
            district: (*code).into(),
            name: "X".into(),
            role: "po_nic".into(),
        };
        store.add_user(&user(reader(district)), &[], 0).unwrap();
        for writer in Writer::all().filter(|writer| writer.district() == district) {
            store.add_user(&user(writer.user()), &[], 0).unwrap();
            store.add_enrol_code(writer.user(), [writer.0; 32], 9, 0).unwrap();
            let enrolment = Enrolment {
                code_hash: [writer.0; 32],
                author: writer.author(),
                public_key: PublicKey([3; 32]),
                device: "t".into(),
                persons: Vec::new(),
            };
            assert!(store.enrol(&enrolment, 5).unwrap().is_ok());
        }
    }
}

/// Reads a district by cursor while it is written, as a device does: a grant brings the document as it stands, what comes
/// later comes as changes. Gives what it has in the end.
fn read(store: &dyn Storage, district: usize, written: &AtomicBool) -> BTreeSet<(u8, u64)> {
    let code = DISTRICTS[district];
    let mut held = BTreeSet::new();
    let mut after = 0;
    loop {
        // Asked before the log's end is, so that the last round reads everything.
        let ends = written.load(Ordering::SeqCst);
        let end = store.district(code).unwrap().unwrap().last_number;
        let from = after;
        while after < end {
            let window = Window { after, from, head: end };
            let entries = store
                .entries(code, reader(district), AuthorId([0xee; 16]), window, PAGE)
                .unwrap();
            for entry in &entries {
                assert!(entry.number > after && entry.number <= end, "out of order");
                after = entry.number;
                take(store, &entry.body, &mut held);
            }
            if entries.len() < PAGE as usize {
                after = end;
            }
        }
        if ends {
            return held;
        }
        if from == end {
            std::thread::yield_now();
        }
    }
}

fn take(store: &dyn Storage, body: &EntryBody, held: &mut BTreeSet<(u8, u64)>) {
    let seq = |bytes: &[u8]| u64::from_be_bytes(bytes.try_into().unwrap());
    match body {
        EntryBody::Grant { document, .. } => {
            let state = store.document(*document).unwrap().unwrap();
            held.extend(state.tail.iter().map(|bytes| (document.0[0], seq(bytes))));
        }
        EntryBody::Change { document, bytes, .. } => {
            let (writer, seq) = (document.0[0], seq(bytes));
            assert!(
                seq == 1 || held.contains(&(writer, seq - 1)),
                "an author's changes in their order"
            );
            held.insert((writer, seq));
        }
        _ => {}
    }
}

/// Writers and readers, half of them at each store.
fn write_and_read(stores: [&dyn Storage; 2]) {
    prepare(stores[0]);
    let written = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..DISTRICTS.len() * 2)
            .map(|one| {
                scope.spawn({
                    let written = &written;
                    move || (one / 2, read(stores[one % 2], one / 2, written))
                })
            })
            .collect();
        let told = Written(&written);
        std::thread::scope(|scope| {
            for writer in Writer::all() {
                scope.spawn(move || writer.write(stores[usize::from(writer.0 / 4) % 2]));
            }
        });
        drop(told);
        for reader in readers {
            let (district, held) = reader.join().unwrap();
            let of_district = Writer::all().filter(|writer| writer.district() == district);
            let all: BTreeSet<_> = of_district
                .flat_map(|writer| (1..=CHANGES).map(move |seq| (writer.0, seq)))
                .collect();
            let skipped = all.difference(&held).count();
            assert_eq!(skipped, 0, "{} of {} passed over", skipped, all.len());
            assert_eq!(held, all);
        }
    });
    let accepted = u64::from(WRITERS) * CHANGES;
    for store in stores {
        assert_eq!(store.broken_audit_row().unwrap(), None);
        let rows = store.audit_rows(u32::MAX).unwrap();
        let told = rows.iter().filter(|row| row.deed == "accept");
        let told: u64 = told.map(|row| changes_of(&row.detail)).sum();
        assert_eq!(told, accepted);
    }
}

/// How many changes a row of the audit tells of: by one number, or by the first and the last.
fn changes_of(detail: &str) -> u64 {
    let (first, last) = detail.split_once('-').unwrap_or((detail, detail));
    let number = |text: &str| text.parse::<u64>().unwrap();
    number(last) - number(first) + 1
}

/// Holds a transaction up after it has its number. A number of a sequence is taken in it first.
const STALLS: &str = "
    CREATE TABLE serial_log (number BIGSERIAL PRIMARY KEY);
    CREATE TABLE serial_done (done BOOLEAN);
    CREATE TABLE serial_seen (seen BIGINT);
    CREATE FUNCTION serial() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO serial_log DEFAULT VALUES; RETURN NULL; END $$;
    CREATE FUNCTION stall() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (hashint8(NEW.number # SEED) & 1) = 0 THEN
                PERFORM pg_sleep((hashint8(NEW.number + SEED) & 15) / 1000.0);
            END IF;
            RETURN NULL;
        END $$;
    CREATE TRIGGER a_serial AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION serial();
    CREATE TRIGGER b_stall AFTER INSERT ON log FOR EACH ROW EXECUTE FUNCTION stall();";

/// Reads the sequence's rows by cursor until all are written, and counts them.
const SERIAL_READER: &str = "
    DO $$ DECLARE last BIGINT := 0; seen BIGINT := 0; rows BIGINT; upto BIGINT; ends BOOLEAN;
    BEGIN
        LOOP
            SELECT count(*) > 0 INTO ends FROM serial_done;
            SELECT count(*), max(number) INTO rows, upto FROM serial_log WHERE number > last;
            IF rows > 0 THEN seen := seen + rows; last := upto; END IF;
            EXIT WHEN ends;
            PERFORM pg_sleep(0.001);
        END LOOP;
        INSERT INTO serial_seen VALUES (seen);
    END $$;";

#[test]
fn postgres_numbers_are_dense_for_every_reader_where_a_sequence_is_not() {
    let url = cluster::shared().database();
    let open = || {
        Postgres::open(&PostgresConfig {
            connections: 36,
            ..super::storage::reached(url.clone())
        })
        .unwrap()
    };
    let stores = [open(), open()];
    cluster::sql(&url, &STALLS.replace("SEED", &SEED.to_string()));
    let serial_reader = cluster::sql_beside(&url, SERIAL_READER);
    write_and_read([&stores[0], &stores[1]]);
    cluster::sql(&url, "INSERT INTO serial_done VALUES (TRUE)");
    assert!(serial_reader.join().unwrap().contains("DO"));
    let ask = |sql: &str| -> Vec<u64> {
        let answer = cluster::sql(&url, sql);
        answer
            .split_whitespace()
            .map(|number| number.parse().unwrap())
            .collect()
    };
    let holes = "SELECT (SELECT count(*) FROM district d WHERE d.last_number <>
                    (SELECT count(*) FROM log l WHERE l.district = d.code AND l.number BETWEEN 1 AND d.last_number))";
    assert_eq!(ask(holes), [0], "no number is left out");
    let skipped = ask("SELECT (SELECT count(*) FROM serial_log) - (SELECT seen FROM serial_seen)")[0];
    assert!(
        skipped > 0,
        "the same transactions, read by the numbers of a sequence, pass rows over"
    );
}

/// SQLite has no sleep; a view of many rows takes as long as rows of it are asked for.
fn stall_sqlite(data_dir: &Path) {
    let connection = rusqlite::Connection::open(data_dir.join(Sqlite::FILE_NAME)).unwrap();
    connection
        .execute_batch(
            "CREATE VIEW many AS WITH RECURSIVE n (i) AS (VALUES (0) UNION ALL SELECT i + 1 FROM n LIMIT 60000)
                 SELECT i FROM n;
             CREATE TABLE stalled (i INTEGER);
             CREATE TRIGGER stall AFTER INSERT ON log WHEN new.number * 7919 % 3 = 0 BEGIN
                 INSERT INTO stalled SELECT max(i) FROM (SELECT i FROM many LIMIT new.number * 104729 % 50000);
             END;",
        )
        .unwrap();
}

#[test]
fn sqlite_numbers_are_dense_for_every_reader() {
    let dir = tempfile::tempdir().unwrap();
    let stores = [Sqlite::open(dir.path()).unwrap(), Sqlite::open(dir.path()).unwrap()];
    stall_sqlite(dir.path());
    write_and_read([&stores[0], &stores[1]]);
    let connection = rusqlite::Connection::open(dir.path().join(Sqlite::FILE_NAME)).unwrap();
    let holes = "SELECT count(*) FROM district d WHERE d.last_number <>
                    (SELECT count(*) FROM log l WHERE l.district = d.code AND l.number BETWEEN 1 AND d.last_number)";
    let holes: u32 = connection.query_row(holes, [], |row| row.get(0)).unwrap();
    assert_eq!(holes, 0, "no number is left out");
    let commits: u64 = stores.iter().map(Sqlite::commits).sum();
    let accepted = u64::from(WRITERS) * CHANGES;
    assert!(
        commits < accepted,
        "writers shared commits: {commits} for more than {accepted} pieces of writing"
    );
}
