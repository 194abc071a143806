//! What a hub found too large, written once more in smaller changes by the same author.
//!
//! The hub has nothing of what it refused, and nobody else does: so the author's numbers from the first refused change on are
//! free, and the document goes back to what stood before it. What the hub refused lies in its quarantine as well.

use std::collections::BTreeSet;

use casefile::{Action, Anew, ChangeHash, DocumentKey};
use casework::{AuthorId, EntryId};

use super::{
    DocumentError, Documents, Old,
    portions::{portions, with_short_entries},
};
use crate::store::Write;

/// What a change that is written once more has of text, unless one value alone has more.
const PORTION_BYTES: usize = 4_000;

/// What became of splitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// What was so many changes is now so many smaller ones.
    Into(usize),
    /// Nothing could be made smaller: it is one value.
    NoSmaller,
}

impl Documents {
    /// Writes what is not at the hub of a document once more, in smaller changes. The caller's transaction is given up where
    /// nothing becomes smaller.
    pub(crate) fn split(
        &mut self,
        write: &Write<'_>,
        author: AuthorId,
        key: DocumentKey,
        mut new_id: impl FnMut() -> EntryId,
    ) -> Result<Split, DocumentError> {
        let id = key.to_bytes();
        let unsent = write.not_at_hub(&id)?;
        let Some(open) = self.get(write, key)? else {
            return Err(DocumentError::Damaged);
        };
        if open.leaving {
            return Err(DocumentError::Leaving);
        }
        let document = open.document.clone();
        let hashes: BTreeSet<ChangeHash> = unsent.iter().copied().collect();
        let old = Old {
            key,
            document: &document,
            unsent: &hashes,
        };
        self.touched.push(id);
        self.close(&id);
        write.put_snapshot(&id, &old.ground(self.pack).save())?;
        write.forget_not_at_hub(&id)?;
        let (mut anew, mut made) = (Anew::default(), 0);
        for hash in &unsent {
            let told = document.tell(hash).ok_or(DocumentError::Damaged)?;
            let edits = with_short_entries(told.edits, PORTION_BYTES, &mut new_id);
            let edits: Vec<_> = edits.into_iter().map(|edit| anew.named_in(edit)).collect();
            let action = Action::of_code(&told.action);
            let mut deps = anew.of(&told.deps);
            let mut last = None;
            for portion in portions(&edits, PORTION_BYTES) {
                let open = self.get_or_begin(write, key)?;
                let change = open.document.edit_on(&deps, (author, told.at_ms), &action, portion)?;
                if let Some(change) = change {
                    self.keep_own(write, key, (&change, &action, told.at_ms))?;
                    made += 1;
                    deps = vec![change.hash];
                    last = Some(change.hash);
                }
            }
            anew.note(*hash, &deps, last);
        }
        Ok(if made > unsent.len() {
            Split::Into(made)
        } else {
            Split::NoSmaller
        })
    }
}
