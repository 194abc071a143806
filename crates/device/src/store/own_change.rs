//! Every change made here and how far it came: the outbox, and the evidence for what the screen may say.

use rusqlite::{OptionalExtension, Row};

use super::{Read, StoreError, Write};

/// A change that was just made.
pub(crate) struct OwnChange<'a> {
    pub(crate) document: &'a [u8; 17],
    pub(crate) hash: &'a [u8; 32],
    pub(crate) action: &'a str,
    pub(crate) made_ms: i64,
    pub(crate) bytes: &'a [u8],
}

/// A change the hub does not have.
#[derive(Debug, Clone)]
pub(crate) struct OutboxRow {
    pub(crate) n: i64,
    pub(crate) document: [u8; 17],
    pub(crate) bytes: Vec<u8>,
}

/// What the hub said about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The hub has it under this number, and may have said when it got it.
    Numbered {
        number: i64,
        late: bool,
        received_ms: Option<i64>,
    },
    Refused {
        code: u16,
    },
}

/// How far a change came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ChangeWay {
    pub(crate) n: i64,
    pub(crate) document: [u8; 17],
    pub(crate) action: String,
    pub(crate) made_ms: i64,
    pub(crate) number: Option<i64>,
    pub(crate) refused: Option<u16>,
    /// It was refused and its document has left this tablet, with its bytes.
    pub(crate) is_gone: bool,
}

/// What waits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) changes: u32,
    pub(crate) bytes: u64,
}

const WAY: &str = "n, document, action, made_ms, number, refused, refused IS NOT NULL AND length(bytes) = 0";

fn way(row: &Row<'_>) -> rusqlite::Result<ChangeWay> {
    Ok(ChangeWay {
        n: row.get(0)?,
        document: row.get(1)?,
        action: row.get(2)?,
        made_ms: row.get(3)?,
        number: row.get(4)?,
        refused: row.get(5)?,
        is_gone: row.get(6)?,
    })
}

impl Read<'_> {
    /// The outbox behind number `after`, in the order it was written, at most `changes` of it.
    pub(crate) fn outbox(&self, after: i64, changes: usize) -> Result<Vec<OutboxRow>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT n, document, bytes FROM own_change INDEXED BY own_change_waiting
             WHERE number IS NULL AND refused IS NULL AND n > ?1 ORDER BY n LIMIT ?2",
        )?;
        let rows = statement.query_map((after, i64::try_from(changes).unwrap_or(i64::MAX)), |row| {
            Ok(OutboxRow {
                n: row.get(0)?,
                document: row.get(1)?,
                bytes: row.get(2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// What waits in all.
    pub(crate) fn waiting(&self) -> Result<Waiting, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT count(*), coalesce(sum(length(bytes)), 0)
             FROM own_change INDEXED BY own_change_waiting WHERE number IS NULL AND refused IS NULL",
        )?;
        Ok(statement.query_row([], |row| {
            Ok(Waiting {
                changes: row.get(0)?,
                bytes: u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0),
            })
        })?)
    }

    /// How many changes the hub has taken in, and how many it keeps aside.
    pub(crate) fn count_ways(&self) -> Result<(u32, u32), StoreError> {
        let sql = "SELECT count(number), count(refused) FROM own_change";
        Ok(self
            .0
            .prepare_cached(sql)?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?)
    }

    /// How many changes of a case wait.
    pub(crate) fn waiting_of(&self, subject: &[u8; 16]) -> Result<u32, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT count(*) FROM own_change WHERE subject = ?1 AND number IS NULL AND refused IS NULL",
        )?;
        Ok(statement.query_row([subject], |row| row.get(0))?)
    }

    /// The hashes of what the hub does not have of a document, in the order in which it was written.
    pub(crate) fn not_at_hub(&self, document: &[u8; 17]) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut statement = self.0.prepare_cached(
            "SELECT hash FROM own_change WHERE subject = ?1 AND document = ?2 AND number IS NULL AND length(bytes) > 0
             ORDER BY n",
        )?;
        let rows = statement.query_map((&document[..16], document), |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How far the change of a case with this hash came; `None` for somebody else's.
    pub(crate) fn way_of(&self, subject: &[u8; 16], hash: &[u8; 32]) -> Result<Option<ChangeWay>, StoreError> {
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {WAY} FROM own_change WHERE subject = ?1 AND hash = ?2"
        ))?;
        Ok(statement.query_row((subject, hash), way).optional()?)
    }

    /// How far the latest own change of a case came.
    pub(crate) fn latest_way(&self, subject: &[u8; 16]) -> Result<Option<ChangeWay>, StoreError> {
        let sql = format!("SELECT {WAY} FROM own_change WHERE subject = ?1 ORDER BY n DESC LIMIT 1");
        Ok(self.0.prepare_cached(&sql)?.query_row([subject], way).optional()?)
    }

    /// The latest own changes of all cases, newest first.
    pub(crate) fn latest_ways(&self, limit: u32) -> Result<Vec<ChangeWay>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached(&format!("SELECT {WAY} FROM own_change ORDER BY n DESC LIMIT ?1"))?;
        let rows = statement.query_map([limit], way)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The change of that number, where the hub refused it.
    pub(crate) fn refused_way(&self, n: i64) -> Result<Option<ChangeWay>, StoreError> {
        let sql = format!("SELECT {WAY} FROM own_change WHERE n = ?1 AND refused IS NOT NULL");
        Ok(self.0.prepare_cached(&sql)?.query_row([n], way).optional()?)
    }

    /// Changes the hub refused, newest first.
    pub(crate) fn refused_ways(&self, limit: u32) -> Result<Vec<ChangeWay>, StoreError> {
        let sql = format!("SELECT {WAY} FROM own_change WHERE refused IS NOT NULL ORDER BY n DESC LIMIT ?1");
        let mut statement = self.0.prepare_cached(&sql)?;
        let rows = statement.query_map([limit], way)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Write<'_> {
    pub(crate) fn add_own_change(&self, change: &OwnChange<'_>) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "INSERT INTO own_change (document, subject, hash, action, made_ms, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let subject = &change.document[..16];
        statement.execute((
            change.document,
            subject,
            change.hash,
            change.action,
            change.made_ms,
            change.bytes,
        ))?;
        Ok(())
    }

    /// Stores what the hub said. A number frees the bytes, for the document has them; a refusal keeps them. A verdict
    /// on a change that has its number changes nothing. Returns the document of the change, where it is ours.
    pub(crate) fn set_verdict(&self, n: i64, verdict: Verdict) -> Result<Option<[u8; 17]>, StoreError> {
        let connection = self.0.0;
        let document = match verdict {
            Verdict::Numbered {
                number,
                late,
                received_ms,
            } => {
                let numbered: Option<([u8; 17], [u8; 32])> = connection
                    .prepare_cached(
                        "UPDATE own_change SET number = ?2, late = ?3, refused = NULL, bytes = NULL
                         WHERE n = ?1 AND number IS NULL RETURNING document, hash",
                    )?
                    .query_row((n, number, late), |row| Ok((row.get(0)?, row.get(1)?)))
                    .optional()?;
                if let (Some((document, hash)), Some(at_ms)) = (&numbered, received_ms) {
                    let subject = document.first_chunk().expect("a document id begins with its subject");
                    self.set_received(subject, hash, at_ms)?;
                }
                numbered.map(|(document, _)| document)
            }
            Verdict::Refused { code } => connection
                .prepare_cached(
                    "UPDATE own_change SET refused = ?2 WHERE n = ?1 AND number IS NULL RETURNING document",
                )?
                .query_row((n, code), |row| row.get(0))
                .optional()?,
        };
        Ok(document)
    }

    /// Forgets what the hub does not have of a document: it is written once more.
    pub(crate) fn forget_not_at_hub(&self, document: &[u8; 17]) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("DELETE FROM own_change WHERE subject = ?1 AND document = ?2 AND number IS NULL")?;
        statement.execute((&document[..16], document))?;
        Ok(())
    }

    /// Forgets refused changes of a document that has left this tablet.
    pub(crate) fn forget_gone(&self, document: &[u8; 17]) -> Result<usize, StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "DELETE FROM own_change WHERE subject = ?1 AND document = ?2 AND refused IS NOT NULL AND length(bytes) = 0",
        )?;
        Ok(statement.execute((&document[..16], document))?)
    }

    /// The hub has sent us our own change: it has it, whatever became of the verdict.
    pub(crate) fn set_number_by_hash(
        &self,
        subject: &[u8; 16],
        hash: &[u8; 32],
        number: i64,
        late: bool,
    ) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "UPDATE own_change SET number = ?3, late = ?4, refused = NULL, bytes = NULL
             WHERE subject = ?1 AND hash = ?2 AND number IS NULL",
        )?;
        statement.execute((subject, hash, number, late))?;
        Ok(())
    }

    /// The hub says of our own change, which has no number, why it is refused: a person there has looked at it since.
    pub(crate) fn refuse_by_hash(&self, subject: &[u8; 16], hash: &[u8; 32], code: u16) -> Result<(), StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("UPDATE own_change SET refused = ?3 WHERE subject = ?1 AND hash = ?2 AND number IS NULL")?;
        statement.execute((subject, hash, code))?;
        Ok(())
    }

    /// Puts a refused change, and those of the same document refused behind it, back into the outbox: they stand on
    /// it. Returns whether there was one.
    pub(crate) fn send_again(&self, n: i64) -> Result<bool, StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "UPDATE own_change SET refused = NULL WHERE refused IS NOT NULL AND length(bytes) > 0 AND n >= ?1
             AND document = (SELECT document FROM own_change WHERE n = ?1 AND refused IS NOT NULL)",
        )?;
        Ok(statement.execute([n])? > 0)
    }

    /// The hub lost its log behind a backup: a change it had counts as not sent, with these bytes.
    pub(crate) fn take_number_back(&self, subject: &[u8; 16], hash: &[u8; 32], bytes: &[u8]) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "UPDATE own_change SET number = NULL, late = 0, bytes = ?3
             WHERE subject = ?1 AND hash = ?2 AND number IS NOT NULL",
        )?;
        if statement.execute((subject, hash, bytes))? > 0 {
            self.forget_received(subject, hash)?;
        }
        Ok(())
    }
}
