use protocol::{AuthorId, DocumentId, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::destructions::section;
use super::people::find_author;
use super::receipts::receipt_at;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed_or_none, number};
use crate::storage::entries::RawEntry;
use crate::storage::write::{KIND_AUTHOR, KIND_CHANGE, KIND_GRANT, KIND_JUDGED, KIND_RECEIPT, KIND_REVOKE};
use crate::storage::{Entries, Entry, EntryBody, Result, StorageError, Window};

const SELECT: &str = "
    SELECT l.number, l.kind, l.at_ms, l.document, l.author, l.late, l.bytes, g.writable, l.hash
    FROM log l LEFT JOIN granted g ON g.user_id = $2 AND g.document = l.document
    WHERE l.district = $1 AND l.number > $4 AND l.number <= $6 AND (
        (l.kind = 1 AND g.since <= $5 AND (l.author <> $3 OR EXISTS (
            SELECT 1 FROM released r WHERE r.document = l.document AND r.author = l.author AND r.seq = l.seq)))
        OR (l.kind = 2 AND l.user_id = $2 AND g.since = l.number)
        OR (l.kind = 3 AND l.user_id = $2 AND g.since IS NULL)
        OR l.kind = 4
        OR (l.kind = 5 AND g.since <= $5)
        OR (l.kind = 7 AND l.author = $3)
    )
    ORDER BY l.number LIMIT $7";

impl Entries for Postgres {
    fn entries(
        &self,
        district: &str,
        reader: UserId,
        reading_author: AuthorId,
        window: Window,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        self.read(|tx| {
            let rows = tx.rows(
                SELECT,
                &[
                    &district,
                    &Fixed(reader.0),
                    &Fixed(reading_author.0),
                    &Number(window.after),
                    &Number(window.from),
                    &Number(window.head),
                    &i64::from(limit),
                ],
            )?;
            told(tx, district, &rows)
        })
    }
}

/// The entries of these rows.
pub(super) fn told(tx: &Tx<'_>, district: &str, rows: &[Row]) -> Result<Vec<Entry>> {
    let mut entries = Vec::new();
    for row in rows {
        let raw = read_raw(row)?;
        let number = raw.number;
        if let Some(body) = body(tx, district, raw)? {
            entries.push(Entry { number, body });
        }
    }
    Ok(entries)
}

fn read_raw(row: &Row) -> Result<RawEntry> {
    let kind: i16 = at(row, 1)?;
    Ok(RawEntry {
        number: number(row, 0)?,
        kind: u8::try_from(kind).map_err(|_| StorageError::NoSuch("kind of entry"))?,
        at_ms: at(row, 2)?,
        document: fixed_or_none(row, 3)?.map(DocumentId),
        author: fixed_or_none(row, 4)?.map(AuthorId),
        late: at(row, 5)?,
        bytes: at(row, 6)?,
        writable: at(row, 7)?,
        hash: fixed_or_none(row, 8)?,
    })
}

/// What the columns say together; `None` for columns that say nothing, which no writing of ours makes.
fn body(tx: &Tx<'_>, district: &str, raw: RawEntry) -> Result<Option<EntryBody>> {
    Ok(match (raw.kind, raw.document, raw.author) {
        (KIND_CHANGE, Some(document), Some(author)) => raw.bytes.map(|bytes| EntryBody::Change {
            document,
            author,
            received_ms: raw.at_ms,
            late: raw.late,
            bytes,
        }),
        (KIND_GRANT, Some(document), _) => raw.writable.map(|writable| EntryBody::Grant { document, writable }),
        (KIND_REVOKE, Some(document), _) => {
            let destroyed = section(tx, document)?;
            Some(EntryBody::Revoke { document, destroyed })
        }
        (KIND_AUTHOR, _, Some(author)) => find_author(tx, author)?.map(EntryBody::Author),
        (KIND_RECEIPT, Some(_), _) => receipt_at(tx, district, raw.number)?.map(EntryBody::Receipt),
        (KIND_JUDGED, Some(document), _) => raw.hash.map(|hash| EntryBody::Judged { document, hash }),
        _ => None,
    })
}
