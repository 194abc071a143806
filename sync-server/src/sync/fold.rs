//! A document out of its snapshot and the changes since.

use std::borrow::Cow;

use casefile::{ApplyError, Document, LoadError};
use casework::{DocumentKind, Pack};
use protocol::DocumentId;
use protocol::limits::SNAPSHOT_BYTES_MAX;
use protocol::parcel::{pack, pack_small, unpack};

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
    /// No process can be started that would try a change.
    #[error("a change cannot be tried")]
    Trial(#[source] std::io::Error),
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The document.
pub fn fold(kind: DocumentKind, state: &DocumentState, pack: &Pack) -> Result<Document, FoldError> {
    let mut document = if state.snapshot.is_empty() {
        Document::new(kind)
    } else {
        Document::load(kind, &unpacked(&state.snapshot)?)?
    };
    if !state.tail.is_empty() {
        document.apply(&state.tail, pack)?;
    }
    Ok(document)
}

/// How many changes a document grows by until a new snapshot of it is kept. Making one costs more than reading this many
/// changes again, and who reads the document for the first time has one made.
const SNAPSHOT_AFTER_CHANGES: usize = 8;

/// The snapshot that is to be kept of a document which was folded, where it has grown by enough since the last.
pub(crate) fn due_snapshot(state: &DocumentState, document: &Document) -> Option<Vec<u8>> {
    (state.tail.len() >= SNAPSHOT_AFTER_CHANGES).then(|| packed(document))
}

/// The first byte of a document as automerge saves it, which is how hubs kept snapshots before they packed them.
const AS_SAVED: u8 = 0x85;

/// A kept snapshot as automerge saves it.
pub(super) fn unpacked(snapshot: &[u8]) -> Result<Cow<'_, [u8]>, LoadError> {
    if snapshot.is_empty() || snapshot[0] == AS_SAVED {
        return Ok(Cow::Borrowed(snapshot));
    }
    unpack(snapshot, SNAPSHOT_BYTES_MAX)
        .map(Cow::Owned)
        .map_err(|_| LoadError::Damaged)
}

/// A snapshot as it is kept and sent: not compressed by automerge, but packed as a whole, which is smaller by a third.
fn packed(document: &Document) -> Vec<u8> {
    let plain = document.save_plain();
    if plain.len() > SNAPSHOT_BYTES_MAX {
        return pack_small(&document.save());
    }
    pack_small(&plain)
}

/// A kept snapshot as a device of this version reads it.
pub(super) fn packed_for(version: u16, snapshot: &[u8]) -> Result<Cow<'_, [u8]>, FoldError> {
    let kept_packed = !snapshot.is_empty() && snapshot[0] != AS_SAVED;
    Ok(match (version >= 2, kept_packed) {
        (true, true) => Cow::Borrowed(snapshot),
        (true, false) => Cow::Owned(pack_small(snapshot)),
        (false, _) => Cow::Owned(pack(&unpacked(snapshot)?)),
    })
}

/// A document as it is kept, with the number of the last change in it; folded and kept first where it had changed. Empty
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
    let saved = packed(&fold(kind, &state, pack)?);
    storage.save_snapshot(id, &saved, state.last_number)?;
    Ok((saved, state.last_number))
}
