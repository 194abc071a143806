//! A backup: what is on this tablet and nowhere else, in one file under a passphrase of its own, and bringing it back on
//! another tablet by another author.
//!
//! It holds what no hub has taken in: changes with the documents they stand on, pictures, notes begun. What the hub has
//! comes from the hub. A tablet on which it is restored is a new author, whose numbers begin anew; so the changes are not
//! sent as they are, but told and written once more, at the time they were first written, on the ground they stood on
//! ([`casefile::Anew`]). Doing that twice changes nothing: what was written once more is noted.

mod file;
mod make;
mod restore;

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use ipc::FailureCode;

use crate::{documents::DocumentError, failure::Failed, session::Ended, store::StoreError, vault::UnlockError};

pub(crate) use make::make;
pub(crate) use restore::restore;

/// How many records can be read of what stands behind the passphrase: for the tests of decoders.
pub(crate) fn records_of(mut bytes: &[u8]) -> usize {
    let mut records = 0;
    let read = file::read_all(&mut bytes, |_| {
        records += 1;
        Ok(())
    });
    records + usize::from(read.is_ok())
}

/// Why a backup was not made or not restored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BackupError {
    /// No whole path of a new file in a folder that is there, outside of the app's own.
    #[error("no file can be made there")]
    Place,
    /// The file is no backup, or its beginning is gone.
    #[error("the file is no backup")]
    NotABackup,
    /// The file is damaged or cut off.
    #[error("the backup is damaged")]
    Damaged,
    /// A newer app has written it.
    #[error("the backup was made by a newer app")]
    Newer,
    /// Not its passphrase.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// It is somebody else's.
    #[error("the backup is of another officer")]
    AnotherOfficer,
    /// The disk is full, or says no.
    #[error("the file cannot be read or written")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Document(DocumentError),
    #[error("the session has ended")]
    Ended,
}

impl From<StoreError> for BackupError {
    fn from(error: StoreError) -> Self {
        Self::Document(error.into())
    }
}

impl From<DocumentError> for BackupError {
    fn from(error: DocumentError) -> Self {
        Self::Document(error)
    }
}

impl From<Ended> for BackupError {
    fn from(_: Ended) -> Self {
        Self::Ended
    }
}

impl From<UnlockError> for BackupError {
    fn from(error: UnlockError) -> Self {
        match error {
            UnlockError::Malformed | UnlockError::TooMuchWork => Self::NotABackup,
            UnlockError::WrongPassphrase => Self::WrongPassphrase,
            UnlockError::Io(error) => Self::Io(error),
        }
    }
}

impl From<BackupError> for Failed {
    fn from(error: BackupError) -> Self {
        Self(match error {
            BackupError::Place => FailureCode::BackupPlace,
            BackupError::NotABackup => FailureCode::NotABackup,
            BackupError::Damaged => FailureCode::BackupDamaged,
            BackupError::Newer => FailureCode::NewerBackup,
            BackupError::WrongPassphrase => FailureCode::BackupPassphrase,
            BackupError::AnotherOfficer => FailureCode::BackupOfAnother,
            BackupError::Io(error) if error.kind() == io::ErrorKind::StorageFull => FailureCode::DiskFull,
            BackupError::Io(_) => FailureCode::BackupFile,
            BackupError::Document(error) => return error.into(),
            BackupError::Ended => FailureCode::Locked,
        })
    }
}

/// Everything of a backup but the pictures.
#[derive(Debug, Default)]
struct Contents {
    head: file::Head,
    documents: BTreeMap<[u8; 17], Vec<u8>>,
    changes: Vec<file::Unsent>,
    pictures: u32,
    drafts: BTreeMap<casework::CaseId, String>,
}

/// The path that an officer has given, where a file can be.
fn path_of(text: &str) -> Result<PathBuf, BackupError> {
    let path = Path::new(text.trim());
    if path.is_absolute() && path.file_name().is_some() && text.len() <= ipc::PATH_BYTES_MAX {
        Ok(path.to_owned())
    } else {
        Err(BackupError::Place)
    }
}
