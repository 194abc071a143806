use deadpool_postgres::Client;
use protocol::{AuthorId, DocumentId, UserId};
use tokio_postgres::Row;

use super::error::of;
use super::transaction::FIND_BY_KEYS;
use super::value::{Fixed, at, fixed, fixed_or_none};
use super::write::audit;
use super::{Postgres, Result};
use crate::storage::write::{About, link};
use crate::storage::{Audit, AuditRow, Deed};

/// One process links at a time: "auditing" in bytes.
const LOCK: i64 = i64::from_be_bytes(*b"auditing");
/// Rows linked in one transaction.
const LINK_AT_ONCE: u16 = 1_000;
/// Rows of the chain read at a time.
const READ_AT_ONCE: i64 = 10_000;

impl Audit for Postgres {
    fn audit_rows(&self, limit: u32) -> Result<Vec<AuditRow>> {
        self.link_all()?;
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT link, at_ms, deed, user_id, author, document, detail, chain FROM audit
                 WHERE link IS NOT NULL ORDER BY link DESC LIMIT $1",
                &[&i64::from(limit)],
            )?;
            rows.iter().rev().map(read_row).collect()
        })
    }

    fn audit_rows_after(&self, after: i64, limit: u32) -> Result<Vec<AuditRow>> {
        self.link_all()?;
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT link, at_ms, deed, user_id, author, document, detail, chain FROM audit
                 WHERE link > $1 ORDER BY link LIMIT $2",
                &[&after, &i64::from(limit)],
            )?;
            rows.iter().map(read_row).collect()
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
        self.link_all()?;
        self.read(|tx| {
            let (mut last, mut before) = (0, [0; 32]);
            loop {
                let rows = tx.rows(
                    "SELECT link, at_ms, deed, user_id, author, document, detail, chain FROM audit
                     WHERE link > $1 ORDER BY link LIMIT $2",
                    &[&last, &READ_AT_ONCE],
                )?;
                if rows.is_empty() {
                    return Ok(None);
                }
                for row in &rows {
                    let read = read_row(row)?;
                    if read.id != last + 1 || link(before, read.at_ms, &read.deed, &about(&read)) != read.chain {
                        return Ok(Some(last + 1));
                    }
                    (last, before) = (read.id, read.chain);
                }
            }
        })
    }
}

impl Postgres {
    /// Links every row that stands.
    fn link_all(&self) -> Result<()> {
        let mut client = self.client()?;
        while self.runtime().block_on(link_waiting(&mut client))? == Linked::Some {}
        Ok(())
    }
}

/// How many of the rows that waited were linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Linked {
    /// All that stood when it began.
    All,
    /// As many as one transaction takes.
    Some,
}

/// Links rows that stand and are not in the chain yet, oldest first.
pub(super) async fn link_waiting(client: &mut Client) -> Result<Linked> {
    let transaction = client.transaction().await.map_err(of)?;
    let lock = transaction
        .prepare_cached("SELECT pg_advisory_xact_lock($1)")
        .await
        .map_err(of)?;
    transaction.query(&lock, &[&LOCK]).await.map_err(of)?;
    let by_keys = transaction.prepare_cached(FIND_BY_KEYS).await.map_err(of)?;
    transaction.query(&by_keys, &[]).await.map_err(of)?;
    let waiting = transaction
        .prepare_cached(
            "SELECT id, at_ms, deed, user_id, author, document, detail FROM audit
             WHERE link IS NULL ORDER BY id LIMIT $1",
        )
        .await
        .map_err(of)?;
    let waiting = transaction
        .query(&waiting, &[&i64::from(LINK_AT_ONCE)])
        .await
        .map_err(of)?;
    if waiting.is_empty() {
        return Ok(Linked::All);
    }
    let end = transaction
        .prepare_cached("SELECT link, chain FROM audit WHERE link IS NOT NULL ORDER BY link DESC LIMIT 1")
        .await
        .map_err(of)?;
    let end = transaction.query_opt(&end, &[]).await.map_err(of)?;
    let (mut last, mut before) = match end {
        Some(row) => (at::<i64>(&row, 0)?, fixed(&row, 1)?),
        None => (0, [0; 32]),
    };
    let (mut ids, mut links, mut chains) = (Vec::new(), Vec::new(), Vec::new());
    for row in &waiting {
        let read = read_waiting(row)?;
        before = link(before, read.at_ms, &read.deed, &about(&read));
        last += 1;
        ids.push(read.id);
        links.push(last);
        chains.push(Fixed(before));
    }
    let update = transaction
        .prepare_cached(
            "UPDATE audit SET link = new.link, chain = new.chain
             FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS new (id, link, chain)
             WHERE audit.id = new.id",
        )
        .await
        .map_err(of)?;
    transaction
        .execute(&update, &[&ids, &links, &chains])
        .await
        .map_err(of)?;
    transaction.commit().await.map_err(of)?;
    Ok(if waiting.len() < LINK_AT_ONCE.into() {
        Linked::All
    } else {
        Linked::Some
    })
}

fn about(row: &AuditRow) -> About<'_> {
    About {
        user: row.user,
        author: row.author,
        document: row.document,
        detail: &row.detail,
    }
}

fn read_row(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        chain: fixed(row, 7)?,
        ..read_waiting(row)?
    })
}

/// A row that is in no chain yet.
fn read_waiting(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        id: at(row, 0)?,
        at_ms: at(row, 1)?,
        deed: at(row, 2)?,
        user: fixed_or_none(row, 3)?.map(UserId),
        author: fixed_or_none(row, 4)?.map(AuthorId),
        document: fixed_or_none(row, 5)?.map(DocumentId),
        detail: at(row, 6)?,
        chain: [0; 32],
    })
}
