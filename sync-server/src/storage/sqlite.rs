//! The embedded store: one file, one writer whose commits requests share, several readers. Each file below this one is
//! a noun.

mod access_log;
mod appeals;
mod archives;
mod audit;
mod backups;
mod cases;
mod destructions;
mod districts;
mod documents;
mod duties;
mod entries;
mod grants;
mod group;
mod inbound;
mod media;
mod notices;
mod openings;
mod outbox;
mod overview;
mod packs;
mod people;
mod plain;
mod quarantine;
mod readings;
mod receipts;
mod recoveries;
mod reports;
mod staff;
mod staff_links;
mod tables;
mod write;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::Epoch;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use self::group::Writer;
use super::{Rest, Result, StorageError};

/// Append only: a released schema is never edited, the next one is added.
const MIGRATIONS: &[&str] = &[
    include_str!("sqlite/schema/0001.sql"),
    include_str!("sqlite/schema/0002.sql"),
    include_str!("sqlite/schema/0003.sql"),
    include_str!("sqlite/schema/0004.sql"),
    include_str!("sqlite/schema/0005.sql"),
    include_str!("sqlite/schema/0006.sql"),
    include_str!("sqlite/schema/0007.sql"),
    include_str!("sqlite/schema/0008.sql"),
    include_str!("sqlite/schema/0009.sql"),
    include_str!("sqlite/schema/0010.sql"),
    include_str!("sqlite/schema/0011.sql"),
    include_str!("sqlite/schema/0012.sql"),
    include_str!("sqlite/schema/0013.sql"),
    include_str!("sqlite/schema/0014.sql"),
    include_str!("sqlite/schema/0015.sql"),
    include_str!("sqlite/schema/0016.sql"),
    include_str!("sqlite/schema/0017.sql"),
    include_str!("sqlite/schema/0018.sql"),
    include_str!("sqlite/schema/0019.sql"),
];
/// How long a call waits for another process (`admin` beside `serve`) to finish writing.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Readers kept open between calls. More are opened when needed and closed again.
const IDLE_READERS_MAX: usize = 8;
/// Pages that a reader keeps of the file, in KiB; the system has the file at hand as well.
const READER_CACHE_KIB: i64 = 512;
const EPOCH: &str = "epoch";

/// The hub's SQLite database.
#[derive(Debug)]
pub struct Sqlite {
    path: PathBuf,
    writer: Writer,
    readers: Mutex<Vec<Connection>>,
    epoch: Epoch,
}

impl Sqlite {
    /// The name of the database in a data folder.
    pub const FILE_NAME: &'static str = "hub.db";

    /// Opens the database in a data folder, making or upgrading it where needed.
    pub fn open(data_dir: &Path) -> Result<Self> {
        std::fs::create_dir_all(data_dir)?;
        restrict(data_dir, 0o700)?;
        let path = data_dir.join(Self::FILE_NAME);
        let mut writer = connect(&path, OpenFlags::default())?;
        restrict(&path, 0o600)?;
        writer.pragma_update(None, "journal_mode", "WAL")?;
        writer.pragma_update(None, "synchronous", "FULL")?;
        writer.pragma_update(None, "foreign_keys", true)?;
        // What is deleted is overwritten: a destroyed record leaves no bytes in free room.
        writer.pragma_update(None, "secure_delete", true)?;
        migrate(&mut writer)?;
        let epoch = writer.query_row("SELECT value FROM meta WHERE key = ?1", [EPOCH], |row| row.get(0))?;
        Ok(Self {
            path,
            writer: Writer::new(writer),
            readers: Mutex::new(Vec::new()),
            epoch: Epoch(epoch),
        })
    }

    /// The epoch of this database's logs.
    const fn own_epoch(&self) -> Epoch {
        self.epoch
    }

    /// How many transactions this process has committed: fewer than calls that wrote, where requests shared one.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }

    /// A connection of its own, for what cannot be done inside a transaction.
    fn connect_beside(&self) -> Result<Connection> {
        let beside = connect(&self.path, OpenFlags::default())?;
        beside.pragma_update(None, "secure_delete", true)?;
        Ok(beside)
    }

    /// Does one piece of writing, all of it or nothing; comes back when it is on the disk.
    fn write<T, E: From<StorageError>>(&self, work: impl FnOnce(&Connection) -> Result<T, E>) -> Result<T, E> {
        self.writer.write(work)
    }

    /// Reads from one consistent state.
    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = lock(&self.readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => connect_reader(&self.path)?,
        };
        let done = {
            let transaction = reader.transaction()?;
            work(&transaction)
        };
        let mut readers = lock(&self.readers);
        if readers.len() < IDLE_READERS_MAX {
            readers.push(reader);
        }
        done
    }
}

impl Rest for Sqlite {
    fn rest(&self) {
        lock(&self.readers).clear();
        if let Err(error) = self.writer.rest() {
            tracing::warn!(%error, "the database keeps its memory");
        }
    }
}

impl From<rusqlite::Error> for StorageError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy) => Self::Busy,
            _ => Self::Sqlite(error),
        }
    }
}

/// A thread that panicked inside a transaction has rolled it back: the connection is sound.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn connect_reader(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let reader = connect(path, flags)?;
    // A negative size is one in KiB.
    reader.pragma_update(None, "cache_size", -READER_CACHE_KIB)?;
    Ok(reader)
}

/// Only the hub's own user reads children's files.
fn restrict(path: &Path, mode: u32) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode))?;
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
}

fn migrate(writer: &mut Connection) -> Result<()> {
    let transaction = writer.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    let found: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = u32::try_from(MIGRATIONS.len()).expect("few migrations");
    if found > known {
        return Err(StorageError::NewerSchema { found, known });
    }
    for migration in &MIGRATIONS[found as usize..] {
        transaction.execute_batch(migration)?;
    }
    if found == 0 {
        let epoch = *uuid::Uuid::new_v4().as_bytes();
        transaction.execute("INSERT INTO meta (key, value) VALUES (?1, ?2)", (EPOCH, epoch))?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    Ok(transaction.commit()?)
}

/// A number of the log: never negative, and never so large that SQLite's signed integers end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Number(u64);

impl ToSql for Number {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        // A number from outside may be larger than any the log will ever reach: it means "the end".
        Ok(ToSqlOutput::from(i64::try_from(self.0).unwrap_or(i64::MAX)))
    }
}

impl FromSql for Number {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let number = value.as_i64()?;
        u64::try_from(number)
            .map(Self)
            .map_err(|_| FromSqlError::OutOfRange(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::Documents;

    #[test]
    fn a_database_keeps_its_epoch_and_refuses_an_older_hub() {
        let dir = tempfile::tempdir().unwrap();
        let epoch = Sqlite::open(dir.path()).unwrap().epoch();
        let again = Sqlite::open(dir.path()).unwrap();
        assert_eq!(again.epoch(), epoch);
        let newer = |connection: &Connection| connection.pragma_update(None, "user_version", 999);
        again.writer.with_connection(newer).unwrap();
        assert!(matches!(
            Sqlite::open(dir.path()),
            Err(StorageError::NewerSchema { found: 999, .. })
        ));
    }

    #[test]
    fn a_database_of_the_first_schema_is_upgraded() {
        let dir = tempfile::tempdir().unwrap();
        let old = Connection::open(dir.path().join(Sqlite::FILE_NAME)).unwrap();
        old.execute_batch(MIGRATIONS[0]).unwrap();
        let fill = "INSERT INTO meta (key, value) VALUES ('epoch', zeroblob(16));
                    INSERT INTO district (code, name) VALUES ('BR-GAY', 'Gaya'); PRAGMA user_version = 1;";
        old.execute_batch(fill).unwrap();
        drop(old);
        let store = Sqlite::open(dir.path()).unwrap();
        assert_eq!(store.epoch(), Epoch([0; 16]));
        let district: String = store
            .read(|tx| Ok(tx.query_row("SELECT name FROM district", [], |row| row.get(0))?))
            .unwrap();
        assert_eq!(district, "Gaya");
        assert_eq!(crate::storage::Packs::packs(&store).unwrap(), []);
    }

    #[test]
    fn what_waited_in_an_older_database_was_told_last_but_for_what_stood_in_plain() {
        let dir = tempfile::tempdir().unwrap();
        let old = Connection::open(dir.path().join(Sqlite::FILE_NAME)).unwrap();
        MIGRATIONS[..10].iter().for_each(|one| old.execute_batch(one).unwrap());
        let fill = "INSERT INTO meta (key, value) VALUES ('epoch', zeroblob(16));
                    INSERT INTO outbox (channel, subject, district, document, message, upto, payload, attempts, next_ms)
                    VALUES ('vatsalya', x'0A', 'BR-GAY', x'0A01', 'one', 7, 'sealed1:AAAA', 3, 50),
                           ('vatsalya', x'0B', 'BR-GAY', x'0B01', 'two', 5, 'sealed1:BBBB', 0, 60),
                           ('vatsalya', x'0C', 'BR-GAY', x'0C01', 'three', 6, '{}', 0, 70);
                    PRAGMA user_version = 10;";
        old.execute_batch(fill).unwrap();
        drop(old);
        let store = Sqlite::open(dir.path()).unwrap();
        let all = |sql: &str| -> String {
            let read = store.read(|tx| Ok(tx.query_row(sql, [], |row| row.get(0))?));
            read.unwrap()
        };
        let feed =
            "SELECT group_concat(number || message || sent || retracts, ' ') FROM (SELECT * FROM feed ORDER BY number)";
        assert_eq!(all(feed), "1two10 2one10");
        assert_eq!(all("SELECT CAST(number AS TEXT) FROM feed_head"), "2");
        let outbox = "SELECT group_concat(since_ms, ' ') FROM (SELECT * FROM outbox ORDER BY subject)";
        assert_eq!(all(outbox), "50 60 70");
    }

    #[test]
    fn what_rests_has_all_it_had() {
        let dir = tempfile::tempdir().unwrap();
        let store = Sqlite::open(dir.path()).unwrap();
        let count = |store: &Sqlite| -> u32 {
            let rows = "SELECT count(*) FROM meta";
            store.read(|tx| Ok(tx.query_row(rows, [], |row| row.get(0))?)).unwrap()
        };
        let before = count(&store);
        assert_eq!(lock(&store.readers).len(), 1);
        store.rest();
        assert_eq!(lock(&store.readers).len(), 0);
        assert_eq!(count(&store), before);
        let add = "INSERT INTO meta (key, value) VALUES ('x', x'00')";
        let kept: Result<()> = store.write(|tx| {
            tx.execute(add, [])?;
            Ok(())
        });
        kept.unwrap();
        store.rest();
        assert_eq!(count(&store), before + 1);
    }

    #[test]
    fn work_that_fails_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Sqlite::open(dir.path()).unwrap();
        let failed: Result<()> = store.write(|tx| {
            tx.execute("INSERT INTO meta (key, value) VALUES ('x', x'00')", [])?;
            Err(StorageError::NoSuch("thing"))
        });
        assert!(failed.is_err());
        let count = "SELECT count(*) FROM meta WHERE key = 'x'";
        let rows: Result<u32> = store.read(|tx| Ok(tx.query_row(count, [], |row| row.get(0))?));
        assert_eq!(rows.unwrap(), 0);
    }
}
