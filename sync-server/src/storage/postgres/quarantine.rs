use protocol::{AuthorId, DocumentId, Refusal, UserId};
use sha2::{Digest, Sha256};
use tokio_postgres::Row;

use super::Postgres;
use super::changes::commit;
use super::destructions::destroyed_as;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, number, small};
use super::write::{append, audit, stand_in_line};
use crate::storage::quarantine::{NO_SUCH_ROW, rows_max};
use crate::storage::write::{About, KIND_JUDGED, NewEntry};
use crate::storage::{
    CommitError, Committed, Deed, Kept, NewChange, Quarantine, QuarantineRow, Refused, Result, StorageError,
};

const ROW: &str = "SELECT id, at_ms, author, document, code, length(bytes)::bigint, refused_ms FROM quarantine";

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
                 WHERE (SELECT count(*) FROM quarantine WHERE author = $2 AND refused_ms IS NULL) < $7
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
                let known = tx.row(
                    "SELECT refused_ms FROM quarantine WHERE author = $1 AND document = $2 AND hash = $3",
                    &[&Fixed(refused.author.0), &Fixed(refused.document.0), &Fixed(hash)],
                )?;
                return Ok(match known.map(|row| at::<Option<i64>>(&row, 0)).transpose()? {
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
        self.read_one(|tx| {
            let rows = tx.rows(&format!("{ROW} ORDER BY id DESC LIMIT $1"), &[&i64::from(limit)])?;
            rows.iter().map(read_row).collect()
        })
    }

    fn quarantined_row(&self, id: i64) -> Result<Option<QuarantineRow>> {
        self.read_one(|tx| {
            let row = tx.row(&format!("{ROW} WHERE id = $1"), &[&id])?;
            row.as_ref().map(read_row).transpose()
        })
    }

    fn quarantined_of(&self, author: AuthorId, document: DocumentId) -> Result<Vec<QuarantineRow>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                &format!("{ROW} WHERE author = $1 AND document = $2 AND refused_ms IS NULL ORDER BY id"),
                &[&Fixed(author.0), &Fixed(document.0)],
            )?;
            rows.iter().map(read_row).collect()
        })
    }

    fn refused_bytes(&self, id: i64) -> Result<Option<Vec<u8>>> {
        self.read_one(|tx| {
            let row = tx.row(
                "SELECT bytes FROM quarantine WHERE id = $1 AND refused_ms IS NULL",
                &[&id],
            )?;
            row.map(|row| at(&row, 0)).transpose()
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
            let row = decided_now(tx, id)?;
            tx.execute("DELETE FROM quarantine WHERE id = $1", &[&id])?;
            // By the change and not by its number, which is known only with the commit.
            tx.execute(
                "INSERT INTO released (document, author, seq) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
                &[&Fixed(change.document.0), &Fixed(change.author.0), &Number(change.seq)],
            )?;
            audit(tx, change.now_ms, Deed::Release, &row.about(&id.to_string()))?;
            let committed = commit(tx, std::slice::from_ref(change))?;
            Ok(committed.into_iter().next().ok_or(StorageError::NoSuch("change"))?)
        })
    }

    fn refuse_for_good(&self, id: i64, change: Option<[u8; 32]>, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let row = decided_now(tx, id)?;
            tx.execute(
                "UPDATE quarantine SET refused_ms = $2, bytes = '\\xe501' WHERE id = $1",
                &[&id, &now_ms],
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

fn undecided(tx: &Tx<'_>, id: i64) -> Result<Undecided> {
    let row = tx.row(
        "SELECT q.author, q.document, u.id, u.district FROM quarantine q
         JOIN author a ON a.id = q.author JOIN users u ON u.id = a.user_id
         WHERE q.id = $1 AND q.refused_ms IS NULL",
        &[&id],
    )?;
    let row = row.ok_or(StorageError::NoSuch(NO_SUCH_ROW))?;
    Ok(Undecided {
        author: AuthorId(fixed(&row, 0)?),
        document: DocumentId(fixed(&row, 1)?),
        user: UserId(fixed(&row, 2)?),
        district: at(&row, 3)?,
    })
}

/// The same, and nobody else decides about it meanwhile: of two who do, the second finds that it was done.
fn decided_now(tx: &Tx<'_>, id: i64) -> Result<Undecided> {
    let row = undecided(tx, id)?;
    stand_in_line(tx, &row.district)?;
    undecided(tx, id)
}

fn read_row(row: &Row) -> Result<QuarantineRow> {
    Ok(QuarantineRow {
        id: at(row, 0)?,
        at_ms: at(row, 1)?,
        author: AuthorId(fixed(row, 2)?),
        document: DocumentId(fixed(row, 3)?),
        code: Refusal::from_code(u16::try_from(small(row, 4)?).unwrap_or(u16::MAX)),
        bytes: number(row, 5)?,
        refused_ms: at(row, 6)?,
    })
}
