use protocol::{AuthorId, DocumentId, Refusal};
use sha2::{Digest, Sha256};
use tokio_postgres::Row;

use super::Postgres;
use super::destructions::destroyed_as;
use super::value::{Fixed, at, fixed, number, small};
use super::write::audit;
use crate::storage::quarantine::rows_max;
use crate::storage::write::About;
use crate::storage::{Deed, Kept, Quarantine, QuarantineRow, Refused, Result};

impl Quarantine for Postgres {
    fn quarantine(&self, refused: &Refused<'_>, now_ms: i64) -> Result<Kept> {
        let hash: [u8; 32] = Sha256::digest(refused.bytes).into();
        self.write(|tx| {
            // Locked: what one author has in here is counted by one request at a time.
            tx.any(
                "SELECT 1 FROM author WHERE id = $1 FOR NO KEY UPDATE",
                &[&Fixed(refused.author.0)],
            )?;
            let [subject @ .., _] = refused.document.0;
            // A record is not destroyed between this look and the end: destroying waits for whoever keeps something.
            tx.execute("LOCK TABLE destruction IN ROW EXCLUSIVE MODE", &[])?;
            if destroyed_as(tx, subject)?.is_some() {
                return Ok(Kept::Destroyed);
            }
            let added = tx.execute(
                "INSERT INTO quarantine (at_ms, author, document, code, hash, bytes)
                 SELECT $1, $2, $3, $4, $5, $6
                 WHERE (SELECT count(*) FROM quarantine WHERE author = $2) < $7
                 ON CONFLICT DO NOTHING",
                &[
                    &now_ms,
                    &Fixed(refused.author.0),
                    &Fixed(refused.document.0),
                    &i64::from(refused.code.code()),
                    &Fixed(hash),
                    &refused.bytes,
                    &i64::from(rows_max(refused.code)),
                ],
            )?;
            if added == 0 {
                let known = tx.any(
                    "SELECT 1 FROM quarantine WHERE author = $1 AND document = $2 AND hash = $3",
                    &[&Fixed(refused.author.0), &Fixed(refused.document.0), &Fixed(hash)],
                )?;
                return Ok(if known { Kept::Yes } else { Kept::Full });
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
        self.read_one(|tx| {
            let row = tx.row(
                "SELECT count(*) FROM quarantine WHERE author = $1 AND document = $2",
                &[&Fixed(author.0), &Fixed(document.0)],
            )?;
            row.as_ref().map_or(Ok(0), |row| number(row, 0))
        })
    }

    fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineRow>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT id, at_ms, author, document, code, length(bytes)::bigint
                 FROM quarantine ORDER BY id DESC LIMIT $1",
                &[&i64::from(limit)],
            )?;
            rows.iter().map(read_row).collect()
        })
    }
}

fn read_row(row: &Row) -> Result<QuarantineRow> {
    Ok(QuarantineRow {
        id: at(row, 0)?,
        at_ms: at(row, 1)?,
        author: AuthorId(fixed(row, 2)?),
        document: DocumentId(fixed(row, 3)?),
        code: Refusal::from_code(u16::try_from(small(row, 4)?).unwrap_or(u16::MAX)),
        bytes: number(row, 5)?,
    })
}
