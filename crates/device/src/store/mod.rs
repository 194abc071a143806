//! The store: everything a user has on this tablet, in one encrypted `SQLite` file.
//!
//! SQL stands in this folder and nowhere else. There is one writer and a few readers; a writing closure is one
//! transaction, and when [`Store::write`] has returned, what it wrote survives a power cut (WAL, `synchronous=FULL`).
//! Lists are read from projections; no query here opens a document.

mod access_log;
mod appeal;
mod author;
mod backup;
mod case_card;
mod case_clock;
mod case_link;
mod damaged;
mod destroyed_record;
mod document;
#[cfg(test)]
mod flips;
mod head;
mod health;
mod idle;
mod institution_card;
mod media;
mod meta;
mod migrate;
mod own_change;
mod piece;
mod readers;
mod receipt;
mod received;
mod report;
pub(crate) mod rotate;
pub(crate) mod salvage;
#[cfg(test)]
mod saved;
mod search;
mod set_aside;
mod witness;

use std::{
    cell::Cell,
    ops::Deref,
    path::Path,
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, TransactionBehavior};

pub(crate) use access_log::{AccessAction, AccessRow};
pub(crate) use appeal::AppealRow;
pub(crate) use author::AuthorRow;
pub(crate) use case_card::{CardFilter, CardRow};
pub(crate) use case_clock::{CaseClocks, CaseSlice, ClockRow};
pub(crate) use case_link::LinkRow;
pub(crate) use destroyed_record::DestroyedRecord;
pub(crate) use institution_card::{HouseCard, InstitutionRow};
pub(crate) use media::MediaSize;
pub(crate) use meta::Enrolment;
pub(crate) use own_change::{ChangeWay, OutboxRow, OwnChange, Verdict};
pub(crate) use piece::{PieceRow, Pieced};
pub(crate) use receipt::Receipt;
pub(crate) use received::ChangeNamed;
pub(crate) use report::{ElsewhereRow, LookOf, ProposalRow};
pub(crate) use salvage::{Mended, Mending};
pub(crate) use search::findable;

use self::{readers::Readers, witness::Witness};
use crate::vault::DatabaseKey;

/// Why the store could not do what it was asked. Nothing half-done remains: the transaction is rolled back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// The tablet's storage is full.
    #[error("the storage is full")]
    DiskFull,
    /// The file was written by a newer app: it is read, and never written.
    #[error("the store was written by a newer app (schema {0})")]
    NewerSchema(i64),
    /// The store was closed: its session has ended.
    #[error("the store is closed")]
    Closed,
    /// A page of the file is not as it was written: its check does not hold.
    #[error("the store is damaged")]
    Damaged,
    /// The key does not open the file, or its beginning is damaged.
    #[error("the store cannot be opened with this key")]
    WrongKey,
    /// A row holds what this app never writes.
    #[error("a row of {0} cannot be read")]
    Row(&'static str),
    /// Anything else the database says.
    #[error("the database failed: {0}")]
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::DiskFull,
            Some(rusqlite::ErrorCode::NotADatabase) => Self::WrongKey,
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Self::Damaged,
            _ => Self::Sqlite(error),
        }
    }
}

/// The encrypted database of one user.
pub(crate) struct Store {
    /// `None` once the store is closed.
    writer: Mutex<Option<Connection>>,
    readers: Readers,
    witness: Mutex<Witness>,
    /// The schema of a newer app, which is only read.
    newer: Option<i64>,
    /// Whether rows were missing that had been acknowledged.
    behind: bool,
}

/// A consistent view of the store.
pub(crate) struct Read<'a>(&'a Connection);

/// A transaction that is being written, and the last row of the access log that it wrote.
pub(crate) struct Write<'a>(Read<'a>, Cell<Option<witness::Row>>);

impl<'a> Deref for Write<'a> {
    type Target = Read<'a>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl Store {
    /// Opens the store, making it or bringing its schema up to date where needed. A store that a newer app has written
    /// is opened to be read: what this app knows of it is there, and nothing in it is touched.
    pub(crate) fn open(path: &Path, key: DatabaseKey) -> Result<Self, StoreError> {
        salvage::finish(path)?;
        let mut writer = connect(path, &key)?;
        let opened = Self::begin(path, &mut writer);
        // What a broken connection says of its trouble is not to be relied on.
        if !is_sound(&writer) {
            return Err(StoreError::Damaged);
        }
        let (newer, behind) = opened.map_err(|error| or_full(path, error))?;
        let witness = Witness::beside(path);
        Ok(Self {
            writer: Mutex::new(Some(writer)),
            readers: Readers::new(path.to_owned(), key),
            witness: Mutex::new(witness),
            newer,
            behind,
        })
    }

    /// Makes the schema, or brings it up to date. Returns the schema where a newer app has written it, and whether
    /// acknowledged rows are missing.
    fn begin(path: &Path, writer: &mut Connection) -> Result<(Option<i64>, bool), StoreError> {
        let schema = migrate::schema(writer)?;
        let newer = migrate::is_newer(schema).then_some(schema);
        let witness = Witness::beside(path);
        if newer.is_some() {
            writer.execute_batch("PRAGMA query_only = ON")?;
            return Ok((newer, false));
        }
        // auto_vacuum: holds for a file that is made now, and lets it grow smaller again.
        writer.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
        writer_settings(writer)?;
        migrate::run(writer)?;
        let behind = match witness.named() {
            Some(row) => !Read(writer).has_row(row)?,
            None => false,
        };
        head::keep(path, migrate::schema(writer)?);
        Ok((None, behind))
    }

    /// Whether acknowledged words were missing when the store was opened: the disk has lost or turned what it held.
    pub(crate) fn is_behind(&self) -> bool {
        self.behind
    }

    /// Whether a newer app has written it, so that this one only reads.
    pub(crate) fn is_read_only(&self) -> bool {
        self.newer.is_some()
    }

    /// Reads from one consistent state of the store.
    pub(crate) fn read<T, E: From<StoreError>>(&self, body: impl FnOnce(&Read<'_>) -> Result<T, E>) -> Result<T, E> {
        let mut reader = self.readers.take()?;
        let read = || {
            let transaction = reader.transaction().map_err(StoreError::from)?;
            let result = body(&Read(&transaction))?;
            transaction.finish().map_err(StoreError::from)?;
            Ok(result)
        };
        let result = read();
        // What was read past a page whose seal is broken may be anything.
        if !is_sound(&reader) {
            reader.give_up();
            return Err(StoreError::Damaged.into());
        }
        result
    }

    /// Writes in one transaction; returns after it is on the disk. An error of the body rolls all of it back.
    pub(crate) fn write<T, E: From<StoreError>>(&self, body: impl FnOnce(&Write<'_>) -> Result<T, E>) -> Result<T, E> {
        if let Some(schema) = self.newer {
            return Err(StoreError::NewerSchema(schema).into());
        }
        // A panic in a body rolled its transaction back; the connection is as good as before.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let connection = writer.as_mut().ok_or(StoreError::Closed)?;
        let written = written(connection, body);
        if !is_sound(connection) {
            // A connection that met a page whose seal is broken does nothing any more; the next one may not meet it.
            *connection = self.readers.another()?;
            writer_settings(connection)?;
            return Err(StoreError::Damaged.into());
        }
        let (result, logged) = written?;
        if let Some(row) = logged {
            self.witness.lock().unwrap_or_else(PoisonError::into_inner).name(row);
        }
        Ok(result)
    }

    /// Closes every connection and forgets the key, whoever may still hold the store. What is being read ends first.
    pub(crate) fn close(&self) {
        self.readers.close();
        drop(self.writer.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Gives the room of what was removed back to the disk: after documents were destroyed, or something was cleared
    /// away. A vault of before this was possible keeps its pages for what is written next.
    pub(crate) fn give_back(&self) -> Result<(), StoreError> {
        {
            let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
            let writer = writer.as_ref().ok_or(StoreError::Closed)?;
            let mut vacuum = writer.prepare("PRAGMA incremental_vacuum")?;
            let mut rows = vacuum.query([])?;
            while rows.next()?.is_some() {}
        }
        self.empty_log()
    }

    /// Moves everything out of the write-ahead log and empties it: after a document was destroyed, so that no copy
    /// stays behind there.
    pub(crate) fn empty_log(&self) -> Result<(), StoreError> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let writer = writer.as_ref().ok_or(StoreError::Closed)?;
        writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

impl Read<'_> {
    /// What the store takes up on the disk.
    pub(crate) fn store_bytes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
        let bytes: i64 = self.0.query_row(sql, [], |row| row.get(0))?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    }
}

impl Read<'_> {
    /// What is in use of that: pages that hold something.
    pub(crate) fn used_bytes(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (page_count - freelist_count) * page_size
             FROM pragma_page_count(), pragma_freelist_count(), pragma_page_size()";
        let bytes: i64 = self.0.query_row(sql, [], |row| row.get(0))?;
        Ok(u64::try_from(bytes).unwrap_or(0))
    }
}

/// Writes in one transaction, which is committed only where every page that was read is as it was written. Returns the
/// last row of the access log, too.
fn written<T, E: From<StoreError>>(
    connection: &mut Connection,
    body: impl FnOnce(&Write<'_>) -> Result<T, E>,
) -> Result<(T, Option<witness::Row>), E> {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(StoreError::from)?;
    let write = Write(Read(&transaction), Cell::new(None));
    let result = body(&write)?;
    let logged = write.1.get();
    if !is_sound(&transaction) {
        return Err(StoreError::Damaged.into());
    }
    transaction.commit().map_err(StoreError::from)?;
    Ok((result, logged))
}

/// Whether a connection has met no page whose seal is broken. SQLCipher hands out zeros for such a page, once, and answers
/// nothing from then on.
fn is_sound(connection: &Connection) -> bool {
    let status = connection.query_row("PRAGMA cipher_status", [], |row| row.get::<_, String>(0));
    status.is_ok_and(|status| status == "1")
}

fn writer_settings(writer: &Connection) -> Result<(), StoreError> {
    // secure_delete: a destroyed document leaves no bytes in free pages, not even encrypted ones.
    writer.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;")?;
    Ok(())
}

/// The log and its index are made when a file is opened. Where the disk has no room for them, the database says only that it
/// cannot open them, or that the disk failed; whether it is full is tried.
fn or_full(path: &Path, error: StoreError) -> StoreError {
    if !matches!(error, StoreError::Sqlite(_)) {
        return error;
    }
    let tried = rotate::beside_of(path, ".room");
    let made = std::fs::write(&tried, [0; 4096]);
    let _ = std::fs::remove_file(tried);
    match made {
        Err(full) if full.kind() == std::io::ErrorKind::StorageFull => StoreError::DiskFull,
        _ => error,
    }
}

/// A connection with the key given and the settings that every connection has.
fn connect(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    connect_once(path, key).map_err(|error| or_full(path, error))
}

fn connect_once(path: &Path, key: &DatabaseKey) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    // A wrong key is an answer here; left alone, SQLCipher tells whoever reads the terminal or the system's log, too.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    // Pages in the clear are wiped when their memory is given back, and kept out of the swap as far as the system allows. It
    // takes twice the time for every call; without it words were found in the memory of a locked tablet, although
    // the app wipes what it frees (`wipe`).
    connection.execute_batch("PRAGMA cipher_memory_security = ON")?;
    connection.execute_batch(&key.to_pragma())?;
    // temp_store: sorted words of a case must not land in a plain temporary file.
    connection.execute_batch(
        "PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096;",
    )?;
    connection.set_prepared_statement_cache_capacity(64);
    // The first read is what shows whether the key is right.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    Ok(connection)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::testing::Bench;

    pub(crate) fn open(bench: &Bench) -> Store {
        Store::open(&bench.dir().join("vault.db"), DatabaseKey::for_tests()).unwrap()
    }

    /// What an app with another projection finds.
    pub(crate) fn wipe_projection(store: &Store) {
        let writer = store.writer.lock().unwrap();
        let wipe = "DELETE FROM case_card; DELETE FROM institution_card; DELETE FROM case_text; DELETE FROM case_slice; DELETE FROM case_clock; DELETE FROM case_link; DELETE FROM meta WHERE key = 'projection'";
        writer.as_ref().unwrap().execute_batch(wipe).unwrap();
    }

    /// Makes a document's copy unreadable, as a fault of some app might.
    pub(crate) fn spoil_document(store: &Store, id: &[u8; 17]) {
        let writer = store.writer.lock().unwrap();
        let spoil = "UPDATE document SET snapshot = x'856f4a83' WHERE id = ?1";
        assert_eq!(writer.as_ref().unwrap().execute(spoil, [id]).unwrap(), 1);
        let spoil = "DELETE FROM increment WHERE document = (SELECT row FROM document WHERE id = ?1)";
        writer.as_ref().unwrap().execute(spoil, [id]).unwrap();
    }

    #[test]
    fn the_file_says_nothing_without_the_key() {
        let bench = Bench::new();
        let store = open(&bench);
        store
            .write(|w| w.set_text("greeting", "namaste from the vault"))
            .unwrap();
        drop(store);
        let bytes = std::fs::read(bench.dir().join("vault.db")).unwrap();
        assert!(!bytes.starts_with(b"SQLite format 3"));
        assert!(!bytes.windows(7).any(|window| window == b"namaste"));
        let plain = Connection::open(bench.dir().join("vault.db")).unwrap();
        assert!(
            plain
                .query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))
                .is_err()
        );
    }

    /// Says in the environment of a test that it is the one that is listened to.
    const LISTENED_TO: &str = "VATSALYA_LISTENED_TO";

    #[test]
    fn a_wrong_key_and_a_damaged_page_are_answers_and_go_to_no_log() {
        let bench = Bench::new();
        let path = bench.dir().join("vault.db");
        drop(open(&bench));
        if std::env::var_os(LISTENED_TO).is_some() {
            let other = crate::vault::MasterKey::random(&bench.platform).database_key();
            assert!(matches!(Store::open(&path, other), Err(StoreError::WrongKey)));
            let mut bytes = std::fs::read(&path).unwrap();
            bytes[100] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            assert!(Store::open(&path, DatabaseKey::for_tests()).is_err());
            return;
        }
        // A process of its own: what a library in C says goes past the harness.
        let name = "store::tests::a_wrong_key_and_a_damaged_page_are_answers_and_go_to_no_log";
        let again = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(LISTENED_TO, "1")
            .output()
            .unwrap();
        assert!(again.status.success());
        let said = String::from_utf8_lossy(&again.stdout);
        assert!(said.contains("1 passed"), "{said}");
        assert_eq!(String::from_utf8_lossy(&again.stderr), "");
    }

    #[test]
    fn an_error_rolls_the_whole_transaction_back() {
        let bench = Bench::new();
        let store = open(&bench);
        let failed: Result<(), StoreError> = store.write(|w| {
            w.set_text("greeting", "half")?;
            Err(StoreError::Row("test"))
        });
        assert!(failed.is_err());
        assert_eq!(store.read(|r| r.text("greeting")).unwrap(), None);
        store.write(|w| w.set_text("greeting", "whole")).unwrap();
        assert_eq!(store.read(|r| r.text("greeting")).unwrap().as_deref(), Some("whole"));
    }

    #[test]
    fn commits_are_synchronous() {
        let bench = Bench::new();
        let store = open(&bench);
        let writer = store.writer.lock().unwrap();
        let writer = writer.as_ref().unwrap();
        let setting = |name: &str| -> String {
            let query = format!("PRAGMA {name}");
            writer
                .query_row(&query, [], |row| row.get::<_, rusqlite::types::Value>(0))
                .map(|v| format!("{v:?}"))
                .unwrap()
        };
        assert_eq!(setting("journal_mode"), "Text(\"wal\")");
        assert_eq!(setting("synchronous"), "Integer(2)");
        assert_eq!(setting("secure_delete"), "Integer(1)");
    }

    #[test]
    fn a_closed_store_answers_nothing_more() {
        let bench = Bench::new();
        let store = open(&bench);
        assert!(store.read(|r| r.text("greeting")).is_ok());
        store.close();
        assert!(matches!(store.read(|r| r.text("greeting")), Err(StoreError::Closed)));
        assert!(matches!(
            store.write(|w| w.set_text("greeting", "late")),
            Err(StoreError::Closed)
        ));
    }

    #[test]
    fn a_store_of_a_newer_app_is_read_and_left_alone() {
        let bench = Bench::new();
        let store = open(&bench);
        store.write(|w| w.set_text("greeting", "namaste")).unwrap();
        store
            .writer
            .lock()
            .unwrap()
            .as_ref()
            .unwrap()
            .execute_batch("ALTER TABLE author ADD COLUMN telephone TEXT; PRAGMA user_version = 99")
            .unwrap();
        drop(store);
        let before = std::fs::read(bench.dir().join("vault.db")).unwrap();
        let store = open(&bench);
        assert!(store.is_read_only());
        assert_eq!(store.read(|r| r.text("greeting")).unwrap().as_deref(), Some("namaste"));
        let written = store.write(|w| w.set_text("greeting", "overwritten"));
        assert!(matches!(written, Err(StoreError::NewerSchema(99))));
        drop(store);
        assert_eq!(std::fs::read(bench.dir().join("vault.db")).unwrap(), before);
    }
}
