use protocol::DocumentId;
use rusqlite::{Connection, Row, params};

use super::{Number, Sqlite};
use crate::storage::{Claim, Delivery, Held, Outbox, Parcel, Result, Told, Way, WorkerId};

const COLUMNS: &str =
    "channel, subject, district, document, message, upto, payload, attempts, next_ms, trouble, since_ms, dead_ms";
const FEED_COLUMNS: &str = "channel, subject, district, document, message, upto, payload, number, sent";

impl Outbox for Sqlite {
    fn claim_deliveries(&self, channel: &str, claim: Claim, limit: u32) -> Result<Vec<Delivery>> {
        let free = "channel = ?1 AND next_ms <= ?2 AND dead_ms IS NULL AND (held_until_ms < ?2 OR worker = ?3)";
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
        let due = "next_ms <= ?2 AND dead_ms IS NULL ORDER BY next_ms, upto";
        self.deliveries(channel, due, now_ms, limit)
    }

    fn waiting_deliveries(&self, channel: &str) -> Result<u64> {
        self.read(|tx| {
            let sql = "SELECT count(*) FROM outbox WHERE channel = ?1 AND dead_ms IS NULL";
            let count: Number = tx.prepare_cached(sql)?.query_row([channel], |row| row.get(0))?;
            Ok(count.0)
        })
    }

    fn waiting_since(&self, channel: &str) -> Result<Option<i64>> {
        self.read(|tx| {
            let sql = "SELECT min(since_ms) FROM outbox WHERE channel = ?1 AND dead_ms IS NULL";
            Ok(tx.prepare_cached(sql)?.query_row([channel], |row| row.get(0))?)
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

    fn give_up(&self, parcel: &Parcel, worker: WorkerId, now_ms: i64, trouble: &str) -> Result<()> {
        self.write(|tx| {
            // A newer state that came meanwhile is not what was given up.
            tx.prepare_cached(
                "UPDATE outbox SET attempts = attempts + 1, trouble = ?5, worker = NULL, held_until_ms = 0,
                     dead_ms = iif(message = ?6, ?4, NULL)
                 WHERE channel = ?1 AND subject = ?2 AND worker = ?3",
            )?
            .execute(params![
                parcel.channel,
                parcel.subject,
                worker.0,
                now_ms,
                trouble,
                parcel.message
            ])?;
            Ok(())
        })
    }

    fn handed_over(&self, parcel: &Parcel, worker: WorkerId) -> Result<Held> {
        self.write(|tx| {
            let values = params![parcel.channel, parcel.subject, worker.0, parcel.message];
            let gone = tx
                .prepare_cached(
                    "DELETE FROM outbox WHERE channel = ?1 AND subject = ?2 AND worker = ?3 AND message = ?4",
                )?
                .execute(values)?;
            if gone > 0 || leave_newer(tx, &parcel.channel, parcel.subject, worker)? {
                return Ok(Held::Yes);
            }
            Ok(Held::Lost)
        })
    }

    fn let_go(&self, channel: &str, worker: WorkerId) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = ?1 AND worker = ?2")?
                .execute(params![channel, worker.0])?;
            Ok(())
        })
    }

    fn dead_deliveries(&self, channel: &str, limit: u32) -> Result<Vec<Delivery>> {
        self.deliveries(channel, "dead_ms <= ?2 ORDER BY dead_ms, subject", i64::MAX, limit)
    }

    fn send_again(&self, channel: &str, subject: Option<[u8; 16]>, now_ms: i64) -> Result<u64> {
        self.write(|tx| {
            let revived = tx
                .prepare_cached(
                    "UPDATE outbox SET dead_ms = NULL, attempts = 0, next_ms = ?3, since_ms = ?3
                     WHERE channel = ?1 AND dead_ms IS NOT NULL AND (?2 IS NULL OR subject = ?2)",
                )?
                .execute(params![channel, subject, now_ms])?;
            Ok(revived as u64)
        })
    }

    fn tell(&self, parcels: &[Parcel], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let mut is_told = tx.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM feed WHERE channel = ?1 AND subject = ?2 AND payload = ?3)",
            )?;
            for parcel in parcels {
                let values = params![parcel.channel, parcel.subject, parcel.payload];
                if !is_told.query_row(values, |row| row.get::<_, bool>(0))? {
                    put_parcel(tx, parcel, now_ms)?;
                }
            }
            Ok(())
        })
    }

    fn told(&self, subject: [u8; 16]) -> Result<Vec<Parcel>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT {FEED_COLUMNS} FROM feed WHERE subject = ?1 ORDER BY channel"
            ))?;
            let rows = statement.query_map([subject], read_told)?;
            Ok(rows.map(|told| Ok(told?.parcel)).collect::<rusqlite::Result<_>>()?)
        })
    }

    fn feed(&self, channel: &str, after: u64, limit: u32) -> Result<Vec<Told>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "SELECT {FEED_COLUMNS} FROM feed WHERE channel = ?1 AND number > ?2 ORDER BY number LIMIT ?3"
            ))?;
            let rows = statement.query_map(params![channel, Number(after), limit], read_told)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

impl Sqlite {
    /// Those of a channel's deliveries that a condition on the time `?2` picks, in its order.
    fn deliveries(&self, channel: &str, which: &str, ms: i64, limit: u32) -> Result<Vec<Delivery>> {
        self.read(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM outbox WHERE channel = ?1 AND {which} LIMIT ?3");
            let mut statement = tx.prepare_cached(&sql)?;
            let rows = statement.query_map(params![channel, ms, limit], read_delivery)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// Ends the worker's hold on a subject of which a newer state waits. False where it holds it no more.
pub(super) fn leave_newer(tx: &Connection, channel: &str, subject: [u8; 16], worker: WorkerId) -> Result<bool> {
    let left = tx
        .prepare_cached(
            "UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = ?1 AND subject = ?2 AND worker = ?3",
        )?
        .execute(params![channel, subject, worker.0])?;
    Ok(left > 0)
}

fn read_parcel(row: &Row<'_>, way: Way) -> rusqlite::Result<Parcel> {
    Ok(Parcel {
        channel: row.get(0)?,
        subject: row.get(1)?,
        district: row.get(2)?,
        document: DocumentId(row.get(3)?),
        message: row.get(4)?,
        upto: row.get::<_, Number>(5)?.0,
        payload: row.get(6)?,
        way,
    })
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        parcel: read_parcel(row, Way::Sent)?,
        attempts: row.get(7)?,
        next_ms: row.get(8)?,
        trouble: row.get(9)?,
        since_ms: row.get(10)?,
        dead_ms: row.get(11)?,
    })
}

fn read_told(row: &Row<'_>) -> rusqlite::Result<Told> {
    let way = if row.get(8)? { Way::Sent } else { Way::Fetched };
    Ok(Told {
        number: row.get::<_, Number>(7)?.0,
        parcel: read_parcel(row, way)?,
    })
}

/// Puts the latest state of a subject into the channel's feed under the next number, and, where the hub sends, into the
/// outbox in place of an older one that still waits. A newer state does not jump the wait that trouble with the receiver has
/// imposed; in place of a dead letter it is tried at once.
pub(super) fn put_parcel(tx: &Connection, parcel: &Parcel, now_ms: i64) -> Result<()> {
    put_in_feed(tx, parcel, Retracts::No)?;
    put_in_outbox(tx, parcel, now_ms)
}

/// The same of the message that a destroyed record is to be forgotten: nothing is sealed in it, and it stays so.
pub(super) fn put_retraction(tx: &Connection, parcel: &Parcel, now_ms: i64) -> Result<()> {
    put_in_feed(tx, parcel, Retracts::Yes)?;
    put_in_outbox(tx, parcel, now_ms)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Retracts {
    No,
    Yes,
}

fn put_in_feed(tx: &Connection, parcel: &Parcel, retracts: Retracts) -> Result<()> {
    let next: Number = tx
        .prepare_cached(
            "INSERT INTO feed_head (channel, number) VALUES (?1, 1)
             ON CONFLICT (channel) DO UPDATE SET number = number + 1 RETURNING number",
        )?
        .query_row([&parcel.channel], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT INTO feed (channel, subject, number, district, document, message, upto, payload, sent, retracts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (channel, subject) DO UPDATE SET number = excluded.number, district = excluded.district,
             document = excluded.document, message = excluded.message, upto = excluded.upto,
             payload = excluded.payload, sent = excluded.sent, retracts = excluded.retracts
         WHERE excluded.upto >= upto",
    )?
    .execute(params![
        parcel.channel,
        parcel.subject,
        next,
        parcel.district,
        parcel.document.0,
        parcel.message,
        Number(parcel.upto),
        parcel.payload,
        parcel.way == Way::Sent,
        retracts == Retracts::Yes,
    ])?;
    Ok(())
}

fn put_in_outbox(tx: &Connection, parcel: &Parcel, now_ms: i64) -> Result<()> {
    if parcel.way == Way::Fetched {
        return Ok(());
    }
    tx.prepare_cached(
        "INSERT INTO outbox (channel, subject, district, document, message, upto, payload, attempts, next_ms, since_ms)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?8)
         ON CONFLICT (channel, subject) DO UPDATE SET
             message = excluded.message, upto = excluded.upto, payload = excluded.payload,
             attempts = iif(dead_ms IS NULL, attempts, 0), next_ms = iif(dead_ms IS NULL, next_ms, excluded.next_ms),
             since_ms = iif(dead_ms IS NULL, since_ms, excluded.since_ms), dead_ms = NULL
         WHERE excluded.upto >= upto",
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
