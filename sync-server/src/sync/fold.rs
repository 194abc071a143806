//! A document out of its snapshot and the changes since.

use casefile::{ApplyError, Document, LoadError};
use casework::{DocumentKind, Pack};
use protocol::DocumentId;

use crate::storage::{DocumentState, Storage, StorageError};

/// Why stored changes do not make a document. None of these should ever happen: each change was checked before it was
/// stored.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The snapshot is damaged.
    #[error("a stored snapshot is damaged")]
    Snapshot(#[from] LoadError),
    /// A change in the log does not apply.
    #[error("a stored change does not apply")]
    Change(#[from] ApplyError),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The document.
pub fn fold(kind: DocumentKind, state: &DocumentState, pack: &Pack) -> Result<Document, FoldError> {
    let mut document = if state.snapshot.is_empty() {
        Document::new(kind)
    } else {
        Document::load(kind, &state.snapshot)?
    };
    if !state.tail.is_empty() {
        document.apply(&state.tail, pack)?;
    }
    Ok(document)
}

/// A document as saved, with the number of the last change in it; folded and kept first where it had changed. Empty
/// where nothing has been written in it.
pub(crate) fn snapshot(
    storage: &dyn Storage,
    pack: &Pack,
    id: DocumentId,
    kind: DocumentKind,
) -> Result<(Vec<u8>, u64), FoldError> {
    let state = storage.document(id)?.ok_or(StorageError::NoSuch("document"))?;
    if state.tail.is_empty() {
        return Ok((state.snapshot, state.last_number));
    }
    let saved = fold(kind, &state, pack)?.save();
    storage.save_snapshot(id, &saved, state.last_number)?;
    Ok((saved, state.last_number))
}
