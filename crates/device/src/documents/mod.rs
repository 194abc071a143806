//! The documents that are open: read from the store once, edited in memory, written as increments.
//!
//! One lock guards them, taken before the store's writer. An edit is one transaction of the store; when it does not
//! come to its end, the documents it touched are dropped from memory, so that memory never says more than the disk.

mod apply;
mod clocks;
mod damage;
mod edit;
mod leave;
mod look_over;
mod portions;
mod project;
mod replay;
mod split;
mod words;

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use casefile::{Document, DocumentKey};
use casework::Pack;

pub(crate) use apply::{Granted, Incoming};
pub(crate) use clocks::{Clockwork, to_row, with_words};
pub(crate) use edit::Writer;
pub(crate) use project::{PROJECTION_VERSION, is_photo, picture};
pub(crate) use replay::Old;
pub(crate) use split::Split;

use crate::store::{Read, Store, StoreError, Write};

/// Documents kept in memory: the four of a dozen cases, at 40 to 100 kB each.
const OPEN_MAX: usize = 48;

/// A saved document is folded into one snapshot after this many increments: loading stays quick, and a save of one
/// field writes a few hundred bytes.
const INCREMENTS_MAX: usize = 32;

/// Why a document could not be read or written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DocumentError {
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Our own bytes do not load.
    #[error("a document is damaged")]
    Damaged,
    /// The hub has taken the document back.
    #[error("the document is leaving this tablet")]
    Leaving,
    /// The edit makes a change that no hub takes.
    #[error("the edit is too large")]
    TooLarge,
    /// The edit cannot be made.
    #[error(transparent)]
    Edit(#[from] casefile::EditError),
}

/// An open document.
pub(crate) struct Open {
    pub(crate) document: Document,
    /// Whether the hub lets this officer write it.
    pub(crate) writable: bool,
    pub(crate) leaving: bool,
    row: i64,
    increments: usize,
    used: u64,
}

/// The open documents.
pub(crate) struct Documents {
    open: HashMap<[u8; 17], Open>,
    /// Documents whose copy does not load, also those the store has not been told of yet.
    damaged: BTreeSet<[u8; 17]>,
    found_damage: bool,
    touched: Vec<[u8; 17]>,
    uses: u64,
    pack: &'static Pack,
    clockwork: Arc<Clockwork>,
}

impl Documents {
    pub(crate) fn new(clockwork: Clockwork) -> Self {
        Self {
            open: HashMap::new(),
            damaged: BTreeSet::new(),
            found_damage: false,
            touched: Vec::new(),
            uses: 0,
            pack: clockwork.pack(),
            clockwork: Arc::new(clockwork),
        }
    }

    /// Writes in one transaction of the store. After an error the touched documents are read anew.
    pub(crate) fn write<T, E: From<StoreError>>(
        &mut self,
        store: &Store,
        body: impl FnOnce(&mut Self, &Write<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let damaged = self.damaged.clone();
        let result = store.write(|write| body(self, write));
        if result.is_err() {
            self.forget_touched();
            self.damaged.extend(damaged);
        }
        self.touched.clear();
        result
    }

    /// Drops every document from memory; the next to ask reads them from the store.
    pub(crate) fn forget_all(&mut self) {
        self.open.clear();
        self.touched.clear();
    }

    fn forget_touched(&mut self) {
        for id in self.touched.drain(..) {
            self.open.remove(&id);
        }
    }

    /// The document, where it is on this tablet.
    pub(crate) fn get(&mut self, read: &Read<'_>, key: DocumentKey) -> Result<Option<&mut Open>, DocumentError> {
        let id = key.to_bytes();
        self.uses += 1;
        if self.damaged.contains(&id) {
            return Err(DocumentError::Damaged);
        }
        if !self.open.contains_key(&id) {
            let stored = match read.document(&id) {
                Ok(None) => return Ok(None),
                Ok(Some(stored)) => stored,
                Err(error) => return Err(error.into()),
            };
            let Ok(document) = Document::load(key.kind, &stored.bytes) else {
                return Err(self.set_aside(id));
            };
            self.make_room();
            let open = Open {
                document,
                writable: stored.writable,
                leaving: stored.leaving,
                row: stored.row,
                increments: stored.increments,
                used: 0,
            };
            self.open.insert(id, open);
        }
        let mut open = self.open.get_mut(&id);
        if let Some(open) = &mut open {
            open.used = self.uses;
        }
        Ok(open)
    }

    /// The document to be written; begun if it is not here.
    fn get_or_begin(&mut self, write: &Write<'_>, key: DocumentKey) -> Result<&mut Open, DocumentError> {
        let id = key.to_bytes();
        self.touched.push(id);
        if self.get(write, key)?.is_none() {
            write.put_snapshot(&id, &Document::new(key.kind).save())?;
        }
        self.get(write, key)?.ok_or(DocumentError::Damaged)
    }

    /// Whether the document is in memory.
    pub(crate) fn is_open(&self, id: &[u8; 17]) -> bool {
        self.open.contains_key(id)
    }

    /// Drops a document from memory: it is changed in the store by other hands.
    pub(crate) fn close(&mut self, id: &[u8; 17]) {
        self.open.remove(id);
    }

    /// Projects a document again from what the store has; the clocks of its case are read anew by
    /// [`Documents::wind_clocks`].
    pub(crate) fn project_again(&mut self, write: &Write<'_>, key: DocumentKey) -> Result<(), DocumentError> {
        let clockwork = Arc::clone(&self.clockwork);
        if let Some(open) = self.get(write, key)? {
            let last_written = open.document.last_written_ms();
            project::project_alone(write, open.row, key, &open.document, &clockwork)?;
            project::touch(write, key, last_written.unwrap_or(0))?;
        }
        Ok(())
    }

    /// Reads the clocks of a case anew: time has passed.
    pub(crate) fn wind_clocks(&self, write: &Write<'_>, subject: &[u8; 16]) -> Result<(), StoreError> {
        self.clockwork.wind(write, subject)
    }

    fn make_room(&mut self) {
        while self.open.len() >= OPEN_MAX {
            let Some(oldest) = self.open.iter().min_by_key(|(_, open)| open.used).map(|(id, _)| *id) else {
                return;
            };
            self.open.remove(&oldest);
        }
    }
}

impl Open {
    /// Writes what the document gained: as an increment, or folded into a snapshot when there are many.
    fn persist(&mut self, write: &Write<'_>, id: &[u8; 17], gained: &[impl AsRef<[u8]>]) -> Result<(), StoreError> {
        if self.increments + gained.len() >= INCREMENTS_MAX {
            write.put_snapshot(id, &self.document.save())?;
            self.increments = 0;
            return Ok(());
        }
        for bytes in gained {
            write.add_increment(self.row, bytes.as_ref())?;
        }
        self.increments += gained.len();
        Ok(())
    }
}
