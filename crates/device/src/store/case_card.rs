//! The case list: a projection that is read without opening a document.

use casework::card::{Card, CoreCard, IdentityCard};
use rusqlite::{Row, types::Value};

use super::{Read, StoreError, Write, case_clock::CaseClocks, search::prefix_query};

/// Most words of a search that are looked at.
const WORDS_MAX: usize = 8;

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
    /// The hub has named the case, and its documents are still to come.
    pub(crate) on_its_way: bool,
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
    (SELECT count(*) FROM case_clock k WHERE k.subject = c.subject AND k.due_ms < ?1), on_its_way";

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
        on_its_way: row.get(18)?,
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

    /// Whether the hub has named the case and its documents are still to come.
    pub(crate) fn is_announced(&self, subject: &[u8; 16]) -> Result<bool, StoreError> {
        let mut statement = self
            .0
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM case_card WHERE subject = ?1 AND on_its_way = 1)")?;
        Ok(statement.query_row([subject], |row| row.get(0))?)
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
            .prepare_cached(
                "INSERT INTO case_card (subject) VALUES (?1)
                 ON CONFLICT (subject) DO UPDATE SET on_its_way = 0 WHERE on_its_way = 1",
            )?
            .execute([subject])?;
        Ok(())
    }

    /// The hub says what the list shows of a case whose documents are still to come. Of one that is here it says nothing
    /// new, and of none that was here and went.
    pub(crate) fn announce_card(
        &self,
        subject: &[u8; 16],
        card: &Card,
        running: Option<&str>,
    ) -> Result<bool, StoreError> {
        let announced = self
            .0
            .0
            .prepare_cached(
                "INSERT INTO case_card (subject, on_its_way)
                 SELECT ?1, 1 WHERE NOT EXISTS (SELECT 1 FROM document WHERE subject = ?1)
                 ON CONFLICT (subject) DO NOTHING",
            )?
            .execute([subject])?;
        if announced == 0 {
            return Ok(false);
        }
        self.set_core_card(subject, &card.core)?;
        if let Some(identity) = &card.identity {
            self.set_identity_card(subject, identity)?;
        }
        self.touch_card(subject, card.changed_ms)?;
        let due_ms = card.next.as_ref().and_then(|next| next.due_at_ms);
        let next = running.map(|running| (due_ms, running.to_owned()));
        self.set_clocks(subject, &CaseClocks { open: Vec::new(), next })?;
        Ok(true)
    }

    /// Takes cases off the list whose documents did not come after all: everything was told, and they were not in it. Gives
    /// which they were.
    pub(crate) fn forget_announced(&self) -> Result<Vec<[u8; 16]>, StoreError> {
        let mut statement = self
            .0
            .0
            .prepare_cached("DELETE FROM case_card WHERE on_its_way = 1 RETURNING subject")?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
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
            "DELETE FROM receipt WHERE subject = ?1",
            "DELETE FROM received WHERE subject = ?1",
            "DELETE FROM case_clock WHERE subject = ?1",
        ] {
            connection.prepare_cached(sql)?.execute([subject])?;
        }
        self.forget_media(subject)?;
        Ok(true)
    }
}
