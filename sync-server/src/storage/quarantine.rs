//! What was refused. Refused is not lost: the bytes are kept for a person to look at.

use protocol::{AuthorId, DocumentId, Refusal, UserId};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::Result;
use super::audit::Deed;
use super::sqlite::Sqlite;
use super::write::{About, audit};

/// Rows kept of one author, so that nobody fills the disk with refused bytes.
const ROWS_PER_AUTHOR_MAX: u32 = 500;
/// Rows kept of an author who was shut out: as much as a season without a network may have gathered, because their
/// device destroys what is kept here.
const ROWS_OF_SHUT_OUT_MAX: u32 = 20_000;

/// Whether bytes are in the quarantine now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// They are, since now or before.
    Yes,
    /// There is no more room for this author.
    Full,
}

/// An upload that was refused.
#[derive(Debug, Clone)]
pub struct Refused<'a> {
    /// The user who sent it.
    pub user: UserId,
    /// The author who sent it.
    pub author: AuthorId,
    /// The document it was for.
    pub document: DocumentId,
    /// Why it was refused.
    pub code: Refusal,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// A row of the quarantine, without the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRow {
    /// Its number.
    pub id: i64,
    /// When it was refused.
    pub at_ms: i64,
    /// Who sent it.
    pub author: AuthorId,
    /// The document it was for.
    pub document: DocumentId,
    /// Why.
    pub code: Refusal,
    /// How many bytes there are.
    pub bytes: u64,
}

/// What is known of refused uploads.
pub trait Quarantine {
    /// Keeps refused bytes, once.
    fn quarantine(&self, refused: &Refused<'_>, now_ms: i64) -> Result<Kept>;

    /// The last rows, newest first.
    fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineRow>>;
}

impl Quarantine for Sqlite {
    fn quarantine(&self, refused: &Refused<'_>, now_ms: i64) -> Result<Kept> {
        let hash: [u8; 32] = Sha256::digest(refused.bytes).into();
        let rows_max = match refused.code {
            Refusal::NotEnrolled => ROWS_OF_SHUT_OUT_MAX,
            _ => ROWS_PER_AUTHOR_MAX,
        };
        self.write(|tx| {
            let added = tx.execute(
                "INSERT OR IGNORE INTO quarantine (at_ms, author, document, code, hash, bytes)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6
                 WHERE (SELECT count(*) FROM quarantine WHERE author = ?2) < ?7",
                params![
                    now_ms,
                    refused.author.0,
                    refused.document.0,
                    refused.code.code(),
                    hash,
                    refused.bytes,
                    rows_max,
                ],
            )?;
            if added == 0 {
                let known = tx
                    .query_row(
                        "SELECT 1 FROM quarantine WHERE author = ?1 AND document = ?2 AND hash = ?3",
                        params![refused.author.0, refused.document.0, hash],
                        |_| Ok(()),
                    )
                    .optional()?;
                return Ok(known.map_or(Kept::Full, |()| Kept::Yes));
            }
            let about = About {
                user: Some(refused.user),
                author: Some(refused.author),
                document: Some(refused.document),
                detail: refused.code.word(),
            };
            audit(tx, now_ms, Deed::Refuse, &about)?;
            Ok(Kept::Yes)
        })
    }

    fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT id, at_ms, author, document, code, length(bytes) FROM quarantine ORDER BY id DESC LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| {
                Ok(QuarantineRow {
                    id: row.get(0)?,
                    at_ms: row.get(1)?,
                    author: AuthorId(row.get(2)?),
                    document: DocumentId(row.get(3)?),
                    code: Refusal::from_code(row.get(4)?),
                    bytes: row.get::<_, super::sqlite::Number>(5)?.0,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
