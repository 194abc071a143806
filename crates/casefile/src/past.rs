//! A document as it stood, and what was done since.

use std::{collections::HashMap, fmt, str::FromStr};

use automerge::{ActorId, Change, ObjId, ReadDoc, legacy};
use casework::{Record, RowId, Value};

use crate::{
    ChangeHash, Document, Register, State, Version,
    change::author_of,
    genesis::{FACTS_OP, ROWS_OP, object},
    guard::guarded,
    read::{REMOVED, TABLE, value_of},
};

/// Most heads that are read: as many people wrote apart and never met.
const HEADS_MAX: usize = 64;

/// The latest changes of a document at some moment: they name its whole state. As text, hexadecimal hashes with spaces
/// between; a document that nobody has written has its genesis change as its only head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heads(Vec<ChangeHash>);

impl Heads {
    /// One change and what it stands on.
    pub fn of(change: ChangeHash) -> Self {
        Self(vec![change])
    }

    /// The state that these changes name, of which there is at least one.
    pub(crate) fn naming(mut hashes: Vec<ChangeHash>) -> Self {
        hashes.sort_unstable();
        hashes.dedup();
        Self(hashes)
    }

    /// The hashes, sorted.
    pub fn hashes(&self) -> &[ChangeHash] {
        &self.0
    }
}

impl fmt::Display for Heads {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, hash) in self.0.iter().enumerate() {
            if n > 0 {
                out.write_str(" ")?;
            }
            hash.iter().try_for_each(|byte| write!(out, "{byte:02x}"))?;
        }
        Ok(())
    }
}

impl FromStr for Heads {
    type Err = PastError;

    fn from_str(text: &str) -> Result<Self, PastError> {
        let mut hashes = Vec::new();
        for word in text.split_ascii_whitespace() {
            if hashes.len() == HEADS_MAX {
                return Err(PastError::Unreadable);
            }
            hashes.push(hash_of(word).ok_or(PastError::Unreadable)?);
        }
        hashes.sort_unstable();
        hashes.dedup();
        if hashes.is_empty() {
            return Err(PastError::Unreadable);
        }
        Ok(Self(hashes))
    }
}

fn hash_of(word: &str) -> Option<ChangeHash> {
    let mut hash = [0; 32];
    if word.len() != 64 || !word.is_ascii() {
        return None;
    }
    for (byte, digits) in hash.iter_mut().zip(word.as_bytes().chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(hash)
}

/// Why a document cannot be read as it stood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PastError {
    /// No hexadecimal hashes with spaces between, or too many.
    #[error("the heads cannot be read")]
    Unreadable,
    /// Changes that are named are not in this document: not yet, or they belong to another.
    #[error("the document does not have these changes")]
    Missing {
        /// Their hashes.
        missing: Vec<ChangeHash>,
    },
}

/// Something that was done with a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// A register was written, or emptied. A set that was changed is told as a whole.
    Wrote(Register),
    /// A row was added; the cells it came with are not told one by one.
    AddedRow(RowId),
    /// A row was taken off the screen.
    RemovedRow(RowId),
    /// A row that was taken off the screen was put back.
    RestoredRow(RowId),
}

/// A deed, who did it and when; the version's value is what was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// What was done.
    pub deed: Deed,
    /// The table, where it was done to a row.
    pub table: Option<String>,
    /// Who, when, with which value.
    pub version: Version,
}

impl Document {
    /// The latest changes, to be written down.
    pub fn now_heads(&self) -> Heads {
        Heads(self.heads())
    }

    /// The document as it stood when `heads` were its latest changes.
    pub fn at(&self, heads: &Heads) -> Result<State<'_>, PastError> {
        Ok(State {
            doc: &self.doc,
            heads: Some(self.known(heads)?),
        })
    }

    /// Adds what stands in this document to a case as the rules read it; removed rows are left out.
    pub fn add_to(&self, record: &mut Record) {
        self.now().add_to(record);
    }

    /// What was done by changes that `heads` do not include, each after those it stands on: also by somebody who wrote
    /// apart and did not know of them.
    pub fn since(&self, heads: &Heads) -> Result<Vec<Past>, PastError> {
        let changes = self.doc.get_changes(&self.known(heads)?);
        Ok(self.deeds(&changes))
    }

    /// What became of a row, each deed after those it stands on: first that it was added, with every cell told.
    pub fn row_history(&self, row: RowId) -> Vec<Past> {
        let Some(row_object) = self.row_object(row) else {
            return Vec::new();
        };
        let ObjId::Id(counter, actor, _) = row_object else {
            return Vec::new();
        };
        let wanted = legacy::ObjectId::Id(legacy::OpId(counter, actor.clone()));
        let table = self.row(row).map(|row| row.table);
        let mut deeds = Vec::new();
        for change in self.doc.get_changes(&[]) {
            let Some(decoded) = guarded(|| change.decode()) else {
                continue;
            };
            let mut here = Vec::new();
            if *change.actor_id() == actor && holds(&change, counter) {
                here.push((Deed::AddedRow(row), None));
            }
            for op in decoded.operations.iter().filter(|op| op.obj == wanted) {
                here.extend(cell(op, row));
            }
            deeds.extend(told(here, table.as_ref(), &change));
        }
        deeds
    }

    fn known(&self, heads: &Heads) -> Result<Vec<automerge::ChangeHash>, PastError> {
        let hashes = heads.0.iter().copied().map(automerge::ChangeHash);
        let (known, missing): (Vec<_>, Vec<_>) = hashes.partition(|hash| self.doc.get_change_by_hash(hash).is_some());
        if missing.is_empty() {
            Ok(known)
        } else {
            Err(PastError::Missing {
                missing: missing.into_iter().map(|hash| hash.0).collect(),
            })
        }
    }

    pub(crate) fn deeds(&self, changes: &[Change]) -> Vec<Past> {
        let rows = self.row_objects();
        let facts = object(FACTS_OP);
        let mut deeds = Vec::new();
        for change in changes {
            let Some(decoded) = guarded(|| change.decode()) else {
                continue;
            };
            let added = |row: &RowId| {
                rows.iter()
                    .any(|((counter, actor), id)| id == row && actor == change.actor_id() && holds(change, *counter))
            };
            let mut by_row: Vec<(Option<RowId>, Deed, Option<Value>)> = Vec::new();
            for op in &decoded.operations {
                let legacy::ObjectId::Id(place) = &op.obj else { continue };
                if is_object(place, &facts) {
                    by_row.extend(self.fact(op, change).map(|(deed, value)| (None, deed, value)));
                } else if let Some(row) = rows.get(&(place.counter(), place.actor().clone())) {
                    if added(row) {
                        by_row.push((Some(*row), Deed::AddedRow(*row), None));
                    } else {
                        by_row.extend(cell(op, *row).map(|(deed, value)| (Some(*row), deed, value)));
                    }
                }
            }
            for (row, deed, value) in by_row {
                let table = row.and_then(|row| Some(self.row(row)?.table));
                deeds.extend(told(vec![(deed, value)], table.as_ref(), change));
            }
        }
        // An added row and a changed set have many operations, and settling a clash has two: each is told once, as it
        // was left.
        let mut once: Vec<Past> = Vec::new();
        for deed in deeds {
            once.retain(|seen| seen.deed != deed.deed || seen.version.change != deed.version.change);
            once.push(deed);
        }
        once
    }

    /// What an operation wrote in `facts`; a member of a set tells the whole set, as its writer left it.
    fn fact(&self, op: &legacy::Op, change: &Change) -> Option<(Deed, Option<Value>)> {
        let legacy::Key::Map(name) = &op.key else { return None };
        let (id, member) = name
            .split_once('#')
            .map_or((name.as_str(), None), |(id, code)| (id, Some(code)));
        let register = Register::Fact(id.parse().ok()?);
        let value = match (&op.action, member) {
            (legacy::OpType::Put(scalar), None) => value_of(&scalar.clone().into()),
            (legacy::OpType::Delete, None) => None,
            (_, Some(_)) => {
                let left = State {
                    doc: &self.doc,
                    heads: Some(vec![change.hash()]),
                };
                left.value(&register)
            }
            _ => return None,
        };
        Some((Deed::Wrote(register), value))
    }

    /// Every row by the operation that made it.
    fn row_objects(&self) -> HashMap<(u64, ActorId), RowId> {
        let rows = self.doc.map_range(object(ROWS_OP), ..);
        rows.filter_map(|item| match item.id() {
            ObjId::Id(counter, actor, _) => Some(((counter, actor), item.key.parse().ok()?)),
            ObjId::Root => None,
        })
        .collect()
    }
}

fn is_object(op: &legacy::OpId, object: &ObjId) -> bool {
    matches!(object, ObjId::Id(counter, actor, _) if *counter == op.counter() && actor == op.actor())
}

/// Whether the operation with this counter is one of the change's own.
fn holds(change: &Change, counter: u64) -> bool {
    let start = change.start_op().get();
    (start..start.saturating_add(change.len() as u64)).contains(&counter)
}

fn cell(op: &legacy::Op, row: RowId) -> Option<(Deed, Option<Value>)> {
    let legacy::Key::Map(column) = &op.key else { return None };
    if column == TABLE {
        return None;
    }
    let value = match &op.action {
        legacy::OpType::Put(scalar) => value_of(&scalar.clone().into()),
        legacy::OpType::Delete => None,
        _ => return None,
    };
    if column == REMOVED {
        return match value {
            Some(Value::Flag(true)) => Some((Deed::RemovedRow(row), None)),
            Some(Value::Flag(false)) => Some((Deed::RestoredRow(row), None)),
            _ => None,
        };
    }
    let column = column.to_string();
    Some((Deed::Wrote(Register::Cell { row, column }), value))
}

fn told(deeds: Vec<(Deed, Option<Value>)>, table: Option<&String>, change: &Change) -> Vec<Past> {
    let Some(author) = author_of(change.actor_id()) else {
        return Vec::new();
    };
    let past = |(deed, value)| Past {
        deed,
        table: table.cloned(),
        version: Version {
            value,
            author,
            seq: change.seq(),
            at_ms: change.timestamp().saturating_mul(1_000),
            action: change.message().unwrap_or_default().to_owned(),
            change: change.hash().0,
        },
    };
    deeds.into_iter().map(past).collect()
}
