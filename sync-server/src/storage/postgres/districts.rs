use tokio_postgres::Row;

use super::Postgres;
use super::value::{Fixed, Number, at, fixed, number, small};
use super::write::audit;
use crate::storage::write::About;
use crate::storage::{Deed, District, Districts, Institution, Result, StorageError};

const SELECT: &str = "SELECT code, name, last_number, lease_days, recovery, archived_upto FROM district";

impl Districts for Postgres {
    fn add_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let added = tx.execute(
                "INSERT INTO district (code, name) VALUES ($1, $2) ON CONFLICT DO NOTHING",
                &[&code, &name],
            )?;
            if added == 0 {
                return Err(StorageError::Exists("district"));
            }
            let about = About {
                detail: code,
                ..About::default()
            };
            audit(tx, now_ms, Deed::AddDistrict, &about)
        })
    }

    fn district(&self, code: &str) -> Result<Option<District>> {
        self.read_one(|tx| {
            let row = tx.row(&format!("{SELECT} WHERE code = $1"), &[&code])?;
            row.as_ref().map(read_district).transpose()
        })
    }

    fn districts(&self) -> Result<Vec<District>> {
        self.read_one(|tx| {
            let rows = tx.rows(&format!("{SELECT} ORDER BY code COLLATE \"C\""), &[])?;
            rows.iter().map(read_district).collect()
        })
    }

    fn rename_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()> {
        self.write(|tx| {
            let set = tx.execute("UPDATE district SET name = $2 WHERE code = $1", &[&code, &name])?;
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
            let set = tx.execute(
                "UPDATE district SET lease_days = $2 WHERE code = $1",
                &[&code, &Number(days.into())],
            )?;
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
            let set = tx.execute(
                "UPDATE district SET recovery = $2 WHERE code = $1",
                &[&code, &recipient],
            )?;
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
            if !tx.any("SELECT 1 FROM district WHERE code = $1", &[&institution.district])? {
                return Err(StorageError::NoSuch("district"));
            }
            tx.execute(
                "INSERT INTO institution (id, district, name, kind, capacity) VALUES ($1, $2, $3, $4, $5)",
                &[
                    &Fixed(institution.id),
                    &institution.district,
                    &institution.name,
                    &institution.kind,
                    &Number(institution.capacity.into()),
                ],
            )?;
            let about = About {
                detail: &institution.district,
                ..About::default()
            };
            audit(tx, now_ms, Deed::AddInstitution, &about)
        })
    }

    fn institutions(&self, district: &str) -> Result<Vec<Institution>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT id, district, name, kind, capacity FROM institution WHERE district = $1
                 ORDER BY name COLLATE \"C\", id",
                &[&district],
            )?;
            let institution = |row: &Row| {
                Ok(Institution {
                    id: fixed(row, 0)?,
                    district: at(row, 1)?,
                    name: at(row, 2)?,
                    kind: at(row, 3)?,
                    capacity: small(row, 4)?,
                })
            };
            rows.iter().map(institution).collect()
        })
    }
}

fn read_district(row: &Row) -> Result<District> {
    Ok(District {
        code: at(row, 0)?,
        name: at(row, 1)?,
        last_number: number(row, 2)?,
        lease_days: small(row, 3)?,
        recovery: at(row, 4)?,
        archived_upto: number(row, 5)?,
    })
}
