//! Districts and their institutions.

use rusqlite::OptionalExtension;

use super::audit::Deed;
use super::sqlite::{Number, Sqlite};
use super::write::{About, audit};
use super::{Result, StorageError};

/// A district: the unit that has a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct District {
    /// Its code, e.g. `KA-BLR`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The number of the last entry of its log.
    pub last_number: u64,
    /// For how many days a vault opens without the hub.
    pub lease_days: u32,
    /// The age recipient that devices seal their keys to.
    pub recovery: Option<String>,
}

/// A child care institution of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Its id.
    pub id: [u8; 16],
    /// Its district's code.
    pub district: String,
    /// Its name.
    pub name: String,
    /// What kind of place it is, a code of the pack's `place_kind`.
    pub kind: String,
    /// How many children it is registered for.
    pub capacity: u32,
}

/// What is known of districts.
pub trait Districts {
    /// Adds a district.
    fn add_district(&self, code: &str, name: &str, now_ms: i64) -> Result<()>;

    /// The district of that code.
    fn district(&self, code: &str) -> Result<Option<District>>;

    /// All districts, by code.
    fn districts(&self) -> Result<Vec<District>>;

    /// Sets for how many days a vault of the district opens without the hub.
    fn set_lease_days(&self, code: &str, days: u32, now_ms: i64) -> Result<()>;

    /// Sets the age recipient that the district's devices seal their keys to; `None`: they seal to nobody new.
    fn set_recovery(&self, code: &str, recipient: Option<&str>, now_ms: i64) -> Result<()>;

    /// Adds an institution.
    fn add_institution(&self, institution: &Institution, now_ms: i64) -> Result<()>;

    /// The institutions of a district, by name.
    fn institutions(&self, district: &str) -> Result<Vec<Institution>>;
}

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
            let mut statement = tx
                .prepare_cached("SELECT code, name, last_number, lease_days, recovery FROM district WHERE code = ?1")?;
            Ok(statement.query_row([code], read_district).optional()?)
        })
    }

    fn districts(&self) -> Result<Vec<District>> {
        self.read(|tx| {
            let mut statement =
                tx.prepare_cached("SELECT code, name, last_number, lease_days, recovery FROM district ORDER BY code")?;
            let rows = statement.query_map([], read_district)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
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
    })
}
