//! The words of a change, to be written once more by another author.
//!
//! A tablet that is restored from a backup is a new author: what the backup holds and no hub ever had may not go up
//! under the old name, whose numbers may be used up. So it is told as edits and made anew, on the same ground on which
//! it was made: what others wrote since stands beside it, as if it had been written apart, which it was.

use std::collections::HashMap;

use automerge::{ActorId, ChangeHash as Hash, ReadDoc as _};
use casework::{AuthorId, Value};

use crate::{
    Action, ChangeHash, Deed, Document, Edit, EditError, Heads, NewChange, Past, Register, State, change::ChangeHead,
    guard::guarded, read::timeline_of,
};

/// What a change did.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The changes it stands on.
    pub deps: Vec<ChangeHash>,
    /// When it was written.
    pub at_ms: i64,
    /// What was being done.
    pub action: String,
    /// The edits.
    pub edits: Vec<Edit>,
}

/// What became of the changes that were written once more: each is now these.
#[derive(Debug, Clone, Default)]
pub struct Anew(HashMap<ChangeHash, Vec<ChangeHash>>);

impl Anew {
    /// A change is now this one; where nothing was left to write, what it stood on.
    pub fn note(&mut self, told: ChangeHash, stands_on: &[ChangeHash], made: Option<ChangeHash>) {
        let now = made.map_or_else(|| stands_on.to_vec(), |made| vec![made]);
        self.0.insert(told, now);
    }

    /// Whether a change was written once more.
    pub fn has(&self, told: &ChangeHash) -> bool {
        self.0.contains_key(told)
    }

    /// The changes that stand for these.
    pub fn of(&self, told: &[ChangeHash]) -> Vec<ChangeHash> {
        let mut now: Vec<ChangeHash> = told
            .iter()
            .flat_map(|hash| self.0.get(hash).cloned().unwrap_or_else(|| vec![*hash]))
            .collect();
        now.sort_unstable();
        now.dedup();
        now
    }

    /// An edit that names no change any more that is not there: a filed form names the state it was filed in.
    pub fn named_in(&self, edit: Edit) -> Edit {
        match edit {
            Edit::AddRow { row, table, cells } => Edit::AddRow {
                row,
                table,
                cells: cells
                    .into_iter()
                    .map(|(column, value)| (column, self.named_in_value(value)))
                    .collect(),
            },
            Edit::SetCell {
                row,
                column,
                value: Some(value),
            } => Edit::SetCell {
                row,
                column,
                value: Some(self.named_in_value(value)),
            },
            Edit::SetFact { fact, value } => Edit::SetFact {
                fact,
                value: self.named_in_value(value),
            },
            other => other,
        }
    }

    fn named_in_value(&self, value: Value) -> Value {
        let heads = value.as_text().and_then(|text| text.parse::<Heads>().ok());
        match heads {
            Some(heads) if heads.hashes().iter().any(|hash| self.has(hash)) => {
                Value::Text(Heads::naming(self.of(heads.hashes())).to_string())
            }
            _ => value,
        }
    }
}

impl Document {
    /// Whether the document has this change.
    pub fn has(&self, hash: &ChangeHash) -> bool {
        self.doc.get_change_by_hash(&Hash(*hash)).is_some()
    }

    /// What a change did; `None` where the document does not have it.
    pub fn tell(&self, hash: &ChangeHash) -> Option<Told> {
        let change = self.doc.get_change_by_hash(&Hash(*hash))?.clone();
        let head = ChangeHead::of(&change).ok()?;
        let after = State {
            doc: &self.doc,
            heads: Some(vec![change.hash()]),
        };
        let deeds = self.deeds(std::slice::from_ref(&change));
        let mut edits: Vec<Edit> = deeds.into_iter().filter_map(|past| edit_of(past, &after)).collect();
        let told = timeline_of(&after)
            .into_iter()
            .filter(|entry| entry.change == Some(*hash));
        edits.extend(told.map(|entry| Edit::AddEntry {
            entry: entry.id,
            kind: entry.kind,
            text: entry.text,
        }));
        Some(Told {
            deps: head.deps,
            at_ms: head.at_ms,
            action: head.action,
            edits,
        })
    }

    /// Makes a change on the ground of `deps`, whatever was written since by others, which then stands beside it. Where
    /// the document does not have that ground, on what there is.
    pub fn edit_on(
        &mut self,
        deps: &[ChangeHash],
        (author, at_ms): (AuthorId, i64),
        action: &Action,
        edits: &[Edit],
    ) -> Result<Option<NewChange>, EditError> {
        if deps.is_empty() || deps.iter().any(|hash| !self.has(hash)) {
            return self.edit(author, at_ms, action, edits);
        }
        let actor = ActorId::from(author.to_bytes());
        // An author's changes stand on one another, so that their numbers go on.
        let changes = self.doc.get_changes(&[]);
        let own = changes.iter().filter(|change| *change.actor_id() == actor);
        let last = own.max_by_key(|change| change.seq()).map(automerge::Change::hash);
        let heads: Vec<Hash> = deps.iter().map(|hash| Hash(*hash)).chain(last).collect();
        let mut apart = self.clone();
        let forked = guarded(|| self.doc.fork_at(&heads).ok()).flatten();
        apart.doc = forked.ok_or(EditError::Document)?;
        let made = apart.edit(author, at_ms, action, edits)?;
        self.merge(&apart).map_err(|_| EditError::Document)?;
        Ok(made)
    }
}

/// A deed as an edit, with what it left.
fn edit_of(past: Past, after: &State<'_>) -> Option<Edit> {
    Some(match past.deed {
        Deed::Wrote(Register::Fact(fact)) => match past.version.value {
            Some(value) => Edit::SetFact { fact, value },
            None => Edit::ClearFact { fact },
        },
        Deed::Wrote(Register::Cell { row, column }) => Edit::SetCell {
            row,
            column,
            value: past.version.value,
        },
        Deed::AddedRow(row) => {
            let added = after.row(row)?;
            Edit::AddRow {
                row,
                table: added.table,
                cells: added.cells,
            }
        }
        Deed::RemovedRow(row) => Edit::RemoveRow { row },
        Deed::RestoredRow(row) => Edit::RestoreRow { row },
    })
}
#[cfg(test)]
mod tests {
    use casework::{Compartment, Pack, RowId, Value};

    use super::*;

    const OLD: AuthorId = AuthorId::from_bytes([1; 16]);
    const NEW: AuthorId = AuthorId::from_bytes([2; 16]);
    const OTHER: AuthorId = AuthorId::from_bytes([3; 16]);

    fn set(fact: &str, value: impl Into<Value>) -> Edit {
        Edit::SetFact {
            fact: fact.parse().unwrap(),
            value: value.into(),
        }
    }

    #[test]
    fn what_one_author_wrote_is_written_once_more_by_another_on_the_same_ground() {
        let mut hub = Document::new(Compartment::Identity.into());
        let sent = hub
            .edit(OLD, 1_000, &Action::EDIT, &[set("child.name", "Meena")])
            .unwrap()
            .unwrap();
        let mut tablet = hub.clone();
        let row = RowId::from_bytes([7; 16]);
        let unsent = [
            vec![set("child.name", "Meena Kumari"), set("child.sex", "female")],
            vec![
                Edit::AddRow {
                    row,
                    table: "attachments".into(),
                    cells: [("caption".to_owned(), Value::from("scar"))].into(),
                },
                Edit::AddEntry {
                    entry: casework::EntryId::from_bytes([9; 16]),
                    kind: "note".into(),
                    text: "Told her name.".into(),
                },
            ],
            vec![Edit::ClearFact {
                fact: "child.sex".parse().unwrap(),
            }],
        ];
        let unsent: Vec<NewChange> = (2..)
            .zip(&unsent)
            .map(|(at, edits)| tablet.edit(OLD, at * 1_000, &Action::EDIT, edits).unwrap().unwrap())
            .collect();
        hub.edit(OTHER, 9_000, &Action::EDIT, &[set("child.name", "Mina")])
            .unwrap();

        let mut anew = hub.clone();
        let mut made = Anew::default();
        for change in &unsent {
            let told = tablet.tell(&change.hash).unwrap();
            let deps = made.of(&told.deps);
            let again = anew.edit_on(&deps, (NEW, told.at_ms), &Action::EDIT, &told.edits);
            let again = again.unwrap().unwrap();
            assert!(hub.apply(&[&again.bytes], Pack::national()).is_ok());
            made.note(change.hash, &deps, Some(again.hash));
        }
        assert!(anew.has(&sent.hash) && unsent.iter().all(|change| !anew.has(&change.hash)));
        let clashes = anew.clashes();
        assert_eq!(clashes.len(), 1, "what somebody else wrote meanwhile stands beside it");
        assert_eq!(clashes[0].versions.len(), 2);
        assert_eq!(anew.row(row).unwrap().cells["caption"], Value::from("scar"));
        assert_eq!(anew.timeline()[0].text, "Told her name.");
        assert!(!anew.facts().contains_key(&"child.sex".parse().unwrap()));
        assert_eq!(anew.facts(), hub.facts());
    }
}
