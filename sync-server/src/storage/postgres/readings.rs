use protocol::{AuthorId, DocumentId, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::entries::told;
use super::transaction::{Tx, owned};
use super::value::{Fixed, Number, at, fixed, fixed_or_none, number};
use crate::storage::{CardRow, Entry, FirstReading, Listed, Readings, Result, StorageError};

/// What whoever has nothing yet is told: no change, since what a document has is in its grant.
const TOLD: &str = "((l.kind = 2 AND l.user_id = $2 AND g.since = l.number)
    OR (l.kind = 3 AND l.user_id = $2 AND g.since IS NULL)
    OR l.kind = 4)";

impl Readings for Postgres {
    fn listed(&self, district: &str, reader: UserId, head: u64) -> Result<Vec<Listed>> {
        self.read_one(|tx| {
            let sql = format!(
                "SELECT l.number, CASE l.kind WHEN 2 THEN l.document END, c.pressing, c.due_ms
                 FROM log l LEFT JOIN granted g ON g.user_id = $2 AND g.document = l.document
                 LEFT JOIN card c ON l.kind = 2 AND c.subject = substring(l.document FROM 1 FOR 16)
                 WHERE l.district = $1 AND l.number <= $3 AND {TOLD} ORDER BY l.number"
            );
            let rows = tx.rows(&sql, &[&district, &Fixed(reader.0), &Number(head)])?;
            rows.iter().map(read_listed).collect()
        })
    }

    fn entries_at(&self, district: &str, reader: UserId, numbers: &[u64]) -> Result<Vec<Entry>> {
        let numbers: Vec<Number> = numbers.iter().copied().map(Number).collect();
        self.read(|tx| {
            let sql = format!(
                "SELECT l.number, l.kind, l.at_ms, l.document, l.author, l.late, l.bytes, g.writable, l.hash
                 FROM log l LEFT JOIN granted g ON g.user_id = $2 AND g.document = l.document
                 WHERE l.district = $1 AND l.number = ANY ($3) AND {TOLD}"
            );
            let rows = tx.rows(&sql, &[&district, &Fixed(reader.0), &numbers])?;
            told(tx, district, &rows)
        })
    }

    fn cards(&self, subjects: &[[u8; 16]]) -> Result<Vec<CardRow>> {
        let subjects: Vec<Fixed<16>> = subjects.iter().copied().map(Fixed).collect();
        self.read_one(|tx| {
            let sql = "SELECT subject, pressing, due_ms, core, identity FROM card WHERE subject = ANY ($1)";
            tx.rows(sql, &[&subjects])?.iter().map(read_card).collect()
        })
    }

    fn without_card(&self, limit: u32) -> Result<Vec<[u8; 16]>> {
        self.read_one(|tx| {
            let sql =
                "SELECT subject FROM case_row r WHERE NOT EXISTS (SELECT 1 FROM card c WHERE c.subject = r.subject)
                 ORDER BY subject LIMIT $1";
            tx.rows(sql, &[&i64::from(limit)])?
                .iter()
                .map(|row| fixed(row, 0))
                .collect()
        })
    }

    fn add_card(&self, card: &CardRow) -> Result<()> {
        self.write(|tx| {
            put_card(tx, card, "NOTHING");
            Ok(())
        })
    }

    fn keep_reading(&self, author: AuthorId, reading: &FirstReading, now_ms: i64, forget_before_ms: i64) -> Result<()> {
        self.write(|tx| {
            // What another request forgets at this moment is passed over: two that forget do not wait for each other.
            tx.execute(
                "DELETE FROM first_reading r USING (
                    SELECT author FROM first_reading WHERE at_ms < $1 AND author <> $2 FOR UPDATE SKIP LOCKED) old
                 WHERE r.author = old.author",
                &[&forget_before_ms, &Fixed(author.0)],
            )?;
            tx.execute(
                "INSERT INTO first_reading (author, head, items, at_ms) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (author) DO UPDATE SET head = excluded.head, items = excluded.items, at_ms = excluded.at_ms",
                &[&Fixed(author.0), &Number(reading.head), &reading.items, &now_ms],
            )?;
            Ok(())
        })
    }

    fn reading(&self, author: AuthorId) -> Result<Option<FirstReading>> {
        self.read_one(|tx| {
            let sql = "SELECT head, items FROM first_reading WHERE author = $1";
            let row = tx.row(sql, &[&Fixed(author.0)])?;
            row.map(|row| {
                Ok(FirstReading {
                    head: number(&row, 0)?,
                    items: at(&row, 1)?,
                })
            })
            .transpose()
        })
    }
}

fn read_listed(row: &Row) -> Result<Listed> {
    let pressing: Option<i64> = at(row, 2)?;
    let due_ms: Option<i64> = at(row, 3)?;
    Ok(Listed {
        number: number(row, 0)?,
        document: fixed_or_none(row, 1)?.map(DocumentId),
        card: pressing
            .map(|pressing| Ok::<_, StorageError>((read_pressing(pressing)?, due_ms)))
            .transpose()?,
    })
}

fn read_card(row: &Row) -> Result<CardRow> {
    Ok(CardRow {
        subject: fixed(row, 0)?,
        pressing: read_pressing(at(row, 1)?)?,
        due_ms: at(row, 2)?,
        core: at(row, 3)?,
        identity: at(row, 4)?,
    })
}

fn read_pressing(pressing: i64) -> Result<u8> {
    u8::try_from(pressing).map_err(|_| StorageError::NoSuch("way of pressing"))
}

/// Keeps a case's card in the place of an older one.
pub(super) fn replace_card(tx: &Tx<'_>, card: &CardRow) {
    let replace = "UPDATE SET pressing = excluded.pressing, due_ms = excluded.due_ms,
             core = excluded.core, identity = excluded.identity";
    put_card(tx, card, replace);
}

fn put_card(tx: &Tx<'_>, card: &CardRow, otherwise: &str) {
    tx.later(
        format!(
            "INSERT INTO card (subject, pressing, due_ms, core, identity) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (subject) DO {otherwise}"
        ),
        owned![
            Fixed(card.subject),
            i64::from(card.pressing),
            card.due_ms,
            card.core.clone(),
            card.identity.clone(),
        ],
    );
}
