//! Cases folded into rows: what lists and channels need, and no more.

use protocol::DocumentId;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use super::Result;
use super::documents::keep_snapshot;
use super::outbox::{Parcel, put_parcel};
use super::sqlite::{Number, Sqlite};

/// A case as a row. It holds no name, no address and no statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// The case.
    pub subject: [u8; 16],
    /// Its district.
    pub district: String,
    /// The code of its kind.
    pub kind: String,
    /// The code of its stage.
    pub stage: String,
    /// The code of its urgency.
    pub urgency: String,
    /// When it was opened.
    pub opened_at_ms: Option<i64>,
    /// The number of the last change folded into the row.
    pub upto: u64,
    /// When that change was received.
    pub changed_ms: i64,
    /// What else a channel may carry, as JSON.
    pub facts: String,
}

/// A subject that has changed since it was last folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnfoldedSubject {
    /// The subject.
    pub subject: [u8; 16],
    /// The number of its last change.
    pub number: u64,
}

/// What came of folding a subject: kept together or not at all.
#[derive(Debug, Clone)]
pub struct Folded {
    /// The subject, and the number up to which it is folded.
    pub done: UnfoldedSubject,
    /// Newer snapshots of its documents, with the number of the last change in each.
    pub snapshots: Vec<(DocumentId, Vec<u8>, u64)>,
    /// Its row, where it is a case.
    pub case: Option<CaseRow>,
    /// What a channel is to be told.
    pub parcel: Option<Parcel>,
}

impl Folded {
    /// A subject that leaves no trace in the tables.
    pub const fn nothing(done: UnfoldedSubject) -> Self {
        Self {
            done,
            snapshots: Vec::new(),
            case: None,
            parcel: None,
        }
    }
}

/// What is known of cases as rows.
pub trait Cases {
    /// Subjects to fold, longest waiting first.
    fn unfolded(&self, limit: u32) -> Result<Vec<UnfoldedSubject>>;

    /// Keeps all that came of folding a subject, and marks it as folded up to its number; what changed since stays to be
    /// folded.
    fn save_folded(&self, folded: &Folded, now_ms: i64) -> Result<()>;

    /// Marks every subject as to be folded again, and forgets the rows.
    fn unfold_everything(&self) -> Result<()>;

    /// When the change with this number was received.
    fn received_ms(&self, district: &str, number: u64) -> Result<Option<i64>>;

    /// A case's row.
    fn case(&self, subject: [u8; 16]) -> Result<Option<CaseRow>>;

    /// The cases of a district, newest opening first.
    fn cases(&self, district: &str) -> Result<Vec<CaseRow>>;
}

const SELECT: &str =
    "SELECT subject, district, kind, stage, urgency, opened_at_ms, upto, changed_ms, facts FROM case_row";

impl Cases for Sqlite {
    fn unfolded(&self, limit: u32) -> Result<Vec<UnfoldedSubject>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT subject, number FROM unfolded ORDER BY number, subject LIMIT ?1")?;
            let rows = statement.query_map([limit], |row| {
                Ok(UnfoldedSubject {
                    subject: row.get(0)?,
                    number: row.get::<_, Number>(1)?.0,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn save_folded(&self, folded: &Folded, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            for (document, snapshot, number) in &folded.snapshots {
                keep_snapshot(tx, *document, snapshot, *number)?;
            }
            if let Some(case) = &folded.case {
                save_case(tx, case)?;
            }
            if let Some(parcel) = &folded.parcel {
                put_parcel(tx, parcel, now_ms)?;
            }
            tx.prepare_cached("DELETE FROM unfolded WHERE subject = ?1 AND number <= ?2")?
                .execute(params![folded.done.subject, Number(folded.done.number)])?;
            Ok(())
        })
    }

    fn unfold_everything(&self) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM case_row", [])?;
            tx.execute(
                "INSERT OR REPLACE INTO unfolded (subject, number)
                 SELECT subject, max(last_number) FROM document GROUP BY subject HAVING max(last_number) > 0",
                [],
            )?;
            Ok(())
        })
    }

    fn received_ms(&self, district: &str, number: u64) -> Result<Option<i64>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT at_ms FROM log WHERE district = ?1 AND number = ?2")?;
            Ok(statement
                .query_row(params![district, Number(number)], |row| row.get(0))
                .optional()?)
        })
    }

    fn case(&self, subject: [u8; 16]) -> Result<Option<CaseRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("{SELECT} WHERE subject = ?1"))?;
            Ok(statement.query_row([subject], read_case).optional()?)
        })
    }

    fn cases(&self, district: &str) -> Result<Vec<CaseRow>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "{SELECT} WHERE district = ?1 ORDER BY opened_at_ms DESC, subject"
            ))?;
            let rows = statement.query_map([district], read_case)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn save_case(tx: &Transaction<'_>, case: &CaseRow) -> Result<()> {
    tx.prepare_cached(
        "INSERT OR REPLACE INTO case_row
             (subject, district, kind, stage, urgency, opened_at_ms, upto, changed_ms, facts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        case.subject,
        case.district,
        case.kind,
        case.stage,
        case.urgency,
        case.opened_at_ms,
        Number(case.upto),
        case.changed_ms,
        case.facts,
    ])?;
    Ok(())
}

fn read_case(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow {
        subject: row.get(0)?,
        district: row.get(1)?,
        kind: row.get(2)?,
        stage: row.get(3)?,
        urgency: row.get(4)?,
        opened_at_ms: row.get(5)?,
        upto: row.get::<_, Number>(6)?.0,
        changed_ms: row.get(7)?,
        facts: row.get(8)?,
    })
}
