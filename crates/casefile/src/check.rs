//! What a change may do to a document. Automerge would take any tree; ours has three maps and no more.

use automerge::{Change, ObjType, ScalarValue, legacy};
use casework::{DocumentKind, EntryId, FactId, Pack, RowId, TEXT_CHARS_MAX};

use crate::{
    genesis::{self, FACTS_OP, ROWS_OP, TIMELINE_OP},
    guard::guarded,
};

/// Most bytes of one text in a document: [`TEXT_CHARS_MAX`] characters of four bytes.
const TEXT_BYTES_MAX: usize = TEXT_CHARS_MAX * 4;
/// Longest name of a column or kind, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// What is wrong with a change's contents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// It writes outside the three maps, makes lists or texts, or counts.
    #[error("the change writes where nothing of ours is kept")]
    Place,
    /// A key of `facts` that is no fact id, of `rows` or `timeline` that is no UUID, or a column without a name.
    #[error("the change uses a name that is none of ours")]
    Name,
    /// A fact that the dictionary keeps in another compartment.
    #[error("the change writes a fact of another compartment")]
    Compartment,
    /// A scalar we do not use, or a text that is too long.
    #[error("the change writes a value that is none of ours")]
    Value,
    /// An entry of the timeline is changed or taken away.
    #[error("the change rewrites the timeline")]
    Timeline,
    /// A row is taken away instead of marked as removed.
    #[error("the change takes a row away")]
    RowTaken,
}

/// Checks every operation of `change`, which belongs to a document of `kind`.
pub(crate) fn check(change: &Change, kind: DocumentKind, pack: &Pack, places: &impl Places) -> Result<(), SchemaError> {
    let decoded = guarded(|| change.decode()).ok_or(SchemaError::Place)?;
    let own_ops = decoded.start_op.get()..decoded.start_op.get().saturating_add(decoded.operations.len() as u64);
    let mut made_rows = Vec::new();
    let mut made_entries = Vec::new();
    for (op, number) in decoded.operations.iter().zip(own_ops) {
        let legacy::Key::Map(key) = &op.key else {
            return Err(SchemaError::Place);
        };
        let made = legacy::OpId(number, decoded.actor_id.clone());
        match place(&op.obj, &made_rows, &made_entries, places)? {
            Place::Facts => fact(key, &op.action, kind, pack)?,
            Place::Rows => {
                new_map(key.parse::<RowId>().is_ok(), op, SchemaError::RowTaken)?;
                made_rows.push(made);
            }
            Place::Timeline => {
                new_map(key.parse::<EntryId>().is_ok(), op, SchemaError::Timeline)?;
                made_entries.push(made);
            }
            Place::Row => cell(key, &op.action)?,
            Place::NewEntry => {
                if matches!(op.action, legacy::OpType::Delete) {
                    return Err(SchemaError::Timeline);
                }
                cell(key, &op.action)?;
            }
        }
    }
    Ok(())
}

/// Answers for objects that were made by earlier changes.
pub(crate) trait Places {
    /// Whether operation `op` made a row of this document.
    fn is_row(&self, op: &legacy::OpId) -> bool;
}

enum Place {
    Facts,
    Rows,
    Timeline,
    Row,
    NewEntry,
}

fn place(
    object: &legacy::ObjectId,
    made_rows: &[legacy::OpId],
    made_entries: &[legacy::OpId],
    places: &impl Places,
) -> Result<Place, SchemaError> {
    let legacy::ObjectId::Id(op) = object else {
        return Err(SchemaError::Place);
    };
    if *op.actor() == genesis::actor() {
        return match op.counter() {
            FACTS_OP => Ok(Place::Facts),
            ROWS_OP => Ok(Place::Rows),
            TIMELINE_OP => Ok(Place::Timeline),
            _ => Err(SchemaError::Place),
        };
    }
    if made_entries.contains(op) {
        Ok(Place::NewEntry)
    } else if made_rows.contains(op) || places.is_row(op) {
        Ok(Place::Row)
    } else {
        // An entry of an earlier change, or an object of nobody.
        Err(SchemaError::Timeline)
    }
}

fn fact(key: &str, action: &legacy::OpType, kind: DocumentKind, pack: &Pack) -> Result<(), SchemaError> {
    let (name, code) = key
        .split_once('#')
        .map_or((key, None), |(name, code)| (name, Some(code)));
    let id: FactId = name.parse().map_err(|_| SchemaError::Name)?;
    if code.is_some_and(|code| code.is_empty() || code.len() > NAME_BYTES_MAX) {
        return Err(SchemaError::Name);
    }
    // A fact of a newer pack is let through: it survives, and nobody who may not read this document sees it.
    let elsewhere = pack.fact(&id).is_some_and(|fact| kind != fact.document);
    if elsewhere {
        return Err(SchemaError::Compartment);
    }
    scalar(action)
}

fn cell(key: &str, action: &legacy::OpType) -> Result<(), SchemaError> {
    if key.is_empty() || key.len() > NAME_BYTES_MAX {
        return Err(SchemaError::Name);
    }
    scalar(action)
}

fn scalar(action: &legacy::OpType) -> Result<(), SchemaError> {
    match action {
        legacy::OpType::Delete => Ok(()),
        legacy::OpType::Put(value) => match value {
            ScalarValue::Str(text) if text.len() <= TEXT_BYTES_MAX => Ok(()),
            ScalarValue::Int(_) | ScalarValue::F64(_) | ScalarValue::Boolean(_) | ScalarValue::Timestamp(_) => Ok(()),
            _ => Err(SchemaError::Value),
        },
        _ => Err(SchemaError::Place),
    }
}

fn new_map(name_fits: bool, op: &legacy::Op, otherwise: SchemaError) -> Result<(), SchemaError> {
    if !matches!(op.action, legacy::OpType::Make(ObjType::Map)) || !op.pred.is_empty() {
        return Err(otherwise);
    }
    if name_fits { Ok(()) } else { Err(SchemaError::Name) }
}
