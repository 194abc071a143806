use protocol::DocumentId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::destructions::{channel_answered, destroyed_as};
use super::outbox::leave_newer;
use super::write::{append, audit};
use super::{Number, Sqlite};
use crate::storage::write::{About, KIND_RECEIPT, NewEntry};
use crate::storage::{Acknowledged, Acknowledgement, Deed, Held, NewReceipt, Receipt, Receipts, Result};

const COLUMNS: &str = "document, channel, upto, at_ms, accepted, words";

impl Receipts for Sqlite {
    fn settle(&self, new: &NewReceipt<'_>) -> Result<Held> {
        let receipt = &new.receipt;
        self.write(|tx| {
            let (channel, subject, worker) = (&receipt.channel, new.subject, new.worker);
            let settled = if receipt.accepted {
                tx.execute(
                    "DELETE FROM outbox WHERE channel = ?1 AND subject = ?2 AND worker = ?3 AND message = ?4",
                    params![channel, subject, worker.0, new.message],
                )?
            } else {
                tx.execute(
                    "UPDATE outbox SET dead_ms = ?5, trouble = ?6, attempts = attempts + 1, worker = NULL, held_until_ms = 0
                     WHERE channel = ?1 AND subject = ?2 AND worker = ?3 AND message = ?4",
                    params![channel, subject, worker.0, new.message, receipt.at_ms, receipt.words],
                )?
            };
            if settled == 0 && !leave_newer(tx, channel, subject, worker)? {
                return Ok(Held::Lost);
            }
            if let Some(number) = destroyed_as(tx, &subject)? {
                // An answer to what was on its way when the record went says nothing any more.
                if settled > 0 {
                    channel_answered(tx, number, channel, receipt.at_ms, receipt.accepted)?;
                }
                return Ok(Held::Yes);
            }
            keep(tx, new.district, receipt, settled > 0)?;
            Ok(Held::Yes)
        })
    }

    fn acknowledge(&self, one: &Acknowledgement<'_>) -> Result<Acknowledged> {
        self.write(|tx| {
            let sql = "SELECT subject, district, document, upto FROM feed WHERE channel = ?1 AND message = ?2";
            let about = tx
                .prepare_cached(sql)?
                .query_row([one.channel, one.message], |row| {
                    Ok((
                        row.get::<_, [u8; 16]>(0)?,
                        row.get::<_, String>(1)?,
                        DocumentId(row.get(2)?),
                        row.get::<_, Number>(3)?.0,
                    ))
                })
                .optional()?;
            let Some((subject, district, document, upto)) = about else {
                return Ok(Acknowledged::NotTheLatest);
            };
            if one.accepted {
                tx.execute(
                    "DELETE FROM outbox WHERE channel = ?1 AND message = ?2",
                    [one.channel, one.message],
                )?;
            } else {
                tx.execute(
                    "UPDATE outbox SET dead_ms = ?3, trouble = ?4 WHERE channel = ?1 AND message = ?2",
                    params![one.channel, one.message, one.at_ms, one.words],
                )?;
            }
            if let Some(number) = destroyed_as(tx, &subject)? {
                channel_answered(tx, number, one.channel, one.at_ms, one.accepted)?;
                return Ok(Acknowledged::Kept);
            }
            let last = latest(tx, document)?
                .into_iter()
                .find(|last| last.channel == one.channel);
            if last.is_some_and(|last| (last.upto, last.accepted, &*last.words) == (upto, one.accepted, one.words)) {
                return Ok(Acknowledged::Known);
            }
            let receipt = Receipt {
                document,
                channel: one.channel.to_owned(),
                upto,
                at_ms: one.at_ms,
                accepted: one.accepted,
                words: one.words.to_owned(),
            };
            keep(tx, &district, &receipt, true)?;
            Ok(Acknowledged::Kept)
        })
    }

    fn latest_receipts(&self, document: DocumentId) -> Result<Vec<Receipt>> {
        self.read(|tx| latest(tx, document))
    }

    fn last_accepted(&self, channel: &str) -> Result<Option<i64>> {
        self.read(|tx| {
            let sql = "SELECT max(at_ms) FROM receipt WHERE channel = ?1 AND accepted = 1";
            Ok(tx.prepare_cached(sql)?.query_row([channel], |row| row.get(0))?)
        })
    }
}

fn latest(tx: &Connection, document: DocumentId) -> Result<Vec<Receipt>> {
    // With a bare max() SQLite takes the other columns from the row that has it.
    let mut statement = tx.prepare_cached(&format!(
        "SELECT {COLUMNS}, max(number) FROM receipt WHERE document = ?1 GROUP BY channel ORDER BY channel"
    ))?;
    let rows = statement.query_map([document.0], read_receipt)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Tells an answer in the log and in the audit.
fn keep(tx: &Connection, district: &str, receipt: &Receipt, settles: bool) -> Result<()> {
    let entry = NewEntry {
        kind: KIND_RECEIPT,
        document: Some(receipt.document),
        ..NewEntry::default()
    };
    let number = append(tx, district, receipt.at_ms, &entry)?;
    tx.execute(
        &format!("INSERT INTO receipt (district, number, {COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
        params![
            district,
            Number(number),
            receipt.document.0,
            receipt.channel,
            Number(receipt.upto),
            receipt.at_ms,
            receipt.accepted,
            receipt.words,
        ],
    )?;
    let about = About {
        document: Some(receipt.document),
        detail: &receipt.detail(settles),
        ..About::default()
    };
    audit(tx, receipt.at_ms, Deed::Receipt, &about)
}

pub(super) fn receipt_at(tx: &Connection, district: &str, number: u64) -> Result<Option<Receipt>> {
    let mut statement = tx.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM receipt WHERE district = ?1 AND number = ?2"
    ))?;
    Ok(statement
        .query_row(params![district, Number(number)], read_receipt)
        .optional()?)
}

fn read_receipt(row: &Row<'_>) -> rusqlite::Result<Receipt> {
    Ok(Receipt {
        document: DocumentId(row.get(0)?),
        channel: row.get(1)?,
        upto: row.get::<_, Number>(2)?.0,
        at_ms: row.get(3)?,
        accepted: row.get(4)?,
        words: row.get(5)?,
    })
}
