use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, UserId};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::grants::revoke;
use super::outbox::put_retraction;
use super::plain::{any_plain, seal_some};
use super::reports::put_report;
use super::tables::OF_SUBJECT;
use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::destructions::{Had, destroyed_detail, documents_of, holder};
use crate::storage::write::{About, KIND_DESTROYED};
use crate::storage::{
    Counts, Deed, Destruction, Destructions, HolderDevice, KeyCopy, MediaToDestroy, Order, Parcel, Readable, ReportRow,
    ReportSort, Result, Seal, StorageError, Survey, ToldChannel,
};

/// Names in the table of marks.
const RECORD_KEYS: &str = "record-keys";
const MEDIA_SEALED: &str = "media-sealed-upto";
/// The whole file was written anew once since its deleted rows are overwritten.
const WRITTEN_ANEW: &str = "written-anew";

impl Destructions for Sqlite {
    fn record_keys(&self, fresh: Option<[u8; 16]>) -> Result<Option<[u8; 16]>> {
        if let Some(fresh) = fresh {
            self.write(|tx| {
                let sql = "INSERT OR IGNORE INTO meta (key, value) VALUES (?1, ?2)";
                Ok::<_, StorageError>(tx.execute(sql, (RECORD_KEYS, fresh))?)
            })?;
        }
        self.read(|tx| mark(tx, RECORD_KEYS))
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

    fn destroyed_after(&self, number: u64) -> Result<Vec<(u64, [u8; 16])>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT number, subject FROM destruction WHERE number > ?1 ORDER BY number")?;
            let rows = statement.query_map([Number(number)], |row| Ok((row.get::<_, Number>(0)?.0, row.get(1)?)))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn media_to_destroy(&self, limit: u32) -> Result<Vec<MediaToDestroy>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT m.number, m.sha256, (SELECT min(substr(a.document, 1, 16)) FROM attachment a WHERE a.sha256 = m.sha256)
                 FROM destruction_media m ORDER BY m.number, m.sha256 LIMIT ?1",
            )?;
            let rows = statement.query_map([limit], |row| {
                Ok((row.get::<_, Number>(0)?.0, Sha256(row.get(1)?), row.get(2)?))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn media_destroyed(&self, number: u64, sha256: Sha256) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "DELETE FROM destruction_media WHERE number = ?1 AND sha256 = ?2",
                params![Number(number), sha256.0],
            )?;
            Ok(())
        })
    }

    fn subjects_of_media(&self, sha256: Sha256) -> Result<Vec<[u8; 16]>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT DISTINCT substr(document, 1, 16) AS subject FROM attachment WHERE sha256 = ?1 ORDER BY subject",
            )?;
            let rows = statement.query_map([sha256.0], |row| row.get(0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn whole_media_after(&self, after: Option<Sha256>, limit: u32) -> Result<Vec<Sha256>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT sha256 FROM media WHERE complete = 1 AND (?1 IS NULL OR sha256 > ?1) ORDER BY sha256 LIMIT ?2",
            )?;
            let rows = statement.query_map(params![after.map(|sha256| sha256.0), limit], |row| {
                row.get(0).map(Sha256)
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn media_sealed_upto(&self, set: Option<Sha256>) -> Result<Option<Sha256>> {
        if let Some(set) = set {
            self.write(|tx| {
                let sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)";
                Ok::<_, StorageError>(tx.execute(sql, (MEDIA_SEALED, set.0))?)
            })?;
        }
        self.read(|tx| Ok(mark(tx, MEDIA_SEALED)?.map(Sha256)))
    }

    fn key_copy_is_cut(&self, copy: [u8; 16], upto: u64, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO key_copy (id, cut_upto, at_ms) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET cut_upto = excluded.cut_upto, at_ms = excluded.at_ms
                 WHERE excluded.cut_upto > cut_upto",
                params![copy, Number(upto), now_ms],
            )?;
            Ok(())
        })
    }

    fn key_copies(&self) -> Result<Vec<KeyCopy>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT id, cut_upto, at_ms FROM key_copy ORDER BY id")?;
            let rows = statement.query_map([], |row| {
                Ok(KeyCopy {
                    id: row.get(0)?,
                    cut_upto: row.get::<_, Number>(1)?.0,
                    at_ms: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn unscrubbed(&self) -> Result<Vec<u64>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT number FROM destruction WHERE scrubbed_ms IS NULL ORDER BY number")?;
            let rows = statement.query_map([], |row| Ok(row.get::<_, Number>(0)?.0))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn scrub(&self, numbers: &[u64], now_ms: i64) -> Result<()> {
        let written_anew = self.read(|tx| mark::<1>(tx, WRITTEN_ANEW))?.is_some();
        let beside = self.connect_beside()?;
        if !written_anew {
            // Deleted rows are overwritten since this version; what was freed before lies in free pages as it was.
            beside.execute_batch("VACUUM")?;
        }
        // The log of writing holds pages as they were.
        let busy: bool = beside.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy {
            return Err(StorageError::Busy);
        }
        drop(beside);
        self.write(|tx| {
            tx.execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES (?1, x'01')",
                [WRITTEN_ANEW],
            )?;
            for number in numbers {
                let sql = "UPDATE destruction SET scrubbed_ms = ?2 WHERE number = ?1 AND scrubbed_ms IS NULL";
                tx.execute(sql, params![Number(*number), now_ms])?;
            }
            Ok(())
        })
    }

    fn holders(&self, subject: [u8; 16]) -> Result<Vec<HolderDevice>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT a.id, coalesce(d.at_ms, a.destroyed_ms), a.revoked_ms IS NOT NULL
                 FROM revoked r JOIN author a ON a.user = r.user AND a.enrolled_ms <= r.at_ms
                 LEFT JOIN destroyed d ON d.author = a.id AND d.document = r.document AND d.number = r.number
                 WHERE r.document BETWEEN ?1 AND ?2 ORDER BY a.id, r.document",
            )?;
            let (first, last) = documents_of(subject);
            let rows = statement.query_map([first, last], |row| {
                Ok((AuthorId(row.get(0)?), row.get(1)?, row.get(2)?))
            })?;
            Ok(holder(&rows.collect::<rusqlite::Result<Vec<_>>>()?))
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

fn mark<const N: usize>(tx: &Connection, name: &str) -> Result<Option<[u8; N]>> {
    let mut statement = tx.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
    Ok(statement.query_row([name], |row| row.get(0)).optional()?)
}

/// Whether the record was destroyed, and under which number.
pub(super) fn destroyed_as(tx: &Connection, subject: &[u8]) -> Result<Option<u64>> {
    let mut statement = tx.prepare_cached("SELECT number FROM destruction WHERE subject = ?1")?;
    let number: Option<Number> = statement.query_row([subject], |row| row.get(0)).optional()?;
    Ok(number.map(|number| number.0))
}

/// The section under which the record of a document was destroyed.
pub(super) fn section(tx: &Connection, document: DocumentId) -> Result<Option<String>> {
    let mut statement = tx.prepare_cached("SELECT section FROM destruction WHERE subject = ?1")?;
    Ok(statement.query_row([&document.0[..16]], |row| row.get(0)).optional()?)
}

/// A channel's answer to the retraction of a destroyed record.
pub(super) fn channel_answered(tx: &Connection, number: u64, channel: &str, at_ms: i64, accepted: bool) -> Result<()> {
    tx.execute(
        "UPDATE destruction_channel SET answered_ms = ?3, accepted = ?4 WHERE number = ?1 AND channel = ?2",
        params![Number(number), channel, at_ms, accepted],
    )?;
    let outcome = if accepted { "accepted" } else { "rejected" };
    let about = About {
        detail: &format!("certificate {number}, {channel} {outcome}"),
        ..About::default()
    };
    audit(tx, at_ms, Deed::Retracted, &about)
}

fn survey(tx: &Connection, subject: [u8; 16]) -> Result<Option<Survey>> {
    let (first, last) = documents_of(subject);
    let head = tx
        .query_row(
            "SELECT min(district), min(id), count(*), sum(length(snapshot) > 0) FROM document WHERE subject = ?1
             HAVING count(*) > 0",
            [subject],
            |row| {
                let id: [u8; 17] = row.get(1)?;
                Ok((
                    row.get::<_, String>(0)?,
                    id[16],
                    row.get::<_, Number>(2)?.0,
                    row.get::<_, Number>(3)?.0,
                ))
            },
        )
        .optional()?;
    let Some((district, kind, documents, snapshots)) = head else {
        return Ok(None);
    };
    let by_document =
        |sql: &str| Ok::<_, StorageError>(tx.query_row(sql, [first, last], |row| row.get::<_, Number>(0))?.0);
    let by_subject = |sql: &str| Ok::<_, StorageError>(tx.query_row(sql, [subject], |row| row.get::<_, Number>(0))?.0);
    let named = by_document("SELECT count(DISTINCT sha256) FROM attachment WHERE document BETWEEN ?1 AND ?2")?;
    let of_others = by_document(
        "SELECT count(DISTINCT a.sha256) FROM attachment a JOIN attachment o ON o.sha256 = a.sha256
         WHERE a.document BETWEEN ?1 AND ?2 AND o.document NOT BETWEEN ?1 AND ?2",
    )?;
    let counts = Counts {
        documents,
        snapshots,
        changes: by_document("SELECT count(*) FROM log WHERE kind = 1 AND document BETWEEN ?1 AND ?2")?,
        refused: by_document("SELECT count(*) FROM quarantine WHERE document BETWEEN ?1 AND ?2")?,
        media: named - of_others,
        media_of_others: of_others,
        receipts: by_document("SELECT count(*) FROM receipt WHERE document BETWEEN ?1 AND ?2")?,
        parcels: by_subject(
            "SELECT count(*) FROM (SELECT channel FROM outbox WHERE subject = ?1
                                   UNION SELECT channel FROM feed WHERE subject = ?1) told",
        )?,
        rows: by_subject(
            "SELECT (SELECT count(*) FROM case_row WHERE subject = ?1)
                  + (SELECT count(*) FROM report WHERE subject = ?1 AND entry IS NOT NULL)",
        )?,
        matches: by_subject(
            "SELECT (SELECT count(*) FROM match_proposal WHERE one = ?1 OR other = ?1)
                  + (SELECT count(*) FROM match_decision WHERE subject = ?1 OR other = ?1)",
        )?,
        grants: by_document("SELECT count(*) FROM granted WHERE document BETWEEN ?1 AND ?2")?,
    };
    let mut statement = tx.prepare_cached(
        "SELECT channel FROM receipt WHERE document BETWEEN ?1 AND ?2
         UNION SELECT channel FROM outbox WHERE subject = ?3
         UNION SELECT channel FROM feed WHERE subject = ?3 ORDER BY channel",
    )?;
    let channels = statement.query_map(params![first, last, subject], |row| row.get(0))?;
    Ok(Some(Survey {
        district,
        kind,
        counts,
        channels: channels.collect::<rusqlite::Result<_>>()?,
    }))
}

fn destroy(tx: &Connection, order: &Order, retractions: &[Parcel], now_ms: i64) -> Result<u64> {
    if let Some(number) = destroyed_as(tx, &order.subject)? {
        return Ok(number);
    }
    let survey = survey(tx, order.subject)?.ok_or(StorageError::NoSuch("record"))?;
    let number: Number = tx.query_row("SELECT coalesce(max(number), 0) + 1 FROM destruction", [], |row| {
        row.get(0)
    })?;
    tx.execute(
        "INSERT INTO destruction (number, subject, district, kind, ordered_by, reference, section, at_ms, counts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            number,
            order.subject,
            survey.district,
            survey.kind,
            order.ordered_by,
            order.reference,
            order.section,
            now_ms,
            serde_json::to_string(&survey.counts).unwrap_or_default(),
        ],
    )?;
    retract(tx, number.0, order.subject, &survey.channels, retractions, now_ms)?;
    take_grants_back(tx, order.subject, now_ms)?;
    unname_media(tx, number.0, order.subject)?;
    empty_places(tx, order.subject)?;
    forget_rows(tx, order.subject)?;
    let about = About {
        detail: &destroyed_detail(number.0, order, &survey.counts),
        ..About::default()
    };
    audit(tx, now_ms, Deed::DestroyRecord, &about)?;
    Ok(number.0)
}

/// Puts the retraction in the place of what waits for a channel. What is on its way there now is let come first.
fn retract(
    tx: &Connection,
    number: u64,
    subject: [u8; 16],
    channels: &[String],
    retractions: &[Parcel],
    now_ms: i64,
) -> Result<()> {
    for channel in channels {
        tx.execute(
            "INSERT INTO destruction_channel (number, channel) VALUES (?1, ?2)",
            params![Number(number), channel],
        )?;
    }
    let held: Option<i64> = tx.query_row(
        "SELECT max(held_until_ms) FROM outbox WHERE subject = ?1",
        [subject],
        |row| row.get(0),
    )?;
    tx.execute("DELETE FROM outbox WHERE subject = ?1", [subject])?;
    tx.execute("DELETE FROM feed WHERE subject = ?1", [subject])?;
    let mut retractions: Vec<&Parcel> = retractions
        .iter()
        .filter(|parcel| channels.contains(&parcel.channel))
        .collect();
    retractions.sort_by(|one, other| one.channel.cmp(&other.channel));
    for parcel in retractions {
        put_retraction(tx, parcel, held.map_or(now_ms, |held| held.max(now_ms)))?;
    }
    Ok(())
}

fn take_grants_back(tx: &Connection, subject: [u8; 16], now_ms: i64) -> Result<()> {
    let (first, last) = documents_of(subject);
    let mut statement = tx.prepare_cached(
        "SELECT g.user, u.district, g.document, g.writable FROM granted g JOIN user u ON u.id = g.user
         WHERE g.document BETWEEN ?1 AND ?2 ORDER BY u.district, g.user, g.document",
    )?;
    let rows = statement.query_map([first, last], |row| {
        Ok(Had {
            user: UserId(row.get(0)?),
            district: row.get(1)?,
            document: DocumentId(row.get(2)?),
            writable: row.get(3)?,
        })
    })?;
    for had in rows.collect::<rusqlite::Result<Vec<_>>>()? {
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
fn unname_media(tx: &Connection, number: u64, subject: [u8; 16]) -> Result<()> {
    let (first, last) = documents_of(subject);
    tx.execute(
        "INSERT INTO destruction_media (number, sha256)
         SELECT ?1, sha256 FROM attachment WHERE document BETWEEN ?2 AND ?3
         UNION SELECT ?1, name FROM media_claim WHERE document BETWEEN ?2 AND ?3",
        params![Number(number), first, last],
    )?;
    for table in ["attachment", "media_claim"] {
        tx.execute(
            &format!("DELETE FROM {table} WHERE document BETWEEN ?1 AND ?2"),
            [first, last],
        )?;
    }
    tx.execute(
        "DELETE FROM media WHERE sha256 IN (SELECT sha256 FROM destruction_media WHERE number = ?1)
         AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = media.sha256)",
        [Number(number)],
    )?;
    Ok(())
}

/// The record's entries of the log say nothing any more; their numbers stay.
fn empty_places(tx: &Connection, subject: [u8; 16]) -> Result<()> {
    let (first, last) = documents_of(subject);
    let nothing =
        "kind = ?3, document = NULL, user = NULL, author = NULL, seq = NULL, hash = NULL, late = 0, bytes = NULL";
    tx.execute(
        &format!("UPDATE log SET {nothing} WHERE kind IN (1, 7) AND document BETWEEN ?1 AND ?2"),
        params![first, last, KIND_DESTROYED],
    )?;
    tx.execute(
        &format!(
            "UPDATE log SET {nothing} WHERE kind = 5 AND (district, number) IN
                 (SELECT district, number FROM receipt WHERE document BETWEEN ?1 AND ?2)"
        ),
        params![first, last, KIND_DESTROYED],
    )?;
    tx.execute("DELETE FROM receipt WHERE document BETWEEN ?1 AND ?2", [first, last])?;
    tx.execute("DELETE FROM quarantine WHERE document BETWEEN ?1 AND ?2", [first, last])?;
    tx.execute("DELETE FROM appeal WHERE document BETWEEN ?1 AND ?2", [first, last])?;
    tx.execute("DELETE FROM released WHERE document BETWEEN ?1 AND ?2", [first, last])?;
    Ok(())
}

fn forget_rows(tx: &Connection, subject: [u8; 16]) -> Result<()> {
    for sql in [
        "DELETE FROM case_row WHERE subject = ?1",
        "DELETE FROM card WHERE subject = ?1",
        "DELETE FROM unfolded WHERE subject = ?1",
        "DELETE FROM assignment WHERE subject = ?1",
        "DELETE FROM asking WHERE subject = ?1",
        "DELETE FROM referral WHERE subject = ?1",
        "UPDATE post SET body = NULL WHERE subject = ?1",
        "DELETE FROM match_proposal WHERE one = ?1 OR other = ?1",
        "DELETE FROM match_decision WHERE subject = ?1 OR other = ?1",
        "DELETE FROM document WHERE subject = ?1",
    ] {
        tx.execute(sql, [subject])?;
    }
    for sql in OF_SUBJECT {
        tx.execute(sql, [subject])?;
    }
    let known = tx
        .query_row(
            "SELECT state, district, sort FROM report WHERE subject = ?1",
            [subject],
            |row| {
                Ok(ReportRow {
                    subject,
                    state: row.get(0)?,
                    district: row.get(1)?,
                    sort: ReportSort::of(row.get(2)?),
                    entry: None,
                    looks: Vec::new(),
                })
            },
        )
        .optional()?;
    // It is closed under the next number, so that devices and other hubs hear of it.
    known.map_or(Ok(()), |closed| put_report(tx, &closed))
}

fn find_destruction(tx: &Connection, subject: [u8; 16]) -> Result<Option<Destruction>> {
    let mut statement = tx.prepare_cached(
        "SELECT number, district, kind, ordered_by, reference, section, at_ms, counts, scrubbed_ms,
                (SELECT count(*) FROM destruction_media m WHERE m.number = d.number)
         FROM destruction d WHERE subject = ?1",
    )?;
    let found = statement
        .query_row([subject], |row| read_destruction(row, subject))
        .optional()?;
    let Some(mut found) = found else { return Ok(None) };
    let mut statement = tx.prepare_cached(
        "SELECT channel, answered_ms, accepted FROM destruction_channel WHERE number = ?1 ORDER BY channel",
    )?;
    let channels = statement.query_map([Number(found.number)], |row| {
        let answered_ms: Option<i64> = row.get(1)?;
        let accepted: Option<bool> = row.get(2)?;
        Ok(ToldChannel {
            channel: row.get(0)?,
            answered: answered_ms.zip(accepted),
        })
    })?;
    found.channels = channels.collect::<rusqlite::Result<_>>()?;
    Ok(Some(found))
}

fn read_destruction(row: &Row<'_>, subject: [u8; 16]) -> rusqlite::Result<Destruction> {
    let counts: String = row.get(7)?;
    Ok(Destruction {
        number: row.get::<_, Number>(0)?.0,
        district: row.get(1)?,
        order: Order {
            subject,
            kind: row.get(2)?,
            ordered_by: row.get(3)?,
            reference: row.get(4)?,
            section: row.get(5)?,
        },
        at_ms: row.get(6)?,
        counts: serde_json::from_str(&counts).unwrap_or_default(),
        scrubbed_ms: row.get(8)?,
        media_left: row.get::<_, Number>(9)?.0,
        channels: Vec::new(),
    })
}
