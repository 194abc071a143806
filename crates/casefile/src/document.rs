//! A document as a whole: begin, load, save, take changes in.

use automerge::{Automerge, Change, ReadDoc, legacy};
use casework::{DocumentKind, Pack};

use crate::{
    ChangeError, ChangeHash, ChangeHead, SchemaError, change, check,
    genesis::{self, ROWS_OP, object},
    guard::guarded,
};

/// Largest saved document, in bytes. A case of ten years with 3,000 changes is about 400 kB.
pub const DOCUMENT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// One automerge document of ours.
#[derive(Debug, Clone)]
pub struct Document {
    pub(crate) doc: Automerge,
    kind: DocumentKind,
}

/// Why saved bytes are not a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// More than [`DOCUMENT_BYTES_MAX`].
    #[error("the document is larger than {DOCUMENT_BYTES_MAX} bytes")]
    TooLarge,
    /// Not readable, or not begun with the genesis of its kind.
    #[error("the document is damaged")]
    Damaged,
}

/// Why changes were not taken in. The document is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The bytes are not a change we take.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// The change does what no change of ours does.
    #[error(transparent)]
    Schema(#[from] SchemaError),
    /// It stands on changes that are not here.
    #[error("changes before this one are missing")]
    MissingDependencies {
        /// Their hashes.
        missing: Vec<ChangeHash>,
    },
    /// The author's changes before this one are not here, or another change has this number.
    #[error("the change's number does not follow")]
    Sequence,
    /// Automerge would not take it.
    #[error("the document would not take the change")]
    Document,
}

/// What came of taking changes in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Changes that were new.
    pub new: usize,
    /// Changes that were there before.
    pub duplicate: usize,
}

impl Document {
    /// A document with nothing but its genesis change.
    pub fn new(kind: DocumentKind) -> Self {
        Self {
            doc: genesis::document(kind),
            kind,
        }
    }

    /// A saved document. The bytes come from our own store or, as a snapshot, from the hub.
    pub fn load(kind: DocumentKind, bytes: &[u8]) -> Result<Self, LoadError> {
        if bytes.len() > DOCUMENT_BYTES_MAX {
            return Err(LoadError::TooLarge);
        }
        let doc = guarded(|| Automerge::load(bytes).ok())
            .flatten()
            .ok_or(LoadError::Damaged)?;
        let begun = genesis::document(kind).get_heads();
        let ours = begun.iter().all(|hash| doc.get_change_by_hash(hash).is_some());
        if ours {
            Ok(Self { doc, kind })
        } else {
            Err(LoadError::Damaged)
        }
    }

    /// The whole document with its history, to be stored or sent as a snapshot.
    pub fn save(&self) -> Vec<u8> {
        self.doc.save()
    }

    /// The whole document with its history, not compressed: for whoever compresses better.
    pub fn save_plain(&self) -> Vec<u8> {
        self.doc.save_nocompress()
    }

    /// Which kind of document this is.
    pub fn kind(&self) -> DocumentKind {
        self.kind
    }

    /// The hashes of the latest changes, sorted.
    pub fn heads(&self) -> Vec<ChangeHash> {
        self.doc.get_heads().into_iter().map(|hash| hash.0).collect()
    }

    /// Every change after genesis as head and plain chunk, each after those it stands on.
    pub fn changes(&self) -> Vec<(ChangeHead, Vec<u8>)> {
        self.doc
            .get_changes(&[])
            .iter()
            .filter(|change| *change.actor_id() != genesis::actor())
            .filter_map(|change| Some((ChangeHead::of(change).ok()?, change.raw_bytes().to_vec())))
            .collect()
    }

    /// When the latest change was written by its author's clock; `None` where nobody has written.
    pub fn last_written_ms(&self) -> Option<i64> {
        let written = self.doc.get_changes_meta(&[]).into_iter();
        written
            .filter(|change| *change.actor != genesis::actor())
            .map(|change| change.timestamp.saturating_mul(1_000))
            .max()
    }

    /// Takes in changes from outside, each after those it stands on. Works on a copy: after an error, or whatever
    /// automerge may do, the document is as it was.
    pub fn apply(&mut self, changes: &[impl AsRef<[u8]>], pack: &Pack) -> Result<Applied, ApplyError> {
        let mut copy = self.clone();
        let mut applied = Applied::default();
        for bytes in changes {
            let change = change::read(bytes.as_ref())?;
            if copy.take(change, pack)? {
                applied.new += 1;
            } else {
                applied.duplicate += 1;
            }
        }
        *self = copy;
        Ok(applied)
    }

    /// Takes in a change without asking what the pack says of it, and without working on a copy: for a process that may be
    /// lost over what nobody has looked at yet. What it says is no leave to take the change.
    pub fn try_out(&mut self, bytes: &[u8]) -> Result<(), ApplyError> {
        let change = change::read(bytes)?;
        ChangeHead::of(&change)?;
        self.put_in(change)
    }

    /// Takes in a whole snapshot: what it has and this document has not.
    pub fn merge(&mut self, other: &Self) -> Result<(), LoadError> {
        if other.kind != self.kind {
            return Err(LoadError::Damaged);
        }
        let mut copy = self.clone();
        let mut theirs = other.doc.clone();
        guarded(|| copy.doc.merge(&mut theirs).is_ok())
            .filter(|merged| *merged)
            .ok_or(LoadError::Damaged)?;
        *self = copy;
        Ok(())
    }

    /// Whether the change was new.
    fn take(&mut self, change: Change, pack: &Pack) -> Result<bool, ApplyError> {
        if self.doc.get_change_by_hash(&change.hash()).is_some() {
            return Ok(false);
        }
        if *change.actor_id() == genesis::actor() {
            return Err(ChangeError::NotAnAuthor.into());
        }
        ChangeHead::of(&change)?;
        let missing: Vec<ChangeHash> = change
            .deps()
            .iter()
            .filter(|hash| self.doc.get_change_by_hash(hash).is_none())
            .map(|hash| hash.0)
            .collect();
        if !missing.is_empty() {
            return Err(ApplyError::MissingDependencies { missing });
        }
        check::check(&change, self.kind, pack, self)?;
        self.put_in(change).map(|()| true)
    }

    fn put_in(&mut self, change: Change) -> Result<(), ApplyError> {
        let hash = change.hash();
        // Looking it up again writes it anew out of the document: a change whose bytes are not those that automerge would
        // write has another hash then, and automerge panics. Such a document could never be sent on.
        let taken = guarded(|| {
            let applied = self.doc.apply_changes([change]).is_ok();
            applied.then(|| self.doc.get_change_by_hash(&hash).is_some())
        });
        match taken.flatten() {
            Some(true) => Ok(()),
            // Automerge sets aside, without a word, what does not follow in the actor's sequence.
            Some(false) => Err(ApplyError::Sequence),
            None => Err(ApplyError::Document),
        }
    }
}

impl check::Places for Document {
    fn is_row(&self, op: &legacy::OpId) -> bool {
        self.doc
            .map_range(object(ROWS_OP), ..)
            .any(|row| matches!(row.id(), automerge::ObjId::Id(counter, actor, _) if counter == op.0 && actor == op.1))
    }
}
