use protocol::{Appeal, AuthorId, DocumentId, Plea, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::Sqlite;
use super::destructions::destroyed_as;
use super::write::audit;
use crate::storage::appeals::{decided, new_row, standing_code, standing_of};
use crate::storage::write::About;
use crate::storage::{APPEALS_PER_AUTHOR_MAX, AppealRow, Appeals, Decision, Deed, Result, Standing, StorageError};

const COLUMNS: &str =
    "p.id, p.user, p.author, p.document, p.plea, p.asked_s, p.at_ms, p.standing, p.decided_ms, p.words";

impl Appeals for Sqlite {
    fn note_appeal(&self, user: UserId, author: AuthorId, appeal: Appeal, now_ms: i64) -> Result<AppealRow> {
        // Asked in every exchange until it is decided: mostly it is known.
        if let Some(known) = self.read(|tx| known(tx, author, appeal))? {
            return Ok(known);
        }
        self.write(|tx| {
            if let Some(known) = known(tx, author, appeal)? {
                return Ok(known);
            }
            let mut row = new_row(0, user, author, appeal, now_ms);
            if destroyed_as(tx, &appeal.document.0[..16])?.is_some() {
                row.standing = Standing::Declined;
                return Ok(row);
            }
            let open: u32 = tx.query_row(
                "SELECT count(*) FROM appeal WHERE author = ?1 AND standing = 0",
                [author.0],
                |row| row.get(0),
            )?;
            if open >= APPEALS_PER_AUTHOR_MAX {
                row.standing = Standing::Full;
                return Ok(row);
            }
            tx.execute(
                "INSERT INTO appeal (user, author, document, plea, asked_s, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (author, document, plea) DO UPDATE SET user = excluded.user, asked_s = excluded.asked_s,
                     at_ms = excluded.at_ms, standing = 0, decided_ms = NULL, words = ''",
                params![
                    user.0,
                    author.0,
                    appeal.document.0,
                    appeal.plea.code(),
                    appeal.asked_s,
                    now_ms
                ],
            )?;
            let about = About {
                user: Some(user),
                author: Some(author),
                document: Some(appeal.document),
                detail: appeal.plea.word(),
            };
            audit(tx, now_ms, Deed::Appeal, &about)?;
            known(tx, author, appeal)?.ok_or(StorageError::NoSuch("appeal"))
        })
    }

    fn open_appeals(&self, district: Option<&str>, limit: u32) -> Result<Vec<AppealRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM appeal p JOIN user u ON u.id = p.user
                 WHERE p.standing = 0 AND (?1 IS NULL OR u.district = ?1) ORDER BY p.at_ms, p.id LIMIT ?2"
            ))?;
            let rows = statement.query_map(params![district, limit], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn appeal(&self, id: i64) -> Result<Option<AppealRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("SELECT {COLUMNS} FROM appeal p WHERE p.id = ?1"))?;
            Ok(statement.query_row([id], read_row).optional()?)
        })
    }

    fn decide_appeal(&self, id: i64, decision: Decision, words: &str, now_ms: i64) -> Result<()> {
        let (standing, detail) = decided(decision);
        self.write(|tx| {
            let about = tx
                .query_row(
                    "UPDATE appeal SET standing = ?2, decided_ms = ?3, words = ?4 WHERE id = ?1 AND standing = 0
                     RETURNING user, author, document",
                    params![id, standing_code(&standing), now_ms, words],
                    |row| {
                        Ok(About {
                            user: Some(UserId(row.get(0)?)),
                            author: Some(AuthorId(row.get(1)?)),
                            document: Some(DocumentId(row.get(2)?)),
                            detail,
                        })
                    },
                )
                .optional()?;
            audit(
                tx,
                now_ms,
                Deed::DecideAppeal,
                &about.ok_or(StorageError::NoSuch("open appeal"))?,
            )
        })
    }
}

/// The appeal, where this asking of it or a later one was noted.
fn known(tx: &Connection, author: AuthorId, appeal: Appeal) -> Result<Option<AppealRow>> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM appeal p
         WHERE p.author = ?1 AND p.document = ?2 AND p.plea = ?3 AND (p.asked_s >= ?4 OR p.standing = 0)"
    ))?;
    let key = params![author.0, appeal.document.0, appeal.plea.code(), appeal.asked_s];
    Ok(statement.query_row(key, read_row).optional()?)
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<AppealRow> {
    Ok(AppealRow {
        id: row.get(0)?,
        user: UserId(row.get(1)?),
        author: AuthorId(row.get(2)?),
        document: DocumentId(row.get(3)?),
        plea: Plea::from_code(row.get(4)?).unwrap_or(Plea::HandOver),
        asked_s: row.get(5)?,
        at_ms: row.get(6)?,
        standing: standing_of(row.get(7)?),
        decided_ms: row.get(8)?,
        words: row.get(9)?,
    })
}
