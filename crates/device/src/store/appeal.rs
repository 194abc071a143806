//! What the officer asked the district about words that the hub refused.

use protocol::{Appeal, DocumentId, Plea, message::down::Appealed};
use rusqlite::{OptionalExtension, Row};

use super::{Read, StoreError, Write};

/// An appeal, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AppealRow {
    pub(crate) appeal: Appeal,
    /// One of the states of [`Appealed`]; 0 before the hub has heard of it.
    pub(crate) state: u8,
    /// Since when, by the hub's clock.
    pub(crate) at_ms: Option<i64>,
    /// What the district says to it.
    pub(crate) words: String,
}

impl AppealRow {
    /// The hub has not heard of it, as far as is known here.
    pub(crate) const ASKED: u8 = 0;
}

const COLUMNS: &str = "a.document, a.plea, a.asked_s, a.state, a.at_ms, a.words";

/// Nothing of an appeal of a newer app.
fn row(row: &Row<'_>) -> rusqlite::Result<Option<AppealRow>> {
    let Some(plea) = Plea::from_code(row.get(1)?) else {
        return Ok(None);
    };
    Ok(Some(AppealRow {
        appeal: Appeal {
            document: DocumentId(row.get(0)?),
            plea,
            asked_s: row.get(2)?,
        },
        state: row.get(3)?,
        at_ms: row.get(4)?,
        words: row.get(5)?,
    }))
}

impl Read<'_> {
    /// What nobody has decided and is still of use: something of that document is refused.
    pub(crate) fn undecided(&self, limit: usize) -> Result<Vec<Appeal>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM appeal a WHERE a.state NOT IN (?1, ?2)
             AND EXISTS (SELECT 1 FROM own_change o WHERE o.subject = substr(a.document, 1, 16)
                         AND o.document = a.document AND o.refused IS NOT NULL)
             ORDER BY a.asked_s, a.document, a.plea LIMIT ?3"
        ))?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = statement.query_map((Appealed::GRANTED, Appealed::DECLINED, limit), row)?;
        let known = rows.filter_map(Result::transpose);
        Ok(known.map(|row| row.map(|row| row.appeal)).collect::<Result<_, _>>()?)
    }

    /// The latest that was asked about a document.
    pub(crate) fn appeal_of(&self, document: &[u8; 17]) -> Result<Option<AppealRow>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM appeal a WHERE a.document = ?1 ORDER BY a.asked_s DESC, a.plea LIMIT 1"
        ))?;
        Ok(statement.query_row([document], row).optional()?.flatten())
    }

    /// The first change of a document that the hub refused.
    pub(crate) fn first_refused(&self, document: &[u8; 17]) -> Result<Option<i64>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT min(n) FROM own_change WHERE subject = ?1 AND document = ?2 AND refused IS NOT NULL",
        )?;
        Ok(statement.query_row((&document[..16], document), |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// Notes that the officer asks. Asked once more, it is another asking.
    pub(crate) fn ask_district(&self, appeal: Appeal) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO appeal (document, plea, asked_s) VALUES (?1, ?2, ?3)
             ON CONFLICT (document, plea) DO UPDATE SET
                 asked_s = max(excluded.asked_s, asked_s + 1), state = 0, at_ms = NULL, words = ''",
        )?;
        statement.execute((appeal.document.0, appeal.plea.code(), appeal.asked_s))?;
        Ok(())
    }

    /// Keeps what the hub says of an asking. Gives whether that is news; nothing is known of one that nobody asked here.
    pub(crate) fn set_appealed(&self, said: &Appealed) -> Result<bool, StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "UPDATE appeal SET state = ?4, at_ms = ?5, words = ?6
             WHERE document = ?1 AND plea = ?2 AND asked_s = ?3 AND state NOT IN (?7, ?8)
             AND (state <> ?4 OR at_ms IS NOT ?5)",
        )?;
        let words = said.words.as_deref().unwrap_or_default();
        let changed = statement.execute((
            said.document.0,
            said.plea,
            said.asked_s,
            said.state,
            said.at_ms,
            words,
            Appealed::GRANTED,
            Appealed::DECLINED,
        ))?;
        Ok(changed > 0)
    }

    /// Forgets what was asked about a document that is destroyed.
    pub(crate) fn forget_appeals(&self, document: &[u8; 17]) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached("DELETE FROM appeal WHERE document = ?1")?;
        statement.execute([document])?;
        Ok(())
    }
}
