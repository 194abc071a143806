//! Media in a folder: each object a file named by its hash, beside it the part that has arrived.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use protocol::ids::Sha256;
use protocol::media::kind::{MediaKind, NotMedia};
use sha2::Digest;

use crate::storage::{Storage, StorageError};

/// Why media could not be taken or given.
#[derive(Debug, thiserror::Error)]
pub(in crate::http) enum MediaError {
    #[error("the piece does not begin where the hub stands")]
    Offset(Progress),
    #[error("the upload has not begun")]
    NotBegun,
    #[error("more bytes than were announced, or than may be")]
    TooLong,
    #[error("the whole does not hash to its name")]
    HashMismatch,
    #[error("the whole is nothing that is kept")]
    NotMedia(#[from] NotMedia),
    #[error("the media folder fails")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) struct Progress {
    pub(super) offset: u64,
    pub(super) bytes: u64,
}

/// The folder.
#[derive(Debug)]
pub(in crate::http) struct Store {
    folder: PathBuf,
    /// One piece is written at a time: pieces are small, and two of the same object must not cross.
    writing: Mutex<()>,
}

impl Store {
    pub(in crate::http) fn new(data_dir: &Path) -> Self {
        Self {
            folder: data_dir.join("media"),
            writing: Mutex::new(()),
        }
    }

    pub(super) fn progress(&self, storage: &dyn Storage, sha256: Sha256) -> Result<Option<Progress>, MediaError> {
        let Some(row) = storage.media(sha256)? else {
            return Ok(None);
        };
        let offset = if row.complete {
            row.bytes
        } else {
            part_bytes(&self.part(sha256))?
        };
        Ok(Some(Progress {
            offset,
            bytes: row.bytes,
        }))
    }

    pub(super) fn begin(&self, storage: &dyn Storage, sha256: Sha256, bytes: u64) -> Result<Progress, MediaError> {
        fs::create_dir_all(self.whole(sha256).parent().unwrap_or(&self.folder))?;
        storage.begin_media(sha256, bytes)?;
        self.progress(storage, sha256)?.ok_or(MediaError::NotBegun)
    }

    pub(super) fn append(
        &self,
        storage: &dyn Storage,
        sha256: Sha256,
        offset: u64,
        piece: &[u8],
    ) -> Result<Progress, MediaError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let progress = self.progress(storage, sha256)?.ok_or(MediaError::NotBegun)?;
        if offset != progress.offset {
            return Err(MediaError::Offset(progress));
        }
        let grown = offset + piece.len() as u64;
        if grown > progress.bytes {
            return Err(MediaError::TooLong);
        }
        let path = self.part(sha256);
        if progress.offset < progress.bytes {
            let mut part = OpenOptions::new().create(true).append(true).open(&path)?;
            part.write_all(piece)?;
            part.sync_data()?;
        }
        if grown == progress.bytes && progress.offset < progress.bytes {
            self.complete(storage, sha256, &path)?;
        }
        Ok(Progress {
            offset: grown,
            ..progress
        })
    }

    fn complete(&self, storage: &dyn Storage, sha256: Sha256, part: &Path) -> Result<(), MediaError> {
        let bytes = fs::read(part)?;
        if sha2::Sha256::digest(&bytes).as_slice() != sha256.as_bytes() {
            fs::remove_file(part)?;
            storage.forget_media(sha256)?;
            return Err(MediaError::HashMismatch);
        }
        // A program under a picture's name is not kept, whoever names it.
        if let Err(why) = MediaKind::check(&bytes) {
            fs::remove_file(part)?;
            storage.forget_media(sha256)?;
            return Err(why.into());
        }
        let whole = self.whole(sha256);
        fs::rename(part, &whole)?;
        if let Some(folder) = whole.parent() {
            File::open(folder)?.sync_all()?;
        }
        Ok(storage.complete_media(sha256)?)
    }

    pub(super) fn read(&self, storage: &dyn Storage, sha256: Sha256) -> Result<Option<Vec<u8>>, MediaError> {
        let complete = storage.media(sha256)?.is_some_and(|row| row.complete);
        Ok(if complete {
            Some(fs::read(self.whole(sha256))?)
        } else {
            None
        })
    }

    fn whole(&self, sha256: Sha256) -> PathBuf {
        let name = sha256.to_string();
        self.folder.join(&name[..2]).join(name)
    }

    fn part(&self, sha256: Sha256) -> PathBuf {
        self.whole(sha256).with_extension("part")
    }
}

fn part_bytes(path: &Path) -> io::Result<u64> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}
