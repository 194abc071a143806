//! The state's index of missing children, what the cases here tell of theirs, and who of the two may be one child.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};
use casework::matching::Look;

/// What is to be compared anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct MatchDue {
    pub(crate) cases: Vec<[u8; 16]>,
    pub(crate) reports: Vec<[u8; 16]>,
}

/// A case and what may be the same child.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct ProposalRow {
    pub(crate) subject: [u8; 16],
    pub(crate) other: [u8; 16],
    pub(crate) is_case: bool,
    pub(crate) probability: f64,
}

/// A record here, and one of another district that may be about the same child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ElsewhereRow {
    pub(crate) own: [u8; 16],
    pub(crate) own_is_case: bool,
    pub(crate) other: [u8; 16],
    pub(crate) other_is_case: bool,
    pub(crate) district: String,
    pub(crate) percent: u8,
    pub(crate) agreed: String,
    pub(crate) theirs: Option<String>,
}

/// A record of another district that the user asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AskedRow {
    pub(crate) at_ms: i64,
    /// What the hub answered, as it came, and when.
    pub(crate) answer: Option<(Vec<u8>, i64)>,
}

/// A photo that a document names: the hash of its thumbnail, and what it looks like where its row says so.
pub(crate) type NamedPicture = ([u8; 32], Option<Look>);
/// Whose photo looks so: a case, or a report.
pub(crate) type LookOf = ([u8; 16], Look);

/// An open report whose document is here, and its entry.
pub(crate) type OpenReport = ([u8; 16], Vec<u8>);
/// A report that is here, another that may be about its child, and how likely.
pub(crate) type ReportPair = ([u8; 16], [u8; 16], f64);
/// A report whose document is here, and its entry while it is open.
type OwnReport = ([u8; 16], Option<Vec<u8>>);
/// A thumbnail under its hash.
type Thumb = ([u8; 32], Vec<u8>);

/// The code of a case in `elsewhere`.
const CASE: u8 = 1;
/// The code of a report.
const REPORT: u8 = 2;

const fn sort(is_case: bool) -> u8 {
    if is_case { CASE } else { REPORT }
}

/// The reports that are open: those whose document is here as it tells them, the others as the hub does.
const OPEN: &str = "SELECT id, entry FROM own_report WHERE entry IS NOT NULL
     UNION ALL SELECT id, entry FROM report WHERE id NOT IN (SELECT id FROM own_report)";

impl Read<'_> {
    /// Hands over every open report.
    pub(crate) fn each_report(&self, mut each: impl FnMut([u8; 16], &[u8])) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(&format!("{OPEN} ORDER BY 1"))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let entry = row.get_ref(1)?.as_blob().map_err(|_| StoreError::Row("report"))?;
            each(row.get(0)?, entry);
        }
        Ok(())
    }

    /// An open report.
    pub(crate) fn report(&self, id: &[u8; 16]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached(&format!("SELECT entry FROM ({OPEN}) WHERE id = ?1"))?;
        Ok(statement.query_row([id], |row| row.get(0)).optional()?)
    }

    /// Whether there is any report of the state.
    pub(crate) fn has_reports(&self) -> Result<bool, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT EXISTS (SELECT 1 FROM report)")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// How many open reports there are.
    pub(crate) fn count_reports(&self) -> Result<u32, StoreError> {
        let mut statement = self.0.prepare_cached(&format!("SELECT count(*) FROM ({OPEN})"))?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// The reports whose whole document is here, and whether each is open.
    pub(crate) fn own_reports(&self) -> Result<Vec<OwnReport>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT id, entry FROM own_report ORDER BY id DESC")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the documents of a case tell of its child, as JSON.
    pub(crate) fn told(&self, subject: &[u8; 16]) -> Result<Vec<String>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT t.report FROM told t JOIN document d ON d.row = t.document
             WHERE t.subject = ?1 AND d.leaving = 0 ORDER BY d.id",
        )?;
        let rows = statement.query_map([subject], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The cases that tell something.
    pub(crate) fn told_of(&self) -> Result<Vec<[u8; 16]>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT DISTINCT t.subject FROM told t JOIN document d ON d.row = t.document
             WHERE d.leaving = 0 ORDER BY 1",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What has to be compared anew, at most so many of each.
    pub(crate) fn match_due(&self, limit: u32) -> Result<MatchDue, StoreError> {
        let of = |is_report: bool| {
            let mut statement = self
                .0
                .prepare_cached("SELECT id FROM match_due WHERE is_report = ?1 ORDER BY id LIMIT ?2")?;
            let rows = statement.query_map((is_report, limit), |row| row.get(0))?;
            Ok::<_, StoreError>(rows.collect::<Result<_, _>>()?)
        };
        Ok(MatchDue {
            cases: of(false)?,
            reports: of(true)?,
        })
    }

    /// How many reports have to be compared with every case.
    pub(crate) fn count_due_reports(&self) -> Result<u32, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT count(*) FROM match_due WHERE is_report = 1")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// What may be one child from that probability on and nobody has decided, the likeliest first.
    pub(crate) fn proposals(&self, probability_min: f64, limit: u32) -> Result<Vec<ProposalRow>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT p.subject, p.other, p.is_case, p.probability FROM proposal p
             WHERE p.probability >= ?1
             AND EXISTS (SELECT 1 FROM told t JOIN document d ON d.row = t.document
                         WHERE t.subject = p.subject AND d.leaving = 0)
             AND NOT EXISTS (SELECT 1 FROM match_decision m
                             WHERE (m.subject = p.subject AND m.other = p.other)
                                OR (p.is_case = 1 AND m.subject = p.other AND m.other = p.subject))
             AND (p.is_case = 0 OR (p.subject < p.other
                 AND NOT EXISTS (SELECT 1 FROM case_link l WHERE (l.subject = p.subject AND l.other = p.other)
                                    OR (l.subject = p.other AND l.other = p.subject))))
             ORDER BY p.probability DESC, p.subject, p.other LIMIT ?2",
        )?;
        let rows = statement.query_map((probability_min, limit), |row| {
            Ok(ProposalRow {
                subject: row.get(0)?,
                other: row.get(1)?,
                is_case: row.get(2)?,
                probability: row.get(3)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Read<'_> {
    /// Reports whose document is here that are to be compared with every other, at most so many.
    pub(crate) fn own_due(&self, limit: u32) -> Result<Vec<[u8; 16]>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT id FROM own_due ORDER BY id LIMIT ?1")?;
        let rows = statement.query_map([limit], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Open reports whose document is here.
    pub(crate) fn open_own_reports(&self) -> Result<Vec<OpenReport>, StoreError> {
        let sql = "SELECT id, entry FROM own_report WHERE entry IS NOT NULL ORDER BY id";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether it is a report whose document is here.
    pub(crate) fn is_own_report(&self, id: &[u8; 16]) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM own_report WHERE id = ?1)";
        Ok(self.0.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
    }

    /// Two reports that may be about one child, of which one is here, from that probability on and not decided, the likeliest
    /// first.
    pub(crate) fn report_proposals(&self, probability_min: f64, limit: u32) -> Result<Vec<ReportPair>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT p.own, p.other, p.probability FROM report_proposal p
             WHERE p.probability >= ?1
             AND EXISTS (SELECT 1 FROM own_report r WHERE r.id = p.own AND r.entry IS NOT NULL)
             AND p.other IN (SELECT id FROM ({OPEN}))
             AND NOT (p.own > p.other AND EXISTS (SELECT 1 FROM report_proposal b WHERE b.own = p.other AND b.other = p.own))
             AND NOT EXISTS (SELECT 1 FROM match_decision m
                             WHERE (m.subject = p.own AND m.other = p.other) OR (m.subject = p.other AND m.other = p.own))
             ORDER BY p.probability DESC, p.own, p.other LIMIT ?2",
        ))?;
        let rows = statement.query_map((probability_min, limit), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The cases here that may be about the child of a report.
    pub(crate) fn cases_of_report(&self, report: &[u8; 16]) -> Result<Vec<[u8; 16]>, StoreError> {
        let sql = "SELECT p.subject FROM proposal p WHERE p.other = ?1 AND p.is_case = 0
             AND EXISTS (SELECT 1 FROM told t JOIN document d ON d.row = t.document
                         WHERE t.subject = p.subject AND d.leaving = 0)
             UNION SELECT m.subject FROM match_decision m WHERE m.other = ?1
                   AND m.subject IN (SELECT subject FROM told)
             ORDER BY 1";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([report], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the people of another record decided about one that is here, as the hub told it.
    pub(crate) fn theirs(&self, own: &[u8; 16], other: &[u8; 16]) -> Result<Option<String>, StoreError> {
        let sql = "SELECT theirs FROM elsewhere WHERE own = ?1 AND other = ?2";
        let mut statement = self.0.prepare_cached(sql)?;
        Ok(statement
            .query_row((own, other), |row| row.get(0))
            .optional()?
            .flatten())
    }

    /// What the user asked of a record, and what came of it.
    pub(crate) fn asked(&self, record: &[u8; 16]) -> Result<Option<AskedRow>, StoreError> {
        let sql = "SELECT at_ms, answer, answered_ms FROM asked WHERE record = ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| {
            let answer = row.get::<_, Option<Vec<u8>>>(1)?.zip(row.get(2)?);
            Ok(AskedRow {
                at_ms: row.get(0)?,
                answer,
            })
        };
        Ok(statement.query_row([record], read).optional()?)
    }

    /// The records that were asked for and that the hub has not answered, the first asked first.
    pub(crate) fn unanswered(&self, limit: usize) -> Result<Vec<[u8; 16]>, StoreError> {
        let sql = "SELECT record FROM asked WHERE answer IS NULL ORDER BY at_ms, record LIMIT ?1";
        let mut statement = self.0.prepare_cached(sql)?;
        let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    /// The user asks for a record; what was answered before stands no more.
    pub(crate) fn ask_for(&self, record: &[u8; 16], at_ms: i64) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO asked (record, at_ms) VALUES (?1, ?2)";
        self.0.0.prepare_cached(sql)?.execute((record, at_ms))?;
        Ok(())
    }

    /// The hub answered. What nobody asked for is not kept.
    pub(crate) fn answered(&self, record: &[u8; 16], answer: &[u8], at_ms: i64) -> Result<(), StoreError> {
        let sql = "UPDATE asked SET answer = ?2, answered_ms = ?3 WHERE record = ?1";
        self.0.0.prepare_cached(sql)?.execute((record, answer, at_ms))?;
        Ok(())
    }

    /// A report was compared with every other: these may be about its child.
    pub(crate) fn set_own_proposals(&self, own: &[u8; 16], proposals: &[([u8; 16], f64)]) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM report_proposal WHERE own = ?1",
            "DELETE FROM own_due WHERE id = ?1",
        ] {
            self.0.0.prepare_cached(sql)?.execute([own])?;
        }
        proposals
            .iter()
            .try_for_each(|(other, probability)| self.add_report_proposal(own, other, *probability))
    }

    /// A report that came was compared with one that is here.
    pub(crate) fn set_report_pair(
        &self,
        own: &[u8; 16],
        other: &[u8; 16],
        probability: Option<f64>,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM report_proposal WHERE own = ?1 AND other = ?2";
        self.0.0.prepare_cached(sql)?.execute((own, other))?;
        probability.map_or(Ok(()), |probability| self.add_report_proposal(own, other, probability))
    }

    fn add_report_proposal(&self, own: &[u8; 16], other: &[u8; 16], probability: f64) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO report_proposal (own, other, probability) VALUES (?1, ?2, ?3)";
        self.0.0.prepare_cached(sql)?.execute((own, other, probability))?;
        Ok(())
    }
}

impl Read<'_> {
    /// Thumbnails that are here and have not been looked at, at most so many.
    pub(crate) fn unlooked(&self, limit: u32) -> Result<Vec<Thumb>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT DISTINCT m.sha, m.bytes FROM picture_of p JOIN media m ON m.sha = p.sha
             WHERE m.bytes IS NOT NULL AND p.look IS NULL AND m.sha NOT IN (SELECT sha FROM picture_look) LIMIT ?1",
        )?;
        let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the photos of each case and of each report look like whose document is here.
    pub(crate) fn looks(&self) -> Result<Vec<LookOf>, StoreError> {
        self.looks_of(
            "SELECT p.subject, coalesce(p.look, l.look) AS look FROM picture_of p
             LEFT JOIN picture_look l ON l.sha = p.sha JOIN document d ON d.row = p.document
             WHERE coalesce(p.look, l.look) IS NOT NULL AND d.leaving = 0 ORDER BY 1, 2",
        )
    }

    /// The same of the reports of which the hub tells.
    pub(crate) fn looks_elsewhere(&self) -> Result<Vec<LookOf>, StoreError> {
        self.looks_of(
            "SELECT id, look FROM report WHERE look IS NOT NULL AND id NOT IN (SELECT id FROM own_report) ORDER BY 1, 2",
        )
    }

    fn looks_of(&self, sql: &str) -> Result<Vec<LookOf>, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1).map(Look)?));
        let rows = statement.query_map([], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What the hub proposes about records that are here, the likeliest first. Where this tablet has the other, too, it
    /// compares the two itself.
    pub(crate) fn elsewhere(&self) -> Result<Vec<ElsewhereRow>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT own, own_sort, other, sort, district, percent, agreed, theirs FROM elsewhere e
             WHERE EXISTS (SELECT 1 FROM document d WHERE d.subject = e.own AND d.leaving = 0)
             AND (sort = 1 OR other NOT IN (SELECT id FROM report))
             ORDER BY percent DESC, own, other",
        )?;
        let rows = statement.query_map([], |row| {
            Ok(ElsewhereRow {
                own: row.get(0)?,
                own_is_case: row.get::<_, u8>(1)? == CASE,
                other: row.get(2)?,
                other_is_case: row.get::<_, u8>(3)? == CASE,
                district: row.get(4)?,
                percent: row.get(5)?,
                agreed: row.get(6)?,
                theirs: row.get(7)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether somebody decided about a pair, in the case that is here.
    pub(crate) fn is_decided(&self, subject: &[u8; 16], other: &[u8; 16]) -> Result<bool, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM match_decision WHERE subject = ?1 AND other = ?2)")?;
        Ok(statement.query_row((subject, other), |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Replaces what photos a document names.
    pub(crate) fn set_pictures_of(
        &self,
        document: i64,
        subject: &[u8; 16],
        pictures: &[NamedPicture],
    ) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("DELETE FROM picture_of WHERE document = ?1")?
            .execute([document])?;
        let mut statement = self.0.0.prepare_cached(
            "INSERT OR IGNORE INTO picture_of (document, subject, sha, look) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (sha, look) in pictures {
            statement.execute((document, subject, sha, look.map(|look| look.0)))?;
        }
        Ok(())
    }

    /// A thumbnail was looked at.
    pub(crate) fn set_look(&self, sha: &[u8; 32], look: Option<&Look>) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("INSERT OR REPLACE INTO picture_look (sha, look) VALUES (?1, ?2)")?;
        statement.execute((sha, look.map(|look| look.0)))?;
        Ok(())
    }

    /// Keeps what the hub proposes, in the place of what it did before.
    pub(crate) fn set_elsewhere(&self, proposals: &[ElsewhereRow]) -> Result<(), StoreError> {
        self.0.0.prepare_cached("DELETE FROM elsewhere")?.execute([])?;
        let mut statement = self.0.0.prepare_cached(
            "INSERT OR REPLACE INTO elsewhere (own, own_sort, other, sort, district, percent, agreed, theirs)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        for row in proposals {
            statement.execute((
                row.own,
                sort(row.own_is_case),
                row.other,
                sort(row.other_is_case),
                &row.district,
                row.percent,
                &row.agreed,
                &row.theirs,
            ))?;
        }
        Ok(())
    }

    /// Keeps what the hub says of a report, and what its photo looks like.
    pub(crate) fn put_report(&self, id: &[u8; 16], entry: &[u8], look: Option<Look>) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO report (id, entry, look) VALUES (?1, ?2, ?3)
             ON CONFLICT (id) DO UPDATE SET entry = excluded.entry, look = excluded.look",
        )?;
        statement.execute((id, entry, look.map(|look| look.0)))?;
        self.set_due(true, id)
    }

    /// Forgets a report that the hub says is closed, and what was worked out of it.
    pub(crate) fn forget_report(&self, id: &[u8; 16]) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM report WHERE id = ?1",
            "DELETE FROM proposal WHERE other = ?1 AND is_case = 0",
            "DELETE FROM report_proposal WHERE other = ?1",
        ] {
            self.0.0.prepare_cached(sql)?.execute([id])?;
        }
        self.set_due(true, id)
    }

    /// Forgets every report that the hub sent.
    pub(crate) fn forget_reports(&self) -> Result<(), StoreError> {
        self.0.0.execute_batch(
            "DELETE FROM report; DELETE FROM match_due WHERE is_report = 1; DELETE FROM proposal WHERE is_case = 0;
             DELETE FROM report_proposal; INSERT OR IGNORE INTO own_due (id) SELECT id FROM own_report;
             INSERT OR IGNORE INTO match_due (is_report, id) SELECT DISTINCT 0, subject FROM told;",
        )?;
        Ok(())
    }

    /// What a document of a report tells. Gives whether that is news.
    pub(crate) fn set_own_report(
        &self,
        document: i64,
        id: &[u8; 16],
        entry: Option<&[u8]>,
    ) -> Result<bool, StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO own_report (document, id, entry) VALUES (?1, ?2, ?3)
             ON CONFLICT (document) DO UPDATE SET entry = excluded.entry WHERE entry IS NOT excluded.entry",
        )?;
        if statement.execute((document, id, entry))? == 0 {
            return Ok(false);
        }
        self.set_due(true, id)?;
        let sql = "INSERT OR IGNORE INTO own_due (id) VALUES (?1)";
        self.0.0.prepare_cached(sql)?.execute([id])?;
        Ok(true)
    }

    /// What a document of a case tells, as JSON. Where that is news, the case is compared anew.
    pub(crate) fn set_told(&self, document: i64, subject: &[u8; 16], report: &str) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO told (document, subject, report) VALUES (?1, ?2, ?3)
             ON CONFLICT (document) DO UPDATE SET report = excluded.report WHERE report <> excluded.report",
        )?;
        if statement.execute((document, subject, report))? > 0 {
            self.set_due(false, subject)?;
        }
        Ok(())
    }

    /// Replaces what a document says was decided.
    pub(crate) fn set_match_decisions(
        &self,
        document: i64,
        subject: &[u8; 16],
        decisions: &[([u8; 16], String)],
    ) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("DELETE FROM match_decision WHERE document = ?1")?
            .execute([document])?;
        let mut statement = self.0.0.prepare_cached(
            "INSERT OR REPLACE INTO match_decision (document, subject, other, decision) VALUES (?1, ?2, ?3, ?4)",
        )?;
        for (other, decision) in decisions {
            statement.execute((document, subject, other, decision))?;
        }
        Ok(())
    }

    fn set_due(&self, is_report: bool, id: &[u8; 16]) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("INSERT OR IGNORE INTO match_due (is_report, id) VALUES (?1, ?2)")?
            .execute((is_report, id))?;
        Ok(())
    }

    /// Every case, and every report whose document is here, is to be compared anew, in the place of the reports that came.
    pub(crate) fn set_all_due(&self) -> Result<(), StoreError> {
        self.0.0.execute_batch(
            "DELETE FROM match_due WHERE is_report = 1; INSERT OR IGNORE INTO own_due (id) SELECT id FROM own_report;
             INSERT OR IGNORE INTO match_due (is_report, id) SELECT DISTINCT 0, subject FROM told;",
        )?;
        Ok(())
    }

    /// A case was compared with everything: these are its proposals.
    pub(crate) fn set_proposals(&self, subject: &[u8; 16], proposals: &[ProposalRow]) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM proposal WHERE subject = ?1",
            "DELETE FROM proposal WHERE other = ?1 AND is_case = 1",
            "DELETE FROM match_due WHERE is_report = 0 AND id = ?1",
        ] {
            self.0.0.prepare_cached(sql)?.execute([subject])?;
        }
        proposals.iter().try_for_each(|proposal| self.add_proposal(proposal))
    }

    /// A report was compared with every case: these are the cases.
    pub(crate) fn set_report_proposals(&self, report: &[u8; 16], proposals: &[ProposalRow]) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM proposal WHERE other = ?1 AND is_case = 0",
            "DELETE FROM match_due WHERE is_report = 1 AND id = ?1",
        ] {
            self.0.0.prepare_cached(sql)?.execute([report])?;
        }
        proposals.iter().try_for_each(|proposal| self.add_proposal(proposal))
    }

    fn add_proposal(&self, proposal: &ProposalRow) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT OR REPLACE INTO proposal (subject, other, is_case, probability) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let mut add = |subject: &[u8; 16], other: &[u8; 16]| {
            statement.execute((subject, other, proposal.is_case, proposal.probability))
        };
        add(&proposal.subject, &proposal.other)?;
        // Two cases stand in one another's place.
        if proposal.is_case {
            add(&proposal.other, &proposal.subject)?;
        }
        Ok(())
    }
}
