//! Making a backup: written beside its place, read back whole, and only then given its name.

use std::{
    fs::{self, File},
    io::{BufReader, BufWriter, Write as _},
    path::Path,
};

use casefile::{ChangeHead, Document, DocumentKey};
use ipc::Progress;

use super::{
    BackupError, Contents,
    file::{self, Ground, Head, Picture, Record, Unsent},
    path_of,
};
use crate::{
    calls::drafts,
    session::Session,
    store::{AccessAction, StoreError},
    vault::{lock_file, sha256, sync_folder, unlock_file},
};

/// Makes a backup at a path that the officer has chosen. When this returns, it was read back whole.
pub(crate) fn make(session: &Session, path: &str, passphrase: &str) -> Result<ipc::BackedUp, BackupError> {
    let path = path_of(path)?;
    let folder = path
        .parent()
        .filter(|folder| folder.is_dir())
        .ok_or(BackupError::Place)?;
    let canonical = folder.canonicalize()?;
    let own = session.vault.data_dir().canonicalize()?;
    if path.exists() || canonical.starts_with(own) {
        return Err(BackupError::Place);
    }
    let mut name = path.file_name().ok_or(BackupError::Place)?.to_owned();
    name.push(".part");
    let part = canonical.join(name);
    let made = written(session, &part, passphrase).and_then(|head| {
        let read = looked_over(session, &part, passphrase)?;
        if read.head != head || read.changes.len() != head.changes as usize || read.pictures != head.pictures {
            return Err(BackupError::Damaged);
        }
        fs::rename(&part, &path)?;
        sync_folder(&canonical)?;
        Ok(head)
    });
    session.news.tell_opening(None);
    let head = made.inspect_err(|_| {
        let _ = fs::remove_file(&part);
    })?;
    let detail = format!("changes {} pictures {}", head.changes, head.pictures);
    session.log(AccessAction::BackedUp, &detail)?;
    Ok(ipc::BackedUp {
        bytes: fs::metadata(&path)?.len(),
        changes: head.changes,
        pictures: head.pictures,
    })
}

fn written(session: &Session, part: &Path, passphrase: &str) -> Result<Head, BackupError> {
    let file = File::create(part)?;
    let mut to = lock_file(passphrase, &session.platform, BufWriter::new(file))?;
    file::begin(&mut to, file::VERSION)?;
    let head = session.store.read(|read| {
        let changes = read.unsent_changes()?;
        let pictures = read.unsent_pictures()?;
        let head = Head {
            author: session.author.to_bytes(),
            user: session.enrolment.user,
            made_ms: session.now_ms(),
            app_version: session.platform.app_version.clone(),
            changes: u32::try_from(changes.len()).unwrap_or(u32::MAX),
            pictures: u32::try_from(pictures.len()).unwrap_or(u32::MAX),
        };
        file::write(&mut to, &Record::Head(head.clone()))?;
        let mut documents: Vec<[u8; 17]> = changes.iter().map(|(document, _)| *document).collect();
        documents.sort_unstable();
        documents.dedup();
        let total = u32::try_from(documents.len() + changes.len() + pictures.len()).unwrap_or(u32::MAX);
        let mut done = 0;
        let mut step = || {
            done += 1;
            if done % 16 == 0 {
                session.news.tell_opening(Some(Progress { done, total }));
            }
        };
        for document in documents {
            // A document that does not load has its words in the changes.
            if let Some(snapshot) = snapshot(read.document(&document)?.map(|stored| stored.bytes), document) {
                file::write(&mut to, &Record::Ground(Ground { document, snapshot }))?;
            }
            step();
        }
        for (document, bytes) in changes {
            let hash = ChangeHead::parse(&bytes)
                .map_err(|_| StoreError::Row("own_change"))?
                .hash;
            file::write(&mut to, &Record::Unsent(Unsent { document, hash, bytes }))?;
            step();
        }
        for (sha, size, subject) in pictures {
            let bytes = read.media(&sha)?.ok_or(StoreError::Row("media"))?;
            let size = size as u8;
            file::write(
                &mut to,
                &Record::Picture(Picture {
                    sha,
                    size,
                    subject,
                    bytes,
                }),
            )?;
            step();
        }
        file::write(&mut to, &Record::Drafts(drafts(read)?))?;
        Ok::<_, BackupError>(head)
    })?;
    file::write(&mut to, &Record::End)?;
    let mut inner = to.finish()?;
    inner.flush()?;
    inner
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(head)
}

/// The document as one snapshot.
fn snapshot(bytes: Option<Vec<u8>>, id: [u8; 17]) -> Option<Vec<u8>> {
    let key = DocumentKey::from_bytes(id)?;
    Document::load(key.kind, &bytes?).ok().map(|document| document.save())
}

/// Reads a backup to its end, and looks whether everything in it is what it says.
pub(super) fn looked_over(session: &Session, path: &Path, passphrase: &str) -> Result<Contents, BackupError> {
    let mut from = unlock_file(passphrase, BufReader::new(File::open(path)?))?;
    let mut contents = Contents::default();
    let mut has_head = false;
    file::read_all(&mut from, |record| {
        match record {
            Record::Head(head) => {
                contents.head = head;
                has_head = true;
            }
            _ if !has_head => return Err(BackupError::Damaged),
            Record::Ground(ground) => {
                contents.documents.insert(ground.document, ground.snapshot);
            }
            Record::Unsent(unsent) => {
                let head = ChangeHead::parse(&unsent.bytes).map_err(|_| BackupError::Damaged)?;
                if head.hash != unsent.hash {
                    return Err(BackupError::Damaged);
                }
                contents.changes.push(unsent);
            }
            Record::Picture(picture) => {
                if sha256(&picture.bytes) != picture.sha {
                    return Err(BackupError::Damaged);
                }
                contents.pictures += 1;
            }
            Record::Drafts(drafts) => contents.drafts = drafts,
            Record::End => {}
        }
        if session.status.is_stopping() {
            return Err(BackupError::Ended);
        }
        Ok(())
    })?;
    Ok(contents)
}
