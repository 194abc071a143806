//! What the work is: the words, facts, forms, statutory clocks and roles of child protection casework.
//!
//! This crate is pure. It must never know what time it is, read a file, reach a network, open a database or hold
//! a CRDT: callers pass `now` and values in. It builds to wasm, so the screens use its types and evaluate its expressions;
//! the packs (the law and the forms as dated data) are read by device and hub only, with the feature `packs`.

pub mod adoption;
pub mod age;
pub mod attachment;
pub mod card;
pub mod clock;
mod compartment;
pub mod custody;
mod dictionary;
pub mod disability;
pub mod duty;
pub mod expression;
mod form;
pub mod growth;
mod id;
pub mod institution;
mod label;
pub mod links;
#[cfg(feature = "packs")]
pub mod lint;
pub mod matching;
mod pack;
pub mod paper;
mod period;
pub mod plan;
mod record;
pub mod reports;
mod role;
mod spine;
pub mod stage;
mod subject;
pub mod tasks;
mod term;
mod value;
mod vocabulary;

pub use compartment::{Compartment, DocumentKind, UnknownKind};
pub use dictionary::{Column, Fact, FactCheck, FactType, Invalid, Sensitivity, TEXT_CHARS_MAX, Table};
pub use expression::{Expression, Outcome};
#[cfg(feature = "packs")]
pub use expression::{ExpressionError, TypeError};
pub use form::{
    AMENDMENTS, APPROVED, About, Afresh, Asked, BEGUN, CellOnFiling, FILINGS, Filed, Form, FormField, FormSection,
    Repeats, RowOnFiling, RowToWrite, heads_column,
};
pub use id::{AuthorId, CaseId, EntryId, FactId, IdError, InstitutionId, ReportId, RowId, UserId};
pub use label::Labels;
pub use pack::Pack;
#[cfg(feature = "packs")]
pub use pack::{BundleError, PackBundle, PackError, PackFault, pack_limits, shipped_files, shipped_states};
pub use record::{Record, RecordRow};
pub use role::{Rights, RoleRights};
pub use spine::{AgeFinding, OffenceClass, Situation, Spine, age_years, facts, initials};
pub use subject::Subject;
pub use term::{Term, Vocabulary};
pub use value::Value;
pub use vocabulary::{CaseKind, Checked, Role, Stage, Urgency};
