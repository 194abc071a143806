//! What may be cleared away: the hub has it, and no case on this tablet needs it.

use super::{Read, StoreError, Write};

/// Pictures that the hub has, of cases that have left.
const PICTURES: &str = "FROM media WHERE unsent = 0 AND NOT EXISTS (
    SELECT 1 FROM media_of o JOIN document d ON d.subject = o.subject WHERE o.sha = media.sha)";
/// How far changes came that the hub has taken in, in documents that have left.
const WAYS: &str = "FROM own_change WHERE number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM document d WHERE d.id = own_change.document)";
/// What portals and the hub said of cases that have left.
const SAID: [&str; 2] = [
    "FROM receipt WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.subject = receipt.subject)",
    "FROM received WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.subject = received.subject)",
];

fn all() -> impl Iterator<Item = &'static str> {
    [PICTURES, WAYS].into_iter().chain(SAID)
}

impl Read<'_> {
    /// How many items may be cleared away.
    pub(crate) fn count_idle(&self) -> Result<u64, StoreError> {
        all().try_fold(0, |sum, of| {
            let mut statement = self.0.prepare_cached(&format!("SELECT count(*) {of}"))?;
            let count: i64 = statement.query_row([], |row| row.get(0))?;
            Ok(sum + u64::try_from(count).unwrap_or(0))
        })
    }
}

impl Write<'_> {
    /// Clears it away. Returns how many items there were.
    pub(crate) fn purge_idle(&self) -> Result<u64, StoreError> {
        all().try_fold(0, |sum, of| {
            let gone = self.0.0.prepare_cached(&format!("DELETE {of}"))?.execute([])?;
            Ok(sum + gone as u64)
        })
    }
}
