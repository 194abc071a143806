use protocol::DocumentId;
use tokio_postgres::Row;

use super::Postgres;
use super::destructions::{channel_answered, destroyed_as};
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, number};
use super::write::{append, audit, stand_in_line};
use crate::storage::write::{About, KIND_RECEIPT, NewEntry};
use crate::storage::{Deed, Held, NewReceipt, Receipt, Receipts, Result};

const COLUMNS: &str = "document, channel, upto, at_ms, accepted, words";

impl Receipts for Postgres {
    fn settle(&self, new: &NewReceipt<'_>) -> Result<Held> {
        let receipt = &new.receipt;
        self.write(|tx| {
            stand_in_line(tx, new.district)?;
            let settled = tx.execute(
                "DELETE FROM outbox WHERE channel = $1 AND subject = $2 AND worker = $3 AND message = $4",
                &[
                    &receipt.channel,
                    &Fixed(new.subject),
                    &Fixed(new.worker.0),
                    &new.message,
                ],
            )?;
            if settled == 0 && !leave_newer(tx, new)? {
                return Ok(Held::Lost);
            }
            if let Some(number) = destroyed_as(tx, new.subject)? {
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
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                &[
                    &new.district,
                    &Number(number),
                    &Fixed(receipt.document.0),
                    &receipt.channel,
                    &Number(receipt.upto),
                    &receipt.at_ms,
                    &receipt.accepted,
                    &receipt.words,
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
        self.read_one(|tx| {
            let sql = format!(
                "SELECT DISTINCT ON (channel COLLATE \"C\") {COLUMNS} FROM receipt
                 WHERE document = $1 ORDER BY channel COLLATE \"C\", number DESC"
            );
            tx.rows(&sql, &[&Fixed(document.0)])?.iter().map(read_receipt).collect()
        })
    }
}

/// Ends the worker's hold on a subject of which a newer state waits. False where it holds it no more.
fn leave_newer(tx: &Tx<'_>, new: &NewReceipt<'_>) -> Result<bool> {
    let left = tx.execute(
        "UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = $1 AND subject = $2 AND worker = $3",
        &[&new.receipt.channel, &Fixed(new.subject), &Fixed(new.worker.0)],
    )?;
    Ok(left > 0)
}

pub(super) fn receipt_at(tx: &Tx<'_>, district: &str, at: u64) -> Result<Option<Receipt>> {
    let row = tx.row(
        &format!("SELECT {COLUMNS} FROM receipt WHERE district = $1 AND number = $2"),
        &[&district, &Number(at)],
    )?;
    row.as_ref().map(read_receipt).transpose()
}

fn read_receipt(row: &Row) -> Result<Receipt> {
    Ok(Receipt {
        document: DocumentId(fixed(row, 0)?),
        channel: at(row, 1)?,
        upto: number(row, 2)?,
        at_ms: at(row, 3)?,
        accepted: at(row, 4)?,
        words: at(row, 5)?,
    })
}
