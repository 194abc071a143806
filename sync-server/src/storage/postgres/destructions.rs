use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::grants::revoke;
use super::outbox::put_retraction;
use super::plain::{any_plain, seal_some};
use super::reports::put_report;
use super::tables::OF_SUBJECT;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, fixed_or_none, number};
use super::write::{audit, stand_in_line};
use crate::storage::destructions::{Had, destroyed_detail, documents_of, holder, subject_of};
use crate::storage::write::{About, KIND_DESTROYED};
use crate::storage::{
    Counts, Deed, Destruction, Destructions, HolderDevice, KeyCopy, MediaToDestroy, Order, Parcel, Readable, ReportRow,
    ReportSort, Result, Seal, StorageError, Survey, ToldChannel,
};

/// Names in the table of marks.
const RECORD_KEYS: &str = "record-keys";
const MEDIA_SEALED: &str = "media-sealed-upto";
/// Tables that a record's rows were in.
const VACUUMED: &[&str] = &[
    "log",
    "document",
    "quarantine",
    "case_row",
    "outbox",
    "report",
    "receipt",
    "attachment",
    "media_claim",
    "match_proposal",
    "match_decision",
    "feed",
    "case_clock",
    "case_placement",
    "missing_row",
];

impl Destructions for Postgres {
    fn record_keys(&self, fresh: Option<[u8; 16]>) -> Result<Option<[u8; 16]>> {
        if let Some(fresh) = fresh {
            self.write(|tx| {
                let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT DO NOTHING";
                tx.execute(sql, &[&RECORD_KEYS, &Fixed(fresh)])
            })?;
        }
        self.read_one(|tx| mark(tx, RECORD_KEYS))
    }

    fn survey(&self, subject: [u8; 16]) -> Result<Option<Survey>> {
        self.read(|tx| survey(tx, subject))
    }

    fn destroy(&self, order: &Order, retractions: &[Parcel], now_ms: i64) -> Result<u64> {
        self.write(|tx| destroy(tx, order, retractions, now_ms))
    }

    fn destruction(&self, subject: [u8; 16]) -> Result<Option<Destruction>> {
        self.read(|tx| find_destruction(tx, subject))
    }

    fn destroyed_after(&self, after: u64) -> Result<Vec<(u64, [u8; 16])>> {
        self.read_one(|tx| {
            let sql = "SELECT number, subject FROM destruction WHERE number > $1 ORDER BY number";
            let rows = tx.rows(sql, &[&Number(after)])?;
            rows.iter().map(|row| Ok((number(row, 0)?, fixed(row, 1)?))).collect()
        })
    }

    fn media_to_destroy(&self, limit: u32) -> Result<Vec<MediaToDestroy>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT m.number, m.sha256,
                     (SELECT substring(a.document FROM 1 FOR 16) FROM attachment a WHERE a.sha256 = m.sha256
                      ORDER BY a.document LIMIT 1)
                 FROM destruction_media m ORDER BY m.number, m.sha256 LIMIT $1",
                &[&i64::from(limit)],
            )?;
            rows.iter()
                .map(|row| Ok((number(row, 0)?, Sha256(fixed(row, 1)?), fixed_or_none(row, 2)?)))
                .collect()
        })
    }

    fn media_destroyed(&self, of: u64, sha256: Sha256) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "DELETE FROM destruction_media WHERE number = $1 AND sha256 = $2",
                &[&Number(of), &Fixed(sha256.0)],
            )?;
            Ok(())
        })
    }

    fn subjects_of_media(&self, sha256: Sha256) -> Result<Vec<[u8; 16]>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT DISTINCT substring(document FROM 1 FOR 16) AS subject FROM attachment WHERE sha256 = $1
                 ORDER BY subject",
                &[&Fixed(sha256.0)],
            )?;
            rows.iter().map(|row| fixed(row, 0)).collect()
        })
    }

    fn whole_media_after(&self, after: Option<Sha256>, limit: u32) -> Result<Vec<Sha256>> {
        self.read_one(|tx| {
            let after: &[u8] = after.as_ref().map_or(&[], |after| &after.0);
            let sql = "SELECT sha256 FROM media WHERE complete AND sha256 > $1 ORDER BY sha256 LIMIT $2";
            let rows = tx.rows(sql, &[&after, &i64::from(limit)])?;
            rows.iter().map(|row| Ok(Sha256(fixed(row, 0)?))).collect()
        })
    }

    fn media_sealed_upto(&self, set: Option<Sha256>) -> Result<Option<Sha256>> {
        if let Some(set) = set {
            self.write(|tx| {
                let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)
                           ON CONFLICT (key) DO UPDATE SET value = excluded.value";
                tx.execute(sql, &[&MEDIA_SEALED, &Fixed(set.0)])
            })?;
        }
        self.read_one(|tx| Ok(mark(tx, MEDIA_SEALED)?.map(Sha256)))
    }

    fn key_copy_is_cut(&self, copy: [u8; 16], upto: u64, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO key_copy (id, cut_upto, at_ms) VALUES ($1, $2, $3)
                 ON CONFLICT (id) DO UPDATE SET cut_upto = excluded.cut_upto, at_ms = excluded.at_ms
                 WHERE excluded.cut_upto > key_copy.cut_upto",
                &[&Fixed(copy), &Number(upto), &now_ms],
            )?;
            Ok(())
        })
    }

    fn key_copies(&self) -> Result<Vec<KeyCopy>> {
        self.read_one(|tx| {
            let rows = tx.rows("SELECT id, cut_upto, at_ms FROM key_copy ORDER BY id", &[])?;
            let copy = |row: &Row| {
                Ok(KeyCopy {
                    id: fixed(row, 0)?,
                    cut_upto: number(row, 1)?,
                    at_ms: at(row, 2)?,
                })
            };
            rows.iter().map(copy).collect()
        })
    }

    fn unscrubbed(&self) -> Result<Vec<u64>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT number FROM destruction WHERE scrubbed_ms IS NULL ORDER BY number",
                &[],
            )?;
            rows.iter().map(|row| number(row, 0)).collect()
        })
    }

    fn scrub(&self, numbers: &[u64], now_ms: i64) -> Result<()> {
        // Outside of any transaction, one by one.
        let client = self.client()?;
        for table in VACUUMED {
            let vacuum = format!("VACUUM {table}");
            self.runtime()
                .block_on(client.batch_execute(&vacuum))
                .map_err(super::error::of)?;
        }
        drop(client);
        let numbers: Vec<Number> = numbers.iter().copied().map(Number).collect();
        self.write(|tx| {
            tx.execute(
                "UPDATE destruction SET scrubbed_ms = $2 WHERE number = ANY($1) AND scrubbed_ms IS NULL",
                &[&numbers, &now_ms],
            )?;
            Ok(())
        })
    }

    fn holders(&self, subject: [u8; 16]) -> Result<Vec<HolderDevice>> {
        self.read_one(|tx| {
            let (first, last) = documents_of(subject);
            let rows = tx.rows(
                "SELECT a.id, coalesce(d.at_ms, a.destroyed_ms), a.revoked_ms IS NOT NULL
                 FROM revoked r JOIN author a ON a.user_id = r.user_id AND a.enrolled_ms <= r.at_ms
                 LEFT JOIN destroyed d ON d.author = a.id AND d.document = r.document AND d.number = r.number
                 WHERE r.document BETWEEN $1 AND $2 ORDER BY a.id, r.document",
                &[&Fixed(first), &Fixed(last)],
            )?;
            let read = |row: &Row| Ok((AuthorId(fixed(row, 0)?), at(row, 1)?, at(row, 2)?));
            Ok(holder(&rows.iter().map(read).collect::<Result<Vec<_>>>()?))
        })
    }

    fn seal_plain(&self, seal: Seal<'_>, limit: u32) -> Result<u32> {
        // Most looks find nothing, and a look must not cost a write.
        if !self.read(any_plain)? {
            return Ok(0);
        }
        self.write(|tx| seal_some(tx, seal, limit))
    }
}

fn mark<const N: usize>(tx: &Tx<'_>, name: &str) -> Result<Option<[u8; N]>> {
    let row = tx.row("SELECT value FROM meta WHERE key = $1", &[&name])?;
    row.as_ref().map(|row| fixed(row, 0)).transpose()
}

/// Whether the record was destroyed, and under which number.
pub(super) fn destroyed_as(tx: &Tx<'_>, subject: [u8; 16]) -> Result<Option<u64>> {
    let row = tx.row("SELECT number FROM destruction WHERE subject = $1", &[&Fixed(subject)])?;
    row.as_ref().map(|row| number(row, 0)).transpose()
}

/// The section under which the record of a document was destroyed.
pub(super) fn section(tx: &Tx<'_>, document: DocumentId) -> Result<Option<String>> {
    let row = tx.row(
        "SELECT section FROM destruction WHERE subject = $1",
        &[&Fixed(subject_of(document.0))],
    )?;
    row.as_ref().map(|row| at(row, 0)).transpose()
}

/// A channel's answer to the retraction of a destroyed record.
pub(super) fn channel_answered(tx: &Tx<'_>, of: u64, channel: &str, at_ms: i64, accepted: bool) -> Result<()> {
    tx.execute(
        "UPDATE destruction_channel SET answered_ms = $3, accepted = $4 WHERE number = $1 AND channel = $2",
        &[&Number(of), &channel, &at_ms, &accepted],
    )?;
    let outcome = if accepted { "accepted" } else { "rejected" };
    let about = About {
        detail: &format!("certificate {of}, {channel} {outcome}"),
        ..About::default()
    };
    audit(tx, at_ms, Deed::Retracted, &about)
}

fn survey(tx: &Tx<'_>, subject: [u8; 16]) -> Result<Option<Survey>> {
    let (first, last) = documents_of(subject);
    let head = tx.row(
        "SELECT (array_agg(district))[1], (array_agg(id ORDER BY id))[1], count(*), count(*) FILTER (WHERE length(snapshot) > 0)
         FROM document WHERE subject = $1 HAVING count(*) > 0",
        &[&Fixed(subject)],
    )?;
    let Some(head) = head else { return Ok(None) };
    let id: [u8; 17] = fixed(&head, 1)?;
    let (first, last, subject) = (Fixed(first), Fixed(last), Fixed(subject));
    let one = |row: Option<Row>| row.map_or(Ok(0), |row| number(&row, 0));
    let by_document = |sql: &str| one(tx.row(sql, &[&first, &last])?);
    let by_subject = |sql: &str| one(tx.row(sql, &[&subject])?);
    let named = by_document("SELECT count(DISTINCT sha256) FROM attachment WHERE document BETWEEN $1 AND $2")?;
    let of_others = by_document(
        "SELECT count(DISTINCT a.sha256) FROM attachment a JOIN attachment o ON o.sha256 = a.sha256
         WHERE a.document BETWEEN $1 AND $2 AND o.document NOT BETWEEN $1 AND $2",
    )?;
    let counts = Counts {
        documents: number(&head, 2)?,
        snapshots: number(&head, 3)?,
        changes: by_document("SELECT count(*) FROM log WHERE kind = 1 AND document BETWEEN $1 AND $2")?,
        refused: by_document("SELECT count(*) FROM quarantine WHERE document BETWEEN $1 AND $2")?,
        media: named - of_others,
        media_of_others: of_others,
        receipts: by_document("SELECT count(*) FROM receipt WHERE document BETWEEN $1 AND $2")?,
        parcels: by_subject(
            "SELECT count(*) FROM (SELECT channel FROM outbox WHERE subject = $1
                                   UNION SELECT channel FROM feed WHERE subject = $1) told",
        )?,
        rows: by_subject(
            "SELECT (SELECT count(*) FROM case_row WHERE subject = $1)
                  + (SELECT count(*) FROM report WHERE subject = $1 AND entry IS NOT NULL)",
        )?,
        matches: by_subject(
            "SELECT (SELECT count(*) FROM match_proposal WHERE one = $1 OR other = $1)
                  + (SELECT count(*) FROM match_decision WHERE subject = $1 OR other = $1)",
        )?,
        grants: by_document("SELECT count(*) FROM granted WHERE document BETWEEN $1 AND $2")?,
    };
    let channels = tx.rows(
        "SELECT channel FROM receipt WHERE document BETWEEN $1 AND $2
         UNION SELECT channel FROM outbox WHERE subject = $3
         UNION SELECT channel FROM feed WHERE subject = $3 ORDER BY channel",
        &[&first, &last, &subject],
    )?;
    Ok(Some(Survey {
        district: at(&head, 0)?,
        kind: id[16],
        counts,
        channels: channels.iter().map(|row| at(row, 0)).collect::<Result<_>>()?,
    }))
}

fn destroy(tx: &Tx<'_>, order: &Order, retractions: &[Parcel], now_ms: i64) -> Result<u64> {
    // From here on nobody else writes in the record's district, and of two who destroy the same one is the first.
    let sql = "SELECT district FROM document WHERE subject = $1 LIMIT 1";
    if let Some(row) = tx.row(sql, &[&Fixed(order.subject)])? {
        stand_in_line(tx, &at::<String>(&row, 0)?)?;
    }
    tx.execute("LOCK TABLE destruction IN SHARE ROW EXCLUSIVE MODE", &[])?;
    if let Some(number) = destroyed_as(tx, order.subject)? {
        return Ok(number);
    }
    let survey = survey(tx, order.subject)?.ok_or(StorageError::NoSuch("record"))?;
    let next = tx.row("SELECT coalesce(max(number), 0) + 1 FROM destruction", &[])?;
    let next = next.map_or(Ok(1), |row| number(&row, 0))?;
    tx.execute(
        "INSERT INTO destruction (number, subject, district, kind, ordered_by, reference, section, at_ms, counts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        &[
            &Number(next),
            &Fixed(order.subject),
            &survey.district,
            &i16::from(survey.kind),
            &order.ordered_by,
            &order.reference,
            &order.section,
            &now_ms,
            &serde_json::to_string(&survey.counts).unwrap_or_default(),
        ],
    )?;
    take_grants_back(tx, order.subject, now_ms)?;
    // What only this row was, in the order in which folding comes to it.
    let (first, last) = documents_of(order.subject);
    let (first, last) = (Fixed(first), Fixed(last));
    tx.execute("DELETE FROM document WHERE subject = $1", &[&Fixed(order.subject)])?;
    tx.execute("DELETE FROM unfolded WHERE subject = $1", &[&Fixed(order.subject)])?;
    retract(tx, next, order.subject, &survey.channels, retractions, now_ms)?;
    unname_media(tx, next, first, last)?;
    empty_places(tx, first, last)?;
    forget_rows(tx, order.subject)?;
    let about = About {
        detail: &destroyed_detail(next, order, &survey.counts),
        ..About::default()
    };
    audit(tx, now_ms, Deed::DestroyRecord, &about)?;
    Ok(next)
}

/// Puts the retraction in the place of what waits for a channel. What is on its way there now is let come first.
fn retract(
    tx: &Tx<'_>,
    of: u64,
    subject: [u8; 16],
    channels: &[String],
    retractions: &[Parcel],
    now_ms: i64,
) -> Result<()> {
    for channel in channels {
        tx.execute(
            "INSERT INTO destruction_channel (number, channel) VALUES ($1, $2)",
            &[&Number(of), channel],
        )?;
    }
    let held = tx.row(
        "SELECT max(held_until_ms) FROM outbox WHERE subject = $1",
        &[&Fixed(subject)],
    )?;
    let held: Option<i64> = held.map_or(Ok(None), |row| at(&row, 0))?;
    tx.execute("DELETE FROM outbox WHERE subject = $1", &[&Fixed(subject)])?;
    tx.execute("DELETE FROM feed WHERE subject = $1", &[&Fixed(subject)])?;
    let mut retractions: Vec<&Parcel> = retractions
        .iter()
        .filter(|parcel| channels.contains(&parcel.channel))
        .collect();
    retractions.sort_by(|one, other| one.channel.cmp(&other.channel));
    for parcel in retractions {
        put_retraction(tx, parcel, held.map_or(now_ms, |held| held.max(now_ms)));
    }
    Ok(())
}

fn take_grants_back(tx: &Tx<'_>, subject: [u8; 16], now_ms: i64) -> Result<()> {
    let (first, last) = documents_of(subject);
    let rows = tx.rows(
        "SELECT g.user_id, u.district, g.document, g.writable FROM granted g JOIN users u ON u.id = g.user_id
         WHERE g.document BETWEEN $1 AND $2 ORDER BY u.district, g.user_id, g.document",
        &[&Fixed(first), &Fixed(last)],
    )?;
    for row in &rows {
        let had = Had {
            user: UserId(fixed(row, 0)?),
            district: at(row, 1)?,
            document: DocumentId(fixed(row, 2)?),
            writable: at(row, 3)?,
        };
        let gone = Readable {
            document: had.document,
            writable: had.writable,
        };
        revoke(tx, &had.district, had.user, gone, now_ms)?;
    }
    Ok(())
}

/// The record's documents name no media any more. What nobody else names is forgotten; the bytes of all are noted, to be
/// looked at where they lie.
fn unname_media(tx: &Tx<'_>, of: u64, first: Fixed<17>, last: Fixed<17>) -> Result<()> {
    tx.execute(
        "INSERT INTO destruction_media (number, sha256)
         SELECT $1::bigint, sha256 FROM attachment WHERE document BETWEEN $2 AND $3
         UNION SELECT $1::bigint, name FROM media_claim WHERE document BETWEEN $2 AND $3",
        &[&Number(of), &first, &last],
    )?;
    for table in ["attachment", "media_claim"] {
        tx.execute(
            &format!("DELETE FROM {table} WHERE document BETWEEN $1 AND $2"),
            &[&first, &last],
        )?;
    }
    tx.execute(
        "DELETE FROM media WHERE sha256 IN (SELECT sha256 FROM destruction_media WHERE number = $1)
         AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = media.sha256)",
        &[&Number(of)],
    )?;
    Ok(())
}

/// The record's entries of the log say nothing any more; their numbers stay.
fn empty_places(tx: &Tx<'_>, first: Fixed<17>, last: Fixed<17>) -> Result<()> {
    let nothing = "kind = $3, document = NULL, user_id = NULL, author = NULL, seq = NULL, hash = NULL, late = FALSE, bytes = NULL";
    let kind = i16::from(KIND_DESTROYED);
    tx.execute(
        &format!("UPDATE log SET {nothing} WHERE kind IN (1, 7) AND document BETWEEN $1 AND $2"),
        &[&first, &last, &kind],
    )?;
    tx.execute(
        &format!(
            "UPDATE log SET {nothing} WHERE kind = 5 AND (district, number) IN
                 (SELECT district, number FROM receipt WHERE document BETWEEN $1 AND $2)"
        ),
        &[&first, &last, &kind],
    )?;
    tx.execute("DELETE FROM receipt WHERE document BETWEEN $1 AND $2", &[&first, &last])?;
    tx.execute(
        "DELETE FROM quarantine WHERE document BETWEEN $1 AND $2",
        &[&first, &last],
    )?;
    tx.execute("DELETE FROM appeal WHERE document BETWEEN $1 AND $2", &[&first, &last])?;
    tx.execute(
        "DELETE FROM released WHERE document BETWEEN $1 AND $2",
        &[&first, &last],
    )?;
    Ok(())
}

fn forget_rows(tx: &Tx<'_>, subject: [u8; 16]) -> Result<()> {
    for sql in [
        "DELETE FROM case_row WHERE subject = $1",
        "DELETE FROM card WHERE subject = $1",
        "DELETE FROM assignment WHERE subject = $1",
        "DELETE FROM asking WHERE subject = $1",
        "DELETE FROM referral WHERE subject = $1",
        "UPDATE post SET body = NULL WHERE subject = $1",
        "DELETE FROM match_proposal WHERE one = $1 OR other = $1",
        "DELETE FROM match_decision WHERE subject = $1 OR other = $1",
    ] {
        tx.execute(sql, &[&Fixed(subject)])?;
    }
    for sql in OF_SUBJECT {
        tx.execute(sql, &[&Fixed(subject)])?;
    }
    let known = tx.row(
        "SELECT state, district, sort FROM report WHERE subject = $1",
        &[&Fixed(subject)],
    )?;
    let Some(row) = known else { return Ok(()) };
    // It is closed under the next number, so that devices and other hubs hear of it.
    let closed = ReportRow {
        subject,
        state: at(&row, 0)?,
        district: at(&row, 1)?,
        sort: ReportSort::of(u8::try_from(at::<i16>(&row, 2)?).unwrap_or_default()),
        entry: None,
        looks: Vec::new(),
    };
    put_report(tx, &closed)
}

fn find_destruction(tx: &Tx<'_>, subject: [u8; 16]) -> Result<Option<Destruction>> {
    let row = tx.row(
        "SELECT number, district, kind, ordered_by, reference, section, at_ms, counts, scrubbed_ms,
                (SELECT count(*) FROM destruction_media m WHERE m.number = d.number)
         FROM destruction d WHERE subject = $1",
        &[&Fixed(subject)],
    )?;
    let Some(row) = row else { return Ok(None) };
    let told = tx.rows(
        "SELECT channel, answered_ms, accepted FROM destruction_channel WHERE number = $1 ORDER BY channel",
        &[&at::<Number>(&row, 0)?],
    )?;
    let channel = |row: &Row| {
        let (answered_ms, accepted): (Option<i64>, Option<bool>) = (at(row, 1)?, at(row, 2)?);
        Ok(ToldChannel {
            channel: at(row, 0)?,
            answered: answered_ms.zip(accepted),
        })
    };
    Ok(Some(Destruction {
        number: number(&row, 0)?,
        district: at(&row, 1)?,
        order: Order {
            subject,
            kind: u8::try_from(at::<i16>(&row, 2)?).unwrap_or_default(),
            ordered_by: at(&row, 3)?,
            reference: at(&row, 4)?,
            section: at(&row, 5)?,
        },
        at_ms: at(&row, 6)?,
        counts: serde_json::from_str(at(&row, 7)?).unwrap_or_default(),
        scrubbed_ms: at(&row, 8)?,
        media_left: number(&row, 9)?,
        channels: told.iter().map(channel).collect::<Result<_>>()?,
    }))
}
