use protocol::UserId;
use rusqlite::params;

use super::{Number, Sqlite};
use crate::storage::{InstitutionRow, Overviews, Result};

impl Overviews for Sqlite {
    fn cases_by_stage(&self, district: &str) -> Result<Vec<(String, String, u64)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT kind, stage, count(*) FROM case_row WHERE district = ?1 GROUP BY kind, stage ORDER BY kind, stage",
            )?;
            let rows = statement.query_map([district], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get::<_, Number>(2)?.0))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn overdue_by_clock(&self, district: &str, now_ms: i64) -> Result<Vec<(String, u64)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT c.clock, count(*) FROM case_clock c JOIN case_row r ON r.subject = c.subject
                 WHERE r.district = ?1 AND r.stage <> 'closed' AND c.stopped_ms IS NULL AND c.due_ms < ?2 GROUP BY c.clock ORDER BY c.clock",
            )?;
            let rows = statement.query_map(params![district, now_ms], |row| {
                Ok((row.get(0)?, row.get::<_, Number>(1)?.0))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn overdue_by_user(&self, district: &str, now_ms: i64) -> Result<Vec<(Option<UserId>, u64)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT a.user, count(*) FROM case_clock c JOIN case_row r ON r.subject = c.subject
                 LEFT JOIN assignment a ON a.subject = c.subject
                 WHERE r.district = ?1 AND r.stage <> 'closed' AND c.stopped_ms IS NULL AND c.due_ms < ?2 GROUP BY a.user ORDER BY a.user",
            )?;
            let rows = statement.query_map(params![district, now_ms], |row| {
                Ok((row.get::<_, Option<_>>(0)?.map(UserId), row.get::<_, Number>(1)?.0))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn overdue_by_institution(&self, district: &str, now_ms: i64) -> Result<Vec<([u8; 16], u64)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT place, count(*) FROM (
                     SELECT DISTINCT i.id AS place, c.subject, c.clock, c.instance
                     FROM case_clock c JOIN case_row r ON r.subject = c.subject
                     JOIN assignment given ON given.subject = c.subject
                     JOIN assignment works ON works.user = given.user
                     JOIN institution i ON i.id = works.subject AND i.district = r.district
                     WHERE r.district = ?1 AND r.stage <> 'closed' AND c.stopped_ms IS NULL AND c.due_ms < ?2)
                 GROUP BY place ORDER BY place",
            )?;
            let rows = statement.query_map(params![district, now_ms], |row| {
                Ok((row.get(0)?, row.get::<_, Number>(1)?.0))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn occupancy(&self, district: &str) -> Result<Vec<([u8; 16], InstitutionRow)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT subject, district, name, kind, capacity, present, free_beds FROM institution_row
                 WHERE district = ?1 ORDER BY name, subject",
            )?;
            let rows = statement.query_map([district], |row| {
                let institution = InstitutionRow {
                    district: row.get(1)?,
                    name: row.get(2)?,
                    kind: row.get(3)?,
                    capacity: row.get(4)?,
                    present: row.get(5)?,
                    free_beds: row.get(6)?,
                };
                Ok((row.get(0)?, institution))
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}
