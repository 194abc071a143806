//! What filing a form does besides freezing it, and what is empty when it is begun anew.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Asked;
use crate::{FactId, Record, RowId, Value, clock::indian_day};

/// The code of a row of the filings that says: from here on the form is the next one. Its `ends` names the filings that are
/// closed by it: they are no longer amended.
pub const BEGUN: &str = "begun";

/// A row that filing a form writes, so that what a form reports stands where clocks and custody look for it, and nobody
/// writes it twice. A row that stands there already is added to, never written over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowOnFiling {
    /// The table.
    pub table: String,
    /// The columns by which a row is known as the same: moments of one day in India, other values that are equal.
    pub key: BTreeSet<String>,
    /// What stands in the row.
    pub cells: BTreeMap<String, CellOnFiling>,
    /// The column that gets the time of filing.
    pub filed_at: Option<String>,
}

/// Where a cell has its value from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellOnFiling {
    /// What stands in this fact.
    Fact(FactId),
    /// Always this: a code of the column's vocabulary, or a text.
    Is(String),
}

/// What filing has to write.
#[derive(Debug, Clone, PartialEq)]
pub enum RowToWrite {
    /// There is no such row yet: these are its cells.
    New(BTreeMap<String, Value>),
    /// It is there and lacks these.
    Lacks(RowId, BTreeMap<String, Value>),
}

impl RowOnFiling {
    /// The row as the record has it to be, filed at `now_ms`. `None`: it is there with everything, or a value of its key is
    /// not known, so that nobody could say which row it is.
    pub fn to_write(&self, record: &Record, now_ms: i64) -> Option<RowToWrite> {
        let value = |from: &CellOnFiling| match from {
            CellOnFiling::Fact(fact) => record.facts.get(fact).cloned(),
            CellOnFiling::Is(text) => Some(Value::from(text.as_str())),
        };
        let known = self
            .cells
            .iter()
            .filter_map(|(column, from)| Some((column.clone(), value(from)?)));
        let mut cells: BTreeMap<String, Value> = known.collect();
        if !self.key.iter().all(|column| cells.contains_key(column)) {
            return None;
        }
        cells.extend(
            self.filed_at
                .iter()
                .map(|column| (column.clone(), Value::Instant(now_ms))),
        );
        let is_same = |row: &&crate::RecordRow| {
            let mut key = self.key.iter();
            key.all(|column| {
                row.cells
                    .get(column)
                    .is_some_and(|here| is_same_value(here, &cells[column]))
            })
        };
        let Some(row) = record.rows_of(&self.table).find(is_same) else {
            return Some(RowToWrite::New(cells));
        };
        cells.retain(|column, _| !row.cells.contains_key(column));
        (!cells.is_empty()).then_some(RowToWrite::Lacks(row.id, cells))
    }
}

/// People write the day of an order and not its minute.
fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one.as_instant_ms(), other.as_instant_ms()) {
        (Some(one), Some(other)) => indian_day(one).is_some() && indian_day(one) == indian_day(other),
        _ => one == other,
    }
}

/// What is emptied when a filed form is begun anew: the answers that belong to one inspection, one order, one journey. What
/// is on the form from elsewhere stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Afresh {
    /// Facts, by how their ids begin, e.g. `inspection.`.
    #[serde(default)]
    pub facts: Vec<String>,
    /// Tables whose rows go.
    #[serde(default)]
    pub tables: Vec<String>,
}

impl Afresh {
    /// Whether this is emptied, where the form asks for it.
    pub fn empties(&self, asked: &Asked) -> bool {
        match asked {
            Asked::Fact(fact) => self.facts.iter().any(|start| fact.as_str().starts_with(start.as_str())),
            Asked::Table(table) => self.tables.contains(table),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordRow;

    const NOON: i64 = 1_700_000_000_000;

    fn order() -> RowOnFiling {
        RowOnFiling {
            table: "orders".into(),
            key: BTreeSet::from(["kind".into(), "made_at".into()]),
            cells: BTreeMap::from([
                ("kind".into(), CellOnFiling::Is("placement".into())),
                (
                    "made_at".into(),
                    CellOnFiling::Fact("order.placement_at".parse().unwrap()),
                ),
                (
                    "number".into(),
                    CellOnFiling::Fact("order.placement_number".parse().unwrap()),
                ),
            ]),
            filed_at: Some("served_at".into()),
        }
    }

    fn record(cells: &[(&str, Value)]) -> Record {
        let row = RecordRow {
            id: RowId::from_bytes([1; 16]),
            table: "orders".into(),
            cells: cells
                .iter()
                .map(|(column, value)| ((*column).to_owned(), value.clone()))
                .collect(),
        };
        Record {
            facts: [("order.placement_at".parse().unwrap(), Value::Instant(NOON))].into(),
            rows: vec![row],
        }
    }

    #[test]
    fn a_row_of_another_kind_or_day_is_another_row() {
        for cells in [
            [("kind", Value::from("bail")), ("made_at", Value::Instant(NOON))],
            [
                ("kind", Value::from("placement")),
                ("made_at", Value::Instant(NOON - 86_400_000)),
            ],
        ] {
            let Some(RowToWrite::New(new)) = order().to_write(&record(&cells), NOON + 5) else {
                panic!("{cells:?}")
            };
            assert_eq!(new["kind"], Value::from("placement"));
            assert_eq!(
                (new.get("number"), &new["served_at"]),
                (None, &Value::Instant(NOON + 5))
            );
        }
    }

    #[test]
    fn what_somebody_wrote_by_hand_is_kept_and_completed() {
        let by_hand = [
            ("kind", Value::from("placement")),
            ("made_at", Value::Instant(NOON + 3_600_000)),
            ("number", Value::from("12/2026")),
        ];
        let mut record = record(&by_hand);
        record
            .facts
            .insert("order.placement_number".parse().unwrap(), Value::from("13/2026"));
        let Some(RowToWrite::Lacks(row, lacks)) = order().to_write(&record, NOON) else {
            panic!()
        };
        assert_eq!(row, record.rows[0].id);
        assert_eq!(lacks.keys().collect::<Vec<_>>(), ["served_at"]);
        record.rows[0].cells.insert("served_at".into(), Value::Instant(NOON));
        assert_eq!(order().to_write(&record, NOON + 1), None);
    }

    #[test]
    fn a_row_that_nobody_could_tell_from_another_is_not_written() {
        assert_eq!(order().to_write(&Record::default(), NOON), None);
    }

    #[test]
    fn a_form_is_emptied_of_what_is_named() {
        let afresh = Afresh {
            facts: vec!["inspection.".into()],
            tables: vec!["inspection_members".into()],
        };
        let fact = |id: &str| Asked::Fact(id.parse().unwrap());
        assert!(afresh.empties(&fact("inspection.at")) && !afresh.empties(&fact("institution.name")));
        assert!(afresh.empties(&Asked::Table("inspection_members".into())));
        assert!(!afresh.empties(&Asked::Table("institution_staff".into())));
    }
}
