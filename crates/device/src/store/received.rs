//! When the hub took in what was written, by its clock: change by change, as verdicts and entries of the log say it, and in
//! runs for what came folded in a grant.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};

/// Bytes of one time in a run.
const TIME_BYTES: usize = 8;

/// A change, by everything it is found by.
pub(crate) struct ChangeNamed<'a> {
    pub(crate) document: &'a [u8; 17],
    pub(crate) hash: &'a [u8; 32],
    pub(crate) author: &'a [u8; 16],
    /// Its number among the author's changes of the document, from one.
    pub(crate) seq: u64,
}

impl Read<'_> {
    /// When the hub took in a change; `None` where it has not said so.
    pub(crate) fn received_ms(&self, change: &ChangeNamed<'_>) -> Result<Option<i64>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT at_ms FROM received WHERE subject = ?1 AND hash = ?2")?;
        let subject = &change.document[..16];
        let said = statement
            .query_row((subject, change.hash), |row| row.get(0))
            .optional()?;
        match said {
            Some(at_ms) => Ok(Some(at_ms)),
            None => self.received_in_run(change),
        }
    }

    fn received_in_run(&self, change: &ChangeNamed<'_>) -> Result<Option<i64>, StoreError> {
        let Ok(seq) = i64::try_from(change.seq) else {
            return Ok(None);
        };
        let mut statement = self.0.prepare_cached(
            "SELECT first, times FROM received_run
             WHERE document = ?1 AND author = ?2 AND first <= ?3 ORDER BY first DESC LIMIT 1",
        )?;
        let run: Option<(i64, Vec<u8>)> = statement
            .query_row((change.document, change.author, seq), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        Ok(run.and_then(|(first, times)| {
            let at = usize::try_from(seq.checked_sub(first)?).ok()?;
            let (times, _) = times.as_chunks::<TIME_BYTES>();
            times.get(at).map(|time| i64::from_le_bytes(*time))
        }))
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

    /// The hub says when it took in an author's changes of a document, from the one numbered `first` on.
    pub(crate) fn set_received_run(
        &self,
        document: &[u8; 17],
        author: &[u8; 16],
        first: i64,
        times_ms: &[i64],
    ) -> Result<(), StoreError> {
        let times: Vec<u8> = times_ms.iter().flat_map(|time| time.to_le_bytes()).collect();
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO received_run (document, author, first, times) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (document, author, first) DO UPDATE SET times = excluded.times",
        )?;
        statement.execute((document, author, first, times))?;
        Ok(())
    }

    /// The hub no longer has a change: what it said of it is void.
    pub(crate) fn forget_received(&self, subject: &[u8; 16], hash: &[u8; 32]) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("DELETE FROM received WHERE subject = ?1 AND hash = ?2")?;
        statement.execute((subject, hash))?;
        Ok(())
    }

    /// The hub counts anew: what it said of folded changes is void until it grants them again.
    pub(crate) fn forget_received_runs(&self) -> Result<(), StoreError> {
        self.0.0.prepare_cached("DELETE FROM received_run")?.execute([])?;
        Ok(())
    }
}
