//! What was refused is judged again, by the rights and the law of today, as if it came now.
//!
//! Nothing else lets it in: a person who releases an upload says that it is to be looked at again, not that it is good. What is
//! good then stands in the log like any other change, and the log tells it to its author, too, whose device had counted it as
//! refused. What the same author wrote in the same document behind it stands on it, and is judged with it; but for what was
//! handed in by somebody who was shut out, of which each is a person's to decide.

use std::collections::BTreeSet;

use casefile::ChangeHead;
use protocol::{DocumentId, Refusal};

use super::fold::FoldError;
use super::upload::{Came, Looked, Trouble, Uploads};
use crate::hub::Hub;
use crate::storage::{Author, CommitError, Committed, NO_SUCH_ROW, NewChange, QuarantineRow, StorageError, Writing};

/// What became of an upload that was judged again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejudged {
    /// Its row in quarantine, which is gone where it was taken.
    pub row: i64,
    /// Its document.
    pub document: DocumentId,
    /// Where it stands in the log, or why it stays where it is.
    pub judged: Result<Committed, Refusal>,
}

/// Judges a row of the quarantine again, and where it is taken those behind it, until one of them is refused.
pub fn release(hub: &Hub, row: i64) -> Result<Vec<Rejudged>, FoldError> {
    let storage = &*hub.storage;
    let found = storage.quarantined_row(row)?.filter(|row| row.refused_ms.is_none());
    let found = found.ok_or(StorageError::NoSuch(NO_SUCH_ROW))?;
    let author = storage.author(found.author)?.ok_or(StorageError::NoSuch("author"))?;
    let mut uploads = Uploads::new(hub.pack_of(&author.user.district)?);
    let seq = head_of(hub, row)?.map_or(0, |head| head.seq);
    let first = release_one(hub, &mut uploads, &author, row, found.document)?;
    let mut done = vec![first];
    if first.judged.is_err() {
        return Ok(done);
    }
    hub.changed.ring();
    for waiting in behind(hub, &found, seq)? {
        let next = release_one(hub, &mut uploads, &author, waiting, found.document)?;
        done.push(next);
        if next.judged.is_err() {
            break;
        }
    }
    Ok(done)
}

/// The rows that were written behind this one, in their order.
fn behind(hub: &Hub, first: &QuarantineRow, seq: u64) -> Result<Vec<i64>, StorageError> {
    let mut waiting = BTreeSet::new();
    for row in hub.storage.quarantined_of(first.author, first.document)? {
        if row.code == Refusal::NotEnrolled {
            continue;
        }
        if let Some(head) = head_of(hub, row.id)?.filter(|head| head.seq > seq) {
            waiting.insert((head.seq, row.id));
        }
    }
    Ok(waiting.into_iter().map(|(_, row)| row).collect())
}

fn head_of(hub: &Hub, row: i64) -> Result<Option<ChangeHead>, StorageError> {
    let bytes = hub.storage.refused_bytes(row)?;
    Ok(bytes.and_then(|bytes| ChangeHead::parse(&bytes).ok()))
}

fn release_one(
    hub: &Hub,
    uploads: &mut Uploads,
    author: &Author,
    row: i64,
    document: DocumentId,
) -> Result<Rejudged, FoldError> {
    let bytes = hub.storage.refused_bytes(row)?;
    let bytes = bytes.ok_or(StorageError::NoSuch(NO_SUCH_ROW))?;
    let came = Came {
        document,
        bytes: &bytes,
        now_ms: hub.clock.now_ms(),
    };
    let judged = match uploads.look(hub, author, 0, came) {
        Ok(Looked::Good(good)) => take(hub, row, &good.0.as_change(author))?,
        Ok(Looked::Stands(_)) => stands(hub, author, row, came)?,
        Err(Trouble::Refused(code)) => Err(code),
        Err(Trouble::Broken(error)) => return Err(error),
    };
    Ok(Rejudged { row, document, judged })
}

/// The log has the change by now: only the row goes.
fn stands(hub: &Hub, author: &Author, row: i64, came: Came<'_>) -> Result<Result<Committed, Refusal>, StorageError> {
    let Ok(head) = ChangeHead::parse(came.bytes) else {
        return Ok(Err(Refusal::Malformed));
    };
    let change = NewChange {
        document: came.document,
        district: &author.user.district,
        user: author.user.id,
        author: author.id,
        seq: head.seq,
        hash: head.hash,
        bytes: came.bytes,
        writing: Writing::Granted,
        media: Vec::new(),
        now_ms: came.now_ms,
    };
    take(hub, row, &change)
}

fn take(hub: &Hub, row: i64, change: &NewChange<'_>) -> Result<Result<Committed, Refusal>, StorageError> {
    match hub.storage.release(row, change) {
        Ok(committed) => Ok(Ok(committed)),
        Err(CommitError::Fork) => Ok(Err(Refusal::Fork)),
        Err(CommitError::RightGone) => Ok(Err(Refusal::UnknownDocument)),
        Err(CommitError::Storage(error)) => Err(error),
    }
}
