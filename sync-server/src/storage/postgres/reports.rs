use tokio_postgres::Row;

use super::Postgres;
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, number};
use crate::storage::{NumberedReport, ReportRow, ReportSort, Reports, Result};

impl Reports for Postgres {
    fn reports(&self, state: &str, sort: ReportSort, after: u64, limit: u32) -> Result<Vec<NumberedReport>> {
        self.read_one(|tx| {
            let sql = "SELECT number, subject, state, district, sort, entry FROM report
                       WHERE state = $1 AND sort = $2 AND number > $3 ORDER BY number LIMIT $4";
            let rows = tx.rows(sql, &[&state, &i16::from(sort.code()), &Number(after), &i64::from(limit)])?;
            rows.iter().map(read_report).collect()
        })
    }

    fn last_report(&self, state: &str) -> Result<u64> {
        self.read_one(|tx| {
            let row = tx.row("SELECT last_number FROM report_line WHERE state = $1", &[&state])?;
            row.map_or(Ok(0), |row| number(&row, 0))
        })
    }
}

/// Keeps a report under the state's next number, where it says something new. Whoever keeps one of the same state waits here
/// until this transaction has ended, so that no reader sees a gap that fills later.
pub(super) fn put_report(tx: &Tx<'_>, report: &ReportRow) -> Result<()> {
    tx.execute(
        "INSERT INTO report_line (state, last_number) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        &[&report.state],
    )?;
    tx.execute("SELECT 1 FROM report_line WHERE state = $1 FOR NO KEY UPDATE", &[&report.state])?;
    let known = tx
        .row(
            "SELECT number, subject, state, district, sort, entry FROM report WHERE subject = $1",
            &[&Fixed(report.subject)],
        )?
        .map(|row| read_report(&row))
        .transpose()?
        .map(|known| known.row);
    if known.as_ref() == Some(report) || (known.is_none() && report.entry.is_none()) {
        return Ok(());
    }
    tx.execute(
        "WITH next AS (
             UPDATE report_line SET last_number = last_number + 1 WHERE state = $2 RETURNING last_number AS number)
         INSERT INTO report (subject, state, district, sort, number, entry)
         SELECT $1, $2, $3, $4, number, $5 FROM next
         ON CONFLICT (subject) DO UPDATE SET state = excluded.state, district = excluded.district,
             sort = excluded.sort, number = excluded.number, entry = excluded.entry",
        &[
            &Fixed(report.subject),
            &report.state,
            &report.district,
            &i16::from(report.sort.code()),
            &report.entry,
        ],
    )?;
    Ok(())
}

fn read_report(row: &Row) -> Result<NumberedReport> {
    Ok(NumberedReport {
        number: number(row, 0)?,
        row: ReportRow {
            subject: fixed(row, 1)?,
            state: at(row, 2)?,
            district: at(row, 3)?,
            sort: ReportSort::of(u8::try_from(at::<i16>(row, 4)?).unwrap_or_default()),
            entry: at(row, 5)?,
        },
    })
}
