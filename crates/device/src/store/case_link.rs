//! Links between cases: a projection of what each case says of others, found from the other side.

use super::{Read, StoreError, Write};

/// What a case says of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LinkRow {
    /// The row of the table `links`.
    pub(crate) link: [u8; 16],
    /// The case that says so.
    pub(crate) subject: [u8; 16],
    /// The one it speaks of.
    pub(crate) other: [u8; 16],
    pub(crate) relation: String,
    pub(crate) note: String,
}

impl Read<'_> {
    /// What other cases on this tablet say of this one.
    pub(crate) fn links_to(&self, other: &[u8; 16]) -> Result<Vec<LinkRow>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT l.link, l.subject, l.other, l.relation, l.note
             FROM case_link l JOIN document d ON d.row = l.document
             WHERE l.other = ?1 AND l.subject <> ?1 AND d.leaving = 0 ORDER BY l.subject, l.link",
        )?;
        let rows = statement.query_map([other], |row| {
            Ok(LinkRow {
                link: row.get(0)?,
                subject: row.get(1)?,
                other: row.get(2)?,
                relation: row.get(3)?,
                note: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Read<'_> {
    /// The cases whose screens show what this one says, or said when it was last projected.
    pub(crate) fn linked_from(&self, subject: &[u8; 16]) -> Result<Vec<[u8; 16]>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT DISTINCT other FROM case_link WHERE subject = ?1 AND other <> ?1")?;
        let rows = statement.query_map([subject], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// Replaces what a document says of other cases.
    pub(crate) fn set_links(&self, document: i64, links: &[LinkRow]) -> Result<(), StoreError> {
        let connection = self.0.0;
        connection
            .prepare_cached("DELETE FROM case_link WHERE document = ?1")?
            .execute([document])?;
        let mut statement = connection.prepare_cached(
            "INSERT OR REPLACE INTO case_link (document, link, subject, other, relation, note)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for link in links {
            statement.execute((
                document,
                link.link,
                link.subject,
                link.other,
                &link.relation,
                &link.note,
            ))?;
        }
        Ok(())
    }
}
