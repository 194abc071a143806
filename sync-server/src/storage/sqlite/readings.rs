use protocol::{AuthorId, DocumentId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::entries::{body, read_raw};
use super::{Number, Sqlite};
use crate::storage::{CardRow, Entry, FirstReading, Listed, Readings, Result};

/// What whoever has nothing yet is told: no change, since what a document has is in its grant.
const TOLD: &str = "((l.kind = 2 AND l.user = ?2 AND g.since = l.number)
    OR (l.kind = 3 AND l.user = ?2 AND g.since IS NULL)
    OR l.kind = 4)";

impl Readings for Sqlite {
    fn listed(&self, district: &str, reader: UserId, head: u64) -> Result<Vec<Listed>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT l.number, CASE l.kind WHEN 2 THEN l.document END, c.pressing, c.due_ms
                 FROM log l LEFT JOIN granted g ON g.user = ?2 AND g.document = l.document
                 LEFT JOIN card c ON l.kind = 2 AND c.subject = substr(l.document, 1, 16)
                 WHERE l.district = ?1 AND l.number <= ?3 AND {TOLD} ORDER BY l.number"
            ))?;
            let rows = statement.query_map(params![district, reader.0, Number(head)], |row| {
                let pressing: Option<u8> = row.get(2)?;
                let due_ms: Option<i64> = row.get(3)?;
                Ok(Listed {
                    number: row.get::<_, Number>(0)?.0,
                    document: row.get::<_, Option<_>>(1)?.map(DocumentId),
                    card: pressing.map(|pressing| (pressing, due_ms)),
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn entries_at(&self, district: &str, reader: UserId, numbers: &[u64]) -> Result<Vec<Entry>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT l.number, l.kind, l.at_ms, l.document, l.author, l.late, l.bytes, g.writable, l.hash
                 FROM log l LEFT JOIN granted g ON g.user = ?2 AND g.document = l.document
                 WHERE l.district = ?1 AND l.number = ?3 AND {TOLD}"
            ))?;
            let mut entries = Vec::new();
            for number in numbers {
                let raw = statement
                    .query_row(params![district, reader.0, Number(*number)], read_raw)
                    .optional()?;
                let Some(raw) = raw else { continue };
                if let Some(body) = body(tx, district, raw)? {
                    entries.push(Entry { number: *number, body });
                }
            }
            Ok(entries)
        })
    }

    fn cards(&self, subjects: &[[u8; 16]]) -> Result<Vec<CardRow>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT subject, pressing, due_ms, core, identity FROM card WHERE subject = ?1")?;
            let mut cards = Vec::new();
            for subject in subjects {
                cards.extend(statement.query_row([subject], read_card).optional()?);
            }
            Ok(cards)
        })
    }

    fn without_card(&self, limit: u32) -> Result<Vec<[u8; 16]>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT subject FROM case_row r WHERE NOT EXISTS (SELECT 1 FROM card c WHERE c.subject = r.subject)
                 ORDER BY subject LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn add_card(&self, card: &CardRow) -> Result<()> {
        self.write(|tx| put_card(tx, card, "IGNORE"))
    }

    fn keep_reading(&self, author: AuthorId, reading: &FirstReading, now_ms: i64, forget_before_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached("DELETE FROM first_reading WHERE at_ms < ?1")?
                .execute([forget_before_ms])?;
            tx.prepare_cached(
                "INSERT OR REPLACE INTO first_reading (author, head, items, at_ms) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![author.0, Number(reading.head), reading.items, now_ms])?;
            Ok(())
        })
    }

    fn reading(&self, author: AuthorId) -> Result<Option<FirstReading>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT head, items FROM first_reading WHERE author = ?1")?;
            let reading = statement.query_row([author.0], |row| {
                Ok(FirstReading {
                    head: row.get::<_, Number>(0)?.0,
                    items: row.get(1)?,
                })
            });
            Ok(reading.optional()?)
        })
    }
}

fn read_card(row: &Row<'_>) -> rusqlite::Result<CardRow> {
    Ok(CardRow {
        subject: row.get(0)?,
        pressing: row.get(1)?,
        due_ms: row.get(2)?,
        core: row.get(3)?,
        identity: row.get(4)?,
    })
}

/// Keeps a case's card in the place of an older one.
pub(super) fn replace_card(tx: &Connection, card: &CardRow) -> Result<()> {
    put_card(tx, card, "REPLACE")
}

fn put_card(tx: &Connection, card: &CardRow, or: &str) -> Result<()> {
    tx.prepare_cached(&format!(
        "INSERT OR {or} INTO card (subject, pressing, due_ms, core, identity) VALUES (?1, ?2, ?3, ?4, ?5)"
    ))?
    .execute(params![
        card.subject,
        card.pressing,
        card.due_ms,
        card.core,
        card.identity
    ])?;
    Ok(())
}
