use protocol::{AuthorId, DocumentId, Refusal};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::destructions::destroyed_as;
use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::quarantine::rows_max;
use crate::storage::write::About;
use crate::storage::{Deed, Kept, Quarantine, QuarantineRow, Refused, Result};

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
                 WHERE (SELECT count(*) FROM quarantine WHERE author = ?2) < ?7",
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

    fn refused_of(&self, author: AuthorId, document: DocumentId) -> Result<u64> {
        self.read(|tx| {
            let count = tx.query_row(
                "SELECT count(*) FROM quarantine WHERE author = ?1 AND document = ?2",
                params![author.0, document.0],
                |row| row.get::<_, Number>(0),
            )?;
            Ok(count.0)
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
                    bytes: row.get::<_, Number>(5)?.0,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
