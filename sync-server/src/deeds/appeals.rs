//! What officers ask about words that were refused: decided, and done with the decision.

use protocol::limits::APPEAL_WORDS_BYTES_MAX;
use protocol::{DocumentId, Plea, UserId};

use super::DeedError;
use crate::hub::Hub;
use crate::storage::{AppealRow, Decision, StorageError};
use crate::sync::{self, Rejudged};
use crate::{rights, sync::FoldError};

/// The most that is listed at once.
pub const LISTED_MAX: u32 = 500;

const NOT_OPEN: DeedError = DeedError::NotThere("there is no open appeal with this number");

/// What came of saying yes.
#[derive(Debug)]
pub struct Granted {
    /// The record that was given, and to whom.
    pub given: Option<([u8; 16], UserId)>,
    /// What was judged again.
    pub judged: Vec<Rejudged>,
    /// How many stay in quarantine of what was to be handed over: the appeal stays open then.
    pub left: usize,
}

/// The open appeal with this number.
pub fn open(hub: &Hub, number: i64) -> Result<AppealRow, DeedError> {
    let row = hub.storage.appeal(number)?;
    row.filter(|row| row.decided_ms.is_none()).ok_or(NOT_OPEN)
}

/// Says yes. Who asked for access is given the record. What lies in quarantine is judged again by the rights of today.
pub fn grant(hub: &Hub, number: i64, words: &str) -> Result<Granted, DeedError> {
    check_words(words)?;
    let row = open(hub, number)?;
    let mut given = None;
    if row.plea == Plea::Access {
        let subject = subject_of(row.document);
        if hub.storage.subject_district(subject)?.is_none() {
            return Err(DeedError::not_so(
                "there is no such record: decline the appeal and say which one the officer may mean",
            ));
        }
        rights::assign(hub, subject, row.user, hub.clock.now_ms())?;
        given = Some((subject, row.user));
    }
    let judged = release(hub, &row)?;
    let left = match row.plea {
        Plea::HandOver => hub.storage.quarantined_of(row.author, row.document)?.len(),
        Plea::Access => 0,
    };
    if left == 0 {
        decide(hub, number, Decision::Grant, words)?;
    }
    Ok(Granted { given, judged, left })
}

/// Says no, and why.
pub fn decline(hub: &Hub, number: i64, words: &str) -> Result<(), DeedError> {
    check_words(words)?;
    if words.trim().is_empty() {
        return Err(DeedError::not_so(
            "say to the officer why, and what to do instead: `--words`, or `words` of the body",
        ));
    }
    decide(hub, number, Decision::Decline, words)
}

/// What lies in quarantine of it is judged again.
fn release(hub: &Hub, row: &AppealRow) -> Result<Vec<Rejudged>, FoldError> {
    let mut judged = Vec::new();
    for refused in &hub.storage.quarantined_of(row.author, row.document)? {
        // One that followed an earlier one is not there any more.
        if hub.storage.quarantined_row(refused.id)?.is_some() {
            judged.extend(sync::release(hub, refused.id)?);
        }
    }
    Ok(judged)
}

fn decide(hub: &Hub, number: i64, decision: Decision, words: &str) -> Result<(), DeedError> {
    let decided = hub.storage.decide_appeal(number, decision, words, hub.clock.now_ms());
    match decided {
        Err(StorageError::NoSuch(_)) => Err(NOT_OPEN),
        decided => Ok(decided?),
    }
}

fn check_words(words: &str) -> Result<(), DeedError> {
    if words.len() > APPEAL_WORDS_BYTES_MAX || words.chars().any(char::is_control) {
        let limits =
            format!("what is said to the officer has at most {APPEAL_WORDS_BYTES_MAX} bytes and no control characters");
        return Err(DeedError::NotSo(limits.into()));
    }
    Ok(())
}

const fn subject_of(document: DocumentId) -> [u8; 16] {
    let [subject @ .., _kind] = document.0;
    subject
}
