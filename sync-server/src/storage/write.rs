//! Pieces of writing that several calls share: the log's next number, an entry, an audit row.

use protocol::{AuthorId, DocumentId, UserId};
use rusqlite::{OptionalExtension, Transaction, params};
use sha2::{Digest, Sha256};

use super::audit::Deed;
use super::sqlite::Number;
use super::{Result, StorageError};

pub(super) const KIND_CHANGE: u8 = 1;
pub(super) const KIND_GRANT: u8 = 2;
pub(super) const KIND_REVOKE: u8 = 3;
pub(super) const KIND_AUTHOR: u8 = 4;
pub(super) const KIND_RECEIPT: u8 = 5;

/// The columns of a log entry that depend on its kind.
#[derive(Default)]
pub(super) struct NewEntry<'a> {
    pub(super) kind: u8,
    pub(super) document: Option<DocumentId>,
    pub(super) user: Option<UserId>,
    pub(super) author: Option<AuthorId>,
    pub(super) seq: Option<u64>,
    pub(super) hash: Option<[u8; 32]>,
    pub(super) late: bool,
    pub(super) bytes: Option<&'a [u8]>,
}

/// Writes an entry at the end of the district's log and says its number.
pub(super) fn append(tx: &Transaction<'_>, district: &str, at_ms: i64, entry: &NewEntry<'_>) -> Result<u64> {
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

/// Whom and what a deed was about.
#[derive(Default)]
pub(super) struct About<'a> {
    pub(super) user: Option<UserId>,
    pub(super) author: Option<AuthorId>,
    pub(super) document: Option<DocumentId>,
    pub(super) detail: &'a str,
}

/// Writes an audit row, bound to the one before it.
pub(super) fn audit(tx: &Transaction<'_>, at_ms: i64, deed: Deed, about: &About<'_>) -> Result<()> {
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

/// The hash that binds a row to all before it. Every field has its length before it, so that no two rows look alike.
pub(super) fn link(before: [u8; 32], at_ms: i64, deed: &str, about: &About<'_>) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(before);
    let (user, author, document) = (about.user, about.author, about.document);
    let fields: [&[u8]; 6] = [
        &at_ms.to_be_bytes(),
        deed.as_bytes(),
        user.as_ref().map_or(&[], |id| id.as_bytes()),
        author.as_ref().map_or(&[], |id| id.as_bytes()),
        document.as_ref().map_or(&[], |id| id.as_bytes()),
        about.detail.as_bytes(),
    ];
    for field in fields {
        hash.update((field.len() as u64).to_be_bytes());
        hash.update(field);
    }
    hash.finalize().into()
}
