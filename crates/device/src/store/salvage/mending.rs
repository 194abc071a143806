//! What is known of a mended file: first what is still to be looked over in the documents, then what came of it.

use rusqlite::OptionalExtension;
use serde::{Deserialize, Serialize};

use super::{
    super::{OwnChange, Read, StoreError, Write},
    rows::NO_SNAPSHOT,
};

/// Marks.
const MENDING: &str = "mending";
const MENDED: &str = "mended";

/// A change of this author whose row is lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LostChange {
    pub(crate) n: i64,
    pub(crate) subject: [u8; 16],
    pub(crate) hash: [u8; 32],
    /// Whether it waited for the hub; `None` where that is not known.
    pub(crate) waited: Option<bool>,
}

/// What the documents are still to be compared with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mending {
    pub(crate) at_ms: i64,
    /// Pages that were lost.
    pub(crate) pages: u32,
    /// Whether it is known which changes each document has to have.
    pub(crate) evidence: bool,
    /// Whether rows of changes made here are lost.
    pub(crate) own_lost: bool,
    /// Which, as far as that is known; all of them where it is `own_known`.
    pub(crate) own: Vec<LostChange>,
    pub(crate) own_known: bool,
    /// Pictures that no hub has; `None` where their number is not known.
    pub(crate) pictures: Option<u32>,
}

/// What came of mending the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mended {
    pub(crate) at_ms: i64,
    /// Pages that were lost.
    pub(crate) pages: u32,
    /// Documents that the hub was to send again.
    pub(crate) documents: u32,
    /// Edits that nobody has any more; `None` where their number is not known.
    pub(crate) edits: Option<u32>,
    /// Pictures and files that nobody has any more, in the same way.
    pub(crate) pictures: Option<u32>,
}

impl Read<'_> {
    /// What is still to be looked over after the file was mended.
    pub(crate) fn mending(&self) -> Result<Option<Mending>, StoreError> {
        let text = self.text(MENDING)?;
        text.map(|text| serde_json::from_str(&text).map_err(|_| StoreError::Row("meta")))
            .transpose()
    }

    /// What came of mending the file, the last time that was needed.
    pub(crate) fn mended(&self) -> Result<Option<Mended>, StoreError> {
        Ok(self.text(MENDED)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Every document, those that are leaving, too; those of a case one after the other.
    pub(crate) fn every_document(&self) -> Result<Vec<[u8; 17]>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT id FROM document ORDER BY id")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The increments of a document of which nothing else is left; `None` where there is more.
    pub(crate) fn increments_alone(&self, id: &[u8; 17]) -> Result<Option<Vec<Vec<u8>>>, StoreError> {
        let sql = "SELECT row FROM document WHERE id = ?1 AND snapshot = ?2";
        let row: Option<i64> = self
            .0
            .prepare_cached(sql)?
            .query_row((id, NO_SNAPSHOT), |row| row.get(0))
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        let mut statement = self
            .0
            .prepare_cached("SELECT bytes FROM increment WHERE document = ?1 ORDER BY n")?;
        let rows = statement.query_map([row], |row| row.get(0))?;
        Ok(Some(rows.collect::<Result<_, _>>()?))
    }

    /// The changes made here in a document.
    pub(crate) fn own_hashes(&self, id: &[u8; 17]) -> Result<Vec<[u8; 32]>, StoreError> {
        let sql = "SELECT hash FROM own_change WHERE subject = ?1 AND document = ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map((&id[..16], id), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The changes of others that were taken in about a subject.
    pub(crate) fn received_hashes(&self, subject: &[u8; 16]) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT hash FROM received WHERE subject = ?1")?;
        let rows = statement.query_map([subject], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What is set aside about a subject.
    pub(crate) fn set_aside_about(&self, subject: &[u8; 16]) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM set_aside WHERE substr(document, 1, 16) = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([subject], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The first number behind `after` that no change made here has.
    pub(crate) fn free_number(&self, after: i64) -> Result<i64, StoreError> {
        let sql = "SELECT min(n) FROM (
                 SELECT ?1 + 1 AS n WHERE NOT EXISTS (SELECT 1 FROM own_change WHERE n = ?1 + 1)
                 UNION ALL
                 SELECT n + 1 FROM own_change o WHERE n > ?1
                     AND NOT EXISTS (SELECT 1 FROM own_change p WHERE p.n = o.n + 1))";
        Ok(self.0.prepare_cached(sql)?.query_row([after], |row| row.get(0))?)
    }

    /// The number of a change made here.
    pub(crate) fn number_of(&self, subject: &[u8; 16], hash: &[u8; 32]) -> Result<Option<i64>, StoreError> {
        Ok(self.way_of(subject, hash)?.map(|way| way.n))
    }
}

impl Write<'_> {
    /// Puts a change that was found in its document back into the outbox, under this number.
    pub(crate) fn put_own_change_back(&self, n: i64, change: &OwnChange<'_>) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO own_change (n, document, subject, hash, action, made_ms, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let subject = &change.document[..16];
        let about = (change.action, change.made_ms, change.bytes);
        statement.execute((n, change.document, subject, change.hash, about.0, about.1, about.2))?;
        Ok(())
    }

    /// The file is mended; the documents are still to be looked over.
    pub(crate) fn begin_mending(&self, mending: &Mending) -> Result<(), StoreError> {
        let text = serde_json::to_string(mending).map_err(|_| StoreError::Row("meta"))?;
        self.set_text(MENDING, &text)
    }

    /// The documents are looked over.
    pub(crate) fn end_mending(&self, mended: &Mended) -> Result<(), StoreError> {
        let text = serde_json::to_string(mended).map_err(|_| StoreError::Row("meta"))?;
        self.set_text(MENDED, &text)?;
        self.set_number(MENDING, None)
    }
}
