//! Bringing a backup back: what the hub has comes from the hub first, then the rest is written once more.

use std::{collections::BTreeSet, fs::File, io::BufReader};

use casefile::{Anew, ChangeHash, Document, DocumentKey};
use casework::Subject;
use ipc::{FailureCode, NetState, Progress};

use super::{
    BackupError, Contents,
    file::{self, Record},
    make::looked_over,
    path_of,
};
use crate::{
    Device,
    calls::keep_drafts,
    documents::{Incoming, Old},
    failure::Answer,
    session::Session,
    store::{AccessAction, MediaSize},
    sync::round,
    vault::unlock_file,
};

/// Restores a backup into the open vault. Nothing is written before the whole file was read and the hub was reached.
pub(crate) fn restore(device: &Device, path: &str, passphrase: &str) -> Answer<ipc::Restored> {
    let session = device.session()?;
    if session.is_read_only() {
        return Err(FailureCode::ReadOnly.into());
    }
    let path = path_of(path).map_err(|_| FailureCode::BackupFile)?;
    let contents = looked_over(&session, &path, passphrase)?;
    if contents.head.user != session.enrolment.user {
        return Err(BackupError::AnotherOfficer.into());
    }
    if !everything_was_said(&round(&session, device.options.transport.as_ref())) {
        return Err(FailureCode::Unreachable.into());
    }
    let restored = words(&session, &contents)
        .and_then(|restored| pictures(&session, &path, passphrase, restored, contents.pictures));
    session.news.tell_opening(None);
    let restored = restored?;
    keep_drafts(&session, contents.drafts)?;
    let detail = format!("changes {} pictures {}", restored.changes, restored.pictures);
    session.log(AccessAction::Restored, &detail)?;
    device.written();
    Ok(restored)
}

/// Whether a round came to its end, whatever of it could not be taken in.
fn everything_was_said(net: &NetState) -> bool {
    match net {
        NetState::Reached => true,
        NetState::Trouble { code, .. } => code == "set_aside" || code == "pack_unusable",
        NetState::NotTried | NetState::Syncing | NetState::Offline { .. } => false,
    }
}

/// The changes, all or none.
fn words(session: &Session, contents: &Contents) -> Result<ipc::Restored, BackupError> {
    let mut loaded = Vec::new();
    for (id, snapshot) in &contents.documents {
        let key = DocumentKey::from_bytes(*id).ok_or(BackupError::Newer)?;
        let document = Document::load(key.kind, snapshot).map_err(|_| BackupError::Damaged)?;
        loaded.push((key, document));
    }
    let unsent: BTreeSet<ChangeHash> = contents.changes.iter().map(|change| change.hash).collect();
    let olds: Vec<Old<'_>> = loaded
        .iter()
        .map(|(key, document)| Old {
            key: *key,
            document,
            unsent: &unsent,
        })
        .collect();
    let total = u32::try_from(contents.changes.len()).unwrap_or(u32::MAX);
    let mut subjects: BTreeSet<Subject> = BTreeSet::new();
    let restored = session.write_documents(|documents, write| {
        let mut restored = ipc::Restored::default();
        let mut anew = Anew::default();
        let mut begun: BTreeSet<[u8; 17]> = BTreeSet::new();
        for (n, change) in (1_u32..).zip(&contents.changes) {
            let Some(old) = olds.iter().find(|old| old.key.to_bytes() == change.document) else {
                // The ground was damaged when the backup was made: the change itself is kept.
                restored.not_placed += 1;
                let kept = Incoming {
                    number: -i64::from(n),
                    received_ms: session.now_ms(),
                    bytes: change.bytes.clone(),
                };
                write.set_aside(&change.document, &kept, "restored")?;
                continue;
            };
            if begun.insert(change.document) {
                documents.bring_back(write, old)?;
            }
            if documents.has(write, old.key, &change.hash)? {
                restored.already += 1;
                continue;
            }
            if let Some(made) = write.restored(&change.hash)? {
                anew.note(change.hash, &[], Some(made));
                restored.already += 1;
                continue;
            }
            let told = old.document.tell(&change.hash).ok_or(BackupError::Damaged)?;
            let made = documents.write_anew(write, session.author, old, (change.hash, told), &mut anew)?;
            if let Some(made) = made {
                write.set_restored(&change.hash, &made)?;
                restored.changes += 1;
                subjects.extend(old.key.about());
            }
            if n % 16 == 0 {
                session.news.tell_opening(Some(Progress { done: n, total }));
            }
        }
        Ok::<_, BackupError>(restored)
    })?;
    session.tell_all_changed(subjects);
    Ok(restored)
}

/// The pictures, one by one.
fn pictures(
    session: &Session,
    path: &std::path::Path,
    passphrase: &str,
    mut restored: ipc::Restored,
    total: u32,
) -> Result<ipc::Restored, BackupError> {
    if total == 0 {
        return Ok(restored);
    }
    let mut from = unlock_file(passphrase, BufReader::new(File::open(path)?))?;
    let mut done = 0;
    file::read_all(&mut from, |record| {
        let Record::Picture(picture) = record else {
            return Ok(());
        };
        done += 1;
        let size = MediaSize::from_byte(picture.size).ok_or(BackupError::Newer)?;
        // Whether the hub has one that is not here is not known; it says so when the sending begins.
        let (is_here, _) = session.store.read(|read| read.media_state(&picture.sha))?;
        if is_here {
            restored.already += 1;
        } else {
            session
                .store
                .write(|write| write.add_media(&picture.sha, size, &picture.subject, &picture.bytes))?;
            restored.pictures += 1;
        }
        session.news.tell_opening(Some(Progress { done, total }));
        Ok::<_, BackupError>(())
    })?;
    Ok(restored)
}
