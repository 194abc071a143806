//! A store under another key: copied whole into a new file, looked over, and put in the old one's place.

use std::{fs, path::Path};

use rusqlite::Connection;

use super::{StoreError, connect, salvage};
use crate::vault::DatabaseKey;

/// Instructions of the database's machine between two looks at how far it is: a few milliseconds.
const LOOK_EVERY: i32 = 20_000;

/// Hears what part is done, in percent.
pub(crate) type OnProgress = Box<dyn FnMut(u32) + Send>;

/// Whether this key opens the store.
pub(crate) fn opens(path: &Path, key: &DatabaseKey) -> Result<bool, StoreError> {
    salvage::finish(path)?;
    if !path.exists() {
        return Ok(false);
    }
    match connect(path, key) {
        Ok(_) => Ok(true),
        // A damaged first page looks like another key; the other pages tell them apart.
        Err(StoreError::WrongKey | StoreError::Damaged) => Ok(salvage::fits(path, key)),
        Err(error) => Err(error),
    }
}

/// Copies a store that nobody has open into a new file under another key, and closes the old one for good: nothing of
/// it stands in a write-ahead log any more. When this returns, the copy survives a power cut.
pub(crate) fn copy_under(
    (from, key): (&Path, &DatabaseKey),
    (to, to_key): (&Path, &DatabaseKey),
    mut progress: OnProgress,
) -> Result<(), StoreError> {
    remove(to)?;
    let connection = connect(from, key)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let version: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let size = fs::metadata(from).map_or(1, |about| about.len().max(1));
    let target = to.to_owned();
    connection.progress_handler(
        LOOK_EVERY,
        Some(move || {
            let copied = fs::metadata(&target).map_or(0, |about| about.len());
            progress(u32::try_from(copied * 100 / size).unwrap_or(100).min(99));
            false
        }),
    )?;
    let name = to.to_str().ok_or(StoreError::Row("path"))?;
    connection.execute("ATTACH DATABASE ?1 AS next KEY ?2", (name, to_key.to_raw().as_str()))?;
    connection.execute_batch("PRAGMA next.auto_vacuum = INCREMENTAL; PRAGMA next.synchronous = FULL")?;
    connection.query_row("SELECT sqlcipher_export('next')", [], |_| Ok(()))?;
    connection.execute_batch(&format!("PRAGMA next.user_version = {version}; DETACH DATABASE next"))?;
    let copied = rows(&connection)?;
    connection.close().map_err(|(_, error)| error)?;

    let copy = connect(to, to_key)?;
    let sound: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if sound != "ok" || rows(&copy)? != copied {
        return Err(StoreError::Row("copy"));
    }
    copy.close().map_err(|(_, error)| error)?;
    sync(to)
}

/// Puts the copy in the place of the store. Before and after, a store stands there whole.
pub(crate) fn switch(store: &Path, copy: &Path) -> Result<(), StoreError> {
    for beside in ["-wal", "-shm"] {
        let beside = beside_of(store, beside);
        let length = fs::metadata(&beside).map_or(0, |about| about.len());
        if length > 0 && beside.to_string_lossy().ends_with("-wal") {
            // Somebody wrote after the copy: what they wrote is in the old store alone.
            return Err(StoreError::Row("wal"));
        }
        let _ = fs::remove_file(beside);
    }
    fs::rename(copy, store).map_err(|_| StoreError::Row("copy"))?;
    if let Some(folder) = store.parent().and_then(|folder| fs::File::open(folder).ok()) {
        folder.sync_all().map_err(|_| StoreError::Row("copy"))?;
    }
    Ok(())
}

/// Removes a copy that is not wanted.
pub(crate) fn remove(copy: &Path) -> Result<(), StoreError> {
    for beside in ["", "-wal", "-shm", "-journal"] {
        match fs::remove_file(beside_of(copy, beside)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(StoreError::Row("copy")),
            _ => {}
        }
    }
    Ok(())
}

pub(super) fn beside_of(path: &Path, ending: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

pub(super) fn sync(path: &Path) -> Result<(), StoreError> {
    let synced = fs::File::open(path).and_then(|file| file.sync_all());
    synced.map_err(|_| StoreError::Row("copy"))
}

/// How many rows each table has.
fn rows(connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let count = |name: String| {
        let sql = format!("SELECT count(*) FROM \"{name}\"");
        Ok((name, connection.query_row(&sql, [], |row| row.get(0))?))
    };
    names.into_iter().map(count).collect()
}
