//! Who opened, revealed or wrote what on this tablet. Each row's hash covers the row before it, so that a row cannot
//! be taken out or changed without breaking all that follow.

use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};
use crate::vault::sha256_of;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessAction {
    Unlocked,
    Locked,
    Opened,
    Revealed,
    History,
    Wrote,
    SawPicture,
    Refused,
    Destroyed,
}

impl AccessAction {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Unlocked => "unlocked",
            Self::Locked => "locked",
            Self::Opened => "opened",
            Self::Revealed => "revealed",
            Self::History => "history",
            Self::Wrote => "wrote",
            Self::SawPicture => "saw_picture",
            Self::Refused => "refused",
            Self::Destroyed => "destroyed",
        }
    }
}

/// A row to be written. `detail` names a form, a register or a code; never a value.
pub(crate) struct AccessRow<'a> {
    pub(crate) at_ms: i64,
    pub(crate) action: AccessAction,
    pub(crate) subject: Option<&'a [u8; 16]>,
    pub(crate) detail: &'a str,
}

fn link(previous: &[u8], at_ms: i64, action: &str, subject: &[u8], detail: &str) -> [u8; 32] {
    sha256_of(&[
        previous,
        &at_ms.to_le_bytes(),
        action.as_bytes(),
        subject,
        detail.as_bytes(),
    ])
}

impl Read<'_> {
    /// Number of rows, or the first row whose hash does not follow from the one before.
    pub(crate) fn check_access_log(&self) -> Result<Result<u64, i64>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT n, at_ms, action, subject, detail, hash FROM access_log ORDER BY n")?;
        let mut rows = statement.query([])?;
        let mut previous = [0; 32];
        let mut count = 0;
        while let Some(row) = rows.next()? {
            let (action, detail): (String, String) = (row.get(2)?, row.get(4)?);
            let subject: Option<Vec<u8>> = row.get(3)?;
            let expected = link(&previous, row.get(1)?, &action, &subject.unwrap_or_default(), &detail);
            if expected != row.get::<_, [u8; 32]>(5)? {
                return Ok(Err(row.get(0)?));
            }
            previous = expected;
            count += 1;
        }
        Ok(Ok(count))
    }
}

impl Write<'_> {
    pub(crate) fn log_access(&self, row: &AccessRow<'_>) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("SELECT hash FROM access_log ORDER BY n DESC LIMIT 1")?;
        let previous: [u8; 32] = statement.query_row([], |row| row.get(0)).optional()?.unwrap_or([0; 32]);
        let action = row.action.code();
        let hash = link(
            &previous,
            row.at_ms,
            action,
            row.subject.map_or(&[], |id| id.as_slice()),
            row.detail,
        );
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO access_log (at_ms, action, subject, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        statement.execute((row.at_ms, action, row.subject, row.detail, &hash))?;
        self.1.set(Some((self.0.0.last_insert_rowid(), hash)));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{store::tests::open, testing::Bench};

    #[test]
    fn a_row_changed_or_taken_out_is_found() {
        let bench = Bench::new();
        let store = open(&bench);
        for at_ms in 0..5 {
            let row = AccessRow {
                at_ms,
                action: AccessAction::Opened,
                subject: Some(&[7; 16]),
                detail: "",
            };
            store.write(|w| w.log_access(&row)).unwrap();
        }
        let check = || store.read(|read| read.check_access_log()).unwrap();
        assert_eq!(check(), Ok(5));
        let tamper = |sql: &str| {
            store
                .writer
                .lock()
                .unwrap()
                .as_ref()
                .unwrap()
                .execute_batch(sql)
                .unwrap();
        };
        tamper("UPDATE access_log SET action = 'wrote' WHERE n = 3");
        assert_eq!(check(), Err(3));
        tamper("UPDATE access_log SET action = 'opened' WHERE n = 3");
        assert_eq!(check(), Ok(5));
        tamper("DELETE FROM access_log WHERE n = 2");
        assert_eq!(check(), Err(3));
    }
}
