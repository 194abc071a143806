//! A case as the pure rules see it: the displayed value of every fact and row its reader may have.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{FactId, RowId, Value};

/// What stands in a case: one value for each fact, and the rows that were not removed. Clocks, stages, custody and
/// expressions read this and nothing else, so that they know neither documents nor tables of a database.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// The facts that somebody wrote.
    pub facts: BTreeMap<FactId, Value>,
    /// The rows of all tables, in the order of their ids.
    pub rows: Vec<RecordRow>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordRow {
    /// Its id.
    pub id: RowId,
    /// The table it belongs to.
    pub table: String,
    /// The cells that somebody wrote, by column.
    pub cells: BTreeMap<String, Value>,
}

impl RecordRow {
    /// The value in that column.
    pub fn cell(&self, column: &str) -> Option<&Value> {
        self.cells.get(column)
    }

    /// The text or code in that column.
    pub fn text(&self, column: &str) -> Option<&str> {
        self.cell(column)?.as_text()
    }

    /// The moment in that column, milliseconds since 1970-01-01 UTC.
    pub fn moment(&self, column: &str) -> Option<i64> {
        self.cell(column)?.as_instant_ms()
    }

    /// The whole number in that column.
    pub fn integer(&self, column: &str) -> Option<i64> {
        self.cell(column)?.as_integer()
    }

    /// Yes or no in that column.
    pub fn flag(&self, column: &str) -> Option<bool> {
        self.cell(column)?.as_flag()
    }
}

impl Record {
    /// The value of the fact of that name; `None` where nobody wrote it, or where that is no fact id.
    pub fn fact(&self, id: &str) -> Option<&Value> {
        self.facts.get(&id.parse::<FactId>().ok()?)
    }

    /// The text or code of a fact.
    pub fn text(&self, id: &str) -> Option<&str> {
        self.fact(id)?.as_text()
    }

    /// The moment of a fact, milliseconds since 1970-01-01 UTC.
    pub fn moment(&self, id: &str) -> Option<i64> {
        self.fact(id)?.as_instant_ms()
    }

    /// The whole number of a fact.
    pub fn integer(&self, id: &str) -> Option<i64> {
        self.fact(id)?.as_integer()
    }

    /// Yes or no of a fact.
    pub fn flag(&self, id: &str) -> Option<bool> {
        self.fact(id)?.as_flag()
    }

    /// The codes of a fact that takes several; none where nobody wrote it.
    pub fn codes(&self, id: &str) -> BTreeSet<&str> {
        match self.fact(id) {
            Some(Value::Set(codes)) => codes.iter().map(String::as_str).collect(),
            _ => BTreeSet::new(),
        }
    }

    /// The rows of one table.
    pub fn rows_of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a RecordRow> {
        self.rows.iter().filter(move |row| row.table == table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_wrote_is_nothing() {
        let record = Record::default();
        assert_eq!(record.fact("child.name"), None);
        assert_eq!(record.fact("Not a fact id"), None);
        assert!(record.codes("case.grounds").is_empty());
        assert_eq!(record.rows_of("family").count(), 0);
    }

    #[test]
    fn a_value_of_another_type_is_not_read_as_one() {
        let mut record = Record::default();
        record.facts.insert("case.kind".parse().unwrap(), Value::Integer(3));
        assert_eq!(record.text("case.kind"), None);
        assert_eq!(record.integer("case.kind"), Some(3));
        assert_eq!(record.moment("case.kind"), None);
    }
}
