use protocol::AuthorId;
use protocol::ids::Sha256;
use tokio_postgres::Row;

use super::Postgres;
use super::people::find_author;
use super::transaction::Tx;
use super::value::{Fixed, at, fixed};
use super::write::audit;
use crate::storage::write::About;
use crate::storage::{Deed, Recoveries, Recovery, Result, StorageError};

const COLUMNS: &str = "id, author, at_ms, request, answer";

impl Recoveries for Postgres {
    fn ask_recovery(&self, id: Sha256, author: AuthorId, request: &[u8], now_ms: i64) -> Result<bool> {
        self.write(|tx| {
            let Some(known) = find_author(tx, author)?.filter(|author| author.revoked_ms.is_none()) else {
                return Ok(false);
            };
            if tx.any("SELECT 1 FROM recovery WHERE id = $1", &[&Fixed(id.0)])? {
                return Ok(true);
            }
            tx.execute(
                "INSERT INTO recovery (author, id, at_ms, request) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (author) DO UPDATE SET id = excluded.id, at_ms = excluded.at_ms,
                     request = excluded.request, answer = NULL, answered_ms = NULL",
                &[&Fixed(author.0), &Fixed(id.0), &now_ms, &request],
            )?;
            let about = About {
                user: Some(known.user.id),
                author: Some(author),
                ..About::default()
            };
            audit(tx, now_ms, Deed::AskRecovery, &about)?;
            Ok(true)
        })
    }

    fn recovery(&self, id: Sha256) -> Result<Option<Recovery>> {
        self.read_one(|tx| {
            let row = tx.row(
                &format!("SELECT {COLUMNS} FROM recovery WHERE id = $1"),
                &[&Fixed(id.0)],
            )?;
            row.as_ref().map(read_row).transpose()
        })
    }

    fn open_recoveries(&self) -> Result<Vec<Recovery>> {
        self.read_one(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM recovery WHERE answer IS NULL ORDER BY at_ms, id");
            tx.rows(&sql, &[])?.iter().map(read_row).collect()
        })
    }

    fn answer_recovery(&self, id: Sha256, answer: &[u8], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let answered = tx.row(
                "UPDATE recovery SET answer = $2, answered_ms = $3 WHERE id = $1 AND answer IS NULL RETURNING author",
                &[&Fixed(id.0), &answer, &now_ms],
            )?;
            told(tx, answered, Deed::AnswerRecovery, now_ms)
        })
    }

    fn refuse_recovery(&self, id: Sha256, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let refused = tx.row(
                "DELETE FROM recovery WHERE id = $1 AND answer IS NULL RETURNING author",
                &[&Fixed(id.0)],
            )?;
            told(tx, refused, Deed::RefuseRecovery, now_ms)
        })
    }
}

fn told(tx: &Tx<'_>, author: Option<Row>, deed: Deed, now_ms: i64) -> Result<()> {
    let row = author.ok_or(StorageError::NoSuch("open request"))?;
    let about = About {
        author: Some(AuthorId(fixed(&row, 0)?)),
        ..About::default()
    };
    audit(tx, now_ms, deed, &about)
}

fn read_row(row: &Row) -> Result<Recovery> {
    Ok(Recovery {
        id: Sha256(fixed(row, 0)?),
        author: AuthorId(fixed(row, 1)?),
        at_ms: at(row, 2)?,
        request: at(row, 3)?,
        answer: at(row, 4)?,
    })
}
