use protocol::DocumentId;
use tokio_postgres::Row;

use super::Postgres;
use super::transaction::{Tx, owned};
use super::value::{Fixed, Number, at, fixed, number, small};
use crate::storage::{Claim, Delivery, Held, Outbox, Parcel, Result, Told, Way, WorkerId};

const COLUMNS: &str =
    "o.channel, o.subject, o.district, o.document, o.message, o.upto, o.payload, o.attempts, o.next_ms,
    o.trouble, o.since_ms, o.dead_ms";
const FEED_COLUMNS: &str = "channel, subject, district, document, message, upto, payload, number, sent";

impl Outbox for Postgres {
    fn claim_deliveries(&self, channel: &str, claim: Claim, limit: u32) -> Result<Vec<Delivery>> {
        self.write(|tx| {
            let rows = tx.rows(
                &format!(
                    "UPDATE outbox o SET worker = $3, held_until_ms = $4
                     FROM (SELECT subject FROM outbox
                           WHERE channel = $1 AND next_ms <= $2 AND dead_ms IS NULL
                             AND (held_until_ms < $2 OR worker = $3)
                           ORDER BY next_ms, upto LIMIT $5 FOR UPDATE SKIP LOCKED) free
                     WHERE o.channel = $1 AND o.subject = free.subject RETURNING {COLUMNS}"
                ),
                &[
                    &channel,
                    &claim.now_ms,
                    &Fixed(claim.worker.0),
                    &claim.until_ms,
                    &i64::from(limit),
                ],
            )?;
            let mut claimed: Vec<_> = rows.iter().map(read_delivery).collect::<Result<_>>()?;
            claimed.sort_by_key(|one| (one.next_ms, one.parcel.upto));
            Ok(claimed)
        })
    }

    fn due_deliveries(&self, channel: &str, now_ms: i64, limit: u32) -> Result<Vec<Delivery>> {
        let due = "next_ms <= $2 AND dead_ms IS NULL ORDER BY next_ms, upto";
        self.deliveries(channel, due, now_ms, limit)
    }

    fn waiting_deliveries(&self, channel: &str) -> Result<u64> {
        self.read_one(|tx| {
            let sql = "SELECT count(*) FROM outbox WHERE channel = $1 AND dead_ms IS NULL";
            let row = tx.row(sql, &[&channel])?;
            row.map_or(Ok(0), |row| number(&row, 0))
        })
    }

    fn waiting_since(&self, channel: &str) -> Result<Option<i64>> {
        self.read_one(|tx| {
            let sql = "SELECT min(since_ms) FROM outbox WHERE channel = $1 AND dead_ms IS NULL";
            tx.row(sql, &[&channel])?.map_or(Ok(None), |row| at(&row, 0))
        })
    }

    fn put_off(&self, parcel: &Parcel, worker: WorkerId, next_ms: i64, trouble: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE outbox SET attempts = attempts + 1, next_ms = $4, trouble = $5, worker = NULL, held_until_ms = 0
                 WHERE channel = $1 AND subject = $2 AND worker = $3",
                &[
                    &parcel.channel,
                    &Fixed(parcel.subject),
                    &Fixed(worker.0),
                    &next_ms,
                    &trouble,
                ],
            )?;
            Ok(())
        })
    }

    fn give_up(&self, parcel: &Parcel, worker: WorkerId, now_ms: i64, trouble: &str) -> Result<()> {
        self.write(|tx| {
            // A newer state that came meanwhile is not what was given up.
            tx.execute(
                "UPDATE outbox SET attempts = attempts + 1, trouble = $5, worker = NULL, held_until_ms = 0,
                     dead_ms = CASE WHEN message = $6 THEN $4::bigint END
                 WHERE channel = $1 AND subject = $2 AND worker = $3",
                &[
                    &parcel.channel,
                    &Fixed(parcel.subject),
                    &Fixed(worker.0),
                    &now_ms,
                    &trouble,
                    &parcel.message,
                ],
            )?;
            Ok(())
        })
    }

    fn handed_over(&self, parcel: &Parcel, worker: WorkerId) -> Result<Held> {
        self.write(|tx| {
            let gone = tx.execute(
                "DELETE FROM outbox WHERE channel = $1 AND subject = $2 AND worker = $3 AND message = $4",
                &[
                    &parcel.channel,
                    &Fixed(parcel.subject),
                    &Fixed(worker.0),
                    &parcel.message,
                ],
            )?;
            if gone > 0 || leave_newer(tx, &parcel.channel, parcel.subject, worker)? {
                return Ok(Held::Yes);
            }
            Ok(Held::Lost)
        })
    }

    fn let_go(&self, channel: &str, worker: WorkerId) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = $1 AND worker = $2",
                &[&channel, &Fixed(worker.0)],
            )?;
            Ok(())
        })
    }

    fn dead_deliveries(&self, channel: &str, limit: u32) -> Result<Vec<Delivery>> {
        self.deliveries(channel, "dead_ms <= $2 ORDER BY dead_ms, subject", i64::MAX, limit)
    }

    fn send_again(&self, channel: &str, subject: Option<[u8; 16]>, now_ms: i64) -> Result<u64> {
        self.write(|tx| {
            tx.execute(
                "UPDATE outbox SET dead_ms = NULL, attempts = 0, next_ms = $3, since_ms = $3
                 WHERE channel = $1 AND dead_ms IS NOT NULL AND ($2::bytea IS NULL OR subject = $2)",
                &[&channel, &subject.map(Fixed), &now_ms],
            )
        })
    }

    fn tell(&self, parcels: &[Parcel], now_ms: i64) -> Result<()> {
        self.write(|tx| {
            for parcel in parcels {
                // Of two who tell the same the second sees that it is told.
                tx.execute(
                    "INSERT INTO feed_head (channel, number) VALUES ($1, 0)
                     ON CONFLICT (channel) DO UPDATE SET number = feed_head.number",
                    &[&parcel.channel],
                )?;
                let told = "SELECT 1 FROM feed WHERE channel = $1 AND subject = $2 AND payload = $3";
                if !tx.any(told, &[&parcel.channel, &Fixed(parcel.subject), &parcel.payload])? {
                    put_parcel(tx, parcel, now_ms);
                }
            }
            Ok(())
        })
    }

    fn told(&self, subject: [u8; 16]) -> Result<Vec<Parcel>> {
        self.read_one(|tx| {
            let sql = format!("SELECT {FEED_COLUMNS} FROM feed WHERE subject = $1 ORDER BY channel COLLATE \"C\"");
            let rows = tx.rows(&sql, &[&Fixed(subject)])?;
            rows.iter().map(|row| Ok(read_told(row)?.parcel)).collect()
        })
    }

    fn feed(&self, channel: &str, after: u64, limit: u32) -> Result<Vec<Told>> {
        self.read_one(|tx| {
            let sql =
                format!("SELECT {FEED_COLUMNS} FROM feed WHERE channel = $1 AND number > $2 ORDER BY number LIMIT $3");
            let rows = tx.rows(&sql, &[&channel, &Number(after), &i64::from(limit)])?;
            rows.iter().map(read_told).collect()
        })
    }
}

impl Postgres {
    /// Those of a channel's deliveries that a condition on the time `$2` picks, in its order.
    fn deliveries(&self, channel: &str, which: &str, ms: i64, limit: u32) -> Result<Vec<Delivery>> {
        self.read_one(|tx| {
            let sql = format!("SELECT {COLUMNS} FROM outbox o WHERE channel = $1 AND {which} LIMIT $3");
            let rows = tx.rows(&sql, &[&channel, &ms, &i64::from(limit)])?;
            rows.iter().map(read_delivery).collect()
        })
    }
}

/// Ends the worker's hold on a subject of which a newer state waits. False where it holds it no more.
pub(super) fn leave_newer(tx: &Tx<'_>, channel: &str, subject: [u8; 16], worker: WorkerId) -> Result<bool> {
    let left = tx.execute(
        "UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = $1 AND subject = $2 AND worker = $3",
        &[&channel, &Fixed(subject), &Fixed(worker.0)],
    )?;
    Ok(left > 0)
}

/// Puts the latest state of a subject into the channel's feed under the next number, and, where the hub sends, into the
/// outbox in place of an older one that still waits. A newer state does not jump the wait that trouble with the receiver has
/// imposed; in place of a dead letter it is tried at once. Of several the channels are in the order of their codes: whoever
/// takes a channel's next number stands in its line until the end.
pub(super) fn put_parcel(tx: &Tx<'_>, parcel: &Parcel, now_ms: i64) {
    put_in_feed(tx, parcel, Retracts::No);
    put_in_outbox(tx, parcel, now_ms);
}

/// The same of the message that a destroyed record is to be forgotten: nothing is sealed in it, and it stays so.
pub(super) fn put_retraction(tx: &Tx<'_>, parcel: &Parcel, now_ms: i64) {
    put_in_feed(tx, parcel, Retracts::Yes);
    put_in_outbox(tx, parcel, now_ms);
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Retracts {
    No,
    Yes,
}

fn put_in_feed(tx: &Tx<'_>, parcel: &Parcel, retracts: Retracts) {
    tx.later(
        "WITH next AS (
            INSERT INTO feed_head (channel, number) VALUES ($1, 1)
            ON CONFLICT (channel) DO UPDATE SET number = feed_head.number + 1 RETURNING number)
         INSERT INTO feed (channel, subject, number, district, document, message, upto, payload, sent, retracts)
         SELECT $1, $2, next.number, $3, $4, $5, $6, $7, $8, $9 FROM next
         ON CONFLICT (channel, subject) DO UPDATE SET number = excluded.number, district = excluded.district,
             document = excluded.document, message = excluded.message, upto = excluded.upto,
             payload = excluded.payload, sent = excluded.sent, retracts = excluded.retracts
         WHERE excluded.upto >= feed.upto",
        owned![
            parcel.channel.clone(),
            Fixed(parcel.subject),
            parcel.district.clone(),
            Fixed(parcel.document.0),
            parcel.message.clone(),
            Number(parcel.upto),
            parcel.payload.clone(),
            parcel.way == Way::Sent,
            retracts == Retracts::Yes,
        ],
    );
}

fn put_in_outbox(tx: &Tx<'_>, parcel: &Parcel, now_ms: i64) {
    if parcel.way == Way::Fetched {
        return;
    }
    tx.later(
        "INSERT INTO outbox AS o
             (channel, subject, district, document, message, upto, payload, attempts, next_ms, since_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8, $8)
         ON CONFLICT (channel, subject) DO UPDATE SET
             message = excluded.message, upto = excluded.upto, payload = excluded.payload,
             attempts = CASE WHEN o.dead_ms IS NULL THEN o.attempts ELSE 0 END,
             next_ms = CASE WHEN o.dead_ms IS NULL THEN o.next_ms ELSE excluded.next_ms END,
             since_ms = CASE WHEN o.dead_ms IS NULL THEN o.since_ms ELSE excluded.since_ms END, dead_ms = NULL
         WHERE excluded.upto >= o.upto",
        owned![
            parcel.channel.clone(),
            Fixed(parcel.subject),
            parcel.district.clone(),
            Fixed(parcel.document.0),
            parcel.message.clone(),
            Number(parcel.upto),
            parcel.payload.clone(),
            now_ms,
        ],
    );
}

fn read_parcel(row: &Row, way: Way) -> Result<Parcel> {
    Ok(Parcel {
        channel: at(row, 0)?,
        subject: fixed(row, 1)?,
        district: at(row, 2)?,
        document: DocumentId(fixed(row, 3)?),
        message: at(row, 4)?,
        upto: number(row, 5)?,
        payload: at(row, 6)?,
        way,
    })
}

fn read_delivery(row: &Row) -> Result<Delivery> {
    Ok(Delivery {
        parcel: read_parcel(row, Way::Sent)?,
        attempts: small(row, 7)?,
        next_ms: at(row, 8)?,
        trouble: at(row, 9)?,
        since_ms: at(row, 10)?,
        dead_ms: at(row, 11)?,
    })
}

fn read_told(row: &Row) -> Result<Told> {
    let way = if at(row, 8)? { Way::Sent } else { Way::Fetched };
    Ok(Told {
        number: number(row, 7)?,
        parcel: read_parcel(row, way)?,
    })
}
