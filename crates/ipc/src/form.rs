//! A form, filled with what is known.
//!
//! Rules travel with the fields, so that a screen shows and hides while somebody writes: it evaluates them over
//! [`FormContext`] and what stands on the form. `shown`, `required` and `failing` are what the device found with what
//! was saved.

use casework::{Checked, DocumentKind, Expression, FactId, FactType, Labels, Record, Repeats, RowId, Term, Value};
use serde::{Deserialize, Serialize};

use crate::{FilingKind, FilingView};

/// A form of a case or an institution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormView {
    /// Its number.
    pub form: String,
    /// Its title.
    pub title: Labels,
    /// The rule it stands in.
    pub source: String,
    /// How well its contents are established.
    pub checked: Checked,
    /// Its sections, hidden ones too.
    pub sections: Vec<SectionView>,
    /// Required fields that are asked and have a value.
    pub filled: u32,
    /// Required fields that are asked. What a rule hides does not count, nor what this officer may not read.
    pub required: u32,
    /// Of a hundred; 100 where nothing is required.
    pub percent: u8,
    /// What is missing, by section; sections with nothing missing are left out.
    pub missing: Vec<SectionGap>,
    /// What the rules of this form need besides what stands on it.
    pub context: FormContext,
    /// What this officer's role does with it.
    pub used: FormUse,
    /// In which ways this officer may file it now.
    pub may_file: Vec<FilingKind>,
    /// Its filings, newest first.
    pub filings: Vec<FilingView>,
    /// How many answers and rows are emptied when this officer begins the form anew ([`crate::Request::BeginForm`]); `None`
    /// where it is no such form, was not filed, or is not theirs to begin.
    #[serde(default)]
    pub begins: Option<u32>,
    /// Whether an edit on this form needs a reason: it was filed. Of a form that is filed again and again, only what
    /// stood when it was filed does ([`FieldView::needs_reason`], [`TableView::is_added_to`]).
    pub needs_reason: bool,
}

/// What the rules of a form need besides what stands on it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FormContext {
    /// The facts that rules mention and the form does not hold, as far as this officer may read them; the rows of tables
    /// that rules count and the form does not hold, without their cells.
    pub record: Record,
    /// Today in India, `2026-11-23`.
    pub today: String,
}

/// What a role does with a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormUse {
    /// It fills it.
    Fills,
    /// It puts the second signature.
    Approves,
    /// It reads it.
    Reads,
}

/// What a section lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionGap {
    /// The section.
    pub section: String,
    /// Its heading.
    pub title: Labels,
    /// Required fields that are asked and have a value.
    pub filled: u32,
    /// Required fields that are asked.
    pub required: u32,
    /// What is missing, in the order of the form.
    pub missing: Vec<MissingItem>,
}

/// A required field or table without anything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingItem {
    /// The fact, where it is one.
    pub fact: Option<FactId>,
    /// The table, where it is one.
    pub table: Option<String>,
    /// What it is called.
    pub label: Labels,
    /// Whether this officer may write it.
    pub writable: bool,
    /// The roles that may, where this officer may not.
    pub who: Vec<Labels>,
    /// Whether something stands there that was filed in an earlier month, quarter or year, and one of this time is missing.
    #[serde(default)]
    pub stale: bool,
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
    /// When it is shown; without a rule always.
    pub shown_when: Option<Expression>,
    /// When it is added to after the form was filed; `None` where it is written once.
    #[serde(default)]
    pub repeats: Option<Repeats>,
    /// Whether it is shown, with what was saved. A section in which something stands is always shown; where its own
    /// rule does not hold, only what holds a value is shown of it.
    pub shown: bool,
    /// Required fields that are asked and have a value.
    pub filled: u32,
    /// Required fields that are asked.
    pub required: u32,
    /// Its fields and tables, hidden ones too.
    pub items: Vec<FormItem>,
}

/// A place on a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormItem {
    /// A fact.
    Field(Box<FieldView>),
    /// A table.
    Table(TableView),
}

/// A rule about a field that warns and never locks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckView {
    /// True while all is well; unknown is no complaint.
    pub when: Expression,
    /// What the officer reads otherwise.
    pub says: Labels,
    /// Whether it is not true, with what was saved.
    pub failing: bool,
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
    /// Whether the form is incomplete without it, always.
    pub always_required: bool,
    /// When the form is incomplete without it, though it need not be always.
    pub required_when: Option<Expression>,
    /// Whether the form is incomplete without it, with what was saved; never where it is hidden.
    pub required: bool,
    /// When it is shown; without a rule always.
    pub shown_when: Option<Expression>,
    /// Whether it is shown, with what was saved. A field that holds a value is always shown.
    pub shown: bool,
    /// How it is computed, where nobody writes it: then `value` is what the device found.
    pub derived: Option<Expression>,
    /// Rules that warn.
    pub checks: Vec<CheckView>,
    /// Whether this officer may write it.
    pub writable: bool,
    /// The roles that fill this form and may write it, where this officer may not.
    pub who: Vec<Labels>,
    /// Whether this officer may read it; where not, `value` is empty and the field says who can.
    pub readable: bool,
    /// The document that holds it: of a case, a compartment.
    pub compartment: DocumentKind,
    /// What is known.
    pub value: Option<Value>,
    /// Where that came from.
    pub from: Option<Provenance>,
    /// Whether another version stands beside it.
    pub clash: bool,
    /// Whether writing it needs a reason: the form was filed, and it is not new on it.
    #[serde(default)]
    pub needs_reason: bool,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Who wrote it.
    pub by: String,
    /// Their role, where known.
    pub role: Option<Labels>,
    /// Whether it was this officer, on this device or another.
    pub own: bool,
    /// When, by the writer's clock.
    pub at_ms: i64,
    /// What was being done: the code of an action, e.g. `form 17`.
    pub action: String,
}

/// A table, on a form or of a case.
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent properties, named on both sides of the gateway"
)]
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
    /// The document that holds it: of a case, a compartment.
    pub compartment: DocumentKind,
    /// Whether the form is incomplete without a row, with what was saved; never where it is hidden.
    pub required: bool,
    /// Whether the form is incomplete without a row, always.
    pub always_required: bool,
    /// When the form is incomplete without a row.
    pub required_when: Option<Expression>,
    /// When it is shown; without a rule always.
    pub shown_when: Option<Expression>,
    /// Whether it is shown, with what was saved. A table with rows is always shown.
    pub shown: bool,
    /// Whether this officer may write it.
    pub writable: bool,
    /// Whether this officer may read it; where not, there are no rows here and `who` says who can.
    pub readable: bool,
    /// The roles that may write it, where this officer may not.
    pub who: Vec<Labels>,
    /// Whether rows may be added and empty cells filled without a reason though the form was filed: they belong to the
    /// next filing. Whether a change of a row needs one, the device says when it is made.
    #[serde(default)]
    pub is_added_to: bool,
    /// Whether every row was filed in an earlier month, quarter or year of a form that is filed again and again: where a row
    /// is required, one of this time is missing.
    #[serde(default)]
    pub stale: bool,
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
    /// Smallest number allowed.
    pub min: Option<i64>,
    /// Largest number allowed.
    pub max: Option<i64>,
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowView {
    /// The row.
    pub row: RowId,
    /// Its cells, one for each column.
    pub cells: Vec<CellView>,
    /// Who added it.
    pub by: String,
}

/// A cell of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellView {
    /// The value.
    pub value: Option<Value>,
    /// The value in words, where it is a code.
    pub words: Vec<Labels>,
    /// Whether another version stands beside it.
    pub clash: bool,
}
