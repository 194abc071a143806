//! Settings and marks: who this is, where the hub is, how far the sync has come.

use rusqlite::{OptionalExtension, types::FromSql};

use super::{Read, StoreError, Write};

/// What enrolment settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Enrolment {
    pub(crate) hub_url: String,
    pub(crate) hub_name: String,
    pub(crate) user: [u8; 16],
    pub(crate) user_name: String,
    pub(crate) role: String,
    pub(crate) district: String,
    pub(crate) district_name: String,
}

impl Enrolment {
    /// Where the hub is, as it is shown: without the pin of its key.
    pub(crate) fn hub_address(&self) -> &str {
        self.hub_url.split('#').next().unwrap_or_default()
    }
}

impl Read<'_> {
    fn value<T: FromSql>(&self, key: &str) -> Result<Option<T>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT value FROM meta WHERE key = ?1")?;
        Ok(statement.query_row([key], |row| row.get(0)).optional()?)
    }

    pub(crate) fn blob(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.value(key)
    }

    /// A blob of a known length.
    pub(crate) fn bytes<const N: usize>(&self, key: &str) -> Result<Option<[u8; N]>, StoreError> {
        let found = self.blob(key)?;
        found
            .map(|bytes| bytes.try_into().map_err(|_| StoreError::Row("meta")))
            .transpose()
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<String>, StoreError> {
        let found = self.blob(key)?;
        found
            .map(|bytes| String::from_utf8(bytes).map_err(|_| StoreError::Row("meta")))
            .transpose()
    }

    pub(crate) fn number(&self, key: &str) -> Result<Option<i64>, StoreError> {
        Ok(self.bytes(key)?.map(i64::from_le_bytes))
    }

    /// What enrolment settled, once it has.
    pub(crate) fn enrolment(&self) -> Result<Option<Enrolment>, StoreError> {
        let Some(user) = self.bytes("user")? else {
            return Ok(None);
        };
        let text = |key| Ok::<_, StoreError>(self.text(key)?.unwrap_or_default());
        Ok(Some(Enrolment {
            hub_url: text("hub_url")?,
            hub_name: text("hub_name")?,
            user,
            user_name: text("user_name")?,
            role: text("role")?,
            district: text("district")?,
            district_name: text("district_name")?,
        }))
    }
}

impl Write<'_> {
    pub(crate) fn set_blob(&self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO meta (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )?;
        statement.execute((key, value))?;
        Ok(())
    }

    pub(crate) fn set_text(&self, key: &str, value: &str) -> Result<(), StoreError> {
        self.set_blob(key, value.as_bytes())
    }

    pub(crate) fn set_number(&self, key: &str, value: Option<i64>) -> Result<(), StoreError> {
        if let Some(value) = value {
            return self.set_blob(key, &value.to_le_bytes());
        }
        self.0
            .0
            .prepare_cached("DELETE FROM meta WHERE key = ?1")?
            .execute([key])?;
        Ok(())
    }

    pub(crate) fn set_enrolment(&self, enrolment: &Enrolment) -> Result<(), StoreError> {
        self.set_text("hub_url", &enrolment.hub_url)?;
        self.set_text("hub_name", &enrolment.hub_name)?;
        self.set_text("user_name", &enrolment.user_name)?;
        self.set_text("role", &enrolment.role)?;
        self.set_text("district", &enrolment.district)?;
        self.set_text("district_name", &enrolment.district_name)?;
        self.set_blob("user", &enrolment.user)
    }
}
