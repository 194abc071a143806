use protocol::access_log::AccessRow;
use protocol::{AuthorId, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, fixed_or_none, number};
use super::write::audit;
use crate::storage::write::About;
use crate::storage::{AccessFilter, AccessLine, AccessLog, AccessLogs, Deed, Result};

const COLUMNS: &str = "author, n, at_ms, action, subject, detail, hash, received_ms";
/// Rows of a log that are gone through at a time.
const CHECK_AT_ONCE: i64 = 10_000;

impl AccessLogs for Postgres {
    fn append_access(&self, user: UserId, author: AuthorId, rows: &[AccessRow], now_ms: i64) -> Result<bool> {
        self.write(|tx| {
            // Locked: one request at a time adds to an author's log.
            tx.any(
                "SELECT 1 FROM author WHERE id = $1 FOR NO KEY UPDATE",
                &[&Fixed(author.0)],
            )?;
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
                add(tx, author, row, now_ms)?;
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
        self.read_one(|tx| Ok(last_of(tx, author)?.0))
    }

    fn access_lines(&self, filter: AccessFilter, limit: u32) -> Result<Vec<AccessLine>> {
        self.read_one(|tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM access_log
                 WHERE ($1::bytea IS NULL OR author = $1) AND ($2::bytea IS NULL OR subject = $2)
                 ORDER BY at_ms DESC, author, n DESC LIMIT $3"
            );
            let rows = tx.rows(
                &sql,
                &[
                    &filter.author.map(|author| Fixed(author.0)),
                    &filter.subject.map(Fixed),
                    &i64::from(limit),
                ],
            )?;
            rows.iter().rev().map(read_line).collect()
        })
    }

    fn check_access_logs(&self, author: Option<AuthorId>) -> Result<Vec<AccessLog>> {
        self.read(|tx| {
            let authors = tx.rows(
                "SELECT DISTINCT l.author, coalesce(u.name, '') FROM access_log l
                 LEFT JOIN author a ON a.id = l.author LEFT JOIN users u ON u.id = a.user_id
                 WHERE $1::bytea IS NULL OR l.author = $1 ORDER BY l.author",
                &[&author.map(|author| Fixed(author.0))],
            )?;
            let log = |row: &Row| check(tx, AuthorId(fixed(row, 0)?), at(row, 1)?);
            authors.iter().map(log).collect()
        })
    }
}

/// Goes through one author's chain.
fn check(tx: &Tx<'_>, author: AuthorId, user: String) -> Result<AccessLog> {
    let mut log = AccessLog {
        author,
        user,
        rows: 0,
        broken_at: None,
    };
    let (mut last, mut previous) = (0, [0; 32]);
    let sql = format!("SELECT {COLUMNS} FROM access_log WHERE author = $1 AND n > $2 ORDER BY n LIMIT $3");
    loop {
        let rows = tx.rows(&sql, &[&Fixed(author.0), &Number(last), &CHECK_AT_ONCE])?;
        if rows.is_empty() {
            return Ok(log);
        }
        for row in &rows {
            let AccessLine { row, .. } = read_line(row)?;
            log.rows += 1;
            if log.broken_at.is_none() && (row.n != last + 1 || row.link(&previous) != row.hash) {
                log.broken_at = Some(last + 1);
            }
            (last, previous) = (row.n, row.hash);
        }
    }
}

fn add(tx: &Tx<'_>, author: AuthorId, row: &AccessRow, now_ms: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO access_log (author, n, at_ms, action, subject, detail, hash, received_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            &Fixed(author.0),
            &Number(row.n),
            &row.at_ms,
            &row.action.as_bytes(),
            &row.subject.map(Fixed),
            &row.detail.as_bytes(),
            &Fixed(row.hash),
            &now_ms,
        ],
    )?;
    Ok(())
}

/// The number and the hash of the author's last row.
fn last_of(tx: &Tx<'_>, author: AuthorId) -> Result<(u64, [u8; 32])> {
    let row = tx.row(
        "SELECT n, hash FROM access_log WHERE author = $1 ORDER BY n DESC LIMIT 1",
        &[&Fixed(author.0)],
    )?;
    row.map_or(Ok((0, [0; 32])), |row| Ok((number(&row, 0)?, fixed(&row, 1)?)))
}

/// Whether the row is there as it comes now.
fn is_same(tx: &Tx<'_>, author: AuthorId, row: &AccessRow) -> Result<bool> {
    let found = tx.row(
        "SELECT hash FROM access_log WHERE author = $1 AND n = $2",
        &[&Fixed(author.0), &Number(row.n)],
    )?;
    found.map_or(Ok(false), |found| Ok(fixed::<32>(&found, 0)? == row.hash))
}

fn read_line(row: &Row) -> Result<AccessLine> {
    Ok(AccessLine {
        author: AuthorId(fixed(row, 0)?),
        row: AccessRow {
            n: number(row, 1)?,
            at_ms: at(row, 2)?,
            action: words(row, 3)?,
            subject: fixed_or_none(row, 4)?,
            detail: words(row, 5)?,
            hash: fixed(row, 6)?,
        },
        received_ms: at(row, 7)?,
    })
}

/// Words as they came, kept as bytes: the device's hash is over them, and text has no place for some.
fn words(row: &Row, column: usize) -> Result<String> {
    Ok(String::from_utf8_lossy(at(row, column)?).into_owned())
}
