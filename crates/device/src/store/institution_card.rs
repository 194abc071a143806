//! The list of institutions: a projection that is read without opening a document.

use casework::Subject;
use rusqlite::Row;

use super::{Read, StoreError, Write};

/// What its document says of an institution on the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HouseCard {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) capacity: Option<i64>,
    pub(crate) present: Option<i64>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InstitutionRow {
    pub(crate) subject: [u8; 16],
    pub(crate) card: HouseCard,
    pub(crate) changed_ms: i64,
    pub(crate) waiting: u32,
    pub(crate) refused: u32,
    pub(crate) clashes: u32,
    /// The clock that is due next, as JSON without words.
    pub(crate) running: Option<String>,
    /// Clocks that had run out when it was asked.
    pub(crate) clocks_overdue: u32,
}

/// `?1` is the moment it is asked at.
const SELECT: &str = "SELECT subject, name, kind, capacity, present, running, changed_ms,
    (SELECT count(*) FROM own_change o WHERE o.subject = c.subject AND o.number IS NULL AND o.refused IS NULL),
    (SELECT count(*) FROM own_change o WHERE o.subject = c.subject AND o.refused IS NOT NULL),
    (SELECT coalesce(sum(clashes), 0) FROM document d WHERE d.subject = c.subject),
    (SELECT count(*) FROM case_clock k WHERE k.subject = c.subject AND k.due_ms < ?1)
    FROM institution_card c";

fn row(row: &Row<'_>) -> rusqlite::Result<InstitutionRow> {
    Ok(InstitutionRow {
        subject: row.get(0)?,
        card: HouseCard {
            name: row.get(1)?,
            kind: row.get(2)?,
            capacity: row.get(3)?,
            present: row.get(4)?,
        },
        running: row.get(5)?,
        changed_ms: row.get(6)?,
        waiting: row.get(7)?,
        refused: row.get(8)?,
        clashes: row.get(9)?,
        clocks_overdue: row.get(10)?,
    })
}

impl Read<'_> {
    /// The institutions by name, at most `limit`, and how many there are.
    pub(crate) fn institutions(&self, now_ms: i64, limit: u32) -> Result<(u32, Vec<InstitutionRow>), StoreError> {
        let total = self
            .0
            .query_row("SELECT count(*) FROM institution_card", [], |row| row.get(0))?;
        let mut statement = self
            .0
            .prepare_cached(&format!("{SELECT} ORDER BY name, subject LIMIT ?2"))?;
        let rows = statement.query_map((now_ms, limit), row)?;
        Ok((total, rows.collect::<Result<_, _>>()?))
    }

    pub(crate) fn institution(&self, subject: &[u8; 16], now_ms: i64) -> Result<Option<InstitutionRow>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("{SELECT} WHERE subject = ?2"))?;
        let mut rows = statement.query_map((now_ms, subject), row)?;
        Ok(rows.next().transpose()?)
    }

    /// What a list of both calls a subject: first letters of the child's name, or the name of the institution.
    pub(crate) fn called(&self, subject: Subject) -> Result<String, StoreError> {
        let sql = match subject {
            Subject::Case(_) => return self.initials(&subject.to_bytes()),
            Subject::Institution(_) => "SELECT name FROM institution_card WHERE subject = ?1",
            // A missing child is named on its own page only.
            Subject::Missing(_) => return Ok(String::new()),
        };
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query_map([subject.to_bytes()], |row| row.get(0))?;
        Ok(rows.next().transpose()?.unwrap_or_default())
    }
}

impl Write<'_> {
    /// The institution is on this tablet, and its document says this of it.
    pub(crate) fn set_house_card(&self, subject: &[u8; 16], card: &HouseCard) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO institution_card (subject, name, kind, capacity, present) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (subject) DO UPDATE SET name = excluded.name, kind = excluded.kind,
                 capacity = excluded.capacity, present = excluded.present",
        )?;
        statement.execute((subject, &card.name, &card.kind, card.capacity, card.present))?;
        Ok(())
    }
}
