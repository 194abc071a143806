use tokio_postgres::Row;

use super::Postgres;
use super::documents::keep_snapshot;
use super::duties::answered;
use super::outbox::put_parcel;
use super::readings::replace_card;
use super::reports::{put_decisions, put_report};
use super::tables::put_tables;
use super::transaction::{Tx, owned};
use super::value::{Fixed, Number, at, fixed, number, text};
use crate::storage::{CaseRow, Cases, Claim, Folded, Held, Result, UnfoldedSubject, WorkerId};

const SELECT: &str =
    "SELECT subject, district, kind, stage, urgency, opened_at_ms, upto, changed_ms, facts FROM case_row";

impl Cases for Postgres {
    fn unfolded(&self, limit: u32) -> Result<Vec<UnfoldedSubject>> {
        self.read_one(|tx| {
            let sql = "SELECT subject, number FROM unfolded ORDER BY number, subject LIMIT $1";
            tx.rows(sql, &[&i64::from(limit)])?.iter().map(read_unfolded).collect()
        })
    }

    fn claim_unfolded(&self, claim: Claim, limit: u32) -> Result<Vec<UnfoldedSubject>> {
        self.write(|tx| {
            let rows = tx.rows(
                "UPDATE unfolded u SET worker = $2, held_until_ms = $3
                 FROM (SELECT subject FROM unfolded WHERE held_until_ms < $1 OR worker = $2
                       ORDER BY number, subject LIMIT $4 FOR UPDATE SKIP LOCKED) free
                 WHERE u.subject = free.subject RETURNING u.subject, u.number",
                &[
                    &claim.now_ms,
                    &Fixed(claim.worker.0),
                    &claim.until_ms,
                    &i64::from(limit),
                ],
            )?;
            let mut claimed: Vec<_> = rows.iter().map(read_unfolded).collect::<Result<_>>()?;
            claimed.sort_unstable_by_key(|one| (one.number, one.subject));
            Ok(claimed)
        })
    }

    fn save_folded(&self, folded: &Folded, worker: WorkerId, now_ms: i64) -> Result<Held> {
        self.write(|tx| {
            for (document, snapshot, number) in &folded.snapshots {
                keep_snapshot(tx, *document, snapshot, *number);
            }
            // After the documents, as whoever writes in one comes to this row.
            if !end_hold(tx, folded.done, worker)? {
                return Ok(Held::Lost);
            }
            if let Some(case) = &folded.case {
                save_case(tx, case);
            }
            if let Some(card) = &folded.card {
                replace_card(tx, card);
            }
            put_tables(tx, folded.done.subject, &folded.tables);
            if let Some(at_ms) = folded.answered_ms {
                answered(tx, folded.done.subject, at_ms);
            }
            for parcel in &folded.parcels {
                put_parcel(tx, parcel, now_ms);
            }
            // Last, as others of the state wait in its line.
            if let Some(report) = &folded.report {
                put_report(tx, report)?;
            }
            if let Some(decisions) = &folded.decisions {
                put_decisions(tx, folded.done.subject, decisions);
            }
            Ok(Held::Yes)
        })
    }

    fn unfold_everything(&self) -> Result<()> {
        self.write(|tx| {
            tx.execute(
                "INSERT INTO unfolded (subject, number)
                 SELECT subject, max(last_number) FROM document GROUP BY subject HAVING max(last_number) > 0
                 ORDER BY subject
                 ON CONFLICT (subject) DO UPDATE SET number = greatest(unfolded.number, excluded.number)",
                &[],
            )?;
            // After the subjects, as whoever folds one comes to its case.
            for table in [
                "case_row",
                "case_clock",
                "case_placement",
                "missing_row",
                "institution_row",
            ] {
                tx.execute(&format!("DELETE FROM {table}"), &[])?;
            }
            Ok(())
        })
    }

    fn received_ms(&self, district: &str, number: u64) -> Result<Option<i64>> {
        self.read_one(|tx| {
            let sql = "SELECT at_ms FROM log WHERE district = $1 AND number = $2";
            tx.row(sql, &[&district, &Number(number)])?
                .map(|row| at(&row, 0))
                .transpose()
        })
    }

    fn case(&self, subject: [u8; 16]) -> Result<Option<CaseRow>> {
        self.read_one(|tx| {
            let row = tx.row(&format!("{SELECT} WHERE subject = $1"), &[&Fixed(subject)])?;
            row.as_ref().map(read_case).transpose()
        })
    }

    fn cases(&self, district: &str) -> Result<Vec<CaseRow>> {
        self.read_one(|tx| {
            let sql = format!("{SELECT} WHERE district = $1 ORDER BY opened_at_ms DESC NULLS LAST, subject");
            tx.rows(&sql, &[&district])?.iter().map(read_case).collect()
        })
    }
}

/// Ends the worker's hold on a subject: nothing is left to fold, or what changed since. False where it holds it no more.
fn end_hold(tx: &Tx<'_>, done: UnfoldedSubject, worker: WorkerId) -> Result<bool> {
    let folded = tx.execute(
        "DELETE FROM unfolded WHERE subject = $1 AND worker = $2 AND number <= $3",
        &[&Fixed(done.subject), &Fixed(worker.0), &Number(done.number)],
    )?;
    if folded > 0 {
        return Ok(true);
    }
    let released = tx.execute(
        "UPDATE unfolded SET worker = NULL, held_until_ms = 0 WHERE subject = $1 AND worker = $2",
        &[&Fixed(done.subject), &Fixed(worker.0)],
    )?;
    Ok(released > 0)
}

fn save_case(tx: &Tx<'_>, case: &CaseRow) {
    tx.later(
        "INSERT INTO case_row (subject, district, kind, stage, urgency, opened_at_ms, upto, changed_ms, facts)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (subject) DO UPDATE SET district = excluded.district, kind = excluded.kind,
             stage = excluded.stage, urgency = excluded.urgency, opened_at_ms = excluded.opened_at_ms,
             upto = excluded.upto, changed_ms = excluded.changed_ms, facts = excluded.facts",
        owned![
            Fixed(case.subject),
            case.district.clone(),
            text(&case.kind).into_owned(),
            text(&case.stage).into_owned(),
            text(&case.urgency).into_owned(),
            case.opened_at_ms,
            Number(case.upto),
            case.changed_ms,
            case.facts.clone(),
        ],
    );
}

fn read_unfolded(row: &Row) -> Result<UnfoldedSubject> {
    Ok(UnfoldedSubject {
        subject: fixed(row, 0)?,
        number: number(row, 1)?,
    })
}

fn read_case(row: &Row) -> Result<CaseRow> {
    Ok(CaseRow {
        subject: fixed(row, 0)?,
        district: at(row, 1)?,
        kind: at(row, 2)?,
        stage: at(row, 3)?,
        urgency: at(row, 4)?,
        opened_at_ms: at(row, 5)?,
        upto: number(row, 6)?,
        changed_ms: at(row, 7)?,
        facts: at(row, 8)?,
    })
}
