//! What others wrote, as the hub brings it.

use std::sync::Arc;

use casefile::{ApplyError, ChangeError, ChangeHead, Document, DocumentKey};

use super::{DocumentError, Documents, INCREMENTS_MAX, Open, project};
use crate::store::Write;

/// A change of somebody else.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) number: i64,
    pub(crate) received_ms: i64,
    pub(crate) bytes: Vec<u8>,
}

/// A document the officer may read from now on.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) upto: i64,
    pub(crate) writable: bool,
    /// Empty where nothing was written yet.
    pub(crate) snapshot: Vec<u8>,
}

impl Granted {
    /// As it is set aside where it cannot be read.
    fn as_incoming(&self) -> Incoming {
        Incoming {
            number: self.upto,
            received_ms: 0,
            bytes: self.snapshot.clone(),
        }
    }
}

impl Documents {
    /// Takes in changes of one document, in the order of the log. What cannot be taken in (a newer app wrote it, or
    /// what it stands on is missing) is set aside in the store and tried again with whatever comes next: it is never
    /// dropped, and holds up no other document.
    pub(crate) fn apply(
        &mut self,
        write: &Write<'_>,
        key: DocumentKey,
        incoming: Vec<Incoming>,
    ) -> Result<(), DocumentError> {
        let pack = self.pack;
        let clockwork = Arc::clone(&self.clockwork);
        let id = key.to_bytes();
        let mut all: Vec<Incoming> = write.take_set_aside(&id)?;
        all.extend(incoming);
        let open = match self.get_or_begin(write, key) {
            Err(DocumentError::Damaged) => {
                // Our own copy does not load: keep what came until it can be repaired.
                return Ok(all
                    .iter()
                    .try_for_each(|change| write.set_aside(&id, change, "damaged"))?);
            }
            other => other?,
        };
        let mut gained: Vec<&[u8]> = Vec::new();
        let mut whole = false;
        let (mut number, mut changed_ms) = (0, 0);
        for change in &all {
            match open.document.apply(std::slice::from_ref(&change.bytes), pack) {
                Ok(applied) => {
                    if applied.new > 0 {
                        gained.push(&change.bytes);
                        changed_ms = changed_ms.max(written_ms(change));
                    }
                    number = number.max(change.number);
                }
                Err(ApplyError::Change(ChangeError::NotAPlainChange)) if merge(open, &change.bytes) => whole = true,
                Err(error) => write.set_aside(&id, change, reason(&error))?,
            }
        }
        if whole {
            open.increments = usize::MAX - INCREMENTS_MAX;
        }
        open.persist(write, &id, &gained)?;
        write.raise_hub_number(open.row, number)?;
        project::project(write, open.row, key, &open.document, &clockwork)?;
        project::touch(write, key, changed_ms)
    }

    /// Takes in a granted snapshot. What was written here and not sent yet stays and merges. A snapshot that does not
    /// load is set aside like a change.
    pub(crate) fn grant(
        &mut self,
        write: &Write<'_>,
        key: DocumentKey,
        granted: &Granted,
    ) -> Result<(), DocumentError> {
        let clockwork = Arc::clone(&self.clockwork);
        let id = key.to_bytes();
        let open = match self.get_or_begin(write, key) {
            Err(DocumentError::Damaged) => {
                if self.restore(write, key, granted)? {
                    return Ok(write.forget_destroyed(&id)?);
                }
                return Ok(write.set_aside(&id, &granted.as_incoming(), "snapshot")?);
            }
            other => other?,
        };
        if granted.snapshot.is_empty() || merge(open, &granted.snapshot) {
            write.put_snapshot(&id, &open.document.save())?;
            open.increments = 0;
        } else {
            write.set_aside(&id, &granted.as_incoming(), "snapshot")?;
        }
        open.writable = granted.writable;
        open.leaving = false;
        write.set_granted(open.row, granted.writable, granted.upto)?;
        write.forget_destroyed(&id)?;
        let last_written = open.document.last_written_ms();
        project::project(write, open.row, key, &open.document, &clockwork)?;
        project::touch(write, key, last_written.unwrap_or(0))
    }

    /// The hub takes a document back. It is closed to edits at once; it goes when everything written in it is handed
    /// in.
    pub(crate) fn revoke(&mut self, write: &Write<'_>, id: &[u8; 17]) -> Result<(), DocumentError> {
        self.touched.push(*id);
        self.close(id);
        write.forget_pieces(id)?;
        if !write.set_leaving(id)? {
            write.note_destroyed(id)?;
            // The list may have named what had not come yet.
            let subject = id.first_chunk().expect("a document id begins with its subject");
            write.drop_card_if_gone(subject)?;
        }
        Ok(())
    }
}

/// Takes in a whole snapshot; says whether that could be done.
fn merge(open: &mut Open, snapshot: &[u8]) -> bool {
    Document::load(open.document.kind(), snapshot).is_ok_and(|theirs| open.document.merge(&theirs).is_ok())
}

/// When the change was written by its author's clock, but not later than the hub had it.
fn written_ms(change: &Incoming) -> i64 {
    ChangeHead::parse(&change.bytes).map_or(change.received_ms, |head| head.at_ms.min(change.received_ms))
}

const fn reason(error: &ApplyError) -> &'static str {
    match error {
        ApplyError::Change(_) => "malformed",
        ApplyError::Schema(_) => "schema",
        ApplyError::MissingDependencies { .. } => "missing_dependencies",
        ApplyError::Sequence => "sequence_gap",
        ApplyError::Document => "document",
    }
}
