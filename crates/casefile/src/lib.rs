//! A case as automerge documents: read, edit, merge, conflicts, history.
//!
//! Document layout. Every document begins with a *genesis* change that both sides make for themselves from the
//! document's kind alone (an actor of zeroes, time 0), so that two people may begin the same document apart and still
//! merge. It makes three maps in the root:
//!
//! - `facts`: fact id → scalar. A member of a set stands as `fact.id#code` → `true`, so that sets merge by member.
//! - `rows`: row id → map of column → scalar, with the table's name under `table`. A row taken off the screen has
//!   `removed` = `true`.
//! - `timeline`: entry id → map of `kind`, `text`, `at`. Entries are added, never changed.
//!
//! A *register* is a fact or a cell of a row. When two people write the same register apart, both values stay: one is
//! displayed (the same on every device), all are listed by [`Document::clashes`].
//!
//! A document can be read as it stood at any [`Heads`] that it has, and tells what was done since: so a form that was
//! signed is frozen by writing down its heads, and no copy of it is kept.
//!
//! This crate knows no dictionary rules beyond where a fact lives, no file, network, database or clock: callers pass
//! time in. Bytes from outside are bad until [`ChangeHead::parse`] and [`Document::apply`] have looked at them.

mod bomb;
mod change;
mod check;
mod document;
mod edit;
mod genesis;
mod guard;
mod key;
mod past;
mod read;
mod replay;
mod said;
mod short;
mod touched;
mod version;

pub use change::{CHANGE_BYTES_MAX, CHANGE_ROWS_MAX, ChangeError, ChangeHash, ChangeHead};
pub use check::SchemaError;
pub use document::{Applied, ApplyError, DOCUMENT_BYTES_MAX, Document, LoadError};
pub use edit::{Action, Edit, EditError, NewChange};
pub use key::DocumentKey;
pub use past::{Deed, Heads, Past, PastError};
pub use read::{Entry, Register, Row, State};
pub use replay::{Anew, Told};
pub use said::{Said, said};
pub use short::{HASH_BEGINNING_BYTES, HashBeginning, Naming, Run, ShortError, add_to_many, next_of_many};
pub use touched::{Touched, TouchedRow};
pub use version::{Clash, Version};
