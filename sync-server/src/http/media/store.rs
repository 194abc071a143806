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
    #[error("the case has as many bytes of media as it may")]
    Quota,
    #[error("what is whole stays")]
    Whole,
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
    /// When the hub forgets it, where it is not whole.
    pub(super) until_ms: Option<i64>,
}

/// The media of a hub.
#[derive(Debug)]
pub(in crate::http) struct Store {
    place: Box<dyn Place>,
    /// Two pieces of one object must not cross in this process; between processes the hash of the whole decides.
    writing: [Mutex<()>; 64],
    /// How many bytes the attachments of one case may have.
    case_bytes_max: u64,
}

/// How long the hub waits for the rest of an object.
const UNFINISHED_MS: i64 = 14 * 86_400_000;
/// How many that were waited for in vain are forgotten when another begins.
const FORGOTTEN_AT_ONCE: u32 = 8;

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
            case_bytes_max: config.limits.media_mb_of_a_case.saturating_mul(1 << 20),
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
            until_ms: (offset < row.bytes).then(|| row.begun_ms.saturating_add(UNFINISHED_MS)),
        }))
    }

    fn alone(&self, sha256: Sha256) -> MutexGuard<'_, ()> {
        let one = usize::from(sha256.0[0]) % self.writing.len();
        self.writing[one].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins an object, or says how far it has come. One of another length that is not whole is begun anew: its hash is
    /// what it is known by, and whoever said the other length was wrong, or will be.
    pub(super) fn begin(
        &self,
        storage: &dyn Storage,
        sha256: Sha256,
        bytes: u64,
        now_ms: i64,
    ) -> Result<(Progress, bool), MediaError> {
        for old in storage.unfinished_media(now_ms - UNFINISHED_MS, FORGOTTEN_AT_ONCE)? {
            self.forget(storage, old)?;
        }
        match self.progress(storage, sha256)? {
            Some(begun) if begun.bytes == bytes || begun.until_ms.is_none() => return Ok((begun, false)),
            Some(_) => self.forget(storage, sha256)?,
            None => {}
        }
        if storage.media_bytes_beside(sha256)?.saturating_add(bytes) > self.case_bytes_max {
            return Err(MediaError::Quota);
        }
        storage.begin_media(sha256, bytes, now_ms)?;
        let progress = self.progress(storage, sha256)?.ok_or(MediaError::NotBegun)?;
        Ok((progress, true))
    }

    /// Ends an upload that nobody will finish. What is whole stays: others may have it already.
    pub(super) fn terminate(&self, storage: &dyn Storage, sha256: Sha256) -> Result<(), MediaError> {
        let progress = self.progress(storage, sha256)?.ok_or(MediaError::NotBegun)?;
        if progress.until_ms.is_none() {
            return Err(MediaError::Whole);
        }
        self.forget(storage, sha256)
    }

    fn forget(&self, storage: &dyn Storage, sha256: Sha256) -> Result<(), MediaError> {
        let _alone = self.alone(sha256);
        storage.forget_media(sha256)?;
        Ok(self.place.discard(sha256)?)
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
            until_ms: progress.until_ms.filter(|_| grown < progress.bytes),
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

    /// How long a whole object is; `None` where it is not here.
    pub(super) fn length(storage: &dyn Storage, sha256: Sha256) -> Result<Option<u64>, MediaError> {
        let row = storage.media(sha256)?.filter(|row| row.complete);
        Ok(row.map(|row| row.bytes))
    }

    /// At most so many bytes of a whole object, from one of them on.
    pub(super) fn read(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        self.place.read(sha256, from, bytes_max)
    }
}
