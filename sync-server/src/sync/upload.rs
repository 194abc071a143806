//! One uploaded change, from bytes that anybody may have made to an entry of the log.

use std::collections::HashMap;
use std::sync::Arc;

use casefile::{ApplyError, ChangeError, ChangeHead, Document, DocumentKey};
use casework::{DocumentKind, Pack, Value, attachment};
use protocol::ids::Sha256;
use protocol::message::down::Outcome;
use protocol::{DocumentId, Refusal};

use super::claims::Written;
use super::fold::{FoldError, fold};
use crate::hub::Hub;
use crate::rights::{beginning, key_of};
use crate::storage::{Access, Author, CommitError, Committed, Kept, NewChange, Refused, StorageError, Writing};

/// How long after a document was taken away its former worker may hand in what they wrote before.
pub(crate) const LATE_MS: i64 = 60 * 86_400_000;
/// Documents kept open within one request: a device sends the changes of one case together.
const OPEN_DOCUMENTS_MAX: usize = 8;

/// Takes the uploads of one request, and keeps the documents they go into open between one and the next.
pub(super) struct Uploads {
    pack: Arc<Pack>,
    open: HashMap<DocumentId, Document>,
}

/// What became of an upload, and when the hub received what it has.
pub(super) struct Taken {
    pub(super) outcome: Outcome,
    pub(super) received_ms: Option<i64>,
}

impl Taken {
    const fn at(outcome: Outcome, received_ms: i64) -> Self {
        Self {
            outcome,
            received_ms: Some(received_ms),
        }
    }
}

/// Why an upload was not taken.
enum Trouble {
    Refused(Refusal),
    Broken(FoldError),
}

impl From<Refusal> for Trouble {
    fn from(code: Refusal) -> Self {
        Self::Refused(code)
    }
}

impl<E: Into<FoldError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Broken(error.into())
    }
}

impl Uploads {
    /// Nothing taken yet, by the pack that is in force for whoever writes.
    pub(super) fn new(pack: Arc<Pack>) -> Self {
        Self {
            pack,
            open: HashMap::new(),
        }
    }

    /// Takes a change or says why not; refused bytes are kept in quarantine.
    pub(super) fn take(&mut self, hub: &Hub, author: &Author, id: DocumentId, bytes: &[u8], now_ms: i64) -> Taken {
        // A request that was cut may still be worked at while the device sends the same again: what looked forbidden or out
        // of place between two of its changes is looked at once more before it is refused.
        let tried = match self.try_take(hub, author, id, bytes, now_ms) {
            Err(Trouble::Refused(_)) => self.try_take(hub, author, id, bytes, now_ms),
            tried => tried,
        };
        let code = match tried {
            Ok(taken) => return taken,
            Err(Trouble::Refused(code)) => code,
            Err(Trouble::Broken(error)) => {
                tracing::error!(%error, "an upload could not be taken");
                Refusal::Unavailable
            }
        };
        let outcome = match code {
            Refusal::Unavailable => Outcome::Refused { code },
            code => refuse(hub, author, id, bytes, code),
        };
        Taken {
            outcome,
            received_ms: None,
        }
    }

    fn try_take(
        &mut self,
        hub: &Hub,
        author: &Author,
        id: DocumentId,
        bytes: &[u8],
        now_ms: i64,
    ) -> Result<Taken, Trouble> {
        let head = ChangeHead::parse(bytes).map_err(refusal_of_change)?;
        if head.author.to_bytes() != author.id.0 {
            return Err(Refusal::WrongAuthor.into());
        }
        // A change that is in the log already is the author's own, whatever they may do with the document today.
        if let Some(stored) = hub.storage.change_by_sequence(id, author.id, head.seq)? {
            return if stored.hash == head.hash {
                Ok(Taken::at(
                    Outcome::Duplicate { number: stored.number },
                    stored.received_ms,
                ))
            } else {
                Err(Refusal::Fork.into())
            };
        }
        let key = key_of(id).ok_or(Refusal::UnknownDocument)?;
        let writing = writing(hub, &self.pack, author, id, key)?;
        let document = self.applied(hub, (id, key.kind), &writing, bytes)?;
        let written = Written {
            hub,
            pack: &self.pack,
            user: &author.user,
            key,
        };
        if let Some(code) = written.refusal(&document, &head)? {
            return Err(code.into());
        }
        let media = media_named(&document);
        let change = NewChange {
            document: id,
            district: &author.user.district,
            user: author.user.id,
            author: author.id,
            seq: head.seq,
            hash: head.hash,
            bytes,
            writing,
            media,
            now_ms,
        };
        let committed = hub.storage.commit_change(&change);
        if !matches!(committed, Ok(Committed::New { .. })) {
            self.open.remove(&id);
        }
        match committed {
            Ok(Committed::New { number, late }) => {
                self.keep_open(id, document);
                Ok(Taken::at(Outcome::Accepted { number, late }, now_ms))
            }
            Ok(Committed::Duplicate { number, received_ms }) => {
                Ok(Taken::at(Outcome::Duplicate { number }, received_ms))
            }
            Err(CommitError::Fork) => Err(Refusal::Fork.into()),
            // Whatever changed in between: the device sends it again, and it is looked at anew.
            Err(CommitError::RightGone) => Err(Refusal::UnknownDocument.into()),
            Err(CommitError::Storage(error)) => Err(error.into()),
        }
    }

    /// The document with the change in it.
    fn applied(
        &mut self,
        hub: &Hub,
        (id, kind): (DocumentId, DocumentKind),
        writing: &Writing,
        bytes: &[u8],
    ) -> Result<Document, Trouble> {
        if let Some(mut document) = self.open.remove(&id)
            && document.apply(&[bytes], &self.pack).is_ok()
        {
            return Ok(document);
        }
        // Not open, or somebody else has written in it since it was opened.
        let mut document = match writing {
            Writing::Begins(_) | Writing::Founds(_) => Document::new(kind),
            Writing::Granted | Writing::Late => {
                let state = hub.storage.document(id)?.ok_or(StorageError::NoSuch("document"))?;
                fold(kind, &state, &self.pack)?
            }
        };
        document
            .apply(&[bytes], &self.pack)
            .map_err(|error| refusal_of_apply(&error))?;
        Ok(document)
    }

    fn keep_open(&mut self, id: DocumentId, document: Document) {
        if self.open.len() >= OPEN_DOCUMENTS_MAX {
            self.open.clear();
        }
        self.open.insert(id, document);
    }
}

/// Keeps what was refused.
pub(super) fn refuse(hub: &Hub, author: &Author, id: DocumentId, bytes: &[u8], code: Refusal) -> Outcome {
    let refused = Refused {
        user: author.user.id,
        author: author.id,
        document: id,
        code,
        bytes,
    };
    let kept = match hub.storage.quarantine(&refused, hub.clock.now_ms()) {
        Ok(Kept::Yes) => true,
        // Ordinary refusals stay on the device as well; what a shut-out device destroys must be here.
        Ok(Kept::Full) => code != Refusal::NotEnrolled,
        Err(error) => {
            tracing::error!(%error, "a refused upload could not be kept");
            false
        }
    };
    Outcome::Refused {
        code: if kept { code } else { Refusal::Unavailable },
    }
}

/// On what ground the author may write in the document.
fn writing(hub: &Hub, pack: &Pack, author: &Author, id: DocumentId, key: DocumentKey) -> Result<Writing, Trouble> {
    let storage = &*hub.storage;
    let user = &author.user;
    match storage.access(user.id, author.id, id)? {
        Access::Write => Ok(Writing::Granted),
        Access::Read => Err(Refusal::NotPermitted.into()),
        Access::Formerly { revoked_ms } if hub.clock.now_ms() - revoked_ms <= LATE_MS => Ok(Writing::Late),
        Access::Formerly { .. } | Access::NoLonger => Err(Refusal::Revoked.into()),
        Access::Never => {
            // What the role may never begin is refused alike whether it exists or not; a compartment of one's own case
            // that the role does not read is no secret.
            let own_case = || -> Result<bool, StorageError> {
                Ok(storage
                    .assigned(key.subject)?
                    .iter()
                    .any(|assigned| assigned.user.id == user.id))
            };
            match beginning(storage, pack, user, key)? {
                None => Err(Refusal::NotPermitted.into()),
                Some(_) if own_case()? => Err(Refusal::NotPermitted.into()),
                Some(_) if storage.subject_district(key.subject)?.is_some() => Err(Refusal::UnknownDocument.into()),
                Some(subject) => Ok(Writing::Begins(subject)),
            }
        }
    }
}

fn refusal_of_change(error: ChangeError) -> Refusal {
    match error {
        ChangeError::TooLarge | ChangeError::TooManyRows => Refusal::TooLarge,
        ChangeError::NotAPlainChange | ChangeError::Malformed => Refusal::Malformed,
        ChangeError::NotAnAuthor => Refusal::WrongAuthor,
    }
}

fn refusal_of_apply(error: &ApplyError) -> Refusal {
    match error {
        ApplyError::Change(error) => refusal_of_change(*error),
        ApplyError::Schema(_) => Refusal::Schema,
        ApplyError::MissingDependencies { .. } => Refusal::MissingDependencies,
        ApplyError::Sequence => Refusal::SequenceGap,
        ApplyError::Document => Refusal::Malformed,
    }
}

/// The hashes in the rows of attachments, in whichever document they stand.
fn media_named(document: &Document) -> Vec<Sha256> {
    const COLUMNS: [&str; 3] = ["sha_thumb", "sha_field", "sha_full"];
    let rows = document.rows();
    let attachments = rows
        .iter()
        .filter(|row| attachment::is_table(&row.table) && !row.removed);
    let named = attachments.flat_map(|row| COLUMNS.iter().filter_map(|column| row.cells.get(*column)));
    named
        .filter_map(Value::as_text)
        .filter_map(|text| text.parse().ok())
        .collect()
}
