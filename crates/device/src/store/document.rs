//! Documents as snapshot and increments, and their way out when the hub takes them back.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};

/// A document as it stands in the store.
#[derive(Debug)]
pub(crate) struct StoredDocument {
    pub(crate) row: i64,
    /// The snapshot with the increments behind it: automerge loads the one after the other.
    pub(crate) bytes: Vec<u8>,
    pub(crate) increments: usize,
    pub(crate) writable: bool,
    pub(crate) leaving: bool,
}

/// Above every number a receipt may name, so that nothing is claimed of what is not known.
const NUMBER_UNKNOWN: i64 = i64::MAX;

impl Read<'_> {
    pub(crate) fn document(&self, id: &[u8; 17]) -> Result<Option<StoredDocument>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT row, snapshot, writable, leaving FROM document WHERE id = ?1")?;
        let found = statement.query_row([id], |row| {
            Ok(StoredDocument {
                row: row.get(0)?,
                bytes: row.get(1)?,
                increments: 0,
                writable: row.get(2)?,
                leaving: row.get(3)?,
            })
        });
        let Some(mut document) = found.optional()? else {
            return Ok(None);
        };
        let mut statement = self
            .0
            .prepare_cached("SELECT bytes FROM increment WHERE document = ?1 ORDER BY n")?;
        let mut rows = statement.query([document.row])?;
        while let Some(row) = rows.next()? {
            let bytes = row.get_ref(0)?.as_blob().map_err(|_| StoreError::Row("increment"))?;
            document.bytes.extend_from_slice(bytes);
            document.increments += 1;
        }
        Ok(Some(document))
    }

    /// The documents of a case that are here and not leaving.
    pub(crate) fn documents_of(&self, subject: &[u8; 16]) -> Result<Vec<[u8; 17]>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT id FROM document WHERE subject = ?1 AND leaving = 0 ORDER BY id")?;
        let rows = statement.query_map([subject], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Every document here, for rebuilding projections.
    pub(crate) fn all_documents(&self) -> Result<Vec<[u8; 17]>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT id FROM document WHERE leaving = 0 ORDER BY id")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The highest log number of others' changes in the documents of a case.
    pub(crate) fn hub_number(&self, subject: &[u8; 16]) -> Result<i64, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT coalesce(max(hub_number), 0) FROM document WHERE subject = ?1")?;
        Ok(statement.query_row([subject], |row| row.get(0))?)
    }

    /// Documents that may now be destroyed: taken back, with nothing of theirs still to be handed in. With who the child
    /// is (kind 2) go the pictures, so that one waits for them, too.
    pub(crate) fn documents_handed_in(&self) -> Result<Vec<[u8; 17]>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT id FROM document d WHERE leaving = 1
             AND NOT EXISTS (
                 SELECT 1 FROM own_change o
                 WHERE o.subject = d.subject AND o.document = d.id AND o.number IS NULL AND o.refused IS NULL)
             AND NOT (substr(d.id, 17) = x'02' AND EXISTS (
                 SELECT 1 FROM media_of o JOIN media m ON m.sha = o.sha WHERE o.subject = d.subject AND m.unsent = 1))",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Documents whose destruction the hub has not heard of.
    pub(crate) fn destroyed(&self) -> Result<Vec<[u8; 17]>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT document FROM destroyed ORDER BY document")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Begins a document, or replaces its snapshot and drops the increments that are in it now.
    pub(crate) fn put_snapshot(&self, id: &[u8; 17], snapshot: &[u8]) -> Result<i64, StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO document (id, subject, snapshot) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET snapshot = excluded.snapshot RETURNING row",
        )?;
        let row: i64 = statement.query_row((id, &id[..16], snapshot), |row| row.get(0))?;
        self.0
            .0
            .prepare_cached("DELETE FROM increment WHERE document = ?1")?
            .execute([row])?;
        Ok(row)
    }

    pub(crate) fn add_increment(&self, row: i64, bytes: &[u8]) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO increment (document, n, bytes)
             SELECT ?1, coalesce(max(n), 0) + 1, ?2 FROM increment WHERE document = ?1",
        )?;
        statement.execute((row, bytes))?;
        Ok(())
    }

    pub(crate) fn set_clashes(&self, row: i64, clashes: usize) -> Result<(), StoreError> {
        let clashes = i64::try_from(clashes).unwrap_or(i64::MAX);
        let mut statement = self
            .0
            .0
            .prepare_cached("UPDATE document SET clashes = ?2 WHERE row = ?1 AND clashes <> ?2")?;
        statement.execute((row, clashes))?;
        Ok(())
    }

    /// A change of somebody else with this log number is in the document.
    pub(crate) fn raise_hub_number(&self, row: i64, number: i64) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("UPDATE document SET hub_number = max(hub_number, ?2) WHERE row = ?1")?;
        statement.execute((row, number))?;
        Ok(())
    }

    /// The hub has granted the document (again), with everything up to this log number.
    pub(crate) fn set_granted(&self, row: i64, writable: bool, upto: i64) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "UPDATE document SET writable = ?2, leaving = 0,
                 hub_number = CASE hub_number WHEN ?4 THEN ?3 ELSE max(hub_number, ?3) END
             WHERE row = ?1",
        )?;
        statement.execute((row, writable, upto, NUMBER_UNKNOWN))?;
        Ok(())
    }

    /// The hub counts anew: what it knows of the documents here is not known until it says.
    pub(crate) fn forget_hub_numbers(&self) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("UPDATE document SET hub_number = ?1")?
            .execute([NUMBER_UNKNOWN])?;
        self.0.0.prepare_cached("DELETE FROM receipt")?.execute([])?;
        // Nor is any picture certain to be there: whoever has its bytes offers them, and the hub says what it lacks.
        self.0
            .0
            .prepare_cached("UPDATE media SET unsent = 1 WHERE bytes IS NOT NULL")?
            .execute([])?;
        self.forget_received_runs()
    }

    /// The hub has taken the document back. Returns whether it was here.
    pub(crate) fn set_leaving(&self, id: &[u8; 17]) -> Result<bool, StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("UPDATE document SET leaving = 1 WHERE id = ?1")?;
        Ok(statement.execute([id])? > 0)
    }

    /// Removes every trace of a document but the way its changes went, and notes that the hub is to be told.
    pub(crate) fn destroy(&self, id: &[u8; 17]) -> Result<(), StoreError> {
        let connection = self.0.0;
        connection
            .prepare_cached("DELETE FROM case_text WHERE rowid = (SELECT row FROM document WHERE id = ?1)")?
            .execute([id])?;
        connection
            .prepare_cached("DELETE FROM own_change WHERE document = ?1 AND number IS NULL AND refused IS NULL")?
            .execute([id])?;
        // Bytes that the hub refused lie in its quarantine; here they go with the document. That something was refused stays,
        // so that the officer is told and can ask the district.
        connection
            .prepare_cached("UPDATE own_change SET bytes = x'' WHERE document = ?1 AND number IS NULL")?
            .execute([id])?;
        connection
            .prepare_cached("DELETE FROM set_aside WHERE document = ?1")?
            .execute([id])?;
        self.forget_damaged(id)?;
        self.forget_pieces(id)?;
        connection
            .prepare_cached("DELETE FROM received_run WHERE document = ?1")?
            .execute([id])?;
        connection
            .prepare_cached("DELETE FROM document WHERE id = ?1")?
            .execute([id])?;
        self.note_destroyed(id)
    }

    /// The hub is to be told that the document is not here.
    pub(crate) fn note_destroyed(&self, id: &[u8; 17]) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("INSERT OR IGNORE INTO destroyed (document) VALUES (?1)")?
            .execute([id])?;
        Ok(())
    }

    /// The hub has heard, or has granted the document again.
    pub(crate) fn forget_destroyed(&self, id: &[u8; 17]) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("DELETE FROM destroyed WHERE document = ?1")?
            .execute([id])?;
        Ok(())
    }
}
