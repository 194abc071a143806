use protocol::AuthorId;
use protocol::ids::Sha256;
use rusqlite::{OptionalExtension, Row, params};

use super::Sqlite;
use super::people::find_author;
use super::write::audit;
use crate::storage::write::About;
use crate::storage::{Deed, Recoveries, Recovery, Result, StorageError};

const COLUMNS: &str = "id, author, at_ms, request, answer";

impl Recoveries for Sqlite {
    fn ask_recovery(&self, id: Sha256, author: AuthorId, request: &[u8], now_ms: i64) -> Result<bool> {
        self.write(|tx| {
            let Some(known) = find_author(tx, author)?.filter(|author| author.revoked_ms.is_none()) else {
                return Ok(false);
            };
            let asked = tx
                .query_row("SELECT 1 FROM recovery WHERE id = ?1", [id.0], |_| Ok(()))
                .optional()?;
            if asked.is_some() {
                return Ok(true);
            }
            tx.execute(
                "INSERT OR REPLACE INTO recovery (author, id, at_ms, request) VALUES (?1, ?2, ?3, ?4)",
                params![author.0, id.0, now_ms, request],
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
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM recovery WHERE id = ?1"))?;
            Ok(statement.query_row([id.0], read_row).optional()?)
        })
    }

    fn open_recoveries(&self) -> Result<Vec<Recovery>> {
        self.read(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM recovery WHERE answer IS NULL ORDER BY at_ms, id");
            let mut statement = tx.prepare_cached(&sql)?;
            let rows = statement.query_map([], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn answer_recovery(&self, id: Sha256, answer: &[u8], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let author = tx
                .query_row(
                    "UPDATE recovery SET answer = ?2, answered_ms = ?3 WHERE id = ?1 AND answer IS NULL RETURNING author",
                    params![id.0, answer, now_ms],
                    |row| row.get(0).map(AuthorId),
                )
                .optional()?;
            let about = About {
                author: Some(author.ok_or(StorageError::NoSuch("open request"))?),
                ..About::default()
            };
            audit(tx, now_ms, Deed::AnswerRecovery, &about)
        })
    }

    fn refuse_recovery(&self, id: Sha256, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let author = tx
                .query_row(
                    "DELETE FROM recovery WHERE id = ?1 AND answer IS NULL RETURNING author",
                    [id.0],
                    |row| row.get(0).map(AuthorId),
                )
                .optional()?;
            let about = About {
                author: Some(author.ok_or(StorageError::NoSuch("open request"))?),
                ..About::default()
            };
            audit(tx, now_ms, Deed::RefuseRecovery, &about)
        })
    }
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<Recovery> {
    Ok(Recovery {
        id: Sha256(row.get(0)?),
        author: AuthorId(row.get(1)?),
        at_ms: row.get(2)?,
        request: row.get(3)?,
        answer: row.get(4)?,
    })
}
