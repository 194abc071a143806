//! What is still to be told to channels.

use protocol::DocumentId;
use rusqlite::{Transaction, params};

use super::Result;
use super::sqlite::{Number, Sqlite};

/// The latest state of a subject for a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    /// The channel's code.
    pub channel: String,
    /// The subject.
    pub subject: [u8; 16],
    /// Its district.
    pub district: String,
    /// The document at which the answer is told.
    pub document: DocumentId,
    /// The message's id, new for every new state.
    pub message: String,
    /// The log number up to which changes are in it.
    pub upto: u64,
    /// What is sent: JSON.
    pub payload: String,
}

/// A parcel that waits to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What is to be delivered.
    pub parcel: Parcel,
    /// How often it was tried.
    pub attempts: u32,
    /// When it is to be tried again.
    pub next_ms: i64,
    /// What went wrong the last time.
    pub trouble: Option<String>,
}

/// What is known of deliveries.
pub trait Outbox {
    /// What is due for a channel, oldest first.
    fn due_deliveries(&self, channel: &str, now_ms: i64, limit: u32) -> Result<Vec<Delivery>>;

    /// Everything that waits for a channel.
    fn waiting_deliveries(&self, channel: &str) -> Result<u64>;

    /// Puts a delivery off after trouble.
    fn put_off(&self, parcel: &Parcel, next_ms: i64, trouble: &str) -> Result<()>;
}

impl Outbox for Sqlite {
    fn due_deliveries(&self, channel: &str, now_ms: i64, limit: u32) -> Result<Vec<Delivery>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT channel, subject, district, document, message, upto, payload, attempts, next_ms, trouble
                 FROM outbox WHERE channel = ?1 AND next_ms <= ?2 ORDER BY next_ms, upto LIMIT ?3",
            )?;
            let rows = statement.query_map(params![channel, now_ms, limit], |row| {
                let parcel = Parcel {
                    channel: row.get(0)?,
                    subject: row.get(1)?,
                    district: row.get(2)?,
                    document: DocumentId(row.get(3)?),
                    message: row.get(4)?,
                    upto: row.get::<_, Number>(5)?.0,
                    payload: row.get(6)?,
                };
                Ok(Delivery {
                    parcel,
                    attempts: row.get(7)?,
                    next_ms: row.get(8)?,
                    trouble: row.get(9)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn waiting_deliveries(&self, channel: &str) -> Result<u64> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT count(*) FROM outbox WHERE channel = ?1")?;
            let count: Number = statement.query_row([channel], |row| row.get(0))?;
            Ok(count.0)
        })
    }

    fn put_off(&self, parcel: &Parcel, next_ms: i64, trouble: &str) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, next_ms = ?3, trouble = ?4
                 WHERE channel = ?1 AND subject = ?2",
            )?
            .execute(params![parcel.channel, parcel.subject, next_ms, trouble])?;
            Ok(())
        })
    }
}

/// Puts the latest state of a subject into the outbox in place of an older one that still waits. A newer state does not
/// jump the wait that trouble with the receiver has imposed.
pub(super) fn put_parcel(tx: &Transaction<'_>, parcel: &Parcel, now_ms: i64) -> Result<()> {
    tx.prepare_cached(
        "INSERT INTO outbox (channel, subject, district, document, message, upto, payload, attempts, next_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)
         ON CONFLICT (channel, subject) DO UPDATE SET
             message = excluded.message, upto = excluded.upto, payload = excluded.payload
         WHERE excluded.upto > upto",
    )?
    .execute(params![
        parcel.channel,
        parcel.subject,
        parcel.district,
        parcel.document.0,
        parcel.message,
        Number(parcel.upto),
        parcel.payload,
        now_ms,
    ])?;
    Ok(())
}
