use protocol::UserId;
use protocol::ids::Sha256;

use super::Postgres;
use super::value::{Fixed, Number, at, number};
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
                "SELECT bytes, complete FROM media WHERE sha256 = $1",
                &[&Fixed(sha256.0)],
            )?;
            let Some(row) = row else { return Ok(None) };
            Ok(Some(MediaRow {
                bytes: number(&row, 0)?,
                complete: at(&row, 1)?,
            }))
        })
    }

    fn begin_media(&self, sha256: Sha256, bytes: u64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO media (sha256, bytes, complete) VALUES ($1, $2, FALSE) ON CONFLICT DO NOTHING",
                &[&Fixed(sha256.0), &Number(bytes)],
            )?;
            Ok(())
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
