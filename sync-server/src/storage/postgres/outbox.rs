use protocol::DocumentId;
use tokio_postgres::Row;

use super::Postgres;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, number, small};
use crate::storage::{Claim, Delivery, Outbox, Parcel, Result, WorkerId};

const COLUMNS: &str =
    "o.channel, o.subject, o.district, o.document, o.message, o.upto, o.payload, o.attempts, o.next_ms, o.trouble";

impl Outbox for Postgres {
    fn claim_deliveries(&self, channel: &str, claim: Claim, limit: u32) -> Result<Vec<Delivery>> {
        self.write(|tx| {
            let rows = tx.rows(
                &format!(
                    "UPDATE outbox o SET worker = $3, held_until_ms = $4
                     FROM (SELECT subject FROM outbox
                           WHERE channel = $1 AND next_ms <= $2 AND (held_until_ms < $2 OR worker = $3)
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
        self.read_one(|tx| {
            let sql = format!(
                "SELECT {COLUMNS} FROM outbox o WHERE channel = $1 AND next_ms <= $2 ORDER BY next_ms, upto LIMIT $3"
            );
            let rows = tx.rows(&sql, &[&channel, &now_ms, &i64::from(limit)])?;
            rows.iter().map(read_delivery).collect()
        })
    }

    fn waiting_deliveries(&self, channel: &str) -> Result<u64> {
        self.read_one(|tx| {
            let row = tx.row("SELECT count(*) FROM outbox WHERE channel = $1", &[&channel])?;
            row.map_or(Ok(0), |row| number(&row, 0))
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

    fn let_go(&self, channel: &str, worker: WorkerId) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "UPDATE outbox SET worker = NULL, held_until_ms = 0 WHERE channel = $1 AND worker = $2",
                &[&channel, &Fixed(worker.0)],
            )?;
            Ok(())
        })
    }
}

/// Puts the latest state of a subject into the outbox in place of an older one that still waits. A newer state does not
/// jump the wait that trouble with the receiver has imposed.
pub(super) fn put_parcel(tx: &Tx<'_>, parcel: &Parcel, now_ms: i64) -> Result<()> {
    tx.execute(
        "INSERT INTO outbox (channel, subject, district, document, message, upto, payload, attempts, next_ms)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)
         ON CONFLICT (channel, subject) DO UPDATE SET
             message = excluded.message, upto = excluded.upto, payload = excluded.payload
         WHERE excluded.upto > outbox.upto",
        &[
            &parcel.channel,
            &Fixed(parcel.subject),
            &parcel.district,
            &Fixed(parcel.document.0),
            &parcel.message,
            &Number(parcel.upto),
            &parcel.payload,
            &now_ms,
        ],
    )?;
    Ok(())
}

fn read_delivery(row: &Row) -> Result<Delivery> {
    let parcel = Parcel {
        channel: at(row, 0)?,
        subject: fixed(row, 1)?,
        district: at(row, 2)?,
        document: DocumentId(fixed(row, 3)?),
        message: at(row, 4)?,
        upto: number(row, 5)?,
        payload: at(row, 6)?,
    };
    Ok(Delivery {
        parcel,
        attempts: small(row, 7)?,
        next_ms: at(row, 8)?,
        trouble: at(row, 9)?,
    })
}
