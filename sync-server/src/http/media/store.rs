//! Media as they come in and go out: whole ones that are what their names say, in whichever place they lie.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use protocol::ids::Sha256;
use protocol::media::kind::{MediaKind, NotMedia};
use sha2::Digest;

use super::bucket::Bucket;
use super::folder::Folder;
use super::place::Place;
use crate::config::Config;
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
    #[error("the place where media lie fails")]
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

/// The media of a hub.
#[derive(Debug)]
pub(in crate::http) struct Store {
    place: Box<dyn Place>,
    /// Two pieces of one object must not cross in this process; between processes the hash of the whole decides.
    writing: [Mutex<()>; 64],
}

impl Store {
    /// In the bucket that the configuration names, or else in the data folder.
    pub(in crate::http) fn new(config: &Config) -> io::Result<Self> {
        let place: Box<dyn Place> = match &config.media {
            Some(bucket) => Box::new(Bucket::new(bucket)?),
            None => Box::new(Folder::new(&config.data_dir)),
        };
        Ok(Self {
            place,
            writing: std::array::from_fn(|_| Mutex::new(())),
        })
    }

    pub(super) fn progress(&self, storage: &dyn Storage, sha256: Sha256) -> Result<Option<Progress>, MediaError> {
        let Some(row) = storage.media(sha256)? else {
            return Ok(None);
        };
        let offset = if row.complete {
            row.bytes
        } else {
            self.place.arrived(sha256)?
        };
        if !row.complete && offset == row.bytes {
            // The hub was stopped between the last piece and the end.
            let _alone = self.alone(sha256);
            self.complete(storage, sha256)?;
        }
        Ok(Some(Progress {
            offset,
            bytes: row.bytes,
        }))
    }

    fn alone(&self, sha256: Sha256) -> MutexGuard<'_, ()> {
        let one = usize::from(sha256.0[0]) % self.writing.len();
        self.writing[one].lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn begin(&self, storage: &dyn Storage, sha256: Sha256, bytes: u64) -> Result<Progress, MediaError> {
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
        let now = || self.progress(storage, sha256)?.ok_or(MediaError::NotBegun);
        let progress = now()?;
        let alone = self.alone(sha256);
        if offset != progress.offset {
            return Err(MediaError::Offset(progress));
        }
        let grown = offset + piece.len() as u64;
        if grown > progress.bytes {
            return Err(MediaError::TooLong);
        }
        if progress.offset < progress.bytes && !piece.is_empty() {
            if !self.place.add(sha256, offset, piece)? {
                drop(alone);
                return Err(MediaError::Offset(now()?));
            }
            if grown == progress.bytes {
                self.complete(storage, sha256)?;
            }
        }
        Ok(Progress {
            offset: grown,
            ..progress
        })
    }

    fn complete(&self, storage: &dyn Storage, sha256: Sha256) -> Result<(), MediaError> {
        let is_whole = || Ok::<_, StorageError>(storage.media(sha256)?.is_some_and(|row| row.complete));
        if is_whole()? {
            return Ok(());
        }
        let bytes = self.place.part(sha256)?;
        if sha2::Sha256::digest(&bytes).as_slice() != sha256.as_bytes() {
            // Another hub may have made it whole meanwhile, and taken the pieces away.
            if is_whole()? {
                return Ok(());
            }
            self.place.discard(sha256)?;
            storage.forget_media(sha256)?;
            return Err(MediaError::HashMismatch);
        }
        // A program under a picture's name is not kept, whoever names it.
        if let Err(why) = MediaKind::check(&bytes) {
            self.place.discard(sha256)?;
            storage.forget_media(sha256)?;
            return Err(why.into());
        }
        self.place.make_whole(sha256, bytes)?;
        Ok(storage.complete_media(sha256)?)
    }

    pub(super) fn read(&self, storage: &dyn Storage, sha256: Sha256) -> Result<Option<Vec<u8>>, MediaError> {
        let complete = storage.media(sha256)?.is_some_and(|row| row.complete);
        Ok(if complete { Some(self.place.read(sha256)?) } else { None })
    }
}
