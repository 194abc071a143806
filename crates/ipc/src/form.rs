//! A form, filled with what is known.

use casework::{Compartment, FactId, FactType, Labels, RowId, Term, Value};
use serde::{Deserialize, Serialize};

/// A form of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormView {
    /// Its number.
    pub form: String,
    /// Its title.
    pub title: Labels,
    /// The rule it stands in.
    pub source: String,
    /// Its sections.
    pub sections: Vec<SectionView>,
    /// Required fields that have a value.
    pub filled: u32,
    /// Required fields.
    pub required: u32,
}

/// A section of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionView {
    /// Its name.
    pub id: String,
    /// Its heading.
    pub title: Labels,
    /// Why this is asked.
    pub why: Labels,
    /// Its fields and tables.
    pub items: Vec<FormItem>,
}

/// A place on a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "item")]
pub enum FormItem {
    /// A fact.
    Field(Box<FieldView>),
    /// A table.
    Table(TableView),
}

/// A field of a form.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent properties, named on both sides of the gateway"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldView {
    /// The fact.
    pub fact: FactId,
    /// The kind of value.
    pub kind: FactType,
    /// What it is called.
    pub label: Labels,
    /// A sentence of help.
    pub help: Labels,
    /// The unit of a number.
    pub unit: Option<String>,
    /// The choices.
    pub terms: Vec<Term>,
    /// Smallest number allowed.
    pub min: Option<i64>,
    /// Largest number allowed.
    pub max: Option<i64>,
    /// Whether the form is incomplete without it.
    pub required: bool,
    /// Whether this officer may write it.
    pub writable: bool,
    /// Whether this officer may read it; where not, `value` is empty and the field says who can.
    pub readable: bool,
    /// The compartment that holds it.
    pub compartment: Compartment,
    /// What is known.
    pub value: Option<Value>,
    /// Where that came from.
    pub from: Option<Provenance>,
    /// Whether another version stands beside it.
    pub clash: bool,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Who wrote it.
    pub by: String,
    /// When, by the writer's clock.
    pub at_ms: i64,
    /// What was being done: the code of an action, e.g. `form 17`.
    pub action: String,
}

/// A table on a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableView {
    /// The table.
    pub table: String,
    /// What it is called.
    pub label: Labels,
    /// Its columns.
    pub columns: Vec<ColumnView>,
    /// Its rows.
    pub rows: Vec<RowView>,
    /// Whether this officer may write it.
    pub writable: bool,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnView {
    /// The column.
    pub column: String,
    /// The kind of value.
    pub kind: FactType,
    /// What it is called.
    pub label: Labels,
    /// The choices.
    pub terms: Vec<Term>,
    /// The unit of a number.
    pub unit: Option<String>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowView {
    /// The row.
    pub row: RowId,
    /// Its cells, one for each column.
    pub cells: Vec<CellView>,
}

/// A cell of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellView {
    /// The value.
    pub value: Option<Value>,
    /// Whether another version stands beside it.
    pub clash: bool,
}
