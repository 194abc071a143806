use protocol::ids::Sha256;
use protocol::{DocumentId, UserId};

use super::Postgres;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, number};
use crate::storage::{Media, MediaClaim, MediaRow, Result, StorageError};

/// Claims to an object that a user may show to be true.
const CLAIMS_OF: &str = "FROM media_claim c WHERE c.sha256 = $1 AND (
        EXISTS (SELECT 1 FROM granted g WHERE g.document = c.document AND g.user_id = $2)
        OR EXISTS (SELECT 1 FROM revoked r
                   WHERE r.document = c.document AND r.user_id = $2 AND r.writable AND r.at_ms >= $3))";

/// Of two who name the same new picture in two districts at once, one is the first. Locks are taken in the order of hashes.
pub(super) fn lock(tx: &Tx<'_>, sha256: Sha256) -> Result<()> {
    let mut lock = [0; 8];
    lock.copy_from_slice(&sha256.0[..8]);
    tx.rows("SELECT pg_advisory_xact_lock($1)", &[&i64::from_be_bytes(lock)])?;
    Ok(())
}

/// What a user claims is theirs.
fn accept(tx: &Tx<'_>, user: UserId, sha256: Sha256, until_ms: i64) -> Result<()> {
    tx.execute(
        &format!(
            "WITH theirs AS (
                 DELETE FROM media_claim WHERE sha256 = $1 AND document IN (SELECT c.document {CLAIMS_OF}) RETURNING document)
             INSERT INTO attachment (sha256, document) SELECT $1, document FROM theirs ON CONFLICT DO NOTHING"
        ),
        &[&Fixed(sha256.0), &Fixed(user.0), &until_ms],
    )?;
    Ok(())
}

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

    fn media_claim(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<Option<MediaClaim>> {
        let row = self.read_one(|tx| {
            tx.row(
                &format!(
                    "SELECT c.document, c.name, EXISTS (SELECT 1 FROM attachment WHERE sha256 = $1) {CLAIMS_OF}
                     ORDER BY c.document LIMIT 1"
                ),
                &[&Fixed(sha256.0), &Fixed(user.0), &until_ms],
            )
        })?;
        let Some(row) = row else { return Ok(None) };
        if at(&row, 2)? {
            return Ok(Some(MediaClaim {
                document: DocumentId(fixed(&row, 0)?),
                name: Sha256(fixed(&row, 1)?),
            }));
        }
        self.write(|tx| {
            lock(tx, sha256)?;
            if !tx.any(
                "SELECT 1 FROM attachment WHERE sha256 = $1 LIMIT 1",
                &[&Fixed(sha256.0)],
            )? {
                accept(tx, user, sha256, until_ms)?;
            }
            Ok::<_, StorageError>(())
        })?;
        Ok(None)
    }

    fn media_proven(&self, user: UserId, sha256: Sha256, until_ms: i64) -> Result<()> {
        self.write(|tx| accept(tx, user, sha256, until_ms))
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

    fn media_bytes_of(&self, subject: [u8; 16]) -> Result<u64> {
        self.read_one(|tx| {
            let row = tx.row(
                "SELECT coalesce(sum(m.bytes), 0)::BIGINT FROM media m WHERE m.sha256 IN (
                     SELECT a.sha256 FROM document d JOIN attachment a ON a.document = d.id WHERE d.subject = $1
                     UNION SELECT c.name FROM document d JOIN media_claim c ON c.document = d.id WHERE d.subject = $1)",
                &[&Fixed(subject)],
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
