use rusqlite::{Connection, OptionalExtension, Row, params};

use super::documents::keep_snapshot;
use super::duties::answered;
use super::outbox::put_parcel;
use super::readings::replace_card;
use super::reports::{put_decisions, put_report};
use super::tables::put_tables;
use super::{Number, Sqlite};
use crate::storage::{CaseRow, Cases, Claim, Folded, Held, Result, UnfoldedSubject, WorkerId};

const SELECT: &str =
    "SELECT subject, district, kind, stage, urgency, opened_at_ms, upto, changed_ms, facts FROM case_row";

impl Cases for Sqlite {
    fn unfolded(&self, limit: u32) -> Result<Vec<UnfoldedSubject>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT subject, number FROM unfolded ORDER BY number, subject LIMIT ?1")?;
            let rows = statement.query_map([limit], read_unfolded)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn claim_unfolded(&self, claim: Claim, limit: u32) -> Result<Vec<UnfoldedSubject>> {
        let free = "held_until_ms < ?1 OR worker = ?2";
        // Most looks find nothing, and a look must not cost a write.
        let any: bool = self.read(|tx| {
            let mut statement = tx.prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM unfolded WHERE {free})"))?;
            Ok(statement.query_row(params![claim.now_ms, claim.worker.0], |row| row.get(0))?)
        })?;
        if !any {
            return Ok(Vec::new());
        }
        self.write(|tx| {
            let mut statement = tx.prepare_cached(&format!(
                "UPDATE unfolded SET worker = ?2, held_until_ms = ?3
                 WHERE subject IN (SELECT subject FROM unfolded WHERE {free} ORDER BY number, subject LIMIT ?4)
                 RETURNING subject, number"
            ))?;
            let values = params![claim.now_ms, claim.worker.0, claim.until_ms, limit];
            let rows = statement.query_map(values, read_unfolded)?;
            let mut claimed = rows.collect::<rusqlite::Result<Vec<_>>>()?;
            claimed.sort_unstable_by_key(|one| (one.number, one.subject));
            Ok(claimed)
        })
    }

    fn save_folded(&self, folded: &Folded, worker: WorkerId, now_ms: i64) -> Result<Held> {
        self.write(|tx| {
            if !end_hold(tx, folded.done, worker)? {
                return Ok(Held::Lost);
            }
            for (document, snapshot, number) in &folded.snapshots {
                keep_snapshot(tx, *document, snapshot, *number)?;
            }
            if let Some(case) = &folded.case {
                save_case(tx, case)?;
            }
            if let Some(card) = &folded.card {
                replace_card(tx, card)?;
            }
            put_tables(tx, folded.done.subject, &folded.tables)?;
            if let Some(at_ms) = folded.answered_ms {
                answered(tx, folded.done.subject, at_ms)?;
            }
            for parcel in &folded.parcels {
                put_parcel(tx, parcel, now_ms)?;
            }
            if let Some(report) = &folded.report {
                put_report(tx, report)?;
            }
            if let Some(decisions) = &folded.decisions {
                put_decisions(tx, folded.done.subject, decisions)?;
            }
            Ok(Held::Yes)
        })
    }

    fn unfold_everything(&self) -> Result<()> {
        self.write(|tx| {
            for table in [
                "case_row",
                "case_clock",
                "case_placement",
                "missing_row",
                "institution_row",
            ] {
                tx.execute(&format!("DELETE FROM {table}"), [])?;
            }
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

/// Ends the worker's hold on a subject: nothing is left to fold, or what changed since. False where it holds it no more.
fn end_hold(tx: &Connection, done: UnfoldedSubject, worker: WorkerId) -> Result<bool> {
    let folded = tx
        .prepare_cached("DELETE FROM unfolded WHERE subject = ?1 AND worker = ?2 AND number <= ?3")?
        .execute(params![done.subject, worker.0, Number(done.number)])?;
    if folded > 0 {
        return Ok(true);
    }
    let released = tx
        .prepare_cached("UPDATE unfolded SET worker = NULL, held_until_ms = 0 WHERE subject = ?1 AND worker = ?2")?
        .execute(params![done.subject, worker.0])?;
    Ok(released > 0)
}

fn read_unfolded(row: &Row<'_>) -> rusqlite::Result<UnfoldedSubject> {
    Ok(UnfoldedSubject {
        subject: row.get(0)?,
        number: row.get::<_, Number>(1)?.0,
    })
}

fn save_case(tx: &Connection, case: &CaseRow) -> Result<()> {
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
