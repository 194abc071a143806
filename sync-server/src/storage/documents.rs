//! Documents: their changes, the snapshot that folds them, and the commit of a new change.

use std::slice;

use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, Epoch, UserId};

use super::grants::Readable;
use super::{Result, StorageError};

/// A change that has passed every check.
#[derive(Debug, Clone)]
pub struct NewChange<'a> {
    /// The document it belongs to.
    pub document: DocumentId,
    /// The district whose log it goes into.
    pub district: &'a str,
    /// The user who sent it.
    pub user: UserId,
    /// Who wrote it.
    pub author: AuthorId,
    /// Its number among the author's changes of the document.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// The plain chunk.
    pub bytes: &'a [u8],
    /// On what ground it is taken.
    pub writing: Writing,
    /// The media that the document names after the change.
    pub media: Vec<Sha256>,
    /// When it was received.
    pub now_ms: i64,
}

/// On what ground a change is taken. Looked at again in the transaction that takes it.
#[derive(Debug, Clone)]
pub enum Writing {
    /// The user may write in the document.
    Granted,
    /// The user could, and hands in what they wrote then.
    Late,
    /// The document begins with this change.
    Begins(NewSubject),
    /// The same, begun by the hub itself for the district: nobody's right is asked for.
    Founds(NewSubject),
    /// The hub itself notes something in a document that there is.
    Notes,
}

/// What begins to exist with a first change: all documents of a case at once.
#[derive(Debug, Clone)]
pub struct NewSubject {
    /// Its documents.
    pub documents: Vec<DocumentId>,
    /// The user it is given to, where it is one that is given.
    pub assigned: Option<UserId>,
    /// Who may read what of it.
    pub readable: Vec<(UserId, Readable)>,
}

impl NewSubject {
    /// Who reads what, a reader's documents together, in an order that does not depend on who asked.
    pub(super) fn by_reader(&self) -> Vec<(UserId, Readable)> {
        let mut readable = self.readable.clone();
        readable.sort_by_key(|(user, _)| *user);
        readable
    }
}

/// What came of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Committed {
    /// It stands in the log.
    New {
        /// Under this number.
        number: u64,
        /// Whether the writer had lost the document before.
        late: bool,
    },
    /// It had stood there.
    Duplicate {
        /// Under this number.
        number: u64,
        /// Received then.
        received_ms: i64,
    },
}

/// Why a commit was not done.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// The ground on which the change was to be taken is gone.
    #[error("the right to write has gone meanwhile")]
    RightGone,
    /// Another change has the author's number.
    #[error("another change has this number")]
    Fork,
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// A change as it stands in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredChange {
    /// Its number.
    pub number: u64,
    /// Its hash.
    pub hash: [u8; 32],
    /// When it was received.
    pub received_ms: i64,
}

/// When the changes of one author in a document were received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedRun {
    /// The author.
    pub author: AuthorId,
    /// The number of the first among the author's changes of the document; the others follow without a gap.
    pub first: u64,
    /// The times, one for each change.
    pub times_ms: Vec<i64>,
}

/// A document as stored: a snapshot and the changes since.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentState {
    /// The district it belongs to.
    pub district: String,
    /// The document as saved; empty where nothing has been folded.
    pub snapshot: Vec<u8>,
    /// The changes that are not in the snapshot, in the log's order.
    pub tail: Vec<Vec<u8>>,
    /// The number of its last change; zero where there is none.
    pub last_number: u64,
}

/// What is known of documents.
pub trait Documents {
    /// The epoch of the logs.
    fn epoch(&self) -> Epoch;

    /// Whether any document of the subject exists, and in which district.
    fn subject_district(&self, subject: [u8; 16]) -> Result<Option<String>>;

    /// The documents of a subject, in the order of their ids, as they stand at one moment.
    fn subject_states(&self, subject: [u8; 16]) -> Result<Vec<(DocumentId, DocumentState)>>;

    /// The documents of a subject.
    fn subject_documents(&self, subject: [u8; 16]) -> Result<Vec<DocumentId>>;

    /// All documents of a district.
    fn district_documents(&self, district: &str) -> Result<Vec<DocumentId>>;

    /// A document's snapshot and later changes.
    fn document(&self, id: DocumentId) -> Result<Option<DocumentState>>;

    /// The change with this number of the author in the document.
    fn change_by_sequence(&self, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>>;

    /// The hash of the one change of the document whose hash begins so; `None` where there is none, or more than one.
    fn change_by_beginning(&self, document: DocumentId, beginning: &[u8]) -> Result<Option<[u8; 32]>>;

    /// When each change of the document was received, by author, up to this number of the log.
    fn received(&self, document: DocumentId, upto: u64) -> Result<Vec<ReceivedRun>>;

    /// Takes changes of one author into the log of their district, in their order: entries, audit rows, grants of what begins with them; all
    /// of them or none. No two of them have one author's same number in one document.
    fn commit_changes(&self, changes: &[NewChange<'_>]) -> Result<Vec<Committed>, CommitError>;

    /// Takes one change into the log.
    fn commit_change(&self, change: &NewChange<'_>) -> Result<Committed, CommitError> {
        let committed = self.commit_changes(slice::from_ref(change))?;
        Ok(committed.into_iter().next().ok_or(StorageError::NoSuch("change"))?)
    }

    /// Keeps a newer snapshot.
    fn save_snapshot(&self, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()>;
}

/// The first and the last hash that begin so.
pub(super) fn hashes_between(beginning: &[u8]) -> ([u8; 32], [u8; 32]) {
    let (mut first, mut last) = ([0; 32], [0xff; 32]);
    let length = beginning.len().min(32);
    first[..length].copy_from_slice(&beginning[..length]);
    last[..length].copy_from_slice(&beginning[..length]);
    (first, last)
}

/// Adds a change to the runs; changes come in the order of their authors and the authors' numbers.
pub(super) fn add_to_runs(runs: &mut Vec<ReceivedRun>, author: AuthorId, seq: u64, at_ms: i64) {
    match runs.last_mut() {
        Some(run) if run.author == author && run.first + run.times_ms.len() as u64 == seq => run.times_ms.push(at_ms),
        _ => runs.push(ReceivedRun {
            author,
            first: seq,
            times_ms: vec![at_ms],
        }),
    }
}
