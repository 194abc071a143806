use protocol::UserId;
use protocol::ids::Sha256;

use super::Postgres;
use super::value::{Fixed, Number, at, fixed, number};
use crate::storage::{Media, MediaRow, Result};

impl Media for Postgres {
    fn may_have_media(&self, user: UserId, sha256: Sha256) -> Result<bool> {
        self.read_one(|tx| {
            tx.any(
                "SELECT 1 FROM attachment a JOIN granted g ON g.document = a.document
                 WHERE a.sha256 = $1 AND g.user_id = $2 LIMIT 1",
                &[&Fixed(sha256.0), &Fixed(user.0)],
            )
        })
    }

    fn may_bring_media(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<bool> {
        self.read_one(|tx| {
            tx.any(
                "SELECT 1 FROM attachment a JOIN revoked r ON r.document = a.document
                 WHERE a.sha256 = $1 AND r.user_id = $2 AND r.writable AND r.at_ms >= $3 LIMIT 1",
                &[&Fixed(sha256.0), &Fixed(user.0), &until_ms],
            )
        })
    }

    fn media(&self, sha256: Sha256) -> Result<Option<MediaRow>> {
        self.read_one(|tx| {
            let row = tx.row(
                "SELECT bytes, complete, begun_ms FROM media WHERE sha256 = $1",
                &[&Fixed(sha256.0)],
            )?;
            let Some(row) = row else { return Ok(None) };
            Ok(Some(MediaRow {
                bytes: number(&row, 0)?,
                complete: at(&row, 1)?,
                begun_ms: at(&row, 2)?,
            }))
        })
    }

    fn begin_media(&self, sha256: Sha256, bytes: u64, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO media (sha256, bytes, complete, begun_ms) VALUES ($1, $2, FALSE, $3) ON CONFLICT DO NOTHING",
                &[&Fixed(sha256.0), &Number(bytes), &now_ms],
            )?;
            Ok(())
        })
    }

    fn unfinished_media(&self, begun_before_ms: i64, at_most: u32) -> Result<Vec<Sha256>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT sha256 FROM media WHERE NOT complete AND begun_ms < $1 ORDER BY begun_ms LIMIT $2",
                &[&begun_before_ms, &i64::from(at_most)],
            )?;
            rows.iter().map(|row| Ok(Sha256(fixed(row, 0)?))).collect()
        })
    }

    fn media_bytes_beside(&self, sha256: Sha256) -> Result<u64> {
        self.read_one(|tx| {
            let row = tx.row(
                "SELECT coalesce(max(bytes), 0)::BIGINT FROM (
                     SELECT sum(bytes) AS bytes FROM (
                         SELECT DISTINCT s.subject, m.sha256, m.bytes
                         FROM (SELECT DISTINCT d.subject FROM attachment a JOIN document d ON d.id = a.document
                               WHERE a.sha256 = $1) s
                         JOIN document d ON d.subject = s.subject
                         JOIN attachment a ON a.document = d.id
                         JOIN media m ON m.sha256 = a.sha256) each
                     GROUP BY subject) sums",
                &[&Fixed(sha256.0)],
            )?;
            row.map_or(Ok(0), |row| number(&row, 0))
        })
    }

    fn complete_media(&self, sha256: Sha256) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE media SET complete = TRUE WHERE sha256 = $1",
                &[&Fixed(sha256.0)],
            )?;
            Ok(())
        })
    }

    fn forget_media(&self, sha256: Sha256) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "DELETE FROM media WHERE sha256 = $1 AND NOT complete",
                &[&Fixed(sha256.0)],
            )?;
            Ok(())
        })
    }
}
