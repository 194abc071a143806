use protocol::{AuthorId, DocumentId, UserId};
use rusqlite::Row;

use super::Sqlite;
use crate::storage::write::{About, link};
use crate::storage::{Audit, AuditRow, Result, StorageError};

const COLUMNS: &str = "id, at_ms, deed, user, author, document, detail, chain";

impl Audit for Sqlite {
    fn audit_rows(&self, limit: u32) -> Result<Vec<AuditRow>> {
        self.read(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM (SELECT * FROM audit ORDER BY id DESC LIMIT ?1) ORDER BY id");
            let mut statement = tx.prepare_cached(&sql)?;
            let rows = statement.query_map([limit], |row| Ok(read_row(row)?.0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn broken_audit_row(&self) -> Result<Option<i64>> {
        self.read(|tx| {
            let mut statement = tx.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY id"))?;
            let mut before = [0; 32];
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (read, chain) = read_row(row)?;
                let about = About {
                    user: read.user,
                    author: read.author,
                    document: read.document,
                    detail: &read.detail,
                };
                if link(before, read.at_ms, &read.deed, &about) != chain {
                    return Ok(Some(read.id));
                }
                before = chain;
            }
            Ok::<_, StorageError>(None)
        })
    }
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<(AuditRow, [u8; 32])> {
    let read = AuditRow {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        deed: row.get(2)?,
        user: row.get::<_, Option<_>>(3)?.map(UserId),
        author: row.get::<_, Option<_>>(4)?.map(AuthorId),
        document: row.get::<_, Option<_>>(5)?.map(DocumentId),
        detail: row.get(6)?,
    };
    Ok((read, row.get(7)?))
}
