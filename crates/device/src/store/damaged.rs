//! Documents whose copy on this tablet cannot be read.

use super::{Read, StoreError, Write};

impl Read<'_> {
    /// Every document that was found damaged and has not come again yet.
    pub(crate) fn damaged(&self) -> Result<Vec<[u8; 17]>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT document FROM damaged ORDER BY document")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What was written here in a document and is not known to be at the hub, in order.
    pub(crate) fn unsent_of(&self, id: &[u8; 17]) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT n, bytes FROM own_change WHERE subject = ?1 AND document = ?2 AND number IS NULL AND length(bytes) > 0
             ORDER BY n",
        )?;
        let rows = statement.query_map((&id[..16], id), |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether the hub may have anything of a document: then what is here is not all of it.
    pub(crate) fn is_at_hub(&self, id: &[u8; 17]) -> Result<bool, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM document WHERE id = ?2 AND hub_number > 0)
                 OR EXISTS (SELECT 1 FROM own_change WHERE subject = ?1 AND document = ?2 AND number IS NOT NULL)
                 OR EXISTS (SELECT 1 FROM set_aside WHERE document = ?2)",
        )?;
        Ok(statement.query_row((&id[..16], id), |row| row.get(0))?)
    }
}

impl Write<'_> {
    pub(crate) fn note_damaged(&self, id: &[u8; 17], found_ms: i64) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("INSERT OR IGNORE INTO damaged (document, found_ms) VALUES (?1, ?2)")?;
        statement.execute((id, found_ms))?;
        Ok(())
    }

    /// The document is whole again, or gone.
    pub(crate) fn forget_damaged(&self, id: &[u8; 17]) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("DELETE FROM damaged WHERE document = ?1")?
            .execute([id])?;
        Ok(())
    }
}
