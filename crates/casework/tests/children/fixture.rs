//! Cases from TOML: facts and rows by the types of the dictionary, moments as `2026-11-23T10:00` in India.

use std::collections::{BTreeMap, BTreeSet};

use casework::{FactId, FactType, Pack, Record, RecordRow, RowId, Value};
use serde::{Deserialize, de::DeserializeOwned};

/// Facts and rows as a file writes them.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct Written {
    #[serde(default)]
    facts: BTreeMap<FactId, toml::Value>,
    #[serde(default)]
    row: Vec<BTreeMap<String, toml::Value>>,
}

/// Reads a file of cases.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The moment written so, in India.
pub(crate) fn moment(text: &str) -> i64 {
    let civil: jiff::civil::DateTime = text.parse().unwrap_or_else(|_| panic!("{text} is no moment"));
    let india = jiff::tz::Offset::from_seconds(5 * 3600 + 1800).unwrap();
    india.to_timestamp(civil).unwrap().as_millisecond()
}

/// The row id that a file calls by a small number.
pub(crate) fn row_id(number: u8) -> RowId {
    RowId::from_bytes([number; 16])
}

impl Written {
    /// The case, with every name and type held against the dictionary.
    pub(crate) fn record(&self) -> Record {
        let pack = Pack::national();
        let facts = self.facts.iter().map(|(id, written)| {
            let fact = pack.fact(id).unwrap_or_else(|| panic!("{id} is not in the dictionary"));
            (id.clone(), value(id.as_str(), fact.kind, written))
        });
        let rows = self.row.iter().enumerate().map(|(at, written)| {
            let name = written["table"].as_str().unwrap();
            let table = pack.table(name).unwrap_or_else(|| panic!("no table {name}"));
            let cells = written.iter().filter(|(id, _)| !["table", "id"].contains(&id.as_str()));
            let cells = cells.map(|(id, written)| {
                let column = table.column(id).unwrap_or_else(|| panic!("no column {name}.{id}"));
                (id.clone(), value(id, column.kind, written))
            });
            let number = written.get("id").and_then(toml::Value::as_integer);
            RecordRow {
                id: row_id(number.map_or_else(|| u8::try_from(at + 100).unwrap(), |id| u8::try_from(id).unwrap())),
                table: name.to_owned(),
                cells: cells.collect(),
            }
        });
        Record {
            facts: facts.collect(),
            rows: rows.collect(),
        }
    }
}

fn value(id: &str, kind: FactType, written: &toml::Value) -> Value {
    match (kind, written) {
        (FactType::Instant, toml::Value::String(text)) => Value::Instant(moment(text)),
        (FactType::Integer, toml::Value::Integer(number)) => Value::Integer(*number),
        #[expect(clippy::cast_precision_loss, reason = "small numbers of a test")]
        (FactType::Number, toml::Value::Integer(number)) => Value::Number(*number as f64),
        (FactType::Number, toml::Value::Float(number)) => Value::Number(*number),
        (FactType::Flag, toml::Value::Boolean(flag)) => Value::Flag(*flag),
        (FactType::Choices, toml::Value::Array(codes)) => Value::Set(
            codes
                .iter()
                .map(|code| code.as_str().unwrap().to_owned())
                .collect::<BTreeSet<_>>(),
        ),
        (FactType::Instant | FactType::Integer | FactType::Number | FactType::Flag | FactType::Choices, _) => {
            panic!("{id} is not written as {kind:?}")
        }
        (_, toml::Value::String(text)) => Value::Text(text.clone()),
        _ => panic!("{id} is not written as {kind:?}"),
    }
}
