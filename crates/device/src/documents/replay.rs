//! What another author of the same officer wrote and no hub has, written once more.

use std::collections::BTreeSet;

use casefile::{Action, Anew, ChangeHash, Document, DocumentKey, EditError, Told};
use casework::{AuthorId, Pack};

use super::{DocumentError, Documents, INCREMENTS_MAX};
use crate::store::{Read, Write};

/// A document as the other author had it, and which of its changes no hub has.
pub(crate) struct Old<'a> {
    pub(crate) key: DocumentKey,
    pub(crate) document: &'a Document,
    pub(crate) unsent: &'a BTreeSet<ChangeHash>,
}

impl Old<'_> {
    /// What the hub has had of it.
    pub(super) fn ground(&self, pack: &Pack) -> Document {
        let mut ground = Document::new(self.key.kind);
        for (head, bytes) in self.document.changes() {
            if !self.unsent.contains(&head.hash) {
                // What stands on something that was not sent is not the hub's either.
                let _ = ground.apply(&[bytes], pack);
            }
        }
        ground
    }
}

impl Documents {
    /// Whether a document here has a change.
    pub(crate) fn has(&mut self, read: &Read<'_>, key: DocumentKey, hash: &ChangeHash) -> Result<bool, DocumentError> {
        Ok(self.get(read, key)?.is_some_and(|open| open.document.has(hash)))
    }

    /// A document that the officer has not any more comes back for as long as it takes to hand in what was written in
    /// it. One that no hub ever had is not concerned: it is begun anew.
    pub(crate) fn bring_back(&mut self, write: &Write<'_>, old: &Old<'_>) -> Result<(), DocumentError> {
        let id = old.key.to_bytes();
        if self.get(write, old.key)?.is_some() {
            return Ok(());
        }
        let ground = old.ground(self.pack);
        if ground.last_written_ms().is_none() {
            return Ok(());
        }
        self.touched.push(id);
        write.put_snapshot(&id, &ground.save())?;
        write.set_leaving(&id)?;
        Ok(())
    }

    /// Writes a change of another author once more. Returns the new one; `None` where nothing was left to write.
    pub(crate) fn write_anew(
        &mut self,
        write: &Write<'_>,
        author: AuthorId,
        old: &Old<'_>,
        (hash, told): (ChangeHash, Told),
        anew: &mut Anew,
    ) -> Result<Option<ChangeHash>, DocumentError> {
        let pack = self.pack;
        let open = self.get_or_begin(write, old.key)?;
        let deps = anew.of(&told.deps);
        let edits: Vec<_> = told.edits.into_iter().map(|edit| anew.named_in(edit)).collect();
        let action = Action::of_code(&told.action);
        let by = (author, told.at_ms);
        let made = match open.document.edit_on(&deps, by, &action, &edits) {
            Err(EditError::NoSuchRow) => {
                // The hub has lost what it stands on; here it is still known.
                open.document
                    .merge(&old.ground(pack))
                    .map_err(|_| DocumentError::Damaged)?;
                open.increments = usize::MAX - INCREMENTS_MAX;
                open.document.edit_on(&deps, by, &action, &edits)
            }
            other => other,
        }?;
        let Some(change) = made else {
            anew.note(hash, &deps, None);
            return Ok(None);
        };
        self.keep_own(write, old.key, (&change, &action, told.at_ms))?;
        anew.note(hash, &deps, Some(change.hash));
        Ok(Some(change.hash))
    }
}
