use protocol::{AuthorId, DocumentId, Epoch};
use rusqlite::{Connection, OptionalExtension, params};

use super::destructions::destroyed_as;
use super::grants::{find_access, grant};
use super::write::{append, audit};
use super::{Number, Sqlite};
use crate::storage::documents::{add_to_runs, hashes_between};
use crate::storage::media::name_of_claim;
use crate::storage::write::{About, KIND_CHANGE, NewEntry, runs};
use crate::storage::{
    Access, CommitError, Committed, Deed, DocumentState, Documents, NewChange, NewSubject, ReceivedRun, Result,
    StorageError, StoredChange, Writing,
};

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        StorageError::from(error).into()
    }
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

    fn subject_states(&self, subject: [u8; 16]) -> Result<Vec<(DocumentId, DocumentState)>> {
        self.read(|tx| {
            let mut statement = tx.prepare_cached("SELECT id FROM document WHERE subject = ?1 ORDER BY id")?;
            let ids = statement.query_map([subject], |row| row.get(0).map(DocumentId))?;
            let mut states = Vec::new();
            for id in ids {
                let id = id?;
                states.extend(state(tx, id)?.map(|state| (id, state)));
            }
            Ok(states)
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
        self.read(|tx| state(tx, id))
    }

    fn change_by_sequence(&self, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>> {
        self.read(|tx| stored_change(tx, document, author, seq))
    }

    fn change_by_beginning(&self, document: DocumentId, beginning: &[u8]) -> Result<Option<[u8; 32]>> {
        self.read(|tx| {
            let (first, last) = hashes_between(beginning);
            let mut statement = tx.prepare_cached(
                "SELECT hash FROM log WHERE kind = 1 AND document = ?1 AND hash BETWEEN ?2 AND ?3 LIMIT 2",
            )?;
            let rows = statement.query_map(params![document.0, first, last], |row| row.get(0))?;
            let hashes: Vec<[u8; 32]> = rows.collect::<rusqlite::Result<_>>()?;
            Ok(if let [hash] = hashes.as_slice() {
                Some(*hash)
            } else {
                None
            })
        })
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

    fn commit_changes(&self, changes: &[NewChange<'_>]) -> Result<Vec<Committed>, CommitError> {
        self.write(|tx| commit_all(tx, changes))
    }

    fn save_snapshot(&self, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
        self.write(|tx| keep_snapshot(tx, id, snapshot, number))
    }
}

/// A document as stored.
fn state(tx: &Connection, id: DocumentId) -> Result<Option<DocumentState>> {
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
    let mut statement =
        tx.prepare_cached("SELECT bytes FROM log WHERE kind = 1 AND document = ?1 AND number > ?2 ORDER BY number")?;
    let rows = statement.query_map(params![id.0, folded], |row| row.get(0))?;
    let tail = rows.collect::<rusqlite::Result<_>>()?;
    Ok(Some(DocumentState {
        district,
        snapshot,
        tail,
        last_number: last.0,
    }))
}

pub(super) fn commit_all(tx: &Connection, changes: &[NewChange<'_>]) -> Result<Vec<Committed>, CommitError> {
    let mut all = Vec::with_capacity(changes.len());
    for change in changes {
        all.push(commit(tx, change)?);
    }
    let Some(first) = changes.first() else { return Ok(all) };
    let new = changes
        .iter()
        .zip(&all)
        .filter_map(|(change, committed)| match committed {
            Committed::New { number, .. } => Some((change.document, *number)),
            Committed::Duplicate { .. } => None,
        });
    for run in runs(new) {
        let about = About {
            user: Some(first.user),
            author: Some(first.author),
            document: Some(run.document),
            detail: &run.detail(),
        };
        audit(tx, first.now_ms, Deed::Accept, &about)?;
    }
    Ok(all)
}

fn commit(tx: &Connection, change: &NewChange<'_>) -> Result<Committed, CommitError> {
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
        (Writing::Notes, _) if !exists(tx, change.document)? => return Err(CommitError::RightGone),
        (Writing::Founds(_) | Writing::Notes, _) | (Writing::Granted | Writing::Begins(_), Access::Write) => false,
        // Between the check and here the document may have been taken away; the words are not lost for that.
        (Writing::Granted | Writing::Late, Access::Formerly { .. }) => true,
        _ => return Err(CommitError::RightGone),
    };
    let number = append_change(tx, change, late)?;
    Ok(Committed::New { number, late })
}

pub(super) fn keep_snapshot(tx: &Connection, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
    tx.prepare_cached(
        "UPDATE document SET snapshot = ?2, snapshot_number = ?3 WHERE id = ?1 AND snapshot_number < ?3",
    )?
    .execute(params![id.0, snapshot, Number(number)])?;
    Ok(())
}

fn stored_change(tx: &Connection, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>> {
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

fn exists(tx: &Connection, document: DocumentId) -> Result<bool> {
    Ok(tx
        .prepare_cached("SELECT 1 FROM document WHERE id = ?1")?
        .exists([document.0])?)
}

fn begin(tx: &Connection, change: &NewChange<'_>, subject: &NewSubject) -> Result<(), CommitError> {
    let mut id = [0; 16];
    id.copy_from_slice(&change.document.0[..16]);
    // What was destroyed does not begin again out of somebody's old copy.
    if destroyed_as(tx, &id)?.is_some() {
        return Err(CommitError::RightGone);
    }
    for document in &subject.documents {
        let added = tx
            .prepare_cached(
                "INSERT OR IGNORE INTO document (id, subject, district, snapshot, snapshot_number, last_number)
                 VALUES (?1, ?2, ?3, x'', 0, 0)",
            )?
            .execute(params![document.0, id, change.district])?;
        // Somebody has begun the same subject meanwhile: it is theirs, and this user may not know.
        if added == 0 {
            return Err(CommitError::RightGone);
        }
    }
    if let Some(user) = subject.assigned {
        tx.prepare_cached("INSERT INTO assignment (subject, user, since_ms) VALUES (?1, ?2, ?3)")?
            .execute(params![id, user.0, change.now_ms])?;
    }
    // Nobody could read what did not exist.
    for (user, readable) in subject.by_reader() {
        grant(tx, change.district, user, readable, change.now_ms)?;
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

fn append_change(tx: &Connection, change: &NewChange<'_>, late: bool) -> Result<u64> {
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
    // A hold on the subject stays: whoever folds it now finds, when they are done, that there is more.
    tx.prepare_cached(
        "INSERT INTO unfolded (subject, number) VALUES (?1, ?2)
         ON CONFLICT (subject) DO UPDATE SET number = excluded.number",
    )?
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
        // Where it does not, whoever has the bytes may show it.
        tx.prepare_cached(
            "INSERT OR IGNORE INTO media_claim (sha256, document, name)
             SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = ?1 AND document = ?2)",
        )?
        .execute(params![
            sha256.0,
            change.document.0,
            name_of_claim(*sha256, change.document).0
        ])?;
    }
    Ok(number)
}
