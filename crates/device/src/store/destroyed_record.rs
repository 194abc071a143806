//! Records that were destroyed by law: what the officer is told of them.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};

/// How long the officer is told.
const TOLD_MS: i64 = 60 * 86_400_000;

/// A record that was here until it was destroyed by law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DestroyedRecord {
    /// The number by which an office calls it; empty where it had none, or none that could be read here.
    pub(crate) number: String,
    /// The section of the law.
    pub(crate) section: String,
    /// When it went from here.
    pub(crate) at_ms: i64,
}

impl Read<'_> {
    /// Those that went lately, the last first.
    pub(crate) fn destroyed_records(&self, now_ms: i64) -> Result<Vec<DestroyedRecord>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT number, section, at_ms FROM destroyed_record WHERE at_ms > ?1 ORDER BY at_ms DESC, subject",
        )?;
        let rows = statement.query_map([now_ms - TOLD_MS], |row| {
            Ok(DestroyedRecord {
                number: row.get(0)?,
                section: row.get(1)?,
                at_ms: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Notes that a record is being destroyed, before it is; does nothing where it is not here. Those told long enough are
    /// forgotten.
    pub(crate) fn note_destroyed_record(
        &self,
        document: &[u8; 17],
        section: &str,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        let connection = self.0.0;
        connection
            .prepare_cached("DELETE FROM destroyed_record WHERE at_ms <= ?1")?
            .execute([now_ms - TOLD_MS])?;
        let subject = &document[..16];
        let here = connection
            .prepare_cached("SELECT 1 FROM document WHERE id = ?1")?
            .query_row([document], |_| Ok(()))
            .optional()?;
        if here.is_none() {
            return Ok(());
        }
        connection
            .prepare_cached(
                "INSERT OR IGNORE INTO destroyed_record (subject, number, section, at_ms)
                 VALUES (?1, coalesce((SELECT number FROM case_card WHERE subject = ?1), ''), ?2, ?3)",
            )?
            .execute((subject, section, now_ms))?;
        Ok(())
    }

    /// Removes, with a document that was destroyed by law, what else is kept of its record: how its changes went, pictures,
    /// answers about it.
    pub(crate) fn forget_by_law(&self, document: &[u8; 17]) -> Result<(), StoreError> {
        let connection = self.0.0;
        connection
            .prepare_cached("DELETE FROM own_change WHERE document = ?1")?
            .execute([document])?;
        self.forget_appeals(document)?;
        let subject = &document[..16];
        for sql in [
            "DELETE FROM receipt WHERE subject = ?1",
            "DELETE FROM received WHERE subject = ?1",
            "DELETE FROM asked WHERE record = ?1",
            "DELETE FROM report WHERE id = ?1",
            "DELETE FROM proposal WHERE subject = ?1 OR other = ?1",
            "DELETE FROM elsewhere WHERE own = ?1 OR other = ?1",
            "DELETE FROM report_proposal WHERE own = ?1 OR other = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([subject])?;
        }
        self.forget_media(subject)
    }
}
