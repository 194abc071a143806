//! Institutions: entered by the district's administration at the hub, and from then on documents like any other, which
//! reach the devices of those whose role reads them.

use casefile::{Action, Document, DocumentKey, Edit};
use casework::{DocumentKind, InstitutionId, Subject, Value, institution as facts};
use protocol::{AuthorId, DocumentId};

use crate::hub::{Hub, NOBODY};
use crate::rights::{Given, readable};
use crate::storage::{CommitError, Institution, NewChange, NewSubject, StorageError, Writing};

/// Why an institution's document could not be begun.
#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The first change could not be made.
    #[error("the document of the institution cannot be begun")]
    Edit(#[from] casefile::EditError),
    /// The first change could not be kept.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Enters an institution and begins its document with what the district says of it.
pub fn add(hub: &Hub, institution: &Institution, now_ms: i64) -> Result<(), FoundError> {
    hub.storage.add_institution(institution, now_ms)?;
    found(hub, institution, now_ms)
}

/// Begins the documents of institutions that were entered when institutions had none, or whose beginning was cut.
pub fn found_missing(hub: &Hub, now_ms: i64) -> Result<(), FoundError> {
    for district in hub.storage.districts()? {
        for institution in hub.storage.institutions(&district.code)? {
            if hub.storage.subject_district(institution.id)?.is_none() {
                found(hub, &institution, now_ms)?;
            }
        }
    }
    Ok(())
}

fn found(hub: &Hub, institution: &Institution, now_ms: i64) -> Result<(), FoundError> {
    let subject = Subject::Institution(InstitutionId::from_bytes(institution.id));
    let key = DocumentKey::of(subject, DocumentKind::Institution);
    let id = DocumentId(key.to_bytes());
    let district = hub.storage.district(&institution.district)?;
    let district = district.ok_or(StorageError::NoSuch("district"))?;
    let fact = |name: &str, value: Value| Edit::SetFact {
        fact: name.parse().expect("names in `institution` are fact ids"),
        value,
    };
    let edits = [
        fact(facts::NAME, institution.name.as_str().into()),
        fact(facts::KIND, institution.kind.as_str().into()),
        fact(facts::CAPACITY, Value::Integer(institution.capacity.into())),
        fact(facts::DISTRICT, district.name.as_str().into()),
    ];
    let mut document = Document::new(key.kind);
    let author = casework::AuthorId::HUB;
    let Some(change) = document.edit(author, now_ms, &Action::ENTER, &edits)? else {
        return Ok(());
    };
    let pack = hub.pack_of(&institution.district)?;
    let mut shared = Vec::new();
    for reader in hub.storage.users(&institution.district)? {
        let may = readable(&pack, &reader, &[id], Given::No);
        shared.extend(may.into_iter().map(|one| (reader.id, one)));
    }
    let committed = hub.storage.commit_change(&NewChange {
        document: id,
        district: &institution.district,
        user: NOBODY,
        author: AuthorId(author.to_bytes()),
        seq: change.seq,
        hash: change.hash,
        bytes: &change.bytes,
        writing: Writing::Founds(NewSubject {
            documents: vec![id],
            assigned: None,
            readable: shared,
        }),
        media: Vec::new(),
        now_ms,
    });
    match committed {
        Ok(_) => hub.changed.ring(),
        // Another process has begun it meanwhile: the hub that starts, or an administrator.
        Err(CommitError::RightGone | CommitError::Fork) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
