//! Edits, and the change they make.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{ActorId, ObjId, ObjType, ReadDoc, ScalarValue, transaction::CommitOptions, transaction::Transactable};
use casework::{AuthorId, EntryId, FactId, RowId, Value};

use crate::{
    ChangeHash, Document,
    genesis::{FACTS_OP, ROWS_OP, TIMELINE_OP, object},
    read,
};

/// What was being done when a change was made; travels as the change's message and is shown in the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action(std::borrow::Cow<'static, str>);

impl Action {
    /// Longest action, in bytes.
    pub const BYTES_MAX: usize = 32;
    /// The case was opened.
    pub const OPEN: Self = Self(std::borrow::Cow::Borrowed("open"));
    /// The hub entered an institution.
    pub const ENTER: Self = Self(std::borrow::Cow::Borrowed("enter"));
    /// An edit outside a form.
    pub const EDIT: Self = Self(std::borrow::Cow::Borrowed("edit"));
    /// A note was added.
    pub const NOTE: Self = Self(std::borrow::Cow::Borrowed("note"));
    /// A task was added, ticked or unticked.
    pub const TASK: Self = Self(std::borrow::Cow::Borrowed("task"));
    /// A picture was added.
    pub const PHOTO: Self = Self(std::borrow::Cow::Borrowed("photo"));
    /// A sound recording was added.
    pub const RECORDING: Self = Self(std::borrow::Cow::Borrowed("recording"));
    /// A scanned paper was added.
    pub const PAPER: Self = Self(std::borrow::Cow::Borrowed("paper"));
    /// A signature was added.
    pub const SIGNATURE: Self = Self(std::borrow::Cow::Borrowed("signature"));
    /// A child was reported missing, sighted or found.
    pub const REPORT: Self = Self(std::borrow::Cow::Borrowed("report"));
    /// Somebody decided whether two records are of one child.
    pub const DECIDE: Self = Self(std::borrow::Cow::Borrowed("decide"));
    /// One of several versions was chosen.
    pub const CHOOSE: Self = Self(std::borrow::Cow::Borrowed("choose"));

    /// A form was being filled. A form id too long to be one becomes a plain edit.
    pub fn form(id: &str) -> Self {
        let code = format!("form {id}");
        if code.len() > Self::BYTES_MAX {
            Self::EDIT
        } else {
            Self(code.into())
        }
    }

    /// The action with this code; one too long to be one becomes a plain edit.
    pub fn of_code(code: &str) -> Self {
        if code.len() > Self::BYTES_MAX {
            Self::EDIT
        } else {
            Self(code.to_owned().into())
        }
    }

    /// The code.
    pub fn code(&self) -> &str {
        &self.0
    }
}

/// One edit of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// Writes a fact. A [`Value::Set`] becomes the members that are added and taken away.
    SetFact {
        /// The fact.
        fact: FactId,
        /// Its value.
        value: Value,
    },
    /// Empties a fact.
    ClearFact {
        /// The fact.
        fact: FactId,
    },
    /// Adds a row.
    AddRow {
        /// Its id, made by the caller.
        row: RowId,
        /// The table.
        table: String,
        /// Its cells.
        cells: BTreeMap<String, Value>,
    },
    /// Writes a cell, or empties it.
    SetCell {
        /// The row.
        row: RowId,
        /// The column.
        column: String,
        /// The value; sets have no place in a cell.
        value: Option<Value>,
    },
    /// Takes a row off the screen; it stays in the document.
    RemoveRow {
        /// The row.
        row: RowId,
    },
    /// Puts a row that was taken off the screen back on it.
    RestoreRow {
        /// The row.
        row: RowId,
    },
    /// Adds an entry to the timeline.
    AddEntry {
        /// Its id (UUIDv7), made by the caller.
        entry: EntryId,
        /// Kind of entry, e.g. `note`.
        kind: String,
        /// What is written.
        text: String,
    },
}

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// No such row in this document.
    #[error("there is no such row")]
    NoSuchRow,
    /// A set in a cell.
    #[error("a cell takes no set")]
    SetInCell,
    /// Automerge would not do it.
    #[error("the document would not take the edit")]
    Document,
}

/// A change that an edit made, ready to be stored and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewChange {
    /// Its hash.
    pub hash: ChangeHash,
    /// Its number among the author's changes of this document, from 1.
    pub seq: u64,
    /// The plain chunk.
    pub bytes: Vec<u8>,
}

impl Document {
    /// Makes one change of `edits`, all or none, written by `author` at `now_ms` (milliseconds since 1970-01-01 UTC).
    /// `None` when every register already had the value asked for and no clash to settle.
    pub fn edit(
        &mut self,
        author: AuthorId,
        now_ms: i64,
        action: &Action,
        edits: &[Edit],
    ) -> Result<Option<NewChange>, EditError> {
        self.doc.set_actor(ActorId::from(author.to_bytes()));
        let mut tx = self.doc.transaction();
        let written = edits.iter().try_for_each(|edit| write(&mut tx, edit, now_ms));
        if let Err(error) = written {
            tx.rollback();
            return Err(error);
        }
        let options = CommitOptions::default()
            .with_message(action.code())
            .with_time(now_ms.div_euclid(1_000));
        let (Some(_), _) = tx.commit_with(options) else {
            return Ok(None);
        };
        let change = self.doc.get_last_local_change().ok_or(EditError::Document)?;
        Ok(Some(NewChange {
            hash: change.hash().0,
            seq: change.seq(),
            bytes: change.raw_bytes().to_vec(),
        }))
    }
}

type Tx<'a> = automerge::transaction::Transaction<'a>;

fn write(tx: &mut Tx<'_>, edit: &Edit, now_ms: i64) -> Result<(), EditError> {
    match edit {
        Edit::SetFact {
            fact,
            value: Value::Set(codes),
        } => set_members(tx, fact, codes),
        Edit::SetFact { fact, value } => put(tx, &object(FACTS_OP), fact.as_str(), value),
        Edit::ClearFact { fact } => {
            delete(tx, &object(FACTS_OP), fact.as_str())?;
            set_members(tx, fact, &BTreeSet::new())
        }
        Edit::AddRow { row, table, cells } => {
            let map = new_map(tx, ROWS_OP, &row.to_string())?;
            put(tx, &map, read::TABLE, &Value::from(table.as_str()))?;
            cells
                .iter()
                .try_for_each(|(column, value)| put(tx, &map, column, value))
        }
        Edit::SetCell { row, column, value } => {
            let map = row_object(tx, *row)?;
            match value {
                Some(value) => put(tx, &map, column, value),
                None => delete(tx, &map, column),
            }
        }
        Edit::RemoveRow { row } => {
            let map = row_object(tx, *row)?;
            put(tx, &map, read::REMOVED, &Value::Flag(true))
        }
        Edit::RestoreRow { row } => {
            let map = row_object(tx, *row)?;
            put(tx, &map, read::REMOVED, &Value::Flag(false))
        }
        Edit::AddEntry { entry, kind, text } => {
            let map = new_map(tx, TIMELINE_OP, &entry.to_string())?;
            put(tx, &map, read::KIND, &Value::from(kind.as_str()))?;
            put(tx, &map, read::TEXT, &Value::from(text.as_str()))?;
            put(tx, &map, read::AT, &Value::Instant(now_ms))
        }
    }
}

fn set_members(tx: &mut Tx<'_>, fact: &FactId, wanted: &BTreeSet<String>) -> Result<(), EditError> {
    let facts = object(FACTS_OP);
    let prefix = format!("{fact}#");
    let present: BTreeSet<String> = tx
        .map_range(&facts, prefix.clone()..format!("{fact}$"))
        .filter_map(|item| item.key.strip_prefix(&prefix).map(str::to_owned))
        .collect();
    for code in wanted.difference(&present) {
        put(tx, &facts, &read::member_key(fact, code), &Value::Flag(true))?;
    }
    for code in present.difference(wanted) {
        delete(tx, &facts, &read::member_key(fact, code))?;
    }
    Ok(())
}

fn new_map(tx: &mut Tx<'_>, parent_op: u64, key: &str) -> Result<ObjId, EditError> {
    let parent = object(parent_op);
    if tx.get(&parent, key).map_err(|_| EditError::Document)?.is_some() {
        return Err(EditError::Document);
    }
    tx.put_object(&parent, key, ObjType::Map)
        .map_err(|_| EditError::Document)
}

fn row_object(tx: &Tx<'_>, row: RowId) -> Result<ObjId, EditError> {
    match tx.get(object(ROWS_OP), row.to_string()) {
        Ok(Some((value, id))) if value.is_object() => Ok(id),
        _ => Err(EditError::NoSuchRow),
    }
}

/// Writes unless the value already stands there alone.
fn put(tx: &mut Tx<'_>, map: &ObjId, key: &str, value: &Value) -> Result<(), EditError> {
    let scalar = match value {
        Value::Text(text) => ScalarValue::Str(text.as_str().into()),
        Value::Integer(number) => ScalarValue::Int(*number),
        Value::Number(number) => ScalarValue::F64(*number),
        Value::Flag(flag) => ScalarValue::Boolean(*flag),
        Value::Instant(ms) => ScalarValue::Timestamp(*ms),
        Value::Set(_) => return Err(EditError::SetInCell),
    };
    let standing = tx.get_all(map, key).map_err(|_| EditError::Document)?;
    if let [(only, _)] = standing.as_slice()
        && only.as_scalar() == Some(&scalar)
    {
        return Ok(());
    }
    if standing.len() > 1 {
        // Automerge would settle on the displayed value by taking the others away, and somebody else's choice made
        // apart would then silently win over ours. Written anew, the two choices clash and both are seen.
        tx.delete(map, key).map_err(|_| EditError::Document)?;
    }
    tx.put(map, key, scalar).map_err(|_| EditError::Document)
}

fn delete(tx: &mut Tx<'_>, map: &ObjId, key: &str) -> Result<(), EditError> {
    if tx.get(map, key).map_err(|_| EditError::Document)?.is_none() {
        return Ok(());
    }
    tx.delete(map, key).map_err(|_| EditError::Document)
}
