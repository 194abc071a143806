//! An edit by the officer at this tablet.

use std::sync::Arc;

use casefile::{Action, CHANGE_BYTES_MAX, DocumentKey, Edit, NewChange};
use casework::AuthorId;

use super::{DocumentError, Documents, portions::portions, project};
use crate::store::{OwnChange, Write};

/// What one change has of text: with what automerge adds to it, less than a hub takes. The longest text of one field fits.
const PORTION_BYTES: usize = 80_000;

/// Who writes, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Writer {
    pub(crate) author: AuthorId,
    pub(crate) now_ms: i64,
}

impl Documents {
    /// Makes one change of `edits` in one document, or several where one would be more than a hub takes: the changes
    /// themselves, their places in the outbox and what lists show of them. Returns whether anything changed.
    pub(crate) fn edit(
        &mut self,
        write: &Write<'_>,
        writer: Writer,
        key: DocumentKey,
        action: &Action,
        edits: &[Edit],
    ) -> Result<bool, DocumentError> {
        let mut changed = false;
        for portion in portions(edits, PORTION_BYTES) {
            let open = self.get_or_begin(write, key)?;
            if open.leaving {
                return Err(DocumentError::Leaving);
            }
            let Some(change) = open.document.edit(writer.author, writer.now_ms, action, portion)? else {
                continue;
            };
            self.keep_own(write, key, (&change, action, writer.now_ms))?;
            changed = true;
        }
        Ok(changed)
    }

    /// Keeps a change that was just made in an open document, with its place in the outbox and what lists show of it.
    pub(super) fn keep_own(
        &mut self,
        write: &Write<'_>,
        key: DocumentKey,
        (change, action, at_ms): (&NewChange, &Action, i64),
    ) -> Result<(), DocumentError> {
        if change.bytes.len() > CHANGE_BYTES_MAX {
            return Err(DocumentError::TooLarge);
        }
        let clockwork = Arc::clone(&self.clockwork);
        let id = key.to_bytes();
        let open = self.get_or_begin(write, key)?;
        open.persist(write, &id, std::slice::from_ref(&change.bytes))?;
        write.add_own_change(&OwnChange {
            document: &id,
            hash: &change.hash,
            action: action.code(),
            made_ms: at_ms,
            bytes: &change.bytes,
        })?;
        project::project(write, open.row, key, &open.document, &clockwork)?;
        project::touch(write, key, at_ms)
    }
}
