//! The district's authors, so that a history says who and not which number.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};

/// A user on a device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AuthorRow {
    pub(crate) author: [u8; 16],
    pub(crate) user: [u8; 16],
    pub(crate) name: String,
    pub(crate) role: String,
    pub(crate) device: String,
}

impl Read<'_> {
    pub(crate) fn author(&self, author: &[u8; 16]) -> Result<Option<AuthorRow>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT author, user, name, role, device FROM author WHERE author = ?1")?;
        let found = statement.query_row([author], |row| {
            Ok(AuthorRow {
                author: row.get(0)?,
                user: row.get(1)?,
                name: row.get(2)?,
                role: row.get(3)?,
                device: row.get(4)?,
            })
        });
        Ok(found.optional()?)
    }
}

impl Write<'_> {
    pub(crate) fn set_author(&self, row: &AuthorRow) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO author (author, user, name, role, device) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (author) DO UPDATE SET
                 user = excluded.user, name = excluded.name, role = excluded.role, device = excluded.device",
        )?;
        statement.execute((&row.author, &row.user, &row.name, &row.role, &row.device))?;
        Ok(())
    }
}
