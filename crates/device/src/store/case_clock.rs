//! The clocks of cases and institutions: a projection of what the documents of a subject say together.

use super::{Read, StoreError, Write};

/// A clock on which somebody still has to act, and that runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClockRow {
    pub(crate) clock: String,
    pub(crate) instance: String,
    pub(crate) due_ms: i64,
}

/// What clocks and reports need of a document of a case.
pub(crate) struct CaseSlice {
    pub(crate) subject: [u8; 16],
    pub(crate) document: [u8; 17],
    pub(crate) record: String,
}

/// The clocks of a case for the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CaseClocks {
    /// Every clock that is open and runs out.
    pub(crate) open: Vec<ClockRow>,
    /// The one that is shown on the list: when it is due and what it is, as JSON.
    pub(crate) next: Option<(Option<i64>, String)>,
}

impl Read<'_> {
    /// What the clocks need of the documents of a case, as JSON.
    pub(crate) fn slices(&self, subject: &[u8; 16]) -> Result<Vec<String>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT s.record FROM case_slice s JOIN document d ON d.row = s.document
             WHERE s.subject = ?1 AND d.leaving = 0 ORDER BY d.id",
        )?;
        let rows = statement.query_map([subject], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What clocks and reports need of every case whose documents are here: the case, the document, the slice as JSON; in the
    /// order of cases.
    pub(crate) fn case_slices(&self) -> Result<Vec<CaseSlice>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT s.subject, d.id, s.record FROM case_slice s JOIN document d ON d.row = s.document
             JOIN case_card c ON c.subject = s.subject
             WHERE d.leaving = 0 AND c.on_its_way = 0 ORDER BY s.subject, d.id",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(CaseSlice {
                subject: row.get(0)?,
                document: row.get(1)?,
                record: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Cases that the hub has named and whose documents are still to come.
    pub(crate) fn count_announced(&self) -> Result<u32, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT count(*) FROM case_card WHERE on_its_way = 1")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Every case and institution on the lists.
    pub(crate) fn subjects(&self) -> Result<Vec<[u8; 16]>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT subject FROM case_card UNION ALL SELECT subject FROM institution_card
             UNION ALL SELECT id FROM own_report ORDER BY 1",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    pub(crate) fn set_slice(&self, document: i64, subject: &[u8; 16], record: &str) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO case_slice (document, subject, record) VALUES (?1, ?2, ?3)
             ON CONFLICT (document) DO UPDATE SET record = excluded.record",
        )?;
        statement.execute((document, subject, record))?;
        Ok(())
    }

    /// Replaces the clocks of a case. Where nothing changed, nothing is written.
    pub(crate) fn set_clocks(&self, subject: &[u8; 16], clocks: &CaseClocks) -> Result<(), StoreError> {
        if self.clock_rows(subject)? != clocks.open {
            self.0
                .0
                .prepare_cached("DELETE FROM case_clock WHERE subject = ?1")?
                .execute([subject])?;
            let mut statement = self.0.0.prepare_cached(
                "INSERT OR REPLACE INTO case_clock (subject, clock, instance, due_ms) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for row in &clocks.open {
                statement.execute((subject, &row.clock, &row.instance, row.due_ms))?;
            }
        }
        let (due_ms, running) = match &clocks.next {
            Some((due_ms, running)) => (due_ms.unwrap_or(i64::MAX), Some(running)),
            None => (i64::MAX, None),
        };
        self.0
            .0
            .prepare_cached(
                "UPDATE case_card SET due_ms = ?2, running = ?3
                 WHERE subject = ?1 AND (due_ms <> ?2 OR running IS NOT ?3)",
            )?
            .execute((subject, due_ms, running))?;
        self.0
            .0
            .prepare_cached("UPDATE institution_card SET running = ?2 WHERE subject = ?1 AND running IS NOT ?2")?
            .execute((subject, running))?;
        Ok(())
    }

    fn clock_rows(&self, subject: &[u8; 16]) -> Result<Vec<ClockRow>, StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "SELECT clock, instance, due_ms FROM case_clock WHERE subject = ?1 ORDER BY clock, instance",
        )?;
        let rows = statement.query_map([subject], |row| {
            Ok(ClockRow {
                clock: row.get(0)?,
                instance: row.get(1)?,
                due_ms: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
