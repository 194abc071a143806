//! What a portal said about a case. The latest acceptance and the latest rejection are kept side by side.

use rusqlite::{OptionalExtension, Row};

use super::{Read, StoreError, Write};

/// What a channel said last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// Log number, the channel's reference and time of the latest acceptance.
    pub(crate) accepted: Option<(i64, String, i64)>,
    /// Log number, reason and time of the latest rejection.
    pub(crate) rejected: Option<(i64, String, i64)>,
}

impl Read<'_> {
    pub(crate) fn receipt(&self, subject: &[u8; 16], channel: &str) -> Result<Receipt, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT accepted_upto, reference, accepted_ms, rejected_upto, reason, rejected_ms
             FROM receipt WHERE subject = ?1 AND channel = ?2",
        )?;
        let found = statement.query_row((subject, channel), |row| receipt(row, 0));
        Ok(found.optional()?.unwrap_or_default())
    }

    /// What every channel said that said anything, by its code.
    pub(crate) fn receipts(&self, subject: &[u8; 16]) -> Result<Vec<(String, Receipt)>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT channel, accepted_upto, reference, accepted_ms, rejected_upto, reason, rejected_ms
             FROM receipt WHERE subject = ?1 ORDER BY channel",
        )?;
        let rows = statement.query_map((subject,), |row| Ok((row.get(0)?, receipt(row, 1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

/// The six columns of a receipt, from the one at `first` on.
fn receipt(row: &Row<'_>, first: usize) -> rusqlite::Result<Receipt> {
    let triple = |at: usize| -> rusqlite::Result<Option<(i64, String, i64)>> {
        let (Some(upto), Some(text), Some(ms)) = (row.get(at)?, row.get(at + 1)?, row.get(at + 2)?) else {
            return Ok(None);
        };
        Ok(Some((upto, text, ms)))
    };
    Ok(Receipt {
        accepted: triple(first)?,
        rejected: triple(first + 3)?,
    })
}

impl Write<'_> {
    pub(crate) fn set_accepted(
        &self,
        subject: &[u8; 16],
        channel: &str,
        (upto, reference, at_ms): (i64, &str, i64),
    ) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO receipt (subject, channel, accepted_upto, reference, accepted_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (subject, channel) DO UPDATE SET
                 accepted_upto = excluded.accepted_upto, reference = excluded.reference,
                 accepted_ms = excluded.accepted_ms
             WHERE accepted_upto IS NULL OR accepted_upto <= excluded.accepted_upto",
        )?;
        statement.execute((subject, channel, upto, reference, at_ms))?;
        Ok(())
    }

    pub(crate) fn set_rejected(
        &self,
        subject: &[u8; 16],
        channel: &str,
        (upto, reason, at_ms): (i64, &str, i64),
    ) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO receipt (subject, channel, rejected_upto, reason, rejected_ms) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (subject, channel) DO UPDATE SET
                 rejected_upto = excluded.rejected_upto, reason = excluded.reason, rejected_ms = excluded.rejected_ms
             WHERE rejected_upto IS NULL OR rejected_upto <= excluded.rejected_upto",
        )?;
        statement.execute((subject, channel, upto, reason, at_ms))?;
        Ok(())
    }
}
