use std::fs::{self, File};
use std::path::Path;

use protocol::Epoch;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use super::write::audit;
use super::{EPOCH, Sqlite, connect, restrict};
use crate::storage::backups::EPOCH_SINCE;
use crate::storage::write::About;
use crate::storage::{Backups, Contents, Deed, Result, StorageError};

impl Backups for Sqlite {
    /// `VACUUM INTO` and not the online backup API: that begins anew whenever another process commits, and copies the free room,
    /// in which rows stood that are gone.
    fn back_up(&self, file: &Path) -> Result<Contents> {
        let name = file
            .to_str()
            .ok_or(StorageError::NoSuch("name in Unicode for the copy"))?;
        self.connect_beside()?.execute("VACUUM INTO ?1", [name])?;
        restrict(file, 0o600)?;
        File::open(file)?.sync_all()?;
        let copy = connect(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        contents(&copy)
    }

    fn contents(&self) -> Result<Contents> {
        self.read(contents)
    }

    fn damage(&self) -> Result<Option<String>> {
        self.read(|tx| {
            let found: String = tx.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
            if found != "ok" {
                return Ok(Some(format!("the database's file is damaged: {found}")));
            }
            let district: Option<String> = tx
                .query_row(
                    "SELECT d.code FROM district d
                     WHERE (SELECT count(*) FROM log WHERE district = d.code) <> d.last_number
                        OR (SELECT coalesce(max(number), 0) FROM log WHERE district = d.code) <> d.last_number",
                    [],
                    |row| row.get(0),
                )
                .optional()?;
            Ok(district.map(|code| format!("numbers are missing in the log of {code}")))
        })
    }

    fn new_epoch(&self, now_ms: i64) -> Result<Epoch> {
        self.write(|tx| {
            let epoch = begin_epoch(tx, now_ms)?;
            audit(tx, now_ms, Deed::NewEpoch, &About::default())?;
            Ok(epoch)
        })
    }

    fn epoch_since_ms(&self) -> Result<Option<i64>> {
        self.read(|tx| {
            let sql = "SELECT value FROM meta WHERE key = ?1";
            let since: Option<[u8; 8]> = tx.query_row(sql, [EPOCH_SINCE], |row| row.get(0)).optional()?;
            Ok(since.map(i64::from_be_bytes))
        })
    }
}

impl Sqlite {
    /// Puts a copy in the place of a database that is not there, with a new epoch: nobody ever serves it with the old one.
    pub fn restore(file: &Path, data_dir: &Path, now_ms: i64) -> Result<()> {
        fs::create_dir_all(data_dir)?;
        restrict(data_dir, 0o700)?;
        let place = data_dir.join(Self::FILE_NAME);
        if place.exists() {
            return Err(StorageError::Exists("database"));
        }
        // A try that was cut left this.
        let new = data_dir.join(format!("{}.restoring", Self::FILE_NAME));
        fs::copy(file, &new)?;
        restrict(&new, 0o600)?;
        let copy = connect(&new, OpenFlags::default())?;
        copy.pragma_update(None, "synchronous", "FULL")?;
        begin_epoch(&copy, now_ms)?;
        copy.close().map_err(|(_, error)| error)?;
        File::open(&new)?.sync_all()?;
        fs::rename(&new, &place)?;
        Ok(File::open(data_dir)?.sync_all()?)
    }
}

fn begin_epoch(tx: &Connection, now_ms: i64) -> Result<Epoch> {
    let epoch = *uuid::Uuid::new_v4().as_bytes();
    let set = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
    tx.execute(set, (EPOCH_SINCE, now_ms.to_be_bytes()))?;
    tx.execute(set, (EPOCH, epoch))?;
    Ok(Epoch(epoch))
}

fn contents(tx: &Connection) -> Result<Contents> {
    let count = |sql: &str| -> Result<u64> {
        let rows: i64 = tx.query_row(sql, [], |row| row.get(0))?;
        Ok(rows.unsigned_abs())
    };
    Ok(Contents {
        districts: count("SELECT count(*) FROM district")?,
        users: count("SELECT count(*) FROM user")?,
        authors: count("SELECT count(*) FROM author")?,
        documents: count("SELECT count(*) FROM document")?,
        entries: count("SELECT count(*) FROM log")?,
        refused: count("SELECT count(*) FROM quarantine")?,
        media: count("SELECT count(*) FROM media WHERE complete = 1")?,
        audit: count("SELECT count(*) FROM audit")?,
    })
}
