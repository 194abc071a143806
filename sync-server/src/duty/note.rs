//! What stands in the case itself of who was asked: everybody on it may read it, and the helpline is told of it.

use std::collections::BTreeMap;

use casefile::{Action, DocumentKey, Edit};
use casework::duty::CALLS;
use casework::{CaseId, Compartment, FactId, Record, RowId, Subject, Value};
use protocol::{AuthorId, DocumentId};
use sha2::{Digest, Sha256};

use super::DutyError;
use crate::hub::{Hub, NOBODY};
use crate::storage::{Asking, CommitError, NewChange, StorageError, Writing};
use crate::sync;

/// Notes what was asked and is not noted yet; says how much.
pub(super) fn note_waiting(hub: &Hub, limit: u32) -> Result<usize, DutyError> {
    let mut noted = 0;
    for asking in hub.storage.unnoted(limit)? {
        match note(hub, &asking) {
            Ok(true) => noted += 1,
            // Another hub writes in the case at this moment, or it was destroyed: looked at again the next time.
            Ok(false) => {}
            Err(DutyError::Storage(error)) if !matches!(error, StorageError::Destroyed | StorageError::Damaged) => {
                return Err(error.into());
            }
            Err(error) => tracing::error!(%error, "who was asked is not noted in a case"),
        }
    }
    if noted > 0 {
        hub.changed.ring();
    }
    Ok(noted)
}

/// Writes the row of one asking; says whether it stands.
fn note(hub: &Hub, asking: &Asking) -> Result<bool, DutyError> {
    let kind = Compartment::Core.into();
    let subject = Subject::Case(CaseId::from_bytes(asking.subject));
    let id = DocumentId(DocumentKey::of(subject, kind).to_bytes());
    let state = hub.storage.document(id)?.ok_or(StorageError::NoSuch("document"))?;
    let district = state.district.clone();
    let pack = hub.pack_of(&district)?;
    let mut document = sync::fold(kind, &state, &pack)?;
    let mut record = Record::default();
    document.add_to(&mut record);
    let edits = edits(hub, asking, &record)?;
    let author = casework::AuthorId::HUB;
    let now_ms = hub.clock.now_ms();
    if let Some(change) = document.edit(author, asking.at_ms, &Action::ENTER, &edits)? {
        let committed = hub.storage.commit_change(&NewChange {
            document: id,
            district: &district,
            user: NOBODY,
            author: AuthorId(author.to_bytes()),
            seq: change.seq,
            hash: change.hash,
            bytes: &change.bytes,
            writing: Writing::Notes,
            media: Vec::new(),
            now_ms,
        });
        match committed {
            Ok(_) => {}
            Err(CommitError::Fork | CommitError::RightGone) => return Ok(false),
            Err(CommitError::Storage(error)) => return Err(error.into()),
        }
    }
    hub.storage.noted(asking.subject, asking.step)?;
    Ok(true)
}

/// What is to be written that does not stand there.
fn edits(hub: &Hub, asking: &Asking, record: &Record) -> Result<Vec<Edit>, StorageError> {
    let row = row_of(asking);
    if record.rows.iter().any(|there| there.id == row) {
        return Ok(Vec::new());
    }
    let name = hub
        .storage
        .user(asking.user)?
        .map_or_else(String::new, |user| user.name);
    let at = Value::Instant(asking.at_ms);
    let mut cells = BTreeMap::from([
        ("at".to_owned(), at.clone()),
        ("officer".to_owned(), Value::Text(name)),
        ("why".to_owned(), Value::from(asking.why.code())),
    ]);
    if let Some(until_ms) = asking.until_ms {
        cells.insert("until".to_owned(), Value::Instant(until_ms));
    }
    let mut edits = vec![Edit::AddRow {
        row,
        table: CALLS.to_owned(),
        cells,
    }];
    let facts = [
        (asking.step == 1, "intake.assigned_at"),
        (asking.why.is_escalation(), "intake.escalated_at"),
    ];
    for (is_so, name) in facts {
        let fact: FactId = name.parse().expect("facts are named by their ids");
        if is_so && !record.facts.contains_key(&fact) {
            let value = at.clone();
            edits.push(Edit::SetFact { fact, value });
        }
    }
    Ok(edits)
}

/// The row of an asking has one id, whoever writes it.
fn row_of(asking: &Asking) -> RowId {
    let hash = Sha256::new_with_prefix(b"vatsalya-duty-v1")
        .chain_update(asking.subject)
        .chain_update(asking.step.to_be_bytes())
        .finalize();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    // A UUID of version 8: made by a rule of its own.
    id[6] = 0x80 | (id[6] & 0x0f);
    id[8] = 0x80 | (id[8] & 0x3f);
    RowId::from_bytes(id)
}
