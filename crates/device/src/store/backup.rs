//! What a backup takes: everything that no hub has; and what was restored from one.

use super::{MediaSize, Read, StoreError, Write};
use crate::vault::hex;

/// Begins the names of marks that say as what a change was written once more.
const RESTORED: &str = "restored ";

/// The document and the bytes of a change.
pub(crate) type UnsentChange = ([u8; 17], Vec<u8>);
/// The hash of a picture, its size and its case.
pub(crate) type UnsentPicture = ([u8; 32], MediaSize, [u8; 16]);

fn mark(hash: &[u8; 32]) -> String {
    format!("{RESTORED}{}", hex(hash))
}

impl Read<'_> {
    /// Changes that the hub does not have or refused, in the order they were written.
    pub(crate) fn unsent_changes(&self) -> Result<Vec<UnsentChange>, StoreError> {
        let sql = "SELECT document, bytes FROM own_change WHERE number IS NULL AND length(bytes) > 0 ORDER BY n";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Pictures that the hub does not have, and whose.
    pub(crate) fn unsent_pictures(&self) -> Result<Vec<UnsentPicture>, StoreError> {
        let sql = "SELECT sha, size, subject FROM media WHERE unsent = 1 ORDER BY size, sha";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let size = MediaSize::from_byte(row.get(1)?).ok_or(StoreError::Row("media"))?;
            found.push((row.get(0)?, size, row.get(2)?));
        }
        Ok(found)
    }

    /// As what a change of another author was written once more here.
    pub(crate) fn restored(&self, hash: &[u8; 32]) -> Result<Option<[u8; 32]>, StoreError> {
        self.bytes(&mark(hash))
    }
}

impl Write<'_> {
    /// Notes as what a change of another author was written once more.
    pub(crate) fn set_restored(&self, hash: &[u8; 32], made: &[u8; 32]) -> Result<(), StoreError> {
        self.set_blob(&mark(hash), made)
    }
}
