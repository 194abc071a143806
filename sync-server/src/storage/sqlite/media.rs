use protocol::ids::Sha256;
use protocol::{DocumentId, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Number, Sqlite};
use crate::storage::{Media, MediaClaim, MediaRow, Result, StorageError};

/// Claims to an object that a user may show to be true.
const CLAIMS_OF: &str = "FROM media_claim c WHERE c.sha256 = ?1 AND (
        EXISTS (SELECT 1 FROM granted g WHERE g.document = c.document AND g.user = ?2)
        OR EXISTS (SELECT 1 FROM revoked r
                   WHERE r.document = c.document AND r.user = ?2 AND r.writable = 1 AND r.at_ms >= ?3))";

/// What a user claims is theirs.
fn accept(tx: &Connection, user: UserId, sha256: Sha256, until_ms: i64) -> Result<()> {
    let who = params![sha256.0, user.0, until_ms];
    tx.prepare_cached(&format!(
        "INSERT OR IGNORE INTO attachment (sha256, document) SELECT c.sha256, c.document {CLAIMS_OF}"
    ))?
    .execute(who)?;
    tx.prepare_cached(&format!(
        "DELETE FROM media_claim WHERE sha256 = ?1 AND document IN (SELECT c.document {CLAIMS_OF})"
    ))?
    .execute(who)?;
    Ok(())
}

impl Media for Sqlite {
    fn may_have_media(&self, user: UserId, sha256: Sha256) -> Result<bool> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT 1 FROM attachment a JOIN granted g ON g.document = a.document
                 WHERE a.sha256 = ?1 AND g.user = ?2 LIMIT 1",
            )?;
            Ok(statement
                .query_row(params![sha256.0, user.0], |_| Ok(()))
                .optional()?
                .is_some())
        })
    }

    fn may_bring_media(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<bool> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT 1 FROM attachment a JOIN revoked r ON r.document = a.document
                 WHERE a.sha256 = ?1 AND r.user = ?2 AND r.writable = 1 AND r.at_ms >= ?3 LIMIT 1",
            )?;
            Ok(statement
                .query_row(params![sha256.0, user.0, until_ms], |_| Ok(()))
                .optional()?
                .is_some())
        })
    }

    fn media_claim(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<Option<MediaClaim>> {
        let claim = self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT c.document, c.name, EXISTS (SELECT 1 FROM attachment WHERE sha256 = ?1) {CLAIMS_OF}
                 ORDER BY c.document LIMIT 1"
            ))?;
            let found = statement.query_row(params![sha256.0, user.0, until_ms], |row| {
                let claim = MediaClaim {
                    document: DocumentId(row.get(0)?),
                    name: Sha256(row.get(1)?),
                };
                Ok((claim, row.get::<_, bool>(2)?))
            });
            Ok(found.optional()?)
        })?;
        match claim {
            None => Ok(None),
            Some((claim, true)) => Ok(Some(claim)),
            Some((_, false)) => {
                self.write(|tx| {
                    let others = "SELECT EXISTS (SELECT 1 FROM attachment WHERE sha256 = ?1)";
                    if !tx.query_row(others, [sha256.0], |row| row.get::<_, bool>(0))? {
                        accept(tx, user, sha256, until_ms)?;
                    }
                    Ok::<_, StorageError>(())
                })?;
                Ok(None)
            }
        }
    }

    fn media_proven(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<()> {
        self.write(|tx| accept(tx, user, sha256, until_ms))
    }

    fn media(&self, sha256: Sha256) -> Result<Option<MediaRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT bytes, complete, begun_ms FROM media WHERE sha256 = ?1")?;
            let found = statement.query_row([sha256.0], |row| {
                Ok(MediaRow {
                    bytes: row.get::<_, Number>(0)?.0,
                    complete: row.get(1)?,
                    begun_ms: row.get(2)?,
                })
            });
            Ok(found.optional()?)
        })
    }

    fn begin_media(&self, sha256: Sha256, bytes: u64, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT OR IGNORE INTO media (sha256, bytes, complete, begun_ms) VALUES (?1, ?2, 0, ?3)",
                params![sha256.0, Number(bytes), now_ms],
            )?;
            Ok(())
        })
    }

    fn unfinished_media(&self, begun_before_ms: i64, at_most: u32) -> Result<Vec<Sha256>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT sha256 FROM media INDEXED BY media_unfinished
                 WHERE complete = 0 AND begun_ms < ?1 ORDER BY begun_ms LIMIT ?2",
            )?;
            let found = statement.query_map(params![begun_before_ms, at_most], |row| row.get(0).map(Sha256))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn media_bytes_of(&self, subject: [u8; 16]) -> Result<u64> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT coalesce(sum(m.bytes), 0) FROM media m WHERE m.sha256 IN (
                     SELECT a.sha256 FROM document d JOIN attachment a ON a.document = d.id WHERE d.subject = ?1
                     UNION SELECT c.name FROM document d JOIN media_claim c ON c.document = d.id WHERE d.subject = ?1)",
            )?;
            Ok(statement.query_row([subject], |row| row.get::<_, Number>(0))?.0)
        })
    }

    fn complete_media(&self, sha256: Sha256) -> Result<()> {
        self.write(|tx| {
            tx.execute("UPDATE media SET complete = 1 WHERE sha256 = ?1", [sha256.0])?;
            Ok(())
        })
    }

    fn forget_media(&self, sha256: Sha256) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM media WHERE sha256 = ?1 AND complete = 0", [sha256.0])?;
            Ok(())
        })
    }
}
