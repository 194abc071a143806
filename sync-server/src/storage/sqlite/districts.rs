use rusqlite::OptionalExtension;

use super::write::audit;
use super::{Number, Sqlite};
use crate::storage::write::About;
use crate::storage::{Deed, District, Districts, Institution, Result, StorageError};

impl Districts for Sqlite {
    fn add_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let added = tx.execute(
                "INSERT OR IGNORE INTO district (code, name) VALUES (?1, ?2)",
                (code, name),
            )?;
            if added == 0 {
                return Err(StorageError::Exists("district"));
            }
            audit(
                tx,
                now_ms,
                Deed::AddDistrict,
                &About {
                    detail: code,
                    ..About::default()
                },
            )
        })
    }

    fn district(&self, code: &str) -> Result<Option<District>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT code, name, last_number, lease_days, recovery, archived_upto FROM district WHERE code = ?1",
            )?;
            Ok(statement.query_row([code], read_district).optional()?)
        })
    }

    fn districts(&self) -> Result<Vec<District>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT code, name, last_number, lease_days, recovery, archived_upto FROM district ORDER BY code",
            )?;
            let rows = statement.query_map([], read_district)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn rename_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute("UPDATE district SET name = ?2 WHERE code = ?1", (code, name))?;
            if set == 0 {
                return Err(StorageError::NoSuch("district"));
            }
            let about = About {
                detail: code,
                ..About::default()
            };
            audit(tx, now_ms, Deed::RenameDistrict, &about)
        })
    }

    fn set_lease_days(&self, code: &str, days: u32, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute("UPDATE district SET lease_days = ?2 WHERE code = ?1", (code, days))?;
            if set == 0 {
                return Err(StorageError::NoSuch("district"));
            }
            let detail = format!("{code} {days}");
            let about = About {
                detail: &detail,
                ..About::default()
            };
            audit(tx, now_ms, Deed::SetLease, &about)
        })
    }

    fn set_recovery(&self, code: &str, recipient: Option<&str>, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute("UPDATE district SET recovery = ?2 WHERE code = ?1", (code, recipient))?;
            if set == 0 {
                return Err(StorageError::NoSuch("district"));
            }
            let detail = format!("{code} {}", recipient.unwrap_or("none"));
            let about = About {
                detail: &detail,
                ..About::default()
            };
            audit(tx, now_ms, Deed::SetRecovery, &about)
        })
    }

    fn add_institution(&self, institution: &Institution, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let known = tx
                .query_row(
                    "SELECT 1 FROM district WHERE code = ?1",
                    [&institution.district],
                    |_| Ok(()),
                )
                .optional()?;
            known.ok_or(StorageError::NoSuch("district"))?;
            tx.execute(
                "INSERT INTO institution (id, district, name, kind, capacity) VALUES (?1, ?2, ?3, ?4, ?5)",
                (
                    institution.id,
                    &institution.district,
                    &institution.name,
                    &institution.kind,
                    institution.capacity,
                ),
            )?;
            audit(
                tx,
                now_ms,
                Deed::AddInstitution,
                &About {
                    detail: &institution.district,
                    ..About::default()
                },
            )
        })
    }

    fn institutions(&self, district: &str) -> Result<Vec<Institution>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT id, district, name, kind, capacity FROM institution WHERE district = ?1 ORDER BY name, id",
            )?;
            let rows = statement.query_map([district], |row| {
                Ok(Institution {
                    id: row.get(0)?,
                    district: row.get(1)?,
                    name: row.get(2)?,
                    kind: row.get(3)?,
                    capacity: row.get(4)?,
                })
            })?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn read_district(row: &rusqlite::Row<'_>) -> rusqlite::Result<District> {
    Ok(District {
        code: row.get(0)?,
        name: row.get(1)?,
        last_number: row.get::<_, Number>(2)?.0,
        lease_days: row.get(3)?,
        recovery: row.get(4)?,
        archived_upto: row.get::<_, Number>(5)?.0,
    })
}
