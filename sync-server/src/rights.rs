//! What a user may read and write, out of role, district and assignment: the pack's rights applied to documents.

use casefile::DocumentKey;
use casework::{DocumentKind, Pack, Role, RoleRights};
use protocol::{DocumentId, UserId};

use crate::hub::Hub;
use crate::storage::{NewSubject, Readable, Storage, StorageError, User};

/// A document's key, if its kind is one this hub knows.
pub fn key_of(document: DocumentId) -> Option<DocumentKey> {
    DocumentKey::from_bytes(document.0)
}

fn id_of(subject: [u8; 16], kind: DocumentKind) -> DocumentId {
    DocumentId(DocumentKey { subject, kind }.to_bytes())
}

fn rights_of<'p>(pack: &'p Pack, user: &User) -> Option<&'p RoleRights> {
    pack.rights().of(&Role::from_code(&user.role))
}

/// Whether a case or an institution is given to a user by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Given {
    /// It is.
    Yes,
    /// It is not; the user may see it all the same where their role sees the district.
    No,
}

/// What a user may read of a subject's documents.
pub fn readable(pack: &Pack, user: &User, documents: &[DocumentId], given: Given) -> Vec<Readable> {
    let Some(rights) = rights_of(pack, user) else {
        return Vec::new();
    };
    let may = |document: DocumentId| {
        let kind = key_of(document)?.kind;
        let reaches = match kind {
            DocumentKind::Case(_) => given == Given::Yes || rights.sees_district,
            DocumentKind::Institution => given == Given::Yes || !rights.own_institution,
            DocumentKind::Missing | DocumentKind::Officer => true,
        };
        (reaches && rights.reads.contains(&kind)).then(|| Readable {
            document,
            writable: rights.writes.contains(&kind),
        })
    };
    documents.iter().copied().filter_map(may).collect()
}

/// What a new user may read of the district as it stands.
pub fn readable_from_the_start(storage: &dyn Storage, pack: &Pack, user: &User) -> Result<Vec<Readable>, StorageError> {
    Ok(readable(
        pack,
        user,
        &storage.district_documents(&user.district)?,
        Given::No,
    ))
}

/// What a user may read with another role than they have: of the whole district, and of what is given to them.
pub fn readable_with_role(storage: &dyn Storage, pack: &Pack, user: &User) -> Result<Vec<Readable>, StorageError> {
    let given = storage.assignments(user.id)?;
    let (own, others): (Vec<_>, Vec<_>) = storage
        .district_documents(&user.district)?
        .into_iter()
        .partition(|document| key_of(*document).is_some_and(|key| given.contains(&key.subject)));
    let mut all = readable(pack, user, &own, Given::Yes);
    all.extend(readable(pack, user, &others, Given::No));
    Ok(all)
}

/// What begins with a first change to `key` by `user`; `None` where their role may not begin it.
pub fn beginning(
    storage: &dyn Storage,
    pack: &Pack,
    user: &User,
    key: DocumentKey,
) -> Result<Option<NewSubject>, StorageError> {
    let Some(rights) = rights_of(pack, user) else {
        return Ok(None);
    };
    let (kinds, assigned): (Vec<DocumentKind>, Option<UserId>) = match key.kind {
        DocumentKind::Case(_) if rights.opens_cases => {
            let compartments = DocumentKind::ALL
                .into_iter()
                .filter(|kind| kind.compartment().is_some());
            (compartments.collect(), Some(user.id))
        }
        DocumentKind::Missing => (vec![key.kind], None),
        // Institutions and officers are entered by the district, not begun in the field.
        DocumentKind::Case(_) | DocumentKind::Institution | DocumentKind::Officer => return Ok(None),
    };
    if !rights.writes.contains(&key.kind) {
        return Ok(None);
    }
    let documents: Vec<DocumentId> = kinds.into_iter().map(|kind| id_of(key.subject, kind)).collect();
    let mut shared = Vec::new();
    for reader in storage.users(&user.district)? {
        let given = if assigned == Some(reader.id) {
            Given::Yes
        } else {
            Given::No
        };
        shared.extend(
            readable(pack, &reader, &documents, given)
                .into_iter()
                .map(|one| (reader.id, one)),
        );
    }
    Ok(Some(NewSubject {
        documents,
        assigned,
        readable: shared,
    }))
}

/// Gives a case or an institution to a user.
pub fn assign(hub: &Hub, subject: [u8; 16], user: UserId, now_ms: i64) -> Result<(), StorageError> {
    let storage = &*hub.storage;
    let user = storage.user(user)?.ok_or(StorageError::NoSuch("user"))?;
    let pack = hub.pack_of(&user.district)?;
    let documents = storage.subject_documents(subject)?;
    storage.assign(
        subject,
        user.id,
        &readable(&pack, &user, &documents, Given::Yes),
        now_ms,
    )
}

/// Takes a case or an institution from a user. What their role sees of the whole district stays.
pub fn unassign(hub: &Hub, subject: [u8; 16], user: UserId, now_ms: i64) -> Result<(), StorageError> {
    let storage = &*hub.storage;
    let user = storage.user(user)?.ok_or(StorageError::NoSuch("user"))?;
    let pack = hub.pack_of(&user.district)?;
    let documents = storage.subject_documents(subject)?;
    storage.unassign(subject, user.id, &readable(&pack, &user, &documents, Given::No), now_ms)
}
