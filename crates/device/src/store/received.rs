//! When the hub took in what others wrote, by its clock.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};

impl Read<'_> {
    /// When the hub took in a change of a case; `None` where it has not said so.
    pub(crate) fn received_ms(&self, subject: &[u8; 16], hash: &[u8; 32]) -> Result<Option<i64>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT at_ms FROM received WHERE subject = ?1 AND hash = ?2")?;
        Ok(statement.query_row((subject, hash), |row| row.get(0)).optional()?)
    }
}

impl Write<'_> {
    /// The hub says when it took in a change.
    pub(crate) fn set_received(&self, subject: &[u8; 16], hash: &[u8; 32], at_ms: i64) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("INSERT OR IGNORE INTO received (subject, hash, at_ms) VALUES (?1, ?2, ?3)")?;
        statement.execute((subject, hash, at_ms))?;
        Ok(())
    }
}
