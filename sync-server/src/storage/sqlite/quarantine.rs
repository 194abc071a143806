use protocol::{AuthorId, DocumentId, Refusal, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};
use sha2::{Digest, Sha256};

use super::destructions::destroyed_as;
use super::documents::commit_all;
use super::write::{append, audit};
use super::{Number, Sqlite};
use crate::storage::quarantine::{NO_SUCH_ROW, rows_max};
use crate::storage::write::{About, KIND_JUDGED, NewEntry};
use crate::storage::{
    CommitError, Committed, Deed, Kept, NewChange, Quarantine, QuarantineRow, Refused, Result, StorageError,
};

const ROW: &str = "SELECT id, at_ms, author, document, code, length(bytes), refused_ms FROM quarantine";

impl Quarantine for Sqlite {
    fn quarantine(&self, refused: &Refused<'_>, now_ms: i64) -> Result<Kept> {
        let hash: [u8; 32] = Sha256::digest(refused.bytes).into();
        self.write(|tx| {
            if destroyed_as(tx, &refused.document.0[..16])?.is_some() {
                return Ok(Kept::Destroyed);
            }
            let added = tx.execute(
                "INSERT OR IGNORE INTO quarantine (at_ms, author, document, code, hash, bytes)
                 SELECT ?1, ?2, ?3, ?4, ?5, ?6
                 WHERE (SELECT count(*) FROM quarantine WHERE author = ?2 AND refused_ms IS NULL) < ?7",
                params![
                    now_ms,
                    refused.author.0,
                    refused.document.0,
                    refused.code.code(),
                    hash,
                    refused.bytes,
                    rows_max(refused.code),
                ],
            )?;
            if added == 0 {
                let known: Option<Option<i64>> = tx
                    .query_row(
                        "SELECT refused_ms FROM quarantine WHERE author = ?1 AND document = ?2 AND hash = ?3",
                        params![refused.author.0, refused.document.0, hash],
                        |row| row.get(0),
                    )
                    .optional()?;
                return Ok(match known {
                    None => Kept::Full,
                    Some(None) => Kept::Yes,
                    Some(Some(_)) => Kept::RefusedForGood,
                });
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
            let mut statement = tx.prepare_cached(&format!("{ROW} ORDER BY id DESC LIMIT ?1"))?;
            let rows = statement.query_map([limit], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn quarantined_row(&self, id: i64) -> Result<Option<QuarantineRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("{ROW} WHERE id = ?1"))?;
            Ok(statement.query_row([id], read_row).optional()?)
        })
    }

    fn quarantined_of(&self, author: AuthorId, document: DocumentId) -> Result<Vec<QuarantineRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "{ROW} WHERE author = ?1 AND document = ?2 AND refused_ms IS NULL ORDER BY id"
            ))?;
            let rows = statement.query_map(params![author.0, document.0], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn refused_bytes(&self, id: i64) -> Result<Option<Vec<u8>>> {
        self.read(|tx| {
            let sql = "SELECT bytes FROM quarantine WHERE id = ?1 AND refused_ms IS NULL";
            Ok(tx.query_row(sql, [id], |row| row.get(0)).optional()?)
        })
    }

    fn note_looked(&self, id: i64, purpose: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let row = undecided(tx, id)?;
            let detail = format!("{id}: {purpose}");
            audit(tx, now_ms, Deed::LookAtRefused, &row.about(&detail))
        })
    }

    fn release(&self, id: i64, change: &NewChange<'_>) -> Result<Committed, CommitError> {
        self.write(|tx| {
            let row = undecided(tx, id)?;
            tx.execute("DELETE FROM quarantine WHERE id = ?1", [id])
                .map_err(StorageError::from)?;
            tx.execute(
                "INSERT OR IGNORE INTO released (document, author, seq) VALUES (?1, ?2, ?3)",
                params![change.document.0, change.author.0, Number(change.seq)],
            )
            .map_err(StorageError::from)?;
            audit(tx, change.now_ms, Deed::Release, &row.about(&id.to_string()))?;
            let committed = commit_all(tx, std::slice::from_ref(change))?;
            Ok(committed.into_iter().next().ok_or(StorageError::NoSuch("change"))?)
        })
    }

    fn refuse_for_good(&self, id: i64, change: Option<[u8; 32]>, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let row = undecided(tx, id)?;
            tx.execute(
                "UPDATE quarantine SET refused_ms = ?2, bytes = x'E501' WHERE id = ?1",
                params![id, now_ms],
            )?;
            if let Some(hash) = change {
                let entry = NewEntry {
                    kind: KIND_JUDGED,
                    document: Some(row.document),
                    user: Some(row.user),
                    author: Some(row.author),
                    hash: Some(hash),
                    ..NewEntry::default()
                };
                append(tx, &row.district, now_ms, &entry)?;
            }
            audit(tx, now_ms, Deed::RefuseForGood, &row.about(&id.to_string()))
        })
    }
}

/// Whose a row is that nobody has decided about.
struct Undecided {
    author: AuthorId,
    document: DocumentId,
    user: UserId,
    district: String,
}

impl Undecided {
    fn about<'a>(&self, detail: &'a str) -> About<'a> {
        About {
            user: Some(self.user),
            author: Some(self.author),
            document: Some(self.document),
            detail,
        }
    }
}

fn undecided(tx: &Connection, id: i64) -> Result<Undecided> {
    let row = tx
        .query_row(
            "SELECT q.author, q.document, u.id, u.district FROM quarantine q
             JOIN author a ON a.id = q.author JOIN user u ON u.id = a.user
             WHERE q.id = ?1 AND q.refused_ms IS NULL",
            [id],
            |row| {
                Ok(Undecided {
                    author: AuthorId(row.get(0)?),
                    document: DocumentId(row.get(1)?),
                    user: UserId(row.get(2)?),
                    district: row.get(3)?,
                })
            },
        )
        .optional()?;
    row.ok_or(StorageError::NoSuch(NO_SUCH_ROW))
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<QuarantineRow> {
    Ok(QuarantineRow {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        author: AuthorId(row.get(2)?),
        document: DocumentId(row.get(3)?),
        code: Refusal::from_code(row.get(4)?),
        bytes: row.get::<_, Number>(5)?.0,
        refused_ms: row.get(6)?,
    })
}
