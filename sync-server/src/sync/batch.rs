//! Batches of changes in their short form: from what was sent to the chunks that were written.

use std::collections::HashMap;

use casefile::{HashBeginning, Run, ShortError, next_of_many};
use protocol::limits::CHANGE_BYTES_MAX;
use protocol::message::up::Group;
use protocol::message::{Names, NamesError};
use protocol::parcel::unpack;
use protocol::{AuthorId, DocumentId, Refusal};

use crate::hub::Hub;
use crate::rights::key_of;

/// What the batches of one request have said so far.
pub(super) struct Batches {
    base_ms: i64,
    names: Names<DocumentId>,
    last_n: u64,
    runs: HashMap<DocumentId, Run>,
}

/// A group that was read.
pub(super) struct Read {
    pub(super) document: DocumentId,
    /// The device's number of each change, and its chunk.
    pub(super) changes: Vec<(u64, Result<Vec<u8>, Unread>)>,
}

/// Why there is no chunk.
pub(super) enum Unread {
    /// It may be good, and must come whole.
    SendWhole,
    /// It is none. What came of it.
    Bad(Refusal, Vec<u8>),
}

impl Batches {
    /// Nothing was said. `base_ms` is the time in the opening.
    pub(super) fn new(base_ms: i64) -> Self {
        Self {
            base_ms,
            names: Names::default(),
            last_n: 0,
            runs: HashMap::new(),
        }
    }

    /// The next change of the document does not stand on the last that came of it in short.
    pub(super) fn forget(&mut self, document: DocumentId) {
        self.runs.remove(&document);
    }

    /// What a group says. Behind a change that cannot be read, the others of its group must come whole: what they stand on
    /// is not known.
    pub(super) fn read(&mut self, hub: &Hub, author: AuthorId, group: Group) -> Result<Read, NamesError> {
        let document = self.names.meant(group.document)?;
        let base_ms = self.base_ms;
        let run = self
            .runs
            .entry(document)
            .or_insert_with(|| Run::new(base_ms, key_of(document).map(|key| key.kind)));
        let unpacked = unpack(&group.bytes, CHANGE_BYTES_MAX).map_err(|_| Refusal::Malformed);
        let mut many = unpacked.as_deref().unwrap_or_default();
        let mut broken = unpacked.as_ref().err().copied();
        let mut unknown = false;
        let mut changes = Vec::with_capacity(group.steps.len());
        for step in group.steps {
            self.last_n = self.last_n.saturating_add(step);
            let change = match (broken.take(), unknown) {
                // The first that cannot be read stands for what came; it is kept once.
                (Some(code), _) => Err(Unread::Bad(code, group.bytes.clone())),
                (None, true) => Err(Unread::SendWhole),
                (None, false) => match next_of_many(&mut many) {
                    Ok(Some(short)) => {
                        let known = |beginning: &HashBeginning| known(hub, document, *beginning);
                        match run.lengthen(casework::AuthorId::from_bytes(author.0), short, known) {
                            Ok((chunk, _)) => Ok(chunk),
                            Err(ShortError::Unknown) => Err(Unread::SendWhole),
                            Err(ShortError::Change(_)) => Err(Unread::Bad(Refusal::Malformed, short.to_vec())),
                        }
                    }
                    Ok(None) | Err(_) => Err(Unread::Bad(Refusal::Malformed, group.bytes.clone())),
                },
            };
            unknown |= change.is_err();
            changes.push((self.last_n, change));
        }
        if unknown {
            self.runs.remove(&document);
        }
        Ok(Read { document, changes })
    }
}

/// The change of the document whose hash begins so. What cannot be looked up now comes whole.
fn known(hub: &Hub, document: DocumentId, beginning: HashBeginning) -> Option<[u8; 32]> {
    match hub.storage.change_by_beginning(document, &beginning) {
        Ok(hash) => hash,
        Err(error) => {
            tracing::error!(%error, "a change could not be looked up");
            None
        }
    }
}
