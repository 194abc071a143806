//! A damaged file made whole again, as far as it can be read.
//!
//! | step | what stands on the disk when it is done |
//! |---|---|
//! | built | beside the damaged file a new one under the same key, with every row that still reads |
//! | proven | the same, looked over, synced and named as the one to come |
//! | cleared | the log of the damaged file is gone: what stood in it is in the new one |
//! | in place | the new file has the name of the old one, which is destroyed with that |
//!
//! Cut before it is proven, the next opening begins again; cut after that, it goes on. What the documents have to be
//! compared with afterwards stands in the new file itself ([`Mending`]).

mod books;
mod log;
mod mending;
mod pages;
mod rows;
mod tables;
mod tree;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

pub(crate) use mending::{Mended, Mending};
use pages::Pages;

use super::{StoreError, connect, head, migrate, rotate};
use crate::vault::{DatabaseKey, sync_folder};

/// Hears what part is done, in percent.
pub(crate) type OnProgress<'a> = &'a mut dyn FnMut(u32);

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Built,
    Proven,
    Cleared,
    InPlace,
}

/// Makes a file that nobody has open whole again. Where that cannot be done, it stays as it is.
pub(crate) fn mend(path: &Path, key: &DatabaseKey, now_ms: i64, progress: OnProgress<'_>) -> Result<(), StoreError> {
    mend_in_steps(path, key, now_ms, progress, &mut |_| Ok(()))
}

/// The same; `after` hears each step, and an error of its stops there, as if the power had gone.
fn mend_in_steps(
    path: &Path,
    key: &DatabaseKey,
    now_ms: i64,
    progress: OnProgress<'_>,
    after: &mut dyn FnMut(Step) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    finish(path)?;
    let head = head::kept(path);
    let mut pages = Pages::open(path, key, head.map(|head| head.salt))?;
    let schema = pages.schema().or(head.map(|head| head.schema));
    let schema = schema.unwrap_or(i64::try_from(migrate::SCHEMA).unwrap_or(0));
    if migrate::is_newer(schema) {
        return Err(StoreError::NewerSchema(schema));
    }
    let next = building(path);
    rotate::remove(&next)?;
    build(&mut pages, schema, (&next, key), now_ms, progress).inspect_err(|_| _ = rotate::remove(&next))?;
    after(Step::Built)?;
    rotate::sync(&next)?;
    moved(&next, &proven(path))?;
    after(Step::Proven)?;
    finish_in_steps(path, after)
}

/// Puts a file that was made whole in its place, where that was cut short. To be asked before anything else is done with a
/// store.
pub(crate) fn finish(path: &Path) -> Result<(), StoreError> {
    finish_in_steps(path, &mut |_| Ok(()))
}

fn finish_in_steps(path: &Path, after: &mut dyn FnMut(Step) -> Result<(), StoreError>) -> Result<(), StoreError> {
    if !proven(path).exists() {
        return Ok(());
    }
    for ending in ["-wal", "-shm", "-journal"] {
        match fs::remove_file(rotate::beside_of(path, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(StoreError::Row("file")),
            _ => {}
        }
    }
    // The log must be gone for good before another file has the name that it belongs to.
    path.parent()
        .map_or(Ok(()), sync_folder)
        .map_err(|_| StoreError::Row("file"))?;
    after(Step::Cleared)?;
    moved(&proven(path), path)?;
    after(Step::InPlace)
}

/// Whether the key is the one of the file, however damaged that is.
pub(crate) fn fits(path: &Path, key: &DatabaseKey) -> bool {
    Pages::open(path, key, head::kept(path).map(|head| head.salt)).is_ok()
}

/// How many rows stand in a page in the clear, and how many pages in a log: for the tests of decoders.
pub(crate) fn parts_of(bytes: &[u8]) -> usize {
    tree::rows_in(bytes) + log::frames(bytes).map_or(0, |log| log.places.len())
}

fn building(path: &Path) -> PathBuf {
    rotate::beside_of(path, ".mending")
}

fn proven(path: &Path) -> PathBuf {
    rotate::beside_of(path, ".mended")
}

fn moved(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to)
        .and_then(|()| to.parent().map_or(Ok(()), sync_folder))
        .map_err(|_| StoreError::Row("file"))
}

/// Writes everything that still reads into a new file and looks that over.
fn build(
    pages: &mut Pages,
    schema: i64,
    (to, key): (&Path, &DatabaseKey),
    now_ms: i64,
    progress: OnProgress<'_>,
) -> Result<(), StoreError> {
    let mut connection = connect(to, key)?;
    // The file is thrown away where it does not come to its end: it needs no journal. It is synced when it is done.
    connection.execute_batch(
        "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA foreign_keys = OFF",
    )?;
    migrate::run_to(&mut connection, usize::try_from(schema).unwrap_or(0))?;
    let count = usize::try_from(pages.count()).unwrap_or(usize::MAX).max(1);
    let transaction = connection.transaction()?;
    let rows = rows::copy(pages, &transaction, |seen| {
        progress(u32::try_from((seen * 100 / count).min(99)).unwrap_or(99));
    })?;
    transaction.commit()?;
    migrate::run(&mut connection)?;
    let transaction = connection.transaction()?;
    let lost = u32::try_from(pages.lost().len()).unwrap_or(u32::MAX);
    books::write(&transaction, &rows, lost, now_ms)?;
    transaction.commit()?;
    connection.close().map_err(|(_, error)| error)?;

    let copy = connect(to, key)?;
    let sound: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    let sealed = copy
        .prepare("PRAGMA cipher_integrity_check")?
        .query([])?
        .next()?
        .is_none();
    if sound != "ok" || !sealed || !books::has_all(&copy, &rows)? {
        return Err(StoreError::Row("copy"));
    }
    copy.close().map_err(|(_, error)| error.into())
}

#[cfg(test)]
mod tests;
