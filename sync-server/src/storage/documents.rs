//! Documents: their changes, the snapshot that folds them, and the commit of a new change.

use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, Epoch, UserId};
use rusqlite::{OptionalExtension, Transaction, params};

use super::audit::Deed;
use super::grants::{Access, Readable, find_access, set_grants};
use super::sqlite::{Number, Sqlite};
use super::write::{About, KIND_CHANGE, NewEntry, append, audit};
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

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        StorageError::from(error).into()
    }
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

    /// The documents of a subject.
    fn subject_documents(&self, subject: [u8; 16]) -> Result<Vec<DocumentId>>;

    /// All documents of a district.
    fn district_documents(&self, district: &str) -> Result<Vec<DocumentId>>;

    /// A document's snapshot and later changes.
    fn document(&self, id: DocumentId) -> Result<Option<DocumentState>>;

    /// The change with this number of the author in the document.
    fn change_by_sequence(&self, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>>;

    /// When each change of the document was received, by author, up to this number of the log.
    fn received(&self, document: DocumentId, upto: u64) -> Result<Vec<ReceivedRun>>;

    /// Takes a change into the log: entry, audit row, grants of what begins with it, all or nothing.
    fn commit_change(&self, change: &NewChange<'_>) -> Result<Committed, CommitError>;

    /// Keeps a newer snapshot.
    fn save_snapshot(&self, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()>;
}

impl Documents for Sqlite {
    fn epoch(&self) -> Epoch {
        self.own_epoch()
    }

    fn subject_district(&self, subject: [u8; 16]) -> Result<Option<String>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT district FROM document WHERE subject = ?1 LIMIT 1")?;
            Ok(statement.query_row([subject], |row| row.get(0)).optional()?)
        })
    }

    fn subject_documents(&self, subject: [u8; 16]) -> Result<Vec<DocumentId>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT id FROM document WHERE subject = ?1 ORDER BY id")?;
            let rows = statement.query_map([subject], |row| row.get(0).map(DocumentId))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn district_documents(&self, district: &str) -> Result<Vec<DocumentId>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT id FROM document WHERE district = ?1 ORDER BY id")?;
            let rows = statement.query_map([district], |row| row.get(0).map(DocumentId))?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn document(&self, id: DocumentId) -> Result<Option<DocumentState>> {
        self.read(|tx| {
            let head = tx
                .prepare_cached("SELECT district, snapshot, snapshot_number, last_number FROM document WHERE id = ?1")?
                .query_row([id.0], |row| {
                    Ok((
                        row.get(0)?,
                        row.get(1)?,
                        row.get::<_, Number>(2)?,
                        row.get::<_, Number>(3)?,
                    ))
                })
                .optional()?;
            let Some((district, snapshot, folded, last)) = head else {
                return Ok(None);
            };
            let mut statement = tx.prepare_cached(
                "SELECT bytes FROM log WHERE kind = 1 AND document = ?1 AND number > ?2 ORDER BY number",
            )?;
            let rows = statement.query_map(params![id.0, folded], |row| row.get(0))?;
            let tail = rows.collect::<rusqlite::Result<_>>()?;
            Ok(Some(DocumentState {
                district,
                snapshot,
                tail,
                last_number: last.0,
            }))
        })
    }

    fn change_by_sequence(&self, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>> {
        self.read(|tx| stored_change(tx, document, author, seq))
    }

    fn received(&self, document: DocumentId, upto: u64) -> Result<Vec<ReceivedRun>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached(
                "SELECT author, seq, at_ms FROM log
                 WHERE kind = 1 AND document = ?1 AND number <= ?2 ORDER BY author, seq",
            )?;
            let mut rows = statement.query(params![document.0, Number(upto)])?;
            let mut runs: Vec<ReceivedRun> = Vec::new();
            while let Some(row) = rows.next()? {
                let author = AuthorId(row.get(0)?);
                add_to_runs(&mut runs, author, row.get::<_, Number>(1)?.0, row.get(2)?);
            }
            Ok(runs)
        })
    }

    fn commit_change(&self, change: &NewChange<'_>) -> Result<Committed, CommitError> {
        self.write(|tx| {
            if let Some(stored) = stored_change(tx, change.document, change.author, change.seq)? {
                return if stored.hash == change.hash {
                    Ok(Committed::Duplicate {
                        number: stored.number,
                        received_ms: stored.received_ms,
                    })
                } else {
                    Err(CommitError::Fork)
                };
            }
            if let Writing::Begins(subject) | Writing::Founds(subject) = &change.writing {
                begin(tx, change, subject)?;
            }
            let access = find_access(tx, change.user, change.author, change.document)?;
            let late = match (&change.writing, access) {
                (Writing::Founds(_), _) | (Writing::Granted | Writing::Begins(_), Access::Write) => false,
                // Between the check and here the document may have been taken away; the words are not lost for that.
                (Writing::Granted | Writing::Late, Access::Formerly { .. }) => true,
                _ => return Err(CommitError::RightGone),
            };
            let number = append_change(tx, change, late)?;
            Ok(Committed::New { number, late })
        })
    }

    fn save_snapshot(&self, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
        self.write(|tx| keep_snapshot(tx, id, snapshot, number))
    }
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

pub(super) fn keep_snapshot(tx: &Transaction<'_>, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE document SET snapshot = ?2, snapshot_number = ?3 WHERE id = ?1 AND snapshot_number < ?3",
    )?
    .execute(params![id.0, snapshot, Number(number)])?;
    Ok(())
}

fn stored_change(
    tx: &Transaction<'_>,
    document: DocumentId,
    author: AuthorId,
    seq: u64,
) -> Result<Option<StoredChange>> {
    let mut statement = tx.prepare_cached(
        "SELECT number, hash, at_ms FROM log WHERE kind = 1 AND document = ?1 AND author = ?2 AND seq = ?3",
    )?;
    let stored = statement.query_row(params![document.0, author.0, Number(seq)], |row| {
        Ok(StoredChange {
            number: row.get::<_, Number>(0)?.0,
            hash: row.get(1)?,
            received_ms: row.get(2)?,
        })
    });
    Ok(stored.optional()?)
}

fn begin(tx: &Transaction<'_>, change: &NewChange<'_>, subject: &NewSubject) -> Result<(), CommitError> {
    let mut id = [0; 16];
    id.copy_from_slice(&change.document.0[..16]);
    for document in &subject.documents {
        let added = tx.execute(
            "INSERT OR IGNORE INTO document (id, subject, district, snapshot, snapshot_number, last_number)
             VALUES (?1, ?2, ?3, x'', 0, 0)",
            params![document.0, id, change.district],
        )?;
        // Somebody has begun the same subject meanwhile: it is theirs, and this user may not know.
        if added == 0 {
            return Err(CommitError::RightGone);
        }
    }
    if let Some(user) = subject.assigned {
        tx.execute(
            "INSERT INTO assignment (subject, user, since_ms) VALUES (?1, ?2, ?3)",
            params![id, user.0, change.now_ms],
        )?;
    }
    let mut users: Vec<UserId> = subject.readable.iter().map(|(user, _)| *user).collect();
    users.sort_unstable();
    users.dedup();
    for user in users {
        let readable: Vec<Readable> = subject
            .readable
            .iter()
            .filter(|(reader, _)| *reader == user)
            .map(|(_, readable)| *readable)
            .collect();
        set_grants(tx, change.district, user, Some(id), &readable, change.now_ms)?;
    }
    if matches!(change.writing, Writing::Founds(_)) {
        // What was entered has its own line in the audit.
        return Ok(());
    }
    let about = About {
        user: Some(change.user),
        author: Some(change.author),
        document: Some(change.document),
        ..About::default()
    };
    Ok(audit(tx, change.now_ms, Deed::OpenCase, &about)?)
}

fn append_change(tx: &Transaction<'_>, change: &NewChange<'_>, late: bool) -> Result<u64> {
    let entry = NewEntry {
        kind: KIND_CHANGE,
        document: Some(change.document),
        user: Some(change.user),
        author: Some(change.author),
        seq: Some(change.seq),
        hash: Some(change.hash),
        late,
        bytes: Some(change.bytes),
    };
    let number = append(tx, change.district, change.now_ms, &entry)?;
    tx.prepare_cached("UPDATE document SET last_number = ?2 WHERE id = ?1")?
        .execute(params![change.document.0, Number(number)])?;
    tx.prepare_cached("INSERT OR REPLACE INTO unfolded (subject, number) VALUES (?1, ?2)")?
        .execute(params![&change.document.0[..16], Number(number)])?;
    for sha256 in &change.media {
        // To name somebody else's picture does not open it: it takes being new, or a document with it that one may read.
        tx.prepare_cached(
            "INSERT OR IGNORE INTO attachment (sha256, document)
             SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = ?1) OR EXISTS (
                SELECT 1 FROM attachment a JOIN granted g ON g.document = a.document
                WHERE a.sha256 = ?1 AND g.user = ?3)",
        )?
        .execute(params![sha256.0, change.document.0, change.user.0])?;
    }
    let detail = number.to_string();
    let about = About {
        user: Some(change.user),
        author: Some(change.author),
        document: Some(change.document),
        detail: &detail,
    };
    audit(tx, change.now_ms, Deed::Accept, &about)?;
    Ok(number)
}
