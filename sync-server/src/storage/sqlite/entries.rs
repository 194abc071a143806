use protocol::{AuthorId, DocumentId, UserId};
use rusqlite::{Connection, Row, params};

use super::destructions::section;
use super::people::find_author;
use super::receipts::receipt_at;
use super::{Number, Sqlite};
use crate::storage::entries::RawEntry;
use crate::storage::write::{KIND_AUTHOR, KIND_CHANGE, KIND_GRANT, KIND_JUDGED, KIND_RECEIPT, KIND_REVOKE};
use crate::storage::{Entries, Entry, EntryBody, Result, Window};

const SELECT: &str = "
    SELECT l.number, l.kind, l.at_ms, l.document, l.author, l.late, l.bytes, g.writable, l.hash
    FROM log l LEFT JOIN granted g ON g.user = ?2 AND g.document = l.document
    WHERE l.district = ?1 AND l.number > ?4 AND l.number <= ?6 AND (
        (l.kind = 1 AND g.since <= ?5 AND (l.author <> ?3 OR EXISTS (
            SELECT 1 FROM released r WHERE r.document = l.document AND r.author = l.author AND r.seq = l.seq)))
        OR (l.kind = 2 AND l.user = ?2 AND g.since = l.number)
        OR (l.kind = 3 AND l.user = ?2 AND g.since IS NULL)
        OR l.kind = 4
        OR (l.kind = 5 AND g.since <= ?5)
        OR (l.kind = 7 AND l.author = ?3)
    )
    ORDER BY l.number LIMIT ?7";

impl Entries for Sqlite {
    fn entries(
        &self,
        district: &str,
        reader: UserId,
        reading_author: AuthorId,
        window: Window,
        limit: u32,
    ) -> Result<Vec<Entry>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(SELECT)?;
            let numbers = (Number(window.after), Number(window.from), Number(window.head));
            let rows = statement.query_map(
                params![
                    district,
                    reader.0,
                    reading_author.0,
                    numbers.0,
                    numbers.1,
                    numbers.2,
                    limit
                ],
                read_raw,
            )?;
            let mut entries = Vec::new();
            for raw in rows {
                let raw = raw?;
                let number = raw.number;
                if let Some(body) = body(tx, district, raw)? {
                    entries.push(Entry { number, body });
                }
            }
            Ok(entries)
        })
    }
}

pub(super) fn read_raw(row: &Row<'_>) -> rusqlite::Result<RawEntry> {
    Ok(RawEntry {
        number: row.get::<_, Number>(0)?.0,
        kind: row.get(1)?,
        at_ms: row.get(2)?,
        document: row.get::<_, Option<_>>(3)?.map(DocumentId),
        author: row.get::<_, Option<_>>(4)?.map(AuthorId),
        late: row.get(5)?,
        bytes: row.get(6)?,
        writable: row.get(7)?,
        hash: row.get(8)?,
    })
}

/// What the columns say together; `None` for columns that say nothing, which no writing of ours makes.
pub(super) fn body(tx: &Connection, district: &str, raw: RawEntry) -> Result<Option<EntryBody>> {
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
