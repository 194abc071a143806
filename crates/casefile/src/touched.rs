//! What a change writes in, by name: for whoever has to say whether its author may.

use automerge::{Change, ObjId, ReadDoc, legacy};
use casework::{FactId, RowId};

use crate::{
    ChangeHash, Document, Heads,
    genesis::{FACTS_OP, ROWS_OP, object},
    guard::guarded,
    read::TABLE,
};

/// What one change writes in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The facts, a set as one.
    pub facts: Vec<FactId>,
    /// The rows.
    pub rows: Vec<TouchedRow>,
}

/// A row that a change writes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TouchedRow {
    /// Its id.
    pub row: RowId,
    /// Its table; empty where it says none.
    pub table: String,
    /// Whether this change adds it.
    pub is_new: bool,
    /// Whether this change says of a row that was there which table it belongs to. No edit of ours does.
    pub is_moved: bool,
    /// The columns that are written or emptied, the marks of a row among them.
    pub columns: Vec<String>,
}

impl Document {
    /// What a change of this document writes in. `None`: the document does not have the change.
    pub fn touched(&self, change: &ChangeHash) -> Option<Touched> {
        let change = self.doc.get_change_by_hash(&automerge::ChangeHash(*change))?;
        let decoded = guarded(|| change.decode())?;
        let mut touched = Touched::default();
        for op in &decoded.operations {
            let (legacy::ObjectId::Id(place), legacy::Key::Map(key)) = (&op.obj, &op.key) else {
                continue;
            };
            if is_map(place, FACTS_OP) {
                let name = key.split_once('#').map_or(key.as_str(), |(name, _)| name);
                touched.facts.extend(name.parse::<FactId>().ok());
            } else if let Some((row, is_new)) = self.touched_row(place, &change) {
                let at = touched.rows.iter().position(|known| known.row == row);
                let at = at.unwrap_or_else(|| {
                    touched.rows.push(TouchedRow {
                        row,
                        table: self.row(row).map(|row| row.table).unwrap_or_default(),
                        is_new,
                        is_moved: false,
                        columns: Vec::new(),
                    });
                    touched.rows.len() - 1
                });
                let known = &mut touched.rows[at];
                if key == TABLE {
                    known.is_moved |= !is_new;
                } else {
                    known.columns.push(key.to_string());
                }
            }
        }
        touched.facts.sort_unstable();
        touched.facts.dedup();
        Some(touched)
    }

    /// Whether a change is one of `heads` or stands below them.
    pub fn covers(&self, heads: &Heads, change: &ChangeHash) -> bool {
        let heads: Vec<_> = heads.hashes().iter().copied().map(automerge::ChangeHash).collect();
        let is_known = |hash: &automerge::ChangeHash| self.doc.get_change_by_hash(hash).is_some();
        let wanted = automerge::ChangeHash(*change);
        is_known(&wanted)
            && heads.iter().all(is_known)
            && self
                .doc
                .get_changes_meta(&heads)
                .iter()
                .all(|later| later.hash != wanted)
    }

    /// The row that this operation made, and whether the change did it.
    fn touched_row(&self, made: &legacy::OpId, change: &Change) -> Option<(RowId, bool)> {
        let row = self.doc.map_range(object(ROWS_OP), ..).find(
            |row| matches!(row.id(), ObjId::Id(counter, actor, _) if counter == made.counter() && actor == *made.actor()),
        )?;
        let start = change.start_op().get();
        let own = start..start.saturating_add(change.len() as u64);
        let is_new = *made.actor() == *change.actor_id() && own.contains(&made.counter());
        Some((row.key.parse().ok()?, is_new))
    }
}

fn is_map(place: &legacy::OpId, number: u64) -> bool {
    matches!(object(number), ObjId::Id(counter, actor, _) if counter == place.counter() && actor == *place.actor())
}
