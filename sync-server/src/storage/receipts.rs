//! What channels answered.

use protocol::DocumentId;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::Result;
use super::audit::Deed;
use super::sqlite::{Number, Sqlite};
use super::write::{About, KIND_RECEIPT, NewEntry, append, audit};

/// A channel's answer about a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The document it is told at: a case's core.
    pub document: DocumentId,
    /// The channel's code.
    pub channel: String,
    /// The log number up to which the channel had been told.
    pub upto: u64,
    /// When it answered.
    pub at_ms: i64,
    /// Whether it took it.
    pub accepted: bool,
    /// Its reference where it did, its reason where it did not.
    pub words: String,
}

/// An answer to keep: it settles one delivery.
#[derive(Debug, Clone)]
pub struct NewReceipt<'a> {
    /// The district whose log it goes into.
    pub district: &'a str,
    /// The case.
    pub subject: [u8; 16],
    /// The delivery's message id. A newer state that waits under another id stays in the outbox.
    pub message: &'a str,
    /// The answer.
    pub receipt: Receipt,
}

/// What is known of answers.
pub trait Receipts {
    /// Keeps an answer, tells it in the log, and takes the delivery off the outbox.
    fn settle(&self, receipt: &NewReceipt<'_>) -> Result<()>;

    /// The last answer of each channel about a document.
    fn latest_receipts(&self, document: DocumentId) -> Result<Vec<Receipt>>;
}

impl Receipts for Sqlite {
    fn settle(&self, new: &NewReceipt<'_>) -> Result<()> {
        let receipt = &new.receipt;
        self.write(|tx| {
            let settled = tx.execute(
                "DELETE FROM outbox WHERE channel = ?1 AND subject = ?2 AND message = ?3",
                params![receipt.channel, new.subject, new.message],
            )?;
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
            audit(tx, receipt.at_ms, Deed::Receipt, &about)
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

pub(super) fn receipt_at(tx: &Transaction<'_>, district: &str, number: u64) -> Result<Option<Receipt>> {
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
