//! Pictures in the vault, what the hub still lacks of them and what is still to be fetched.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};

/// Which of the three sizes; the number is also the order in which they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MediaSize {
    Thumb = 0,
    Field = 1,
    Full = 2,
}

impl MediaSize {
    pub(crate) const ALL: [Self; 3] = [Self::Thumb, Self::Field, Self::Full];

    fn from_number(number: i64) -> Result<Self, StoreError> {
        let size = u8::try_from(number).ok().and_then(Self::from_byte);
        size.ok_or(StoreError::Row("media"))
    }

    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|size| *size as u8 == byte)
    }
}

impl Read<'_> {
    /// The bytes, where they are here.
    pub(crate) fn media(&self, sha: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT bytes FROM media WHERE sha = ?1")?;
        Ok(statement.query_row([sha], |row| row.get(0)).optional()?.flatten())
    }

    /// Whether the bytes are here, and whether the hub has them.
    pub(crate) fn media_state(&self, sha: &[u8; 32]) -> Result<(bool, bool), StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT bytes IS NOT NULL, unsent FROM media WHERE sha = ?1")?;
        let found = statement
            .query_row([sha], |row| Ok((row.get(0)?, !row.get::<_, bool>(1)?)))
            .optional()?;
        // What is not here was named by somebody else; whether the hub has it is not known to this tablet.
        Ok(found.unwrap_or((false, false)))
    }

    /// The next picture the hub lacks, small sizes first, leaving out those in `but`.
    pub(crate) fn next_unsent_media(&self, but: &[[u8; 32]]) -> Result<Option<([u8; 32], MediaSize)>, StoreError> {
        self.next("SELECT sha, size FROM media WHERE unsent = 1 ORDER BY size, sha", but)
    }

    /// The next picture to be fetched, small sizes first, leaving out those in `but`.
    pub(crate) fn next_wanted_media(&self, but: &[[u8; 32]]) -> Result<Option<([u8; 32], MediaSize)>, StoreError> {
        self.next("SELECT sha, size FROM media WHERE wanted = 1 ORDER BY size, sha", but)
    }

    fn next(&self, sql: &str, but: &[[u8; 32]]) -> Result<Option<([u8; 32], MediaSize)>, StoreError> {
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sha = row.get(0)?;
            if !but.contains(&sha) {
                return Ok(Some((sha, MediaSize::from_number(row.get(1)?)?)));
            }
        }
        Ok(None)
    }

    /// How many the hub lacks, and how many are to be fetched.
    pub(crate) fn count_media(&self) -> Result<(u32, u32), StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT (SELECT count(*) FROM media WHERE unsent = 1), (SELECT count(*) FROM media WHERE wanted = 1)",
        )?;
        Ok(statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }
}

impl Write<'_> {
    /// A picture made here, which the hub is to have. One that is here already is offered once more: whether the hub has it for
    /// this case, too, is the hub's to say.
    pub(crate) fn add_media(
        &self,
        sha: &[u8; 32],
        size: MediaSize,
        subject: &[u8; 16],
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO media (sha, size, subject, bytes, unsent) VALUES (?1, ?2, ?3, ?4, 1)
             ON CONFLICT (sha) DO UPDATE SET unsent = 1, bytes = excluded.bytes, wanted = 0",
        )?;
        statement.execute((sha, size as i64, subject, bytes))?;
        self.name_media(sha, subject)
    }

    /// A document names a picture that is not here: fetch it, unless it is a full one, which waits until asked for.
    pub(crate) fn know_media(&self, sha: &[u8; 32], size: MediaSize, subject: &[u8; 16]) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("INSERT OR IGNORE INTO media (sha, size, subject, wanted) VALUES (?1, ?2, ?3, ?4)")?;
        statement.execute((sha, size as i64, subject, size != MediaSize::Full))?;
        self.name_media(sha, subject)
    }

    fn name_media(&self, sha: &[u8; 32], subject: &[u8; 16]) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("INSERT OR IGNORE INTO media_of (sha, subject) VALUES (?1, ?2)")?
            .execute((sha, subject))?;
        Ok(())
    }

    /// Somebody asks for a picture that is not here.
    pub(crate) fn want_media(&self, sha: &[u8; 32]) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("UPDATE media SET wanted = 1 WHERE sha = ?1 AND bytes IS NULL")?;
        statement.execute([sha])?;
        Ok(())
    }

    /// The hub has the picture. Returns whose it is.
    pub(crate) fn set_media_sent(&self, sha: &[u8; 32]) -> Result<Vec<[u8; 16]>, StoreError> {
        self.0
            .0
            .prepare_cached("UPDATE media SET unsent = 0 WHERE sha = ?1")?
            .execute([sha])?;
        self.subjects_of_media(sha)
    }

    fn subjects_of_media(&self, sha: &[u8; 32]) -> Result<Vec<[u8; 16]>, StoreError> {
        let sql = "SELECT subject FROM media_of WHERE sha = ?1 ORDER BY subject";
        let mut statement = self.0.0.prepare_cached(sql)?;
        let rows = statement.query_map([sha], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Destroys the pictures of a case or another subject, but for those that another names as well.
    pub(crate) fn forget_media(&self, subject: &[u8]) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM media_of WHERE subject = ?1",
            "DELETE FROM media WHERE subject = ?1 AND NOT EXISTS (SELECT 1 FROM media_of o WHERE o.sha = media.sha)",
            "UPDATE media SET subject = (SELECT o.subject FROM media_of o WHERE o.sha = media.sha LIMIT 1)
             WHERE subject = ?1",
        ] {
            self.0.0.prepare_cached(sql)?.execute([subject])?;
        }
        Ok(())
    }

    /// The hub does not take a picture of cases that have left, and never will: everything written there is said. It goes
    /// with the rest. Returns of whom that is so.
    pub(crate) fn give_media_up(&self, sha: &[u8; 32]) -> Result<Vec<[u8; 16]>, StoreError> {
        let theirs = self.subjects_of_media(sha)?;
        let mut statement = self.0.0.prepare_cached(
            "DELETE FROM media WHERE sha = ?1 AND NOT EXISTS (
                 SELECT 1 FROM media_of m WHERE m.sha = media.sha AND (
                     NOT EXISTS (
                         SELECT 1 FROM document d
                         WHERE d.subject = m.subject AND d.leaving = 1 AND substr(d.id, 17) = x'02')
                     OR EXISTS (
                         SELECT 1 FROM own_change o
                         WHERE o.subject = m.subject AND o.number IS NULL AND o.refused IS NULL)))",
        )?;
        let gone = statement.execute([sha])?;
        Ok(if gone > 0 { theirs } else { Vec::new() })
    }

    /// The bytes have arrived. Returns whose they are; nobody's where they have left the tablet meanwhile.
    pub(crate) fn set_media_here(&self, sha: &[u8; 32], bytes: &[u8]) -> Result<Vec<[u8; 16]>, StoreError> {
        self.0
            .0
            .prepare_cached("UPDATE media SET bytes = ?2, wanted = 0 WHERE sha = ?1")?
            .execute((sha, bytes))?;
        self.subjects_of_media(sha)
    }
}
