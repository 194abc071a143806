//! Uploaded changes, from bytes that anybody may have made to entries of the log.

use std::collections::HashMap;
use std::mem;
use std::sync::Arc;

use casefile::{ApplyError, ChangeError, ChangeHead, Document, DocumentKey};
use casework::{DocumentKind, Pack, Value, attachment};
use protocol::ids::Sha256;
use protocol::message::down::{Outcome, Verdict};
use protocol::{DocumentId, Refusal};

use super::catch_up::may_come_later;
use super::claims::Written;
use super::fold::{FoldError, fold};
use crate::hub::Hub;
use crate::rights::{beginning, key_of};
use crate::storage::{Access, Author, CommitError, Committed, Kept, NewChange, Refused, StorageError, Writing};
use crate::trial::Tried;

/// How long after a document was taken away its former worker may hand in what they wrote before.
pub(crate) const LATE_MS: i64 = 60 * 86_400_000;
/// Documents kept open within one request: a device sends the changes of one case together.
const OPEN_DOCUMENTS_MAX: usize = 8;

/// Changes that wait for one commit, at most.
const WAITING_MAX: usize = 256;

/// Takes the uploads of one request, and keeps the documents they go into open between one and the next. What came in one
/// frame is committed together, by [`Uploads::commit`].
pub(super) struct Uploads {
    pack: Arc<Pack>,
    open: HashMap<DocumentId, Document>,
    waiting: Vec<New>,
    verdicts: Vec<Verdict>,
}

/// A change that was found good.
pub(super) struct New {
    /// The place of its verdict.
    at: usize,
    document: DocumentId,
    seq: u64,
    hash: [u8; 32],
    bytes: Vec<u8>,
    writing: Writing,
    media: Vec<Sha256>,
    now_ms: i64,
}

impl New {
    pub(super) fn as_change<'a>(&'a self, author: &'a Author) -> NewChange<'a> {
        NewChange {
            document: self.document,
            district: &author.user.district,
            user: author.user.id,
            author: author.id,
            seq: self.seq,
            hash: self.hash,
            bytes: &self.bytes,
            writing: self.writing.clone(),
            media: self.media.clone(),
            now_ms: self.now_ms,
        }
    }

    fn is_number_of(&self, other: &Self) -> bool {
        (self.document, self.seq) == (other.document, other.seq)
    }

    /// Whether nothing can be said of what comes after it until it stands.
    const fn is_a_beginning(&self) -> bool {
        matches!(self.writing, Writing::Begins(_) | Writing::Founds(_))
    }
}

/// A change that came, with when it did.
#[derive(Clone, Copy)]
pub(super) struct Came<'a> {
    pub(super) document: DocumentId,
    pub(super) bytes: &'a [u8],
    pub(super) now_ms: i64,
}

/// What became of an upload, and when the hub received what it has.
pub(super) struct Taken {
    outcome: Outcome,
    received_ms: Option<i64>,
}

/// What a change turns out to be.
pub(super) enum Looked {
    /// The log has it.
    Stands(Taken),
    /// It is good, and the document has it.
    Good(Box<(New, Document)>),
}

impl Taken {
    const fn at(outcome: Outcome, received_ms: i64) -> Self {
        Self {
            outcome,
            received_ms: Some(received_ms),
        }
    }

    const fn of(committed: Committed, now_ms: i64) -> Self {
        match committed {
            Committed::New { number, late } => Self::at(Outcome::Accepted { number, late }, now_ms),
            Committed::Duplicate { number, received_ms } => Self::at(Outcome::Duplicate { number }, received_ms),
        }
    }
}

/// Why an upload was not taken.
pub(super) enum Trouble {
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
            waiting: Vec::new(),
            verdicts: Vec::new(),
        }
    }

    /// How many verdicts there are.
    pub(super) const fn count(&self) -> usize {
        self.verdicts.len()
    }

    /// The verdicts, in the order in which the changes came. Of what was not committed it is not said that it stands.
    pub(super) fn into_verdicts(self) -> Vec<Verdict> {
        self.verdicts
    }

    /// The verdicts so far.
    pub(super) fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// Keeps the verdict on a change that is not to be taken.
    pub(super) fn say(&mut self, n: u64, outcome: Outcome) {
        self.verdicts.push(Verdict::new(n, outcome));
    }

    /// Takes a change, so that the next commit carries it, or says why not; refused bytes are kept in quarantine.
    pub(super) fn take(&mut self, hub: &Hub, author: &Author, n: u64, came: Came<'_>) {
        let id = came.document;
        if !self.open.contains_key(&id) && self.waiting.iter().any(|new| new.document == id) {
            self.commit(hub, author);
        }
        let at = self.verdicts.len();
        let code = Refusal::Unavailable;
        self.verdicts.push(Verdict::new(n, Outcome::Refused { code }));
        match self.look(hub, author, at, came) {
            Ok(Looked::Stands(taken)) => self.settle(hub, at, taken),
            // The same once more: it stands when what waits does.
            Ok(Looked::Good(good)) if self.waiting.iter().any(|other| other.is_number_of(&good.0)) => {
                self.commit(hub, author);
                let taken = self.take_alone(hub, author, at, came);
                self.settle(hub, at, taken);
            }
            Ok(Looked::Good(good)) => {
                let (new, document) = *good;
                if new.is_a_beginning() {
                    self.commit(hub, author);
                }
                self.keep_open(id, document);
                let alone = new.is_a_beginning();
                self.waiting.push(new);
                if alone || self.waiting.len() >= WAITING_MAX {
                    self.commit(hub, author);
                }
            }
            // It may rest on what waits.
            Err(_) => {
                self.commit(hub, author);
                let taken = self.take_alone(hub, author, at, came);
                self.settle(hub, at, taken);
            }
        }
    }

    /// Commits what waits, and says of each change what became of it.
    pub(super) fn commit(&mut self, hub: &Hub, author: &Author) {
        let waiting = mem::take(&mut self.waiting);
        if waiting.is_empty() {
            return;
        }
        let changes: Vec<_> = waiting.iter().map(|new| new.as_change(author)).collect();
        match hub.storage.commit_changes(&changes) {
            Ok(committed) => {
                for (new, committed) in waiting.iter().zip(committed) {
                    // Somebody else may have written behind it.
                    if matches!(committed, Committed::Duplicate { .. }) {
                        self.open.remove(&new.document);
                    }
                    self.settle(hub, new.at, Taken::of(committed, new.now_ms));
                }
            }
            Err(CommitError::Storage(error)) => {
                tracing::error!(%error, "uploads could not be committed");
                self.open.clear();
            }
            // One of them is no longer what it was: each is looked at anew, by itself.
            Err(CommitError::RightGone | CommitError::Fork) => {
                self.open.clear();
                for new in &waiting {
                    let came = Came {
                        document: new.document,
                        bytes: &new.bytes,
                        now_ms: new.now_ms,
                    };
                    let taken = self.take_alone(hub, author, new.at, came);
                    self.settle(hub, new.at, taken);
                }
            }
        }
    }

    fn settle(&mut self, hub: &Hub, at: usize, taken: Taken) {
        if matches!(taken.outcome, Outcome::Accepted { .. }) {
            hub.changed.ring();
        }
        let verdict = &mut self.verdicts[at];
        verdict.outcome = taken.outcome;
        verdict.received_ms = taken.received_ms;
    }

    /// Takes one change in a commit of its own.
    fn take_alone(&mut self, hub: &Hub, author: &Author, at: usize, came: Came<'_>) -> Taken {
        // A request that was cut may still be worked at while the device sends the same again: what looked forbidden or out
        // of place between two of its changes is looked at once more before it is refused.
        let tried = match self.try_alone(hub, author, at, came) {
            Err(Trouble::Refused(_)) => self.try_alone(hub, author, at, came),
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
            code if may_come_later(hub, code) => Outcome::Refused {
                code: Refusal::Unavailable,
            },
            code => refuse(hub, author, came.document, came.bytes, code),
        };
        Taken {
            outcome,
            received_ms: None,
        }
    }

    fn try_alone(&mut self, hub: &Hub, author: &Author, at: usize, came: Came<'_>) -> Result<Taken, Trouble> {
        let (new, document) = match self.look(hub, author, at, came)? {
            Looked::Stands(taken) => return Ok(taken),
            Looked::Good(good) => *good,
        };
        match hub.storage.commit_change(&new.as_change(author)) {
            Ok(committed) => {
                if matches!(committed, Committed::New { .. }) {
                    self.keep_open(came.document, document);
                }
                Ok(Taken::of(committed, came.now_ms))
            }
            Err(CommitError::Fork) => Err(Refusal::Fork.into()),
            // Whatever changed in between: the device sends it again, and it is looked at anew.
            Err(CommitError::RightGone) => Err(Refusal::UnknownDocument.into()),
            Err(CommitError::Storage(error)) => Err(error.into()),
        }
    }

    /// Looks at a change, and puts it into its document. That is no longer open afterwards.
    pub(super) fn look(&mut self, hub: &Hub, author: &Author, at: usize, came: Came<'_>) -> Result<Looked, Trouble> {
        let Came {
            document: id,
            bytes,
            now_ms,
        } = came;
        if bytes.len() > hub.config.limits.change_bytes {
            return Err(Refusal::TooLarge.into());
        }
        let head = ChangeHead::parse(bytes).map_err(refusal_of_change)?;
        if head.author.to_bytes() != author.id.0 {
            return Err(Refusal::WrongAuthor.into());
        }
        // A change that is in the log already is the author's own, whatever they may do with the document today.
        if let Some(stored) = hub.storage.change_by_sequence(id, author.id, head.seq)? {
            return if stored.hash == head.hash {
                let number = stored.number;
                let taken = Taken::at(Outcome::Duplicate { number }, stored.received_ms);
                Ok(Looked::Stands(taken))
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
        let new = New {
            at,
            document: id,
            seq: head.seq,
            hash: head.hash,
            bytes: bytes.to_vec(),
            writing,
            media: media_named(&document),
            now_ms,
        };
        Ok(Looked::Good(Box::new((new, document))))
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
            && hub.trials.follow(id, bytes) == Tried::Applied
            && document.apply(&[bytes], &self.pack).is_ok()
        {
            return Ok(document);
        }
        // Not open, or somebody else has written in it since it was opened.
        let mut document = match writing {
            Writing::Begins(_) | Writing::Founds(_) => Document::new(kind),
            Writing::Granted | Writing::Late | Writing::Notes => {
                let state = hub.storage.document(id)?.ok_or(StorageError::NoSuch("document"))?;
                fold(kind, &state, &self.pack)?
            }
        };
        let tried = hub.trials.fresh(id, &document, bytes).map_err(FoldError::Trial)?;
        if tried == Tried::Lost {
            return Err(Refusal::Malformed.into());
        }
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
        // Ordinary refusals stay on the device as well; what a shut-out device destroys must be here.
        Ok(Kept::Full) => !author.is_shut_out(),
        // Of what was destroyed by law nothing is kept, here or there.
        Ok(Kept::Yes | Kept::Destroyed) => true,
        // Whoever is shut out is told only what they may destroy: nobody wants this any more.
        Ok(Kept::RefusedForGood) if author.is_shut_out() => true,
        Ok(Kept::RefusedForGood) => {
            return Outcome::Refused { code: Refusal::ForGood };
        }
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
        Access::Destroyed => Err(Refusal::Destroyed.into()),
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
