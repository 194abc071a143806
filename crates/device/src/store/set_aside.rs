//! Changes of others that this app cannot take in yet.

use super::{Read, StoreError, Write};
use crate::documents::Incoming;

impl Read<'_> {
    /// How many changes are set aside.
    pub(crate) fn count_set_aside(&self) -> Result<u32, StoreError> {
        Ok(self
            .0
            .query_row("SELECT count(*) FROM set_aside", [], |row| row.get(0))?)
    }
}

impl Write<'_> {
    pub(crate) fn set_aside(&self, document: &[u8; 17], change: &Incoming, reason: &str) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT OR REPLACE INTO set_aside (document, number, received_ms, bytes, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        statement.execute((document, change.number, change.received_ms, &change.bytes, reason))?;
        Ok(())
    }

    /// Takes out what is set aside of a document, in the order of the log, to be tried again.
    pub(crate) fn take_set_aside(&self, document: &[u8; 17]) -> Result<Vec<Incoming>, StoreError> {
        let connection = self.0.0;
        let mut statement = connection
            .prepare_cached("SELECT number, received_ms, bytes FROM set_aside WHERE document = ?1 ORDER BY number")?;
        let rows = statement.query_map([document], |row| {
            Ok(Incoming {
                number: row.get(0)?,
                received_ms: row.get(1)?,
                bytes: row.get(2)?,
            })
        })?;
        let found = rows.collect::<Result<Vec<_>, _>>()?;
        if !found.is_empty() {
            connection
                .prepare_cached("DELETE FROM set_aside WHERE document = ?1")?
                .execute([document])?;
        }
        Ok(found)
    }
}
