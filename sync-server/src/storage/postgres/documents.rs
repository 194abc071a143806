use std::collections::{BTreeMap, BTreeSet, HashMap};

use protocol::ids::Sha256;
use protocol::{AuthorId, DocumentId, Epoch, UserId};
use tokio_postgres::Row;

use super::Postgres;
use super::destructions::destroyed_as;
use super::grants::{NewGrants, find_access, find_accesses};
use super::transaction::{FIND_BY_KEYS, Tx};
use super::value::{Fixed, Number, at, fixed, number};
use super::write::STAND_IN_LINE;
use crate::storage::documents::{add_to_runs, hashes_between};
use crate::storage::write::KIND_CHANGE;
use crate::storage::{
    Access, CommitError, Committed, Deed, DocumentState, Documents, NewChange, NewSubject, ReceivedRun, Result,
    StorageError, StoredChange, Writing,
};

const SELECT_STORED: &str =
    "SELECT number, hash, at_ms FROM log WHERE kind = 1 AND document = $1 AND author = $2 AND seq = $3";
/// Which of these stand in the log.
const SELECT_MANY_STORED: &str = "
    SELECT l.document, l.seq, l.number, l.hash, l.at_ms
    FROM unnest($1::bytea[], $2::bigint[]) AS asked (document, seq)
    JOIN log l ON l.kind = 1 AND l.document = asked.document AND l.author = $3 AND l.seq = asked.seq";
/// Everything that changes leave, under the district's next numbers; gives the number before them. The subjects' rows are
/// read from the documents', which therefore are locked before them, as by who folds. A hold on a subject stays: whoever
/// folds it now finds, when they are done, that there is more.
const APPEND_CHANGES: &str = "
    WITH given AS (
        SELECT * FROM unnest($6::bytea[], $7::bigint[], $8::bytea[], $9::boolean[], $10::bytea[]) WITH ORDINALITY
            AS given (document, seq, hash, late, bytes, place)),
    next AS (
        UPDATE district SET last_number = last_number + $12 WHERE code = $1 RETURNING last_number - $12 AS before),
    entry AS (
        INSERT INTO log (district, number, kind, at_ms, document, user_id, author, seq, hash, late, bytes)
        SELECT $1, before + place, $2, $3, document, $4, $5, seq, hash, late, bytes FROM given, next),
    audited AS (
        INSERT INTO audit (at_ms, deed, user_id, author, document, detail)
        SELECT $3, $11, $4, $5, document, (before + place)::text FROM given, next ORDER BY place),
    last AS (
        SELECT document, max(before + place) AS number FROM given, next GROUP BY document),
    grown AS (
        UPDATE document SET last_number = last.number FROM last WHERE id = last.document
        RETURNING document.subject, document.last_number),
    unread AS (
        INSERT INTO unfolded (subject, number) SELECT subject, max(last_number) FROM grown GROUP BY subject
        ON CONFLICT (subject) DO UPDATE SET number = excluded.number)
    SELECT before, (SELECT count(*) FROM grown) FROM next";

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

    fn commit_changes(&self, changes: &[NewChange<'_>]) -> Result<Vec<Committed>, CommitError> {
        self.write(|tx| commit(tx, changes))
    }

    fn save_snapshot(&self, id: DocumentId, snapshot: &[u8], number: u64) -> Result<()> {
        self.write(|tx| keep_snapshot(tx, id, snapshot, number))
    }
}

fn read_id(row: &Row) -> Result<DocumentId> {
    Ok(DocumentId(fixed(row, 0)?))
}

fn commit(tx: &Tx<'_>, changes: &[NewChange<'_>]) -> Result<Vec<Committed>, CommitError> {
    let Some(first) = changes.first() else {
        return Ok(Vec::new());
    };
    // From here on nobody else writes in the district, and what was checked stays so.
    let documents: Vec<_> = changes.iter().map(|change| Fixed(change.document.0)).collect();
    let seqs: Vec<_> = changes.iter().map(|change| Number(change.seq)).collect();
    let answers = tx.rows_in_turn(&[
        (FIND_BY_KEYS, &[]),
        (STAND_IN_LINE, &[&first.district]),
        (SELECT_MANY_STORED, &[&documents, &seqs, &Fixed(first.author.0)]),
    ])?;
    let [_, there, stored] = answers.as_slice() else {
        unreachable!("three were asked");
    };
    if there.is_empty() {
        return Err(StorageError::NoSuch("district").into());
    }
    let mut known = HashMap::new();
    for row in stored {
        known.insert((DocumentId(fixed(row, 0)?), number(row, 1)?), read_stored(row, 2)?);
    }
    let is_new = |change: &&NewChange<'_>| !known.contains_key(&(change.document, change.seq));
    let mut rights = Rights::default();
    rights.ask(tx, changes.iter().filter(is_new))?;

    let mut new = Vec::new();
    for change in changes.iter().filter(is_new) {
        if let Writing::Begins(subject) | Writing::Founds(subject) = &change.writing {
            begin(tx, change, subject)?;
            rights.forget(&subject.documents);
        }
        let late = match &change.writing {
            Writing::Founds(_) => false,
            writing => match (writing, rights.of(tx, change)?) {
                (Writing::Granted | Writing::Begins(_), Access::Write) => false,
                // Between the check and here the document may have been taken away; the words are not lost for that.
                (Writing::Granted | Writing::Late, Access::Formerly { .. }) => true,
                _ => return Err(CommitError::RightGone),
            },
        };
        new.push((change, late));
    }
    let mut numbers = append(tx, &new)?..;
    let mut lateness = new.iter().map(|(_, late)| *late);
    let committed = changes
        .iter()
        .map(|change| match known.get(&(change.document, change.seq)) {
            Some(stored) if stored.hash == change.hash => Ok(Committed::Duplicate {
                number: stored.number,
                received_ms: stored.received_ms,
            }),
            Some(_) => Err(CommitError::Fork),
            None => Ok(Committed::New {
                number: numbers.next().unwrap_or_default(),
                late: lateness.next().unwrap_or_default(),
            }),
        });
    committed.collect()
}

/// What an author may do with the documents that are written in.
#[derive(Default)]
struct Rights(HashMap<DocumentId, Access>);

impl Rights {
    /// Asks for all that exist already, together.
    fn ask<'a>(&mut self, tx: &Tx<'_>, changes: impl Iterator<Item = &'a NewChange<'a>>) -> Result<()> {
        let exists = |change: &&NewChange<'_>| matches!(change.writing, Writing::Granted | Writing::Late);
        let changes: Vec<_> = changes.filter(exists).collect();
        let Some(first) = changes.first() else { return Ok(()) };
        let documents: BTreeSet<_> = changes.iter().map(|change| change.document).collect();
        let documents: Vec<_> = documents.into_iter().collect();
        let accesses = find_accesses(tx, first.user, first.author, &documents)?;
        self.0.extend(documents.into_iter().zip(accesses));
        Ok(())
    }

    fn of(&mut self, tx: &Tx<'_>, change: &NewChange<'_>) -> Result<Access> {
        if let Some(access) = self.0.get(&change.document) {
            return Ok(*access);
        }
        let access = find_access(tx, change.user, change.author, change.document)?;
        self.0.insert(change.document, access);
        Ok(access)
    }

    fn forget(&mut self, documents: &[DocumentId]) {
        for document in documents {
            self.0.remove(document);
        }
    }
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
    row.as_ref().map(|row| read_stored(row, 0)).transpose()
}

/// A change whose number, hash and time stand in these and the next two columns.
fn read_stored(row: &Row, column: usize) -> Result<StoredChange> {
    Ok(StoredChange {
        number: number(row, column)?,
        hash: fixed(row, column + 1)?,
        received_ms: at(row, column + 2)?,
    })
}

fn begin(tx: &Tx<'_>, change: &NewChange<'_>, subject: &NewSubject) -> Result<(), CommitError> {
    let mut id = [0; 16];
    id.copy_from_slice(&change.document.0[..16]);
    // What was destroyed does not begin again out of somebody's old copy.
    if destroyed_as(tx, id)?.is_some() {
        return Err(CommitError::RightGone);
    }
    let id = Fixed(id);
    let documents: Vec<_> = subject.documents.iter().map(|document| Fixed(document.0)).collect();
    let assigned: Vec<_> = subject.assigned.iter().map(|user| Fixed(user.0)).collect();
    // What was entered by the hub itself has its own line in the audit.
    let told: Vec<bool> = (!matches!(change.writing, Writing::Founds(_)))
        .then_some(true)
        .into_iter()
        .collect();
    let grants = NewGrants::of(&subject.by_reader());
    let answers = tx.rows_in_turn(&[
        (
            "INSERT INTO document (id, subject, district, snapshot, snapshot_number, last_number)
             SELECT id, $2, $3, ''::bytea, 0, 0 FROM unnest($1::bytea[]) AS id ON CONFLICT DO NOTHING
             RETURNING 1",
            &[&documents, &id, &change.district],
        ),
        (
            "INSERT INTO assignment (subject, user_id, since_ms) SELECT $1, assigned, $3
             FROM unnest($2::bytea[]) AS assigned ON CONFLICT DO NOTHING",
            &[&id, &assigned, &change.now_ms],
        ),
        (NewGrants::SQL, &grants.values(&change.district, &change.now_ms)),
        (
            "INSERT INTO audit (at_ms, deed, user_id, author, document, detail)
             SELECT $1, $2, $3, $4, $5, '' FROM unnest($6::boolean[])",
            &[
                &change.now_ms,
                &Deed::OpenCase.word(),
                &Fixed(change.user.0),
                &Fixed(change.author.0),
                &Fixed(change.document.0),
                &told,
            ],
        ),
    ])?;
    // Somebody has begun the same subject meanwhile: it is theirs, and this user may not know.
    if answers.first().map_or(0, Vec::len) != documents.len() {
        return Err(CommitError::RightGone);
    }
    tx.has_grown(change.district);
    Ok(())
}

/// Writes changes of one author into the log, under numbers that follow each other; gives the first.
fn append(tx: &Tx<'_>, changes: &[(&NewChange<'_>, bool)]) -> Result<u64> {
    let Some((first, _)) = changes.first() else {
        return Ok(0);
    };
    let documents: Vec<_> = changes.iter().map(|(change, _)| Fixed(change.document.0)).collect();
    let seqs: Vec<_> = changes.iter().map(|(change, _)| Number(change.seq)).collect();
    let hashes: Vec<_> = changes.iter().map(|(change, _)| Fixed(change.hash)).collect();
    let late: Vec<bool> = changes.iter().map(|(_, late)| *late).collect();
    let bytes: Vec<&[u8]> = changes.iter().map(|(change, _)| change.bytes).collect();
    let row = tx.row(
        APPEND_CHANGES,
        &[
            &first.district,
            &i16::from(KIND_CHANGE),
            &first.now_ms,
            &Fixed(first.user.0),
            &Fixed(first.author.0),
            &documents,
            &seqs,
            &hashes,
            &late,
            &bytes,
            &Deed::Accept.word(),
            &Number(changes.len() as u64),
        ],
    )?;
    let row = row.ok_or(StorageError::NoSuch("district"))?;
    let mut media = BTreeMap::<DocumentId, BTreeSet<Sha256>>::new();
    for (change, _) in changes {
        media.entry(change.document).or_default().extend(&change.media);
    }
    if number(&row, 1)? != media.len() as u64 {
        return Err(StorageError::NoSuch("document"));
    }
    tx.has_grown(first.district);
    for (document, named) in media {
        name_media(tx, first.user, document, named)?;
    }
    Ok(number(&row, 0)? + 1)
}

/// Binds media to the document that names them.
fn name_media(tx: &Tx<'_>, user: UserId, document: DocumentId, media: BTreeSet<Sha256>) -> Result<()> {
    if media.is_empty() {
        return Ok(());
    }
    let named: Vec<Fixed<32>> = media.into_iter().map(|sha256| Fixed(sha256.0)).collect();
    let new = tx.rows(
        "SELECT DISTINCT sha256 FROM unnest($1::bytea[]) AS named (sha256)
         WHERE NOT EXISTS (SELECT 1 FROM attachment a WHERE a.sha256 = named.sha256 AND a.document = $2)
         ORDER BY sha256",
        &[&named, &Fixed(document.0)],
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
            &[&Fixed(sha256.0), &Fixed(document.0), &Fixed(user.0)],
        )?;
    }
    Ok(())
}
