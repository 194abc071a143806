//! Who opened, revealed or wrote what on this tablet. Each row's hash covers the row before it, so that a row cannot
//! be taken out or changed without breaking all that follow.

use casework::Subject;
use protocol::{
    access_log::{AccessRow as AccessRowSent, link},
    limits::ACCESS_DETAIL_BYTES_MAX,
};
use rusqlite::OptionalExtension;

use super::{Read, StoreError, Write};

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AccessAction {
    Unlocked,
    Locked,
    /// A try to unlock that failed, at the time of the try; `detail` says why.
    UnlockFailed,
    Opened,
    Revealed,
    /// Looked for cases. How many words and how many cases, never which.
    Searched,
    History,
    Wrote,
    SawPicture,
    /// A form was made into a paper; `detail` says which, which copy of it, how much of it and what for.
    Printed,
    /// A register or report was given out as a file; `detail` says which, of what period, which copy, as what and what for.
    Exported,
    Refused,
    Destroyed,
    /// What the hub has and no case here needs was cleared away; `detail` says how many items.
    Purged,
    /// What no hub has was written to a file under a passphrase.
    BackedUp,
    /// Such a file was brought back.
    Restored,
    /// The damaged file of the vault was made whole again; `detail` says how many pages were lost.
    Mended,
}

impl AccessAction {
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::Unlocked => "unlocked",
            Self::Locked => "locked",
            Self::UnlockFailed => "unlock_failed",
            Self::Opened => "opened",
            Self::Searched => "searched",
            Self::Revealed => "revealed",
            Self::History => "history",
            Self::Wrote => "wrote",
            Self::SawPicture => "saw_picture",
            Self::Printed => "printed",
            Self::Exported => "exported",
            Self::Refused => "refused",
            Self::Destroyed => "destroyed",
            Self::Purged => "purged",
            Self::BackedUp => "backed_up",
            Self::Restored => "restored",
            Self::Mended => "mended",
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

/// How the chain stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AccessCheck {
    /// How many rows there are.
    pub(crate) rows: u64,
    /// The first row that does not follow from the one before it, or the first that is missing.
    pub(crate) broken_at: Option<i64>,
    /// Up to which row the hub has them, as far as it has said so.
    pub(crate) on_hub: Option<i64>,
}

/// Name of the mark that says up to which row the hub has the log.
const ON_HUB: &str = "access_upto";

const COLUMNS: &str = "n, at_ms, action, subject, detail, hash";

fn access_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<AccessRowSent> {
    Ok(AccessRowSent {
        // The table counts from one.
        n: row.get::<_, i64>(0)?.unsigned_abs(),
        at_ms: row.get(1)?,
        action: row.get(2)?,
        subject: row.get(3)?,
        detail: row.get(4)?,
        hash: row.get(5)?,
    })
}

impl Read<'_> {
    /// Goes through the whole chain.
    pub(crate) fn check_access_log(&self) -> Result<AccessCheck, StoreError> {
        let on_hub = self.number(ON_HUB)?;
        let mut statement = self
            .0
            .prepare_cached(&format!("SELECT {COLUMNS} FROM access_log ORDER BY n"))?;
        let mut rows = statement.query([])?;
        let mut check = AccessCheck {
            rows: 0,
            broken_at: None,
            on_hub,
        };
        let (mut previous, mut last) = ([0; 32], 0);
        while let Some(row) = rows.next()? {
            let n: i64 = row.get(0)?;
            let row = access_row(row)?;
            check.rows += 1;
            if check.broken_at.is_none() && (n != last + 1 || row.link(&previous) != row.hash) {
                check.broken_at = Some(last + 1);
            }
            (previous, last) = (row.hash, n);
        }
        // The end of a chain can be cut off without a trace, but not what the hub has seen of it.
        if check.broken_at.is_none() && on_hub.is_some_and(|on_hub| on_hub > last) {
            check.broken_at = Some(last + 1);
        }
        Ok(check)
    }

    /// How many papers were made of a form here: the last copy has this number.
    pub(crate) fn copies_of(&self, subject: Subject, form: &str) -> Result<u32, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT count(*) FROM access_log WHERE action = ?1 AND subject = ?2 AND substr(detail, 1, length(?3)) = ?3",
        )?;
        let of_form = format!("form {form} ");
        let code = AccessAction::Printed.code();
        Ok(statement.query_row((code, subject.to_bytes(), of_form), |row| row.get(0))?)
    }

    /// How many files were made of a report here: the last copy has this number.
    pub(crate) fn copies_of_report(&self, report: &str) -> Result<u32, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT count(*) FROM access_log WHERE action = ?1 AND substr(detail, 1, length(?2)) = ?2",
        )?;
        let of_report = format!("{report} ");
        Ok(statement.query_row((AccessAction::Exported.code(), of_report), |row| row.get(0))?)
    }

    /// The newest rows, newest first.
    pub(crate) fn newest_access_rows(&self, limit: u32) -> Result<Vec<AccessRowSent>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached(&format!("SELECT {COLUMNS} FROM access_log ORDER BY n DESC LIMIT ?1"))?;
        let rows = statement.query_map([limit], access_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Up to which row the hub has the log; `None` where it has never said so, and then it is sent none.
    pub(crate) fn access_log_on_hub(&self) -> Result<Option<i64>, StoreError> {
        self.number(ON_HUB)
    }

    /// The number of the last row; 0 where there is none.
    pub(crate) fn last_access_row(&self) -> Result<i64, StoreError> {
        let mut statement = self.0.prepare_cached("SELECT coalesce(max(n), 0) FROM access_log")?;
        Ok(statement.query_row([], |row| row.get(0))?)
    }

    /// Rows that the hub does not have, at most so many.
    pub(crate) fn access_rows_after(&self, n: i64, limit: usize) -> Result<Vec<AccessRowSent>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM access_log WHERE n > ?1 ORDER BY n LIMIT ?2"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((n, limit), access_row)?;
        Ok(rows.collect::<Result<_, _>>()?)
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
        // Names of facts and forms come from packs, which have limits of their own.
        let detail = &row.detail[..row.detail.floor_char_boundary(ACCESS_DETAIL_BYTES_MAX)];
        let hash = link(&previous, row.at_ms, action, row.subject, detail);
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO access_log (at_ms, action, subject, detail, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        statement.execute((row.at_ms, action, row.subject, detail, &hash))?;
        self.1.set(Some((self.0.0.last_insert_rowid(), hash)));
        Ok(())
    }

    /// The hub has said up to which row it has the log.
    pub(crate) fn set_access_log_on_hub(&self, upto: i64) -> Result<(), StoreError> {
        if self.access_log_on_hub()? == Some(upto) {
            return Ok(());
        }
        self.set_number(ON_HUB, Some(upto))
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
        assert_eq!((check().rows, check().broken_at), (5, None));
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
        let broken_at = || check().broken_at;
        tamper("UPDATE access_log SET action = 'wrote' WHERE n = 3");
        assert_eq!(broken_at(), Some(3));
        tamper("UPDATE access_log SET action = 'opened' WHERE n = 3");
        assert_eq!(broken_at(), None);
        store.write(|w| w.set_access_log_on_hub(5)).unwrap();
        tamper("DELETE FROM access_log WHERE n = 5");
        assert_eq!(broken_at(), Some(5), "the hub has seen a row that is no longer here");
        tamper("DELETE FROM access_log WHERE n = 2");
        assert_eq!(broken_at(), Some(2));
    }
}
