use protocol::UserId;

use super::Postgres;
use super::value::{at, fixed, fixed_or_none, number};
use crate::storage::{InstitutionRow, Overviews, Result};

impl Overviews for Postgres {
    fn cases_by_stage(&self, district: &str) -> Result<Vec<(String, String, u64)>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT kind, stage, count(*) FROM case_row WHERE district = $1 GROUP BY kind, stage
                 ORDER BY kind COLLATE \"C\", stage COLLATE \"C\"",
                &[&district],
            )?;
            rows.iter()
                .map(|row| Ok((at(row, 0)?, at(row, 1)?, number(row, 2)?)))
                .collect()
        })
    }

    fn overdue_by_clock(&self, district: &str, now_ms: i64) -> Result<Vec<(String, u64)>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT c.clock, count(*) FROM case_clock c JOIN case_row r ON r.subject = c.subject
                 WHERE r.district = $1 AND r.stage <> 'closed' AND c.stopped_ms IS NULL AND c.due_ms < $2
                 GROUP BY c.clock ORDER BY c.clock COLLATE \"C\"",
                &[&district, &now_ms],
            )?;
            rows.iter().map(|row| Ok((at(row, 0)?, number(row, 1)?))).collect()
        })
    }

    fn overdue_by_user(&self, district: &str, now_ms: i64) -> Result<Vec<(Option<UserId>, u64)>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT a.user_id, count(*) FROM case_clock c JOIN case_row r ON r.subject = c.subject
                 LEFT JOIN assignment a ON a.subject = c.subject
                 WHERE r.district = $1 AND r.stage <> 'closed' AND c.stopped_ms IS NULL AND c.due_ms < $2
                 GROUP BY a.user_id ORDER BY a.user_id NULLS FIRST",
                &[&district, &now_ms],
            )?;
            rows.iter()
                .map(|row| Ok((fixed_or_none(row, 0)?.map(UserId), number(row, 1)?)))
                .collect()
        })
    }

    fn overdue_by_institution(&self, district: &str, now_ms: i64) -> Result<Vec<([u8; 16], u64)>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT place, count(*) FROM (
                     SELECT DISTINCT i.id AS place, c.subject, c.clock, c.instance
                     FROM case_clock c JOIN case_row r ON r.subject = c.subject
                     JOIN assignment given ON given.subject = c.subject
                     JOIN assignment works ON works.user_id = given.user_id
                     JOIN institution i ON i.id = works.subject AND i.district = r.district
                     WHERE r.district = $1 AND r.stage <> 'closed' AND c.stopped_ms IS NULL AND c.due_ms < $2) AS late
                 GROUP BY place ORDER BY place",
                &[&district, &now_ms],
            )?;
            rows.iter().map(|row| Ok((fixed(row, 0)?, number(row, 1)?))).collect()
        })
    }

    fn occupancy(&self, district: &str) -> Result<Vec<([u8; 16], InstitutionRow)>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT subject, district, name, kind, capacity, present, free_beds FROM institution_row
                 WHERE district = $1 ORDER BY name COLLATE \"C\", subject",
                &[&district],
            )?;
            rows.iter()
                .map(|row| {
                    let institution = InstitutionRow {
                        district: at(row, 1)?,
                        name: at(row, 2)?,
                        kind: at(row, 3)?,
                        capacity: at(row, 4)?,
                        present: at(row, 5)?,
                        free_beds: at(row, 6)?,
                    };
                    Ok((fixed(row, 0)?, institution))
                })
                .collect()
        })
    }
}
