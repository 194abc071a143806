use protocol::{AuthorId, DocumentId, UserId};
use rusqlite::{Row, params};

use super::Sqlite;
use super::write::audit;
use crate::storage::write::{About, link};
use crate::storage::{Audit, AuditRow, Deed, Result, StorageError};

const COLUMNS: &str = "id, at_ms, deed, user, author, document, detail, chain";

impl Audit for Sqlite {
    fn audit_rows(&self, limit: u32) -> Result<Vec<AuditRow>> {
        self.read(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM (SELECT * FROM audit ORDER BY id DESC LIMIT ?1) ORDER BY id");
            let mut statement = tx.prepare_cached(&sql)?;
            let rows = statement.query_map([limit], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn audit_rows_after(&self, after: i64, limit: u32) -> Result<Vec<AuditRow>> {
        self.read(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM audit WHERE id > ?1 ORDER BY id LIMIT ?2");
            let mut statement = tx.prepare_cached(&sql)?;
            let rows = statement.query_map(params![after, limit], read_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn note(&self, deed: Deed, detail: &str, now_ms: i64) -> Result<()> {
        let about = About {
            detail,
            ..About::default()
        };
        self.write(|tx| audit(tx, now_ms, deed, &about))
    }

    fn broken_audit_row(&self) -> Result<Option<i64>> {
        self.read(|tx| {
            let mut statement = tx.prepare(&format!("SELECT {COLUMNS} FROM audit ORDER BY id"))?;
            let mut before = [0; 32];
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let read = read_row(row)?;
                let about = About {
                    user: read.user,
                    author: read.author,
                    document: read.document,
                    detail: &read.detail,
                };
                if link(before, read.at_ms, &read.deed, &about) != read.chain {
                    return Ok(Some(read.id));
                }
                before = read.chain;
            }
            Ok::<_, StorageError>(None)
        })
    }
}

fn read_row(row: &Row<'_>) -> rusqlite::Result<AuditRow> {
    Ok(AuditRow {
        id: row.get(0)?,
        at_ms: row.get(1)?,
        deed: row.get(2)?,
        user: row.get::<_, Option<_>>(3)?.map(UserId),
        author: row.get::<_, Option<_>>(4)?.map(AuthorId),
        document: row.get::<_, Option<_>>(5)?.map(DocumentId),
        detail: row.get(6)?,
        chain: row.get(7)?,
    })
}
