//! Pieces of writing that several calls share: a district's line, an entry of its log, an audit row.

use super::transaction::Tx;
use super::value::{Fixed, Number, number};
use crate::storage::write::{About, NewEntry};
use crate::storage::{Deed, Result, StorageError};

/// Stands in a district's line.
pub(super) const STAND_IN_LINE: &str = "SELECT 1 FROM district WHERE code = $1 FOR NO KEY UPDATE";

/// Stands in the district's line: whoever writes in its log waits here until nobody else does, and then sees all they wrote.
pub(super) fn stand_in_line(tx: &Tx<'_>, district: &str) -> Result<()> {
    let there = tx.any(STAND_IN_LINE, &[&district])?;
    if there {
        Ok(())
    } else {
        Err(StorageError::NoSuch("district"))
    }
}

/// Writes an entry at the end of the district's log and says its number.
pub(super) fn append(tx: &Tx<'_>, district: &str, at_ms: i64, entry: &NewEntry<'_>) -> Result<u64> {
    let row = tx.row(
        "WITH next AS (
            UPDATE district SET last_number = last_number + 1 WHERE code = $1 RETURNING last_number AS number)
         INSERT INTO log (district, number, kind, at_ms, document, user_id, author, seq, hash, late, bytes)
         SELECT $1, number, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM next
         RETURNING number",
        &[
            &district,
            &i16::from(entry.kind),
            &at_ms,
            &entry.document.map(|id| Fixed(id.0)),
            &entry.user.map(|id| Fixed(id.0)),
            &entry.author.map(|id| Fixed(id.0)),
            &entry.seq.map(Number),
            &entry.hash.map(Fixed),
            &entry.late,
            &entry.bytes,
        ],
    )?;
    tx.has_grown(district);
    number(&row.ok_or(StorageError::NoSuch("district"))?, 0)
}

/// Writes an audit row; it is linked into the chain once it stands.
pub(super) fn audit(tx: &Tx<'_>, at_ms: i64, deed: Deed, about: &About<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO audit (at_ms, deed, user_id, author, document, detail) VALUES ($1, $2, $3, $4, $5, $6)",
        &[
            &at_ms,
            &deed.word(),
            &about.user.map(|id| Fixed(id.0)),
            &about.author.map(|id| Fixed(id.0)),
            &about.document.map(|id| Fixed(id.0)),
            &about.detail,
        ],
    )?;
    Ok(())
}
