use rusqlite::{Connection, OptionalExtension, Row, params};

use protocol::{AuthorId, UserId};

use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::reports::asked_detail;
use crate::storage::write::About;
use crate::storage::{
    Deed, MadeDecision, MatchProposal, NumberedReport, ProposedTo, ReportRow, ReportSort, Reports, Result,
};

impl Reports for Sqlite {
    fn reports(&self, state: &str, sort: ReportSort, after: u64, limit: u32) -> Result<Vec<NumberedReport>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT number, subject, state, district, sort, entry, looks FROM report
                 WHERE state = ?1 AND sort = ?2 AND number > ?3 ORDER BY number LIMIT ?4",
            )?;
            let rows = statement.query_map(params![state, sort.code(), Number(after), limit], read_report)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn report(&self, subject: [u8; 16]) -> Result<Option<ReportRow>> {
        self.read(|tx| Ok(known_report(tx, subject)?))
    }

    fn note_asked(&self, user: UserId, author: AuthorId, subject: [u8; 16], outcome: u8, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let about = About {
                user: Some(user),
                author: Some(author),
                detail: &asked_detail(subject, outcome),
                ..About::default()
            };
            audit(tx, now_ms, Deed::AskRecord, &about)
        })
    }

    fn last_report(&self, state: &str) -> Result<u64> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT last_number FROM report_line WHERE state = ?1")?;
            let last: Option<Number> = statement.query_row([state], |row| row.get(0)).optional()?;
            Ok(last.map_or(0, |number| number.0))
        })
    }

    fn matched(&self, state: &str) -> Result<u64> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT matched FROM report_line WHERE state = ?1")?;
            let matched: Option<Number> = statement.query_row([state], |row| row.get(0)).optional()?;
            Ok(matched.map_or(0, |number| number.0))
        })
    }

    fn keep_proposals(
        &self,
        state: &str,
        (from, upto): (u64, u64),
        compared: &[[u8; 16]],
        proposals: &[MatchProposal],
    ) -> Result<bool> {
        self.write(|tx| {
            let kept = tx
                .prepare_cached("UPDATE report_line SET matched = ?3 WHERE state = ?1 AND matched = ?2")?
                .execute(params![state, Number(from), Number(upto)])?;
            if kept == 0 {
                return Ok(false);
            }
            let mut forget = tx.prepare_cached("DELETE FROM match_proposal WHERE one = ?1 OR other = ?1")?;
            for subject in compared {
                forget.execute([subject])?;
            }
            let mut add = tx.prepare_cached(
                "INSERT OR REPLACE INTO match_proposal (one, other, percent, agreed) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for proposal in proposals {
                let (one, other) = (proposal.one.min(proposal.other), proposal.one.max(proposal.other));
                add.execute(params![one, other, proposal.percent, proposal.agreed])?;
            }
            Ok(true)
        })
    }

    fn decisions(&self, state: &str, decision: &str) -> Result<Vec<MadeDecision>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT m.other, m.decision, m.agreed FROM match_decision m JOIN report r ON r.subject = m.subject
                 WHERE r.state = ?1 AND m.decision = ?2 ORDER BY m.subject, m.other",
            )?;
            let rows = statement.query_map([state, decision], |row| {
                Ok(MadeDecision {
                    other: row.get(0)?,
                    decision: row.get(1)?,
                    agreed: row.get(2)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn note_taught(&self, state: &str, decisions: usize, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let about = About {
                detail: &format!("{state} {decisions}"),
                ..About::default()
            };
            audit(tx, now_ms, Deed::TeachMatching, &about)
        })
    }

    fn proposed_to(&self, district: &str, limit: u32) -> Result<Vec<ProposedTo>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(PROPOSED_TO)?;
            let rows = statement.query_map(params![district, limit], |row| {
                Ok(ProposedTo {
                    own: row.get(0)?,
                    own_sort: ReportSort::of(row.get(1)?),
                    other: row.get(2)?,
                    other_sort: ReportSort::of(row.get(3)?),
                    district: row.get(4)?,
                    percent: row.get(5)?,
                    agreed: row.get(6)?,
                    theirs: row.get(7)?,
                    is_decided: row.get(8)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

/// From either side of a pair.
const PROPOSED_TO: &str = "
    SELECT a.subject, a.sort, b.subject, b.sort, b.district, p.percent, p.agreed,
           (SELECT decision FROM match_decision WHERE subject = b.subject AND other = a.subject),
           EXISTS (SELECT 1 FROM match_decision WHERE subject = a.subject AND other = b.subject)
    FROM (SELECT one AS own, other, percent, agreed FROM match_proposal
          UNION ALL SELECT other, one, percent, agreed FROM match_proposal) p
    JOIN report a ON a.subject = p.own JOIN report b ON b.subject = p.other
    WHERE a.district = ?1 AND b.district <> ?1 AND a.entry IS NOT NULL AND b.entry IS NOT NULL
    ORDER BY p.agreed LIKE 'picture=same%' DESC, p.percent DESC, a.subject, b.subject LIMIT ?2";

/// Replaces what the people of a case decided.
pub(super) fn put_decisions(tx: &Connection, subject: [u8; 16], decisions: &[MadeDecision]) -> Result<()> {
    tx.prepare_cached("DELETE FROM match_decision WHERE subject = ?1")?
        .execute([subject])?;
    let mut add = tx.prepare_cached(
        "INSERT OR REPLACE INTO match_decision (subject, other, decision, agreed) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for one in decisions {
        add.execute(params![subject, one.other, one.decision, one.agreed])?;
    }
    Ok(())
}

/// Keeps a report under the state's next number, where it says something new.
pub(super) fn put_report(tx: &Connection, report: &ReportRow) -> Result<()> {
    let known = known_report(tx, report.subject)?;
    if known.as_ref() == Some(report) || (known.is_none() && report.entry.is_none()) {
        return Ok(());
    }
    tx.prepare_cached("INSERT OR IGNORE INTO report_line (state, last_number) VALUES (?1, 0)")?
        .execute([&report.state])?;
    let number: Number = tx
        .prepare_cached("UPDATE report_line SET last_number = last_number + 1 WHERE state = ?1 RETURNING last_number")?
        .query_row([&report.state], |row| row.get(0))?;
    tx.prepare_cached(
        "INSERT OR REPLACE INTO report (subject, state, district, sort, number, entry, looks)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        report.subject,
        report.state,
        report.district,
        report.sort.code(),
        number,
        report.entry,
        report.looks,
    ])?;
    Ok(())
}

fn known_report(tx: &Connection, subject: [u8; 16]) -> rusqlite::Result<Option<ReportRow>> {
    let mut statement = tx
        .prepare_cached("SELECT number, subject, state, district, sort, entry, looks FROM report WHERE subject = ?1")?;
    let known = statement.query_row([subject], read_report).optional()?;
    Ok(known.map(|known| known.row))
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
            looks: row.get(6)?,
        },
    })
}
