use protocol::DocumentId;
use rusqlite::{Connection, Row, params};

use super::{Number, Sqlite};
use crate::storage::{Claim, Delivery, Outbox, Parcel, Result, WorkerId};

const COLUMNS: &str = "channel, subject, district, document, message, upto, payload, attempts, next_ms, trouble";

impl Outbox for Sqlite {
    fn claim_deliveries(&self, channel: &str, claim: Claim, limit: u32) -> Result<Vec<Delivery>> {
        let free = "channel = ?1 AND next_ms <= ?2 AND (held_until_ms < ?2 OR worker = ?3)";
        // Most looks find nothing, and a look must not cost a write.
        let any: bool = self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM outbox WHERE {free})"))?;
            Ok(statement.query_row(params![channel, claim.now_ms, claim.worker.0], |row| row.get(0))?)
        })?;
        if !any {
            return Ok(Vec::new());
        }
        self.write(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "UPDATE outbox SET worker = ?3, held_until_ms = ?4
                 WHERE channel = ?1 AND subject IN (
                    SELECT subject FROM outbox WHERE {free} ORDER BY next_ms, upto LIMIT ?5)
                 RETURNING {COLUMNS}"
            ))?;
            let values = params![channel, claim.now_ms, claim.worker.0, claim.until_ms, limit];
            let rows = statement.query_map(values, read_delivery)?;
            let mut claimed = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            claimed.sort_by_key(|one| (one.next_ms, one.parcel.upto));
            Ok(claimed)
        })
    }

    fn due_deliveries(&self, channel: &str, now_ms: i64, limit: u32) -> Result<Vec<Delivery>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT {COLUMNS} FROM outbox WHERE channel = ?1 AND next_ms <= ?2 ORDER BY next_ms, upto LIMIT ?3"
            ))?;
            let rows = statement.query_map(params![channel, now_ms, limit], read_delivery)?;
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

    fn put_off(&self, parcel: &Parcel, worker: WorkerId, next_ms: i64, trouble: &str) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, next_ms = ?4, trouble = ?5, worker = NULL, held_until_ms = 0
                 WHERE channel = ?1 AND subject = ?2 AND worker = ?3",
            )?
            .execute(params![parcel.channel, parcel.subject, worker.0, next_ms, trouble])?;
            Ok(())
        })
    }

    fn let_go(&self, channel: &str, worker: WorkerId) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = ?1 AND worker = ?2")?
                .execute(params![channel, worker.0])?;
            Ok(())
        })
    }
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
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
}

/// Puts the latest state of a subject into the outbox in place of an older one that still waits. A newer state does not
/// jump the wait that trouble with the receiver has imposed.
pub(super) fn put_parcel(tx: &Connection, parcel: &Parcel, now_ms: i64) -> Result<()> {
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
