//! Edits of a case.

use std::collections::BTreeMap;

use casework::{Compartment, FactId, RowId, Value};
use serde::{Deserialize, Serialize};

/// One change an officer makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldEdit {
    /// Writes a fact; a set is written as the whole set and stored member by member.
    SetFact {
        /// The fact.
        fact: FactId,
        /// Its new value.
        value: Value,
    },
    /// Empties a fact.
    ClearFact {
        /// The fact.
        fact: FactId,
    },
    /// Adds a row to a table.
    AddRow {
        /// The table.
        table: String,
        /// The cells that have a value.
        cells: BTreeMap<String, Value>,
    },
    /// Writes a cell of a row; `None` empties it.
    SetCell {
        /// The table.
        table: String,
        /// The row.
        row: RowId,
        /// The column.
        column: String,
        /// Its new value.
        value: Option<Value>,
    },
    /// Takes a row off the screen; it stays in the history.
    RemoveRow {
        /// The table.
        table: String,
        /// The row.
        row: RowId,
    },
    /// Puts a row that was taken off the screen back on it.
    RestoreRow {
        /// The table.
        table: String,
        /// The row.
        row: RowId,
    },
    /// Ticks a task, or unticks it.
    TickTask {
        /// The row of the table `tasks`.
        row: RowId,
        /// Whether it is done.
        done: bool,
    },
    /// Adds a note to the timeline.
    AddNote {
        /// Who may read it: the compartment it is kept in.
        compartment: Compartment,
        /// The note.
        text: String,
    },
}

/// Which register of a case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RegisterRef {
    /// A fact.
    Fact {
        /// The fact.
        fact: FactId,
    },
    /// A cell of a row.
    Cell {
        /// The table.
        table: String,
        /// The row.
        row: RowId,
        /// The column.
        column: String,
    },
}

/// The edits are in the vault and survive a power cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saved {
    /// When.
    pub at_ms: i64,
    /// The rows that were added, in the order of the edits.
    pub rows: Vec<RowId>,
    /// How many changes of this case have not reached the hub.
    pub waiting: u32,
}
