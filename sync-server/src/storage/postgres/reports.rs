use protocol::{AuthorId, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::transaction::{Tx, owned};
use super::value::{Fixed, Number, at, fixed, number};
use super::write::audit;
use crate::storage::reports::asked_detail;
use crate::storage::write::About;
use crate::storage::{
    Deed, MadeDecision, MatchProposal, NumberedReport, ProposedTo, ReportRow, ReportSort, Reports, Result,
};

impl Reports for Postgres {
    fn reports(&self, state: &str, sort: ReportSort, after: u64, limit: u32) -> Result<Vec<NumberedReport>> {
        self.read_one(|tx| {
            let sql = "SELECT number, subject, state, district, sort, entry, looks FROM report
                       WHERE state = $1 AND sort = $2 AND number > $3 ORDER BY number LIMIT $4";
            let rows = tx.rows(
                sql,
                &[&state, &i16::from(sort.code()), &Number(after), &i64::from(limit)],
            )?;
            rows.iter().map(read_report).collect()
        })
    }

    fn report(&self, subject: [u8; 16]) -> Result<Option<ReportRow>> {
        self.read_one(|tx| known_report(tx, subject))
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
        self.read_one(|tx| {
            let row = tx.row("SELECT last_number FROM report_line WHERE state = $1", &[&state])?;
            row.map_or(Ok(0), |row| number(&row, 0))
        })
    }

    fn matched(&self, state: &str) -> Result<u64> {
        self.read_one(|tx| {
            let row = tx.row("SELECT matched FROM report_line WHERE state = $1", &[&state])?;
            row.map_or(Ok(0), |row| number(&row, 0))
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
            let kept = tx.execute(
                "UPDATE report_line SET matched = $3 WHERE state = $1 AND matched = $2",
                &[&state, &Number(from), &Number(upto)],
            )?;
            if kept == 0 {
                return Ok(false);
            }
            for subject in compared {
                tx.execute(
                    "DELETE FROM match_proposal WHERE one = $1 OR other = $1",
                    &[&Fixed(*subject)],
                )?;
            }
            for proposal in proposals {
                let (one, other) = (proposal.one.min(proposal.other), proposal.one.max(proposal.other));
                tx.execute(
                    "INSERT INTO match_proposal (one, other, percent, agreed) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (one, other) DO UPDATE SET percent = excluded.percent, agreed = excluded.agreed",
                    &[
                        &Fixed(one),
                        &Fixed(other),
                        &i16::from(proposal.percent),
                        &proposal.agreed,
                    ],
                )?;
            }
            Ok(true)
        })
    }

    fn decisions(&self, state: &str, decision: &str) -> Result<Vec<MadeDecision>> {
        self.read_one(|tx| {
            let sql =
                "SELECT m.other, m.decision, m.agreed FROM match_decision m JOIN report r ON r.subject = m.subject
                       WHERE r.state = $1 AND m.decision = $2 ORDER BY m.subject, m.other";
            let rows = tx.rows(sql, &[&state, &decision])?;
            let read = |row: &Row| {
                Ok(MadeDecision {
                    other: fixed(row, 0)?,
                    decision: at(row, 1)?,
                    agreed: at(row, 2)?,
                })
            };
            rows.iter().map(read).collect()
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
        self.read_one(|tx| {
            let rows = tx.rows(PROPOSED_TO, &[&district, &i64::from(limit)])?;
            rows.iter().map(read_proposed).collect()
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
    WHERE a.district = $1 AND b.district <> $1 AND a.entry IS NOT NULL AND b.entry IS NOT NULL
    ORDER BY p.agreed LIKE 'picture=same%' DESC, p.percent DESC, a.subject, b.subject LIMIT $2";

fn read_proposed(row: &Row) -> Result<ProposedTo> {
    let small =
        |column| Ok::<_, crate::storage::StorageError>(u8::try_from(at::<i16>(row, column)?).unwrap_or_default());
    Ok(ProposedTo {
        own: fixed(row, 0)?,
        own_sort: ReportSort::of(small(1)?),
        other: fixed(row, 2)?,
        other_sort: ReportSort::of(small(3)?),
        district: at(row, 4)?,
        percent: small(5)?,
        agreed: at(row, 6)?,
        theirs: at(row, 7)?,
        is_decided: at(row, 8)?,
    })
}

/// Replaces what the people of a case decided.
pub(super) fn put_decisions(tx: &Tx<'_>, subject: [u8; 16], decisions: &[MadeDecision]) {
    tx.later("DELETE FROM match_decision WHERE subject = $1", owned![Fixed(subject)]);
    for one in decisions {
        tx.later(
            "INSERT INTO match_decision (subject, other, decision, agreed) VALUES ($1, $2, $3, $4)
             ON CONFLICT (subject, other) DO UPDATE SET decision = excluded.decision, agreed = excluded.agreed",
            owned![
                Fixed(subject),
                Fixed(one.other),
                one.decision.clone(),
                one.agreed.clone(),
            ],
        );
    }
}

/// Keeps a report under the state's next number, where it says something new. Whoever keeps one of the same state waits here
/// until this transaction has ended, so that no reader sees a gap that fills later.
pub(super) fn put_report(tx: &Tx<'_>, report: &ReportRow) -> Result<()> {
    tx.later(
        "INSERT INTO report_line (state, last_number) VALUES ($1, 0) ON CONFLICT DO NOTHING",
        owned![report.state.clone()],
    );
    tx.later(
        "SELECT 1 FROM report_line WHERE state = $1 FOR NO KEY UPDATE",
        owned![report.state.clone()],
    );
    let known = known_report(tx, report.subject)?;
    if known.as_ref() == Some(report) || (known.is_none() && report.entry.is_none()) {
        return Ok(());
    }
    tx.later(
        "WITH next AS (
             UPDATE report_line SET last_number = last_number + 1 WHERE state = $2 RETURNING last_number AS number)
         INSERT INTO report (subject, state, district, sort, number, entry, looks)
         SELECT $1, $2, $3, $4, number, $5, $6 FROM next
         ON CONFLICT (subject) DO UPDATE SET state = excluded.state, district = excluded.district,
             sort = excluded.sort, number = excluded.number, entry = excluded.entry, looks = excluded.looks",
        owned![
            Fixed(report.subject),
            report.state.clone(),
            report.district.clone(),
            i16::from(report.sort.code()),
            report.entry.clone(),
            report.looks.clone(),
        ],
    );
    Ok(())
}

fn known_report(tx: &Tx<'_>, subject: [u8; 16]) -> Result<Option<ReportRow>> {
    let row = tx.row(
        "SELECT number, subject, state, district, sort, entry, looks FROM report WHERE subject = $1",
        &[&Fixed(subject)],
    )?;
    let known = row.map(|row| read_report(&row)).transpose()?;
    Ok(known.map(|known| known.row))
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
            looks: at(row, 6)?,
        },
    })
}
