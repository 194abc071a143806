use protocol::access_log::AccessRow;
use protocol::{AuthorId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::write::About;
use crate::storage::{AccessFilter, AccessLine, AccessLog, AccessLogs, Deed, Result, StorageError};

const COLUMNS: &str = "author, n, at_ms, action, subject, detail, hash, received_ms";

fn read_line(row: &Row<'_>) -> rusqlite::Result<AccessLine> {
    Ok(AccessLine {
        author: AuthorId(row.get(0)?),
        row: AccessRow {
            n: row.get::<_, Number>(1)?.0,
            at_ms: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            detail: row.get(5)?,
            hash: row.get(6)?,
        },
        received_ms: row.get(7)?,
    })
}

impl AccessLogs for Sqlite {
    fn append_access(&self, user: UserId, author: AuthorId, rows: &[AccessRow], now_ms: i64) -> Result<bool> {
        self.write(|tx| {
            let (mut last, mut previous) = last_of(tx, author)?;
            let mut broken = None;
            for row in rows {
                if row.n <= last {
                    if !is_same(tx, author, row)? {
                        broken.get_or_insert(row.n);
                    }
                    continue;
                }
                if row.n != last + 1 || row.link(&previous) != row.hash {
                    broken.get_or_insert(row.n);
                }
                tx.prepare_cached(
                    "INSERT INTO access_log (author, n, at_ms, action, subject, detail, hash, received_ms)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    author.0,
                    Number(row.n),
                    row.at_ms,
                    row.action,
                    row.subject,
                    row.detail,
                    row.hash,
                    now_ms
                ])?;
                (last, previous) = (row.n, row.hash);
            }
            let Some(n) = broken else { return Ok(true) };
            let about = About {
                user: Some(user),
                author: Some(author),
                detail: &format!("row {n}"),
                ..About::default()
            };
            audit(tx, now_ms, Deed::BrokenAccessLog, &about)?;
            Ok(false)
        })
    }

    fn access_upto(&self, author: AuthorId) -> Result<u64> {
        self.read(|tx| Ok(last_of(tx, author)?.0))
    }

    fn access_lines(&self, filter: AccessFilter, limit: u32) -> Result<Vec<AccessLine>> {
        self.read(|tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM access_log WHERE (?1 IS NULL OR author = ?1) AND (?2 IS NULL OR subject = ?2)
                 ORDER BY at_ms DESC, author, n DESC LIMIT ?3"
            );
            let mut statement = tx.prepare_cached(&sql)?;
            let rows = statement.query_map(
                params![filter.author.map(|author| author.0), filter.subject, limit],
                read_line,
            )?;
            let mut lines = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            lines.reverse();
            Ok(lines)
        })
    }

    fn check_access_logs(&self, author: Option<AuthorId>) -> Result<Vec<AccessLog>> {
        self.read(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM access_log WHERE (?1 IS NULL OR author = ?1) ORDER BY author, n");
            let mut statement = tx.prepare(&sql)?;
            let mut rows = statement.query([author.map(|author| author.0)])?;
            let mut logs: Vec<AccessLog> = Vec::new();
            let (mut last, mut previous) = (0, [0; 32]);
            while let Some(row) = rows.next()? {
                let AccessLine { author, row, .. } = read_line(row)?;
                if logs.last().is_none_or(|log| log.author != author) {
                    logs.push(AccessLog {
                        author,
                        user: user_of(tx, author)?,
                        rows: 0,
                        broken_at: None,
                    });
                    (last, previous) = (0, [0; 32]);
                }
                let Some(log) = logs.last_mut() else { continue };
                log.rows += 1;
                if log.broken_at.is_none() && (row.n != last + 1 || row.link(&previous) != row.hash) {
                    log.broken_at = Some(last + 1);
                }
                (last, previous) = (row.n, row.hash);
            }
            Ok(logs)
        })
    }
}

/// The number and the hash of the author's last row.
fn last_of(tx: &Connection, author: AuthorId) -> Result<(u64, [u8; 32])> {
    let mut statement =
        tx.prepare_cached("SELECT n, hash FROM access_log WHERE author = ?1 ORDER BY n DESC LIMIT 1")?;
    let found = statement.query_row([author.0], |row| Ok((row.get::<_, Number>(0)?.0, row.get(1)?)));
    Ok(found.optional()?.unwrap_or((0, [0; 32])))
}

/// Whether the row is there as it comes now.
fn is_same(tx: &Connection, author: AuthorId, row: &AccessRow) -> Result<bool> {
    let mut statement = tx.prepare_cached("SELECT hash FROM access_log WHERE author = ?1 AND n = ?2")?;
    let found: Option<[u8; 32]> = statement
        .query_row(params![author.0, Number(row.n)], |row| row.get(0))
        .optional()?;
    Ok(found == Some(row.hash))
}

fn user_of(tx: &Connection, author: AuthorId) -> Result<String, StorageError> {
    let mut statement =
        tx.prepare_cached("SELECT u.name FROM author a JOIN user u ON u.id = a.user WHERE a.id = ?1")?;
    Ok(statement
        .query_row([author.0], |row| row.get(0))
        .optional()?
        .unwrap_or_default())
}
