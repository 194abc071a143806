//! The case list: a projection that is read without opening a document.

use rusqlite::{Row, types::Value};

use super::{Read, StoreError, Write, search::prefix_query};

/// Most words of a search that are looked at.
const WORDS_MAX: usize = 8;

/// What `core` says on the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct CoreCard {
    pub(crate) number: String,
    pub(crate) kind: String,
    pub(crate) stage: String,
    pub(crate) urgency: String,
    pub(crate) ground: String,
    /// 0 emergencies, 1 the others, 2 closed.
    pub(crate) pressing: u8,
    pub(crate) tasks_open: u32,
}

/// What `identity` says on the list: nothing by which a child is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct IdentityCard {
    pub(crate) initials: String,
    pub(crate) birth_date: Option<String>,
    pub(crate) age_stated: Option<i64>,
    pub(crate) sex: Option<String>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CardRow {
    pub(crate) subject: [u8; 16],
    pub(crate) core: CoreCard,
    pub(crate) identity: IdentityCard,
    pub(crate) changed_ms: i64,
    pub(crate) waiting: u32,
    pub(crate) refused: u32,
    pub(crate) clashes: u32,
    /// The clock that is due next, as JSON without words.
    pub(crate) running: Option<String>,
    /// Clocks that had run out when it was asked.
    pub(crate) clocks_overdue: u32,
}

/// Which rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct CardFilter<'a> {
    pub(crate) words: &'a str,
    /// Only with a clock that ran out before this moment.
    pub(crate) overdue_at_ms: Option<i64>,
    pub(crate) waiting: bool,
    pub(crate) clashes: bool,
}

/// `?1` is the moment it is asked at.
const COLUMNS: &str = "subject, number, kind, stage, urgency, ground, pressing, running, tasks_open,
    initials, birth_date, age_stated, sex, changed_ms,
    (SELECT count(*) FROM own_change o WHERE o.subject = c.subject AND o.number IS NULL AND o.refused IS NULL),
    (SELECT count(*) FROM own_change o WHERE o.subject = c.subject AND o.refused IS NOT NULL),
    (SELECT coalesce(sum(clashes), 0) FROM document d WHERE d.subject = c.subject),
    (SELECT count(*) FROM case_clock k WHERE k.subject = c.subject AND k.due_ms < ?1)";

fn card(row: &Row<'_>) -> rusqlite::Result<CardRow> {
    Ok(CardRow {
        subject: row.get(0)?,
        core: CoreCard {
            number: row.get(1)?,
            kind: row.get(2)?,
            stage: row.get(3)?,
            urgency: row.get(4)?,
            ground: row.get(5)?,
            pressing: row.get(6)?,
            tasks_open: row.get(8)?,
        },
        identity: IdentityCard {
            initials: row.get(9)?,
            birth_date: row.get(10)?,
            age_stated: row.get(11)?,
            sex: row.get(12)?,
        },
        changed_ms: row.get(13)?,
        waiting: row.get(14)?,
        refused: row.get(15)?,
        clashes: row.get(16)?,
        running: row.get(7)?,
        clocks_overdue: row.get(17)?,
    })
}

/// The filter as SQL conditions with their parameters.
fn conditions(filter: &CardFilter<'_>) -> (String, Vec<Value>) {
    let mut sql = String::from("WHERE 1");
    let mut parameters = Vec::new();
    if let Some(at_ms) = filter.overdue_at_ms {
        sql.push_str(
            " AND pressing < 2 AND EXISTS (SELECT 1 FROM case_clock k WHERE k.subject = c.subject AND k.due_ms < ?)",
        );
        parameters.push(Value::Integer(at_ms));
    }
    if filter.waiting {
        sql.push_str(" AND subject IN (SELECT subject FROM own_change WHERE number IS NULL AND refused IS NULL)");
    }
    if filter.clashes {
        sql.push_str(" AND subject IN (SELECT subject FROM document WHERE clashes > 0)");
    }
    // One condition for each word: a name stands in one document of the case and its number in another.
    let words = filter
        .words
        .split(|c: char| c.is_whitespace() || c == '"')
        .filter(|word| !word.is_empty());
    for query in words.filter_map(prefix_query).take(WORDS_MAX) {
        sql.push_str(
            " AND subject IN (SELECT d.subject FROM case_text t JOIN document d ON d.row = t.rowid
              WHERE t.words MATCH ?)",
        );
        parameters.push(Value::Text(query));
    }
    (sql, parameters)
}

impl Read<'_> {
    /// A page of the list, most pressing first, and how many there are in all.
    pub(crate) fn cards(
        &self,
        filter: &CardFilter<'_>,
        now_ms: i64,
        offset: u32,
        limit: u32,
    ) -> Result<(u32, Vec<CardRow>), StoreError> {
        let (conditions, mut parameters) = conditions(filter);
        let mut statement = self
            .0
            .prepare_cached(&format!("SELECT count(*) FROM case_card c {conditions}"))?;
        let total = statement.query_row(rusqlite::params_from_iter(&parameters), |row| row.get(0))?;
        let mut statement = self.0.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM case_card c {conditions} ORDER BY pressing, due_ms, subject LIMIT ? OFFSET ?"
        ))?;
        parameters.insert(0, Value::Integer(now_ms));
        parameters.extend([Value::Integer(limit.into()), Value::Integer(offset.into())]);
        let rows = statement.query_map(rusqlite::params_from_iter(&parameters), card)?;
        Ok((total, rows.collect::<Result<_, _>>()?))
    }

    pub(crate) fn card(&self, subject: &[u8; 16], now_ms: i64) -> Result<Option<CardRow>, StoreError> {
        let mut statement = self
            .0
            .prepare_cached(&format!("SELECT {COLUMNS} FROM case_card c WHERE subject = ?2"))?;
        let mut rows = statement.query_map((now_ms, subject), card)?;
        Ok(rows.next().transpose()?)
    }

    /// First letters of the child's name.
    pub(crate) fn initials(&self, subject: &[u8; 16]) -> Result<String, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT initials FROM case_card WHERE subject = ?1")?;
        let mut rows = statement.query_map([subject], |row| row.get(0))?;
        Ok(rows.next().transpose()?.unwrap_or_default())
    }

    pub(crate) fn count_cases(&self) -> Result<u32, StoreError> {
        Ok(self
            .0
            .query_row("SELECT count(*) FROM case_card", [], |row| row.get(0))?)
    }
}

impl Write<'_> {
    /// The case is on this tablet.
    pub(crate) fn put_card(&self, subject: &[u8; 16]) -> Result<(), StoreError> {
        self.0
            .0
            .prepare_cached("INSERT OR IGNORE INTO case_card (subject) VALUES (?1)")?
            .execute([subject])?;
        Ok(())
    }

    /// Somebody changed the case or institution at `changed_ms`.
    pub(crate) fn touch_card(&self, subject: &[u8; 16], changed_ms: i64) -> Result<(), StoreError> {
        for sql in [
            "UPDATE case_card SET changed_ms = ?2 WHERE subject = ?1 AND changed_ms < ?2",
            "UPDATE institution_card SET changed_ms = ?2 WHERE subject = ?1 AND changed_ms < ?2",
        ] {
            self.0.0.prepare_cached(sql)?.execute((subject, changed_ms))?;
        }
        Ok(())
    }

    pub(crate) fn set_core_card(&self, subject: &[u8; 16], card: &CoreCard) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "UPDATE case_card SET number = ?2, kind = ?3, stage = ?4, urgency = ?5, ground = ?6, pressing = ?7,
                 tasks_open = ?8 WHERE subject = ?1",
        )?;
        statement.execute((
            subject,
            &card.number,
            &card.kind,
            &card.stage,
            &card.urgency,
            &card.ground,
            card.pressing,
            card.tasks_open,
        ))?;
        Ok(())
    }

    pub(crate) fn set_identity_card(&self, subject: &[u8; 16], card: &IdentityCard) -> Result<(), StoreError> {
        let mut statement = self.0.0.prepare_cached(
            "UPDATE case_card SET initials = ?2, birth_date = ?3, age_stated = ?4, sex = ?5 WHERE subject = ?1",
        )?;
        statement.execute((subject, &card.initials, &card.birth_date, card.age_stated, &card.sex))?;
        Ok(())
    }

    /// Takes a case or an institution off the list with all that is shown of it, where none of its documents is left.
    pub(crate) fn drop_card_if_gone(&self, subject: &[u8; 16]) -> Result<bool, StoreError> {
        let connection = self.0.0;
        let left: i64 = connection
            .prepare_cached("SELECT count(*) FROM document WHERE subject = ?1")?
            .query_row([subject], |row| row.get(0))?;
        if left > 0 {
            return Ok(false);
        }
        for sql in [
            "DELETE FROM case_card WHERE subject = ?1",
            "DELETE FROM institution_card WHERE subject = ?1",
            "DELETE FROM media WHERE subject = ?1",
            "DELETE FROM receipt WHERE subject = ?1",
            "DELETE FROM received WHERE subject = ?1",
            "DELETE FROM case_clock WHERE subject = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([subject])?;
        }
        Ok(true)
    }
}
