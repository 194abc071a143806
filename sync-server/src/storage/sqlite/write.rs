//! Pieces of writing that several calls share: the log's next number, an entry, an audit row.

use rusqlite::{Connection, OptionalExtension, params};

use super::Number;
use crate::storage::write::{About, NewEntry, link};
use crate::storage::{Deed, Result, StorageError};

/// Writes an entry at the end of the district's log and says its number.
pub(super) fn append(tx: &Connection, district: &str, at_ms: i64, entry: &NewEntry<'_>) -> Result<u64> {
    let number: Option<Number> = tx
        .prepare_cached("UPDATE district SET last_number = last_number + 1 WHERE code = ?1 RETURNING last_number")?
        .query_row([district], |row| row.get(0))
        .optional()?;
    let number = number.ok_or(StorageError::NoSuch("district"))?;
    tx.prepare_cached(
        "INSERT INTO log (district, number, kind, at_ms, document, user, author, seq, hash, late, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        district,
        number,
        entry.kind,
        at_ms,
        entry.document.map(|id| id.0),
        entry.user.map(|id| id.0),
        entry.author.map(|id| id.0),
        entry.seq.map(Number),
        entry.hash,
        entry.late,
        entry.bytes,
    ])?;
    Ok(number.0)
}

/// Writes an audit row, bound to the one before it.
pub(super) fn audit(tx: &Connection, at_ms: i64, deed: Deed, about: &About<'_>) -> Result<()> {
    let before: Option<[u8; 32]> = tx
        .prepare_cached("SELECT chain FROM audit ORDER BY id DESC LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let chain = link(before.unwrap_or_default(), at_ms, deed.word(), about);
    tx.prepare_cached(
        "INSERT INTO audit (at_ms, deed, user, author, document, detail, chain) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        at_ms,
        deed.word(),
        about.user.map(|id| id.0),
        about.author.map(|id| id.0),
        about.document.map(|id| id.0),
        about.detail,
        chain,
    ])?;
    Ok(())
}
