use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, Epoch, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::grants::{find_access, set_grants};
use super::transaction::Tx;
use super::value::{Fixed, Number, at, fixed, number};
use super::write::{STAND_IN_LINE, audit};
use crate::storage::documents::{add_to_runs, hashes_between};
use crate::storage::write::{About, KIND_CHANGE};
use crate::storage::{
    Access, CommitError, Committed, Deed, DocumentState, Documents, NewChange, NewSubject, Readable, ReceivedRun,
    Result, StorageError, StoredChange, Writing,
};

const SELECT_STORED: &str =
    "SELECT number, hash, at_ms FROM log WHERE kind = 1 AND document = $1 AND author = $2 AND seq = $3";
/// Everything that a change leaves, under the district's next number. The subject's row is read from the document's, which
/// therefore is locked before it, as by who folds. A hold on the subject stays: whoever folds it now finds, when they are
/// done, that there is more.
const APPEND_CHANGE: &str = "
    WITH next AS (
        UPDATE district SET last_number = last_number + 1 WHERE code = $1 RETURNING last_number AS number),
    entry AS (
        INSERT INTO log (district, number, kind, at_ms, document, user_id, author, seq, hash, late, bytes)
        SELECT $1, number, $2, $3, $4, $5, $6, $7, $8, $9, $10 FROM next),
    audited AS (
        INSERT INTO audit (at_ms, deed, user_id, author, document, detail)
        SELECT $3, $11, $5, $6, $4, number::text FROM next),
    grown AS (
        UPDATE document SET last_number = next.number FROM next WHERE id = $4 RETURNING document.last_number)
    INSERT INTO unfolded (subject, number) SELECT $12, last_number FROM grown
    ON CONFLICT (subject) DO UPDATE SET number = excluded.number
    RETURNING number";

impl Documents for Postgres {
    fn epoch(&self) -> Epoch {
        self.epoch
    }

    fn subject_district(&self, subject: [u8; 16]) -> Result<Option<String>> {
        self.read_one(|tx| {
            let sql = "SELECT district FROM document WHERE subject = $1 LIMIT 1";
            tx.row(sql, &[&Fixed(subject)])?.map(|row| at(&row, 0)).transpose()
        })
    }

    fn subject_documents(&self, subject: [u8; 16]) -> Result<Vec<DocumentId>> {
        self.read_one(|tx| {
            let sql = "SELECT id FROM document WHERE subject = $1 ORDER BY id";
            tx.rows(sql, &[&Fixed(subject)])?.iter().map(read_id).collect()
        })
    }

    fn district_documents(&self, district: &str) -> Result<Vec<DocumentId>> {
        self.read_one(|tx| {
            let sql = "SELECT id FROM document WHERE district = $1 ORDER BY id";
            tx.rows(sql, &[&district])?.iter().map(read_id).collect()
        })
    }

    fn document(&self, id: DocumentId) -> Result<Option<DocumentState>> {
        self.read(|tx| {
            let head = tx.row(
                "SELECT district, snapshot, snapshot_number, last_number FROM document WHERE id = $1",
                &[&Fixed(id.0)],
            )?;
            let Some(head) = head else { return Ok(None) };
            let tail = tx.rows(
                "SELECT bytes FROM log WHERE kind = 1 AND document = $1 AND number > $2 ORDER BY number",
                &[&Fixed(id.0), &at::<Number>(&head, 2)?],
            )?;
            Ok(Some(DocumentState {
                district: at(&head, 0)?,
                snapshot: at(&head, 1)?,
                tail: tail.iter().map(|row| at(row, 0)).collect::<Result<_>>()?,
                last_number: number(&head, 3)?,
            }))
        })
    }

    fn change_by_sequence(&self, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>> {
        self.read_one(|tx| stored_change(tx, document, author, seq))
    }

    fn change_by_beginning(&self, document: DocumentId, beginning: &[u8]) -> Result<Option<[u8; 32]>> {
        self.read_one(|tx| {
            let (first, last) = hashes_between(beginning);
            let rows = tx.rows(
                "SELECT hash FROM log WHERE kind = 1 AND document = $1 AND hash BETWEEN $2 AND $3 LIMIT 2",
                &[&Fixed(document.0), &Fixed(first), &Fixed(last)],
            )?;
            if let [row] = rows.as_slice() {
                fixed(row, 0).map(Some)
            } else {
                Ok(None)
            }
        })
    }

    fn received(&self, document: DocumentId, upto: u64) -> Result<Vec<ReceivedRun>> {
        self.read_one(|tx| {
            let rows = tx.rows(
                "SELECT author, seq, at_ms FROM log
                 WHERE kind = 1 AND document = $1 AND number <= $2 ORDER BY author, seq",
                &[&Fixed(document.0), &Number(upto)],
            )?;
            let mut runs = Vec::new();
            for row in &rows {
                add_to_runs(&mut runs, AuthorId(fixed(row, 0)?), number(row, 1)?, at(row, 2)?);
            }
            Ok(runs)
        })
    }

    fn commit_change(&self, change: &NewChange<'_>) -> Result<Committed, CommitError> {
        self.write(|tx| {
            // From the first of these on nobody else writes in the district, and what was checked stays so.
            let (document, author) = (Fixed(change.document.0), Fixed(change.author.0));
            let answers = tx.rows_in_turn(&[
                (STAND_IN_LINE, &[&change.district]),
                (SELECT_STORED, &[&document, &author, &Number(change.seq)]),
            ])?;
            let [there, stored] = answers.as_slice() else {
                unreachable!("two were asked");
            };
            if there.is_empty() {
                return Err(StorageError::NoSuch("district").into());
            }
            if let Some(stored) = stored.first().map(read_stored).transpose()? {
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
            let late = match &change.writing {
                Writing::Founds(_) => false,
                writing => match (writing, find_access(tx, change.user, change.author, change.document)?) {
                    (Writing::Granted | Writing::Begins(_), Access::Write) => false,
                    // Between the check and here the document may have been taken away; the words are not lost for that.
                    (Writing::Granted | Writing::Late, Access::Formerly { .. }) => true,
                    _ => return Err(CommitError::RightGone),
                },
            };
            let number = append_change(tx, change, late)?;
            Ok(Committed::New { number, late })
        })
    }

    fn save_snapshot(&self, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
        self.write(|tx| keep_snapshot(tx, id, snapshot, number))
    }
}

fn read_id(row: &Row) -> Result<DocumentId> {
    Ok(DocumentId(fixed(row, 0)?))
}

pub(super) fn keep_snapshot(tx: &Tx<'_>, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
    tx.execute(
        "UPDATE document SET snapshot = $2, snapshot_number = $3 WHERE id = $1 AND snapshot_number < $3",
        &[&Fixed(id.0), &snapshot, &Number(number)],
    )?;
    Ok(())
}

fn stored_change(tx: &Tx<'_>, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>> {
    let row = tx.row(SELECT_STORED, &[&Fixed(document.0), &Fixed(author.0), &Number(seq)])?;
    row.as_ref().map(read_stored).transpose()
}

fn read_stored(row: &Row) -> Result<StoredChange> {
    Ok(StoredChange {
        number: number(row, 0)?,
        hash: fixed(row, 1)?,
        received_ms: at(row, 2)?,
    })
}

fn begin(tx: &Tx<'_>, change: &NewChange<'_>, subject: &NewSubject) -> Result<(), CommitError> {
    let mut id = [0; 16];
    id.copy_from_slice(&change.document.0[..16]);
    for document in &subject.documents {
        let added = tx.execute(
            "INSERT INTO document (id, subject, district, snapshot, snapshot_number, last_number)
             VALUES ($1, $2, $3, ''::bytea, 0, 0) ON CONFLICT DO NOTHING",
            &[&Fixed(document.0), &Fixed(id), &change.district],
        )?;
        // Somebody has begun the same subject meanwhile: it is theirs, and this user may not know.
        if added == 0 {
            return Err(CommitError::RightGone);
        }
    }
    if let Some(user) = subject.assigned {
        tx.execute(
            "INSERT INTO assignment (subject, user_id, since_ms) VALUES ($1, $2, $3)",
            &[&Fixed(id), &Fixed(user.0), &change.now_ms],
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

fn append_change(tx: &Tx<'_>, change: &NewChange<'_>, late: bool) -> Result<u64> {
    let mut subject = [0; 16];
    subject.copy_from_slice(&change.document.0[..16]);
    let row = tx.row(
        APPEND_CHANGE,
        &[
            &change.district,
            &i16::from(KIND_CHANGE),
            &change.now_ms,
            &Fixed(change.document.0),
            &Fixed(change.user.0),
            &Fixed(change.author.0),
            &Number(change.seq),
            &Fixed(change.hash),
            &late,
            &change.bytes,
            &Deed::Accept.word(),
            &Fixed(subject),
        ],
    )?;
    let number = number(&row.ok_or(StorageError::NoSuch("document"))?, 0)?;
    tx.has_grown(change.district);
    name_media(tx, change)?;
    Ok(number)
}

/// Binds media to the document that names them.
fn name_media(tx: &Tx<'_>, change: &NewChange<'_>) -> Result<()> {
    if change.media.is_empty() {
        return Ok(());
    }
    let named: Vec<Fixed<32>> = change.media.iter().map(|sha256| Fixed(sha256.0)).collect();
    let new = tx.rows(
        "SELECT DISTINCT sha256 FROM unnest($1::bytea[]) AS named (sha256)
         WHERE NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = named.sha256 AND a.document = $2)
         ORDER BY sha256",
        &[&named, &Fixed(change.document.0)],
    )?;
    for row in &new {
        let sha256 = Sha256(fixed(row, 0)?);
        // Of two who name the same new picture in two districts at once, one is the first. Locks are taken in the order of
        // hashes.
        let mut lock = [0; 8];
        lock.copy_from_slice(&sha256.0[..8]);
        tx.rows("SELECT pg_advisory_xact_lock($1)", &[&i64::from_be_bytes(lock)])?;
        // To name somebody else's picture does not open it: it takes being new, or a document with it that one may read.
        tx.execute(
            "INSERT INTO attachment (sha256, document)
             SELECT $1, $2 WHERE NOT EXISTS (SELECT 1 FROM attachment WHERE sha256 = $1) OR EXISTS (
                SELECT 1 FROM attachment a JOIN granted g ON g.document = a.document
                WHERE a.sha256 = $1 AND g.user_id = $3)
             ON CONFLICT DO NOTHING",
            &[&Fixed(sha256.0), &Fixed(change.document.0), &Fixed(change.user.0)],
        )?;
    }
    Ok(())
}
