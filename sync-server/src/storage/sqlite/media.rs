use protocol::UserId;
use protocol::ids::Sha256;
use rusqlite::{OptionalExtension, params};

use super::{Number, Sqlite};
use crate::storage::{Media, MediaRow, Result};

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

    fn media_bytes_beside(&self, sha256: Sha256) -> Result<u64> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT coalesce(max(bytes), 0) FROM (
                     SELECT sum(bytes) AS bytes FROM (
                         SELECT DISTINCT s.subject, m.sha256, m.bytes
                         FROM (SELECT DISTINCT d.subject FROM attachment a JOIN document d ON d.id = a.document
                               WHERE a.sha256 = ?1) s
                         JOIN document d ON d.subject = s.subject
                         JOIN attachment a ON a.document = d.id
                         JOIN media m ON m.sha256 = a.sha256)
                     GROUP BY subject)",
            )?;
            Ok(statement.query_row([sha256.0], |row| row.get::<_, Number>(0))?.0)
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
