use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Number, Sqlite};
use crate::storage::{NumberedReport, ReportRow, ReportSort, Reports, Result};

impl Reports for Sqlite {
    fn reports(&self, state: &str, sort: ReportSort, after: u64, limit: u32) -> Result<Vec<NumberedReport>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT number, subject, state, district, sort, entry FROM report
                 WHERE state = ?1 AND sort = ?2 AND number > ?3 ORDER BY number LIMIT ?4",
            )?;
            let rows = statement.query_map(params![state, sort.code(), Number(after), limit], read_report)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn last_report(&self, state: &str) -> Result<u64> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT last_number FROM report_line WHERE state = ?1")?;
            let last: Option<Number> = statement.query_row([state], |row| row.get(0)).optional()?;
            Ok(last.map_or(0, |number| number.0))
        })
    }
}

/// Keeps a report under the state's next number, where it says something new.
pub(super) fn put_report(tx: &Connection, report: &ReportRow) -> Result<()> {
    let known: Option<ReportRow> = tx
        .prepare_cached("SELECT number, subject, state, district, sort, entry FROM report WHERE subject = ?1")?
        .query_row([report.subject], read_report)
        .optional()?
        .map(|known| known.row);
    if known.as_ref() == Some(report) || (known.is_none() && report.entry.is_none()) {
        return Ok(());
    }
    tx.prepare_cached("INSERT OR IGNORE INTO report_line (state, last_number) VALUES (?1, 0)")?
        .execute([&report.state])?;
    let number: Number = tx
        .prepare_cached("UPDATE report_line SET last_number = last_number + 1 WHERE state = ?1 RETURNING last_number")?
        .query_row([&report.state], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO report (subject, state, district, sort, number, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?
    .execute(params![
        report.subject,
        report.state,
        report.district,
        report.sort.code(),
        number,
        report.entry,
    ])?;
    Ok(())
}

fn read_report(row: &Row<'_>) -> rusqlite::Result<NumberedReport> {
    Ok(NumberedReport {
        number: row.get::<_, Number>(0)?.0,
        row: ReportRow {
            subject: row.get(1)?,
            state: row.get(2)?,
            district: row.get(3)?,
            sort: ReportSort::of(row.get(4)?),
            entry: row.get(5)?,
        },
    })
}
