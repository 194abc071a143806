//! What the work is: the words, facts, forms, statutory clocks and roles of child protection casework.
//!
//! This crate is pure. It must never know what time it is, read a file, reach a network, open a database or hold
//! a CRDT: callers pass `now` and values in. It builds to wasm, so the screens use its types; the packs (the law and
//! the forms as dated data) are read by device and hub only, through [`Pack::national`].

pub mod clock;
mod compartment;
mod dictionary;
mod expression;
mod form;
mod id;
mod label;
mod pack;
mod record;
mod role;
mod spine;
mod value;
mod vocabulary;

pub use compartment::{Compartment, DocumentKind, UnknownKind};
pub use dictionary::{Column, Fact, FactCheck, FactType, Invalid, Sensitivity, TEXT_CHARS_MAX, Table};
pub use expression::Expression;
pub use form::{About, Asked, Filed, Form, FormField, FormSection};
pub use id::{AuthorId, CaseId, EntryId, FactId, IdError, RowId, UserId};
pub use label::Labels;
pub use pack::{Pack, PackError, Term, Vocabulary};
pub use record::{Record, RecordRow};
pub use role::{Rights, RoleRights};
pub use spine::{Spine, age_years, facts, initials};
pub use value::Value;
pub use vocabulary::{CaseKind, Checked, Role, Stage, Urgency};
