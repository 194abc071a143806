use protocol::{Appeal, AuthorId, DocumentId, Plea, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::destructions::destroyed_as;
use super::transaction::Tx;
use super::value::{Fixed, at, fixed, number, small, text};
use super::write::audit;
use crate::storage::appeals::{decided, new_row, standing_code, standing_of};
use crate::storage::write::About;
use crate::storage::{APPEALS_PER_AUTHOR_MAX, AppealRow, Appeals, Decision, Deed, Result, Standing, StorageError};

const COLUMNS: &str =
    "p.id, p.user_id, p.author, p.document, p.plea, p.asked_s, p.at_ms, p.standing, p.decided_ms, p.words";

impl Appeals for Postgres {
    fn note_appeal(&self, user: UserId, author: AuthorId, appeal: Appeal, now_ms: i64) -> Result<AppealRow> {
        // Asked in every exchange until it is decided: mostly it is known.
        if let Some(known) = self.read_one(|tx| known(tx, author, appeal))? {
            return Ok(known);
        }
        self.write(|tx| {
            // Locked: what one author has in here is counted by one request at a time.
            tx.any(
                "SELECT 1 FROM author WHERE id = $1 FOR NO KEY UPDATE",
                &[&Fixed(author.0)],
            )?;
            if let Some(known) = known(tx, author, appeal)? {
                return Ok(known);
            }
            let mut row = new_row(0, user, author, appeal, now_ms);
            // As for refused bytes: destroying waits for whoever keeps something.
            tx.execute("LOCK TABLE destruction IN ROW EXCLUSIVE MODE", &[])?;
            let [subject @ .., _] = appeal.document.0;
            if destroyed_as(tx, subject)?.is_some() {
                row.standing = Standing::Declined;
                return Ok(row);
            }
            let open = tx.row(
                "SELECT count(*) FROM appeal WHERE author = $1 AND standing = 0",
                &[&Fixed(author.0)],
            )?;
            let open = open.as_ref().map_or(Ok(0), |row| number(row, 0))?;
            if open >= u64::from(APPEALS_PER_AUTHOR_MAX) {
                row.standing = Standing::Full;
                return Ok(row);
            }
            tx.execute(
                "INSERT INTO appeal (user_id, author, document, plea, asked_s, at_ms) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (author, document, plea) DO UPDATE SET user_id = excluded.user_id,
                     asked_s = excluded.asked_s, at_ms = excluded.at_ms, standing = 0, decided_ms = NULL, words = ''",
                &[
                    &Fixed(user.0),
                    &Fixed(author.0),
                    &Fixed(appeal.document.0),
                    &i64::from(appeal.plea.code()),
                    &i64::from(appeal.asked_s),
                    &now_ms,
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
        self.read_one(|tx| {
            let rows = tx.rows(
                &format!(
                    "SELECT {COLUMNS} FROM appeal p JOIN users u ON u.id = p.user_id
                     WHERE p.standing = 0 AND ($1::text IS NULL OR u.district = $1) ORDER BY p.at_ms, p.id LIMIT $2"
                ),
                &[&district, &i64::from(limit)],
            )?;
            rows.iter().map(read_row).collect()
        })
    }

    fn appeal(&self, id: i64) -> Result<Option<AppealRow>> {
        self.read_one(|tx| {
            let row = tx.row(&format!("SELECT {COLUMNS} FROM appeal p WHERE p.id = $1"), &[&id])?;
            row.as_ref().map(read_row).transpose()
        })
    }

    fn decide_appeal(&self, id: i64, decision: Decision, words: &str, now_ms: i64) -> Result<()> {
        let (standing, detail) = decided(decision);
        self.write(|tx| {
            let row = tx.row(
                "UPDATE appeal SET standing = $2, decided_ms = $3, words = $4 WHERE id = $1 AND standing = 0
                 RETURNING user_id, author, document",
                &[&id, &standing_code(&standing), &now_ms, &text(words)],
            )?;
            let row = row.ok_or(StorageError::NoSuch("open appeal"))?;
            let about = About {
                user: Some(UserId(fixed(&row, 0)?)),
                author: Some(AuthorId(fixed(&row, 1)?)),
                document: Some(DocumentId(fixed(&row, 2)?)),
                detail,
            };
            audit(tx, now_ms, Deed::DecideAppeal, &about)
        })
    }
}

/// The appeal, where this asking of it or a later one was noted.
fn known(tx: &Tx<'_>, author: AuthorId, appeal: Appeal) -> Result<Option<AppealRow>> {
    let row = tx.row(
        &format!(
            "SELECT {COLUMNS} FROM appeal p
             WHERE p.author = $1 AND p.document = $2 AND p.plea = $3 AND (p.asked_s >= $4 OR p.standing = 0)"
        ),
        &[
            &Fixed(author.0),
            &Fixed(appeal.document.0),
            &i64::from(appeal.plea.code()),
            &i64::from(appeal.asked_s),
        ],
    )?;
    row.as_ref().map(read_row).transpose()
}

fn read_row(row: &Row) -> Result<AppealRow> {
    let plea = u8::try_from(small(row, 4)?).ok().and_then(Plea::from_code);
    Ok(AppealRow {
        id: at(row, 0)?,
        user: UserId(fixed(row, 1)?),
        author: AuthorId(fixed(row, 2)?),
        document: DocumentId(fixed(row, 3)?),
        plea: plea.unwrap_or(Plea::HandOver),
        asked_s: small(row, 5)?,
        at_ms: at(row, 6)?,
        standing: standing_of(at(row, 7)?),
        decided_ms: at(row, 8)?,
        words: at(row, 9)?,
    })
}
