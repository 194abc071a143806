use protocol::{AuthorId, DocumentId, Epoch};
use tokio_postgres::Row;

use super::Postgres;
use super::changes::commit;
use super::transaction::{Tx, Values, owned};
use super::value::{Fixed, Number, at, fixed, number};
use crate::storage::documents::{add_to_runs, hashes_between};
use crate::storage::{CommitError, Committed, DocumentState, Documents, NewChange, ReceivedRun, Result, StoredChange};

const SELECT_STORED: &str =
    "SELECT number, hash, at_ms FROM log WHERE kind = 1 AND document = $1 AND author = $2 AND seq = $3";

const HEADS: &str = "SELECT id, district, snapshot, last_number FROM document WHERE subject = $1 ORDER BY id";
/// The changes that no snapshot has, of each document by its own numbers.
const TAILS: &str = "
    SELECT d.id, l.bytes FROM document d CROSS JOIN LATERAL (
        SELECT number, bytes FROM log WHERE kind = 1 AND document = d.id AND number > d.snapshot_number
        ORDER BY number OFFSET 0) l
    WHERE d.subject = $1 ORDER BY d.id, l.number";

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

    fn subject_states(&self, subject: [u8; 16]) -> Result<Vec<(DocumentId, DocumentState)>> {
        self.read(|tx| {
            let subject = Fixed(subject);
            let values: Values<'_> = &[&subject];
            let mut answers = tx.rows_in_turn(&[(HEADS, values), (TAILS, values)])?.into_iter();
            let (heads, tails) = (answers.next().unwrap_or_default(), answers.next().unwrap_or_default());
            let mut states: Vec<_> = heads.iter().map(read_head).collect::<Result<_>>()?;
            for row in &tails {
                let id = read_id(row)?;
                if let Some((_, state)) = states.iter_mut().find(|(known, _)| *known == id) {
                    state.tail.push(at(row, 1)?);
                }
            }
            Ok(states)
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
        self.write(|tx| {
            keep_snapshot(tx, id, snapshot, number);
            Ok(())
        })
    }
}

fn read_head(row: &Row) -> Result<(DocumentId, DocumentState)> {
    let state = DocumentState {
        district: at(row, 1)?,
        snapshot: at(row, 2)?,
        tail: Vec::new(),
        last_number: number(row, 3)?,
    };
    Ok((read_id(row)?, state))
}

fn read_id(row: &Row) -> Result<DocumentId> {
    Ok(DocumentId(fixed(row, 0)?))
}

pub(super) fn keep_snapshot(tx: &Tx<'_>, id: DocumentId, snapshot: &[u8], number: u64) {
    tx.later(
        "UPDATE document SET snapshot = $2, snapshot_number = $3 WHERE id = $1 AND snapshot_number < $3",
        owned![Fixed(id.0), snapshot.to_vec(), Number(number)],
    );
}

fn stored_change(tx: &Tx<'_>, document: DocumentId, author: AuthorId, seq: u64) -> Result<Option<StoredChange>> {
    let row = tx.row(SELECT_STORED, &[&Fixed(document.0), &Fixed(author.0), &Number(seq)])?;
    row.as_ref().map(|row| read_stored(row, 0)).transpose()
}

/// A change whose number, hash and time stand in these and the next two columns.
pub(super) fn read_stored(row: &Row, column: usize) -> Result<StoredChange> {
    Ok(StoredChange {
        number: number(row, column)?,
        hash: fixed(row, column + 1)?,
        received_ms: at(row, column + 2)?,
    })
}
