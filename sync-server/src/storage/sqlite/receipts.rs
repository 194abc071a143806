use protocol::DocumentId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::destructions::{channel_answered, destroyed_as};
use super::write::{append, audit};
use super::{Number, Sqlite};
use crate::storage::write::{About, KIND_RECEIPT, NewEntry};
use crate::storage::{Deed, Held, NewReceipt, Receipt, Receipts, Result};

impl Receipts for Sqlite {
    fn settle(&self, new: &NewReceipt<'_>) -> Result<Held> {
        let receipt = &new.receipt;
        self.write(|tx| {
            let settled = tx.execute(
                "DELETE FROM outbox WHERE channel = ?1 AND subject = ?2 AND worker = ?3 AND message = ?4",
                params![receipt.channel, new.subject, new.worker.0, new.message],
            )?;
            if settled == 0 && !leave_newer(tx, new)? {
                return Ok(Held::Lost);
            }
            if let Some(number) = destroyed_as(tx, &new.subject)? {
                // An answer to what was on its way when the record went says nothing any more.
                if settled > 0 {
                    channel_answered(tx, number, &receipt.channel, receipt.at_ms, receipt.accepted)?;
                }
                return Ok(Held::Yes);
            }
            let entry = NewEntry {
                kind: KIND_RECEIPT,
                document: Some(receipt.document),
                ..NewEntry::default()
            };
            let number = append(tx, new.district, receipt.at_ms, &entry)?;
            tx.execute(
                "INSERT INTO receipt (district, number, document, channel, upto, at_ms, accepted, words)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                params![
                    new.district,
                    Number(number),
                    receipt.document.0,
                    receipt.channel,
                    Number(receipt.upto),
                    receipt.at_ms,
                    receipt.accepted,
                    receipt.words,
                ],
            )?;
            let outcome = if receipt.accepted { "accepted" } else { "rejected" };
            let detail = format!("{} {outcome} upto {} settled {settled}", receipt.channel, receipt.upto);
            let about = About {
                document: Some(receipt.document),
                detail: &detail,
                ..About::default()
            };
            audit(tx, receipt.at_ms, Deed::Receipt, &about)?;
            Ok(Held::Yes)
        })
    }

    fn latest_receipts(&self, document: DocumentId) -> Result<Vec<Receipt>> {
        self.read(|tx| {
            // With a bare max() SQLite takes the other columns from the row that has it.
            let mut statement = tx.prepare_cached(
                "SELECT document, channel, upto, at_ms, accepted, words, max(number) FROM receipt
                 WHERE document = ?1 GROUP BY channel ORDER BY channel",
            )?;
            let rows = statement.query_map([document.0], read_receipt)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Ends the worker's hold on a subject of which a newer state waits. False where it holds it no more.
fn leave_newer(tx: &Connection, new: &NewReceipt<'_>) -> Result<bool> {
    let left = tx.execute(
        "UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = ?1 AND subject = ?2 AND worker = ?3",
        params![new.receipt.channel, new.subject, new.worker.0],
    )?;
    Ok(left > 0)
}

pub(super) fn receipt_at(tx: &Connection, district: &str, number: u64) -> Result<Option<Receipt>> {
    let mut statement = tx.prepare_cached(
        "SELECT document, channel, upto, at_ms, accepted, words FROM receipt WHERE district = ?1 AND number = ?2",
    )?;
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
