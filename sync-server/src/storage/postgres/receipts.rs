use protocol::DocumentId;
use tokio_postgres::Row;

use super::Postgres;
use super::destructions::{channel_answered, destroyed_as};
use super::outbox::leave_newer;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, number};
use super::write::{append, audit, stand_in_line};
use crate::storage::write::{About, KIND_RECEIPT, NewEntry};
use crate::storage::{Acknowledged, Acknowledgement, Deed, Held, NewReceipt, Receipt, Receipts, Result};

const COLUMNS: &str = "document, channel, upto, at_ms, accepted, words";

impl Receipts for Postgres {
    fn settle(&self, new: &NewReceipt<'_>) -> Result<Held> {
        let receipt = &new.receipt;
        self.write(|tx| {
            stand_in_line(tx, new.district)?;
            let (channel, subject, worker) = (&receipt.channel, new.subject, new.worker);
            let settled = if receipt.accepted {
                tx.execute(
                    "DELETE FROM outbox WHERE channel = $1 AND subject = $2 AND worker = $3 AND message = $4",
                    &[channel, &Fixed(subject), &Fixed(worker.0), &new.message],
                )?
            } else {
                tx.execute(
                    "UPDATE outbox SET dead_ms = $5, trouble = $6, attempts = attempts + 1, worker = NULL, held_until_ms = 0
                     WHERE channel = $1 AND subject = $2 AND worker = $3 AND message = $4",
                    &[
                        channel,
                        &Fixed(subject),
                        &Fixed(worker.0),
                        &new.message,
                        &receipt.at_ms,
                        &receipt.words,
                    ],
                )?
            };
            if settled == 0 && !leave_newer(tx, channel, subject, worker)? {
                return Ok(Held::Lost);
            }
            if let Some(number) = destroyed_as(tx, subject)? {
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
            let sql = "SELECT district, subject, document, upto FROM feed WHERE channel = $1 AND message = $2";
            let named: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&one.channel, &one.message];
            let Some(row) = tx.row(sql, &named)? else {
                return Ok(Acknowledged::NotTheLatest);
            };
            stand_in_line(tx, &at::<String>(&row, 0)?)?;
            // What was there before this one's turn may have changed until it came.
            let Some(row) = tx.row(sql, &named)? else {
                return Ok(Acknowledged::NotTheLatest);
            };
            let (district, document) = (at::<String>(&row, 0)?, DocumentId(fixed(&row, 2)?));
            if one.accepted {
                tx.execute("DELETE FROM outbox WHERE channel = $1 AND message = $2", &named)?;
            } else {
                tx.execute(
                    "UPDATE outbox SET dead_ms = $3, trouble = $4 WHERE channel = $1 AND message = $2",
                    &[&one.channel, &one.message, &one.at_ms, &one.words],
                )?;
            }
            if let Some(number) = destroyed_as(tx, fixed(&row, 1)?)? {
                channel_answered(tx, number, one.channel, one.at_ms, one.accepted)?;
                return Ok(Acknowledged::Kept);
            }
            let receipt = Receipt {
                document,
                channel: one.channel.to_owned(),
                upto: number(&row, 3)?,
                at_ms: one.at_ms,
                accepted: one.accepted,
                words: one.words.to_owned(),
            };
            let last = latest(tx, document)?
                .into_iter()
                .find(|last| last.channel == one.channel);
            if last.is_some_and(|last| {
                (last.upto, last.accepted, &last.words) == (receipt.upto, receipt.accepted, &receipt.words)
            }) {
                return Ok(Acknowledged::Known);
            }
            keep(tx, &district, &receipt, true)?;
            Ok(Acknowledged::Kept)
        })
    }

    fn latest_receipts(&self, document: DocumentId) -> Result<Vec<Receipt>> {
        self.read_one(|tx| latest(tx, document))
    }

    fn last_accepted(&self, channel: &str) -> Result<Option<i64>> {
        self.read_one(|tx| {
            let sql = "SELECT max(at_ms) FROM receipt WHERE channel = $1 AND accepted";
            tx.row(sql, &[&channel])?.map_or(Ok(None), |row| at(&row, 0))
        })
    }
}

fn latest(tx: &Tx<'_>, document: DocumentId) -> Result<Vec<Receipt>> {
    let sql = format!(
        "SELECT DISTINCT ON (channel COLLATE \"C\") {COLUMNS} FROM receipt
         WHERE document = $1 ORDER BY channel COLLATE \"C\", number DESC"
    );
    tx.rows(&sql, &[&Fixed(document.0)])?.iter().map(read_receipt).collect()
}

/// Tells an answer in the log and in the audit.
fn keep(tx: &Tx<'_>, district: &str, receipt: &Receipt, settles: bool) -> Result<()> {
    let entry = NewEntry {
        kind: KIND_RECEIPT,
        document: Some(receipt.document),
        ..NewEntry::default()
    };
    let number = append(tx, district, receipt.at_ms, &entry)?;
    tx.execute(
        &format!("INSERT INTO receipt (district, number, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        &[
            &district,
            &Number(number),
            &Fixed(receipt.document.0),
            &receipt.channel,
            &Number(receipt.upto),
            &receipt.at_ms,
            &receipt.accepted,
            &receipt.words,
        ],
    )?;
    let about = About {
        document: Some(receipt.document),
        detail: &receipt.detail(settles),
        ..About::default()
    };
    audit(tx, receipt.at_ms, Deed::Receipt, &about)
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
