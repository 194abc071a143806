//! Reading a document: facts, rows, timeline.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ObjId, ReadDoc, ScalarValue, iter::MapRange};
use casework::{AuthorId, EntryId, FactId, Record, RecordRow, RowId, Value};

use crate::{
    Document,
    change::author_of,
    genesis::{FACTS_OP, ROWS_OP, TIMELINE_OP, object},
};

pub(crate) const TABLE: &str = "table";
pub(crate) const REMOVED: &str = "removed";
pub(crate) const KIND: &str = "kind";
pub(crate) const TEXT: &str = "text";
pub(crate) const AT: &str = "at";

/// The smallest thing that two people can write at once: a fact or a cell of a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Register {
    /// A fact.
    Fact(FactId),
    /// A cell.
    Cell {
        /// The row.
        row: RowId,
        /// The column.
        column: String,
    },
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its id.
    pub id: RowId,
    /// The table.
    pub table: String,
    /// Its cells.
    pub cells: BTreeMap<String, Value>,
    /// Whether somebody took it off the screen.
    pub removed: bool,
    /// Who added it.
    pub author: Option<AuthorId>,
    /// The change that added it.
    pub change: Option<crate::ChangeHash>,
}

/// An entry of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: EntryId,
    /// Kind of entry.
    pub kind: String,
    /// What is written.
    pub text: String,
    /// When, by the writer's clock, milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Who wrote it.
    pub author: Option<AuthorId>,
    /// The change that added it.
    pub change: Option<crate::ChangeHash>,
}

impl Document {
    /// All facts that have a value. Keys and values that this app does not understand stay in the document unseen.
    pub fn facts(&self) -> BTreeMap<FactId, Value> {
        self.now().facts()
    }

    /// The value that is displayed for `register`.
    pub fn value(&self, register: &Register) -> Option<Value> {
        self.now().value(register)
    }

    /// Every row of every table, in the order of their ids, removed ones too.
    pub fn rows(&self) -> Vec<Row> {
        self.now().rows()
    }

    /// The row with this id.
    pub fn row(&self, id: RowId) -> Option<Row> {
        self.now().row(id)
    }

    /// The timeline, oldest entry first.
    pub fn timeline(&self) -> Vec<Entry> {
        timeline_of(&self.now())
    }

    /// The document as it stands.
    pub(crate) fn now(&self) -> State<'_> {
        State {
            doc: &self.doc,
            heads: None,
        }
    }

    pub(crate) fn row_object(&self, row: RowId) -> Option<ObjId> {
        self.now().row_object(row)
    }
}

/// The timeline of a state, oldest entry first.
pub(crate) fn timeline_of(state: &State<'_>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = state
        .map(&object(TIMELINE_OP))
        .filter_map(|item| {
            let object = item.id();
            let text = |key| Some(state.scalar(&object, key)?.as_text()?.to_owned());
            Some(Entry {
                id: item.key.parse().ok()?,
                kind: text(KIND)?,
                text: text(TEXT)?,
                at_ms: state.scalar(&object, AT)?.as_instant_ms()?,
                author: author_of_object(&object),
                change: state.doc.hash_for_opid(&object).map(|hash| hash.0),
            })
        })
        .collect();
    entries.sort_by_key(|entry| (entry.at_ms, entry.id));
    entries
}

/// A document as it stands, or as it stood ([`Document::at`]).
#[derive(Debug, Clone)]
pub struct State<'d> {
    pub(crate) doc: &'d Automerge,
    /// The latest changes that count; `None`: all.
    pub(crate) heads: Option<Vec<automerge::ChangeHash>>,
}

impl State<'_> {
    /// All facts that have a value.
    pub fn facts(&self) -> BTreeMap<FactId, Value> {
        let mut facts = BTreeMap::new();
        for item in self.map(&object(FACTS_OP)) {
            match item.key.split_once('#') {
                None => {
                    if let (Ok(id), Some(value)) = (item.key.parse(), value_of(&item.value.into_value())) {
                        facts.insert(id, value);
                    }
                }
                Some((name, code)) => {
                    let Ok(id) = name.parse::<FactId>() else { continue };
                    if let Value::Set(codes) = facts.entry(id).or_insert_with(|| Value::Set(BTreeSet::new())) {
                        codes.insert(code.to_owned());
                    }
                }
            }
        }
        facts
    }

    /// The value that is displayed for `register`.
    pub fn value(&self, register: &Register) -> Option<Value> {
        match register {
            Register::Fact(fact) => {
                let plain = self.scalar(&object(FACTS_OP), fact.as_str());
                plain.or_else(|| self.members(fact).map(Value::Set))
            }
            Register::Cell { row, column } => self.scalar(&self.row_object(*row)?, column),
        }
    }

    /// Every row of every table, in the order of their ids, removed ones too.
    pub fn rows(&self) -> Vec<Row> {
        self.map(&object(ROWS_OP))
            .filter_map(|item| self.row(item.key.parse().ok()?))
            .collect()
    }

    /// The row with this id.
    pub fn row(&self, id: RowId) -> Option<Row> {
        let object = self.row_object(id)?;
        let mut cells: BTreeMap<String, Value> = self
            .map(&object)
            .filter_map(|item| Some((item.key.to_string(), value_of(&item.value.into_value())?)))
            .collect();
        let table = cells.remove(TABLE)?.as_text()?.to_owned();
        let removed = cells.remove(REMOVED) == Some(Value::Flag(true));
        Some(Row {
            id,
            table,
            cells,
            removed,
            author: author_of_object(&object),
            change: self.doc.hash_for_opid(&object).map(|hash| hash.0),
        })
    }

    /// Adds what stands here to a case as the rules read it; removed rows are left out.
    pub fn add_to(&self, record: &mut Record) {
        record.facts.extend(self.facts());
        let rows = self.rows().into_iter().filter(|row| !row.removed);
        record.rows.extend(rows.map(|row| RecordRow {
            id: row.id,
            table: row.table,
            cells: row.cells,
        }));
        record.rows.sort_by_key(|row| row.id);
    }

    pub(crate) fn map(&self, object: &ObjId) -> MapRange<'_> {
        match &self.heads {
            None => self.doc.map_range(object, ..),
            Some(heads) => self.doc.map_range_at(object, .., heads),
        }
    }

    fn get(&self, map: &ObjId, key: &str) -> Option<(automerge::Value<'_>, ObjId)> {
        let found = match &self.heads {
            None => self.doc.get(map, key),
            Some(heads) => self.doc.get_at(map, key, heads),
        };
        found.ok()?
    }

    pub(crate) fn row_object(&self, row: RowId) -> Option<ObjId> {
        match self.get(&object(ROWS_OP), &row.to_string()) {
            Some((value, id)) if value.is_object() => Some(id),
            _ => None,
        }
    }

    fn scalar(&self, map: &ObjId, key: &str) -> Option<Value> {
        value_of(&self.get(map, key)?.0)
    }

    fn members(&self, fact: &FactId) -> Option<BTreeSet<String>> {
        let prefix = format!("{fact}#");
        let range = prefix.clone()..format!("{fact}$");
        let items = match &self.heads {
            None => self.doc.map_range(object(FACTS_OP), range),
            Some(heads) => self.doc.map_range_at(object(FACTS_OP), range, heads),
        };
        let codes: BTreeSet<String> = items
            .filter_map(|item| item.key.strip_prefix(&prefix).map(str::to_owned))
            .collect();
        (!codes.is_empty()).then_some(codes)
    }
}

/// The key under which a member of a set stands.
pub(crate) fn member_key(fact: &FactId, code: &str) -> String {
    format!("{fact}#{code}")
}

/// The author whose change made this object.
fn author_of_object(object: &ObjId) -> Option<AuthorId> {
    match object {
        ObjId::Root => None,
        ObjId::Id(_, actor, _) => author_of(actor),
    }
}

/// A value of ours; `None` for what a newer app may have put there.
pub(crate) fn value_of(value: &automerge::Value<'_>) -> Option<Value> {
    Some(match value.as_scalar()? {
        ScalarValue::Str(text) => Value::Text(text.to_string()),
        ScalarValue::Int(number) => Value::Integer(*number),
        ScalarValue::F64(number) => Value::Number(*number),
        ScalarValue::Boolean(flag) => Value::Flag(*flag),
        ScalarValue::Timestamp(ms) => Value::Instant(*ms),
        _ => return None,
    })
}
