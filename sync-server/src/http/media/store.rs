//! Media as they come in and go out: whole ones that are what their names say, in whichever place they lie.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::UserId;
use protocol::ids::Sha256;
use protocol::media::kind::{MediaKind, NotMedia};
use sha2::Digest;

use super::bucket::Bucket;
use super::folder::Folder;
use super::place::Place;
use crate::config::Config;
use crate::identity::{RecordKey, RecordKeys, SEALED_MORE_BYTES, Sealed};
use crate::storage::{MediaClaim, Storage, StorageError};

/// Why media could not be taken or given.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MediaError {
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
    #[error("the record that names it was destroyed")]
    Destroyed,
    #[error("what is kept of it is not what was sealed")]
    Damaged,
    #[error("the place where media lie fails")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// An object that somebody brings.
#[derive(Debug, Clone, Copy)]
pub(super) struct Brought {
    /// What its bytes hash to.
    pub(super) sha256: Sha256,
    /// Where others brought it: the bytes come once more, to show that they are there.
    pub(super) claim: Option<Claim>,
}

/// Who names an object that others brought, and where.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub(super) of: MediaClaim,
    pub(super) user: UserId,
    /// Until when at least they could write there.
    pub(super) until_ms: i64,
}

impl Brought {
    /// Under which name its pieces lie.
    fn name(&self) -> Sha256 {
        self.claim.map_or(self.sha256, |claim| claim.of.name)
    }

    /// The records that name it.
    fn subjects(&self, storage: &dyn Storage) -> Result<Vec<[u8; OWNER_BYTES]>, StorageError> {
        match self.claim {
            Some(claim) => Ok(vec![claim.of.document.subject().0]),
            None => storage.subjects_of_media(self.sha256),
        }
    }

    /// With whose key its pieces are sealed.
    fn owner(&self, storage: &dyn Storage) -> Result<[u8; OWNER_BYTES], MediaError> {
        self.subjects(storage)?.first().copied().ok_or(MediaError::NotBegun)
    }
}

/// How far an upload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(super) offset: u64,
    pub(super) bytes: u64,
    /// When the hub forgets it, where it is not whole.
    pub(super) until_ms: Option<i64>,
}

/// The media of a hub.
#[derive(Debug)]
pub(crate) struct Store {
    place: Box<dyn Place>,
    keys: Arc<RecordKeys>,
    /// With whose keys objects are sealed that were read lately.
    owners: Mutex<HashMap<Sha256, Owner>>,
    /// Two pieces of one object must not cross in this process; between processes the hash of the whole decides.
    writing: [Mutex<()>; 64],
    /// How many bytes the attachments of one case may have.
    case_bytes_max: u64,
}

/// How long the hub waits for the rest of an object.
const UNFINISHED_MS: i64 = 14 * 86_400_000;
/// How many that were waited for in vain are forgotten when another begins.
const FORGOTTEN_AT_ONCE: u32 = 8;
/// How a sealed object begins; behind it stands whose key it is sealed with.
const MAGIC: [u8; 8] = *b"VFMEDIA1";
/// A record's id.
pub(super) const OWNER_BYTES: usize = 16;
const HEAD_BYTES: usize = MAGIC.len() + OWNER_BYTES;
/// An object is sealed in segments of so many bytes, so that reading from the middle opens one.
const SEGMENT_BYTES: usize = 64 * 1024;
const SEALED_SEGMENT_BYTES: usize = SEGMENT_BYTES + SEALED_MORE_BYTES;
const OWNERS_MAX: usize = 4096;

/// With whose key an object is sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// With this record's.
    Record([u8; OWNER_BYTES]),
    /// With nobody's: an older hub kept it.
    Nobody,
}

impl Store {
    /// In the bucket that the configuration names, or else in the data folder.
    pub(crate) fn new(config: &Config, keys: Arc<RecordKeys>) -> io::Result<Self> {
        let place: Box<dyn Place> = match &config.media {
            Some(bucket) => Box::new(Bucket::new(bucket)?),
            None => Box::new(Folder::new(&config.data_dir)),
        };
        Ok(Self {
            place,
            keys,
            owners: Mutex::default(),
            writing: std::array::from_fn(|_| Mutex::new(())),
            case_bytes_max: config.limits.media_mb_of_a_case.saturating_mul(1 << 20),
        })
    }

    pub(super) fn progress(&self, storage: &dyn Storage, brought: Brought) -> Result<Option<Progress>, MediaError> {
        let name = brought.name();
        let Some(row) = storage.media(name)? else {
            return Ok(None);
        };
        let offset = if row.complete {
            row.bytes
        } else {
            self.place.arrived(name)?
        };
        if !row.complete && offset == row.bytes {
            // The hub was stopped between the last piece and the end.
            let _alone = self.alone(name);
            self.complete(storage, brought)?;
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
        brought: Brought,
        bytes: u64,
        now_ms: i64,
    ) -> Result<(Progress, bool), MediaError> {
        for old in storage.unfinished_media(now_ms - UNFINISHED_MS, FORGOTTEN_AT_ONCE)? {
            self.forget(storage, old)?;
        }
        match self.progress(storage, brought)? {
            Some(begun) if begun.bytes == bytes || begun.until_ms.is_none() => return Ok((begun, false)),
            Some(_) => self.forget(storage, brought.name())?,
            None => {}
        }
        for subject in brought.subjects(storage)? {
            if storage.media_bytes_of(subject)?.saturating_add(bytes) > self.case_bytes_max {
                return Err(MediaError::Quota);
            }
        }
        storage.begin_media(brought.name(), bytes, now_ms)?;
        let progress = self.progress(storage, brought)?.ok_or(MediaError::NotBegun)?;
        Ok((progress, true))
    }

    /// Ends an upload that nobody will finish. What is whole stays: others may have it already.
    pub(super) fn terminate(&self, storage: &dyn Storage, brought: Brought) -> Result<(), MediaError> {
        let progress = self.progress(storage, brought)?.ok_or(MediaError::NotBegun)?;
        if progress.until_ms.is_none() {
            return Err(MediaError::Whole);
        }
        self.forget(storage, brought.name())
    }

    fn forget(&self, storage: &dyn Storage, name: Sha256) -> Result<(), MediaError> {
        let _alone = self.alone(name);
        self.drop_part(storage, name)
    }

    fn drop_part(&self, storage: &dyn Storage, name: Sha256) -> Result<(), MediaError> {
        storage.forget_media(name)?;
        Ok(self.place.discard(name)?)
    }

    pub(super) fn append(
        &self,
        storage: &dyn Storage,
        brought: Brought,
        offset: u64,
        piece: &[u8],
    ) -> Result<Progress, MediaError> {
        let name = brought.name();
        let now = || self.progress(storage, brought)?.ok_or(MediaError::NotBegun);
        let progress = now()?;
        let alone = self.alone(name);
        if offset != progress.offset {
            return Err(MediaError::Offset(progress));
        }
        let grown = offset + piece.len() as u64;
        if grown > progress.bytes {
            return Err(MediaError::TooLong);
        }
        if progress.offset < progress.bytes && !piece.is_empty() {
            let owner = brought.owner(storage)?;
            let sealed = self.key(owner)?.seal(Sealed::Piece, &place_in(name, offset), piece);
            let sealed = [owner.as_slice(), &sealed].concat();
            if !self.place.add(name, offset, piece.len() as u64, &sealed)? {
                drop(alone);
                return Err(MediaError::Offset(now()?));
            }
            if grown == progress.bytes {
                self.complete(storage, brought)?;
            }
        }
        Ok(Progress {
            offset: grown,
            until_ms: progress.until_ms.filter(|_| grown < progress.bytes),
            ..progress
        })
    }

    fn complete(&self, storage: &dyn Storage, brought: Brought) -> Result<(), MediaError> {
        let name = brought.name();
        let is_whole = || Ok::<_, StorageError>(storage.media(name)?.is_some_and(|row| row.complete));
        if is_whole()? {
            return Ok(());
        }
        let bytes = self.part(name)?;
        if sha2::Sha256::digest(&bytes).as_slice() != brought.sha256.as_bytes() {
            // Another hub may have made it whole meanwhile, and taken the pieces away.
            if is_whole()? {
                return Ok(());
            }
            self.drop_part(storage, name)?;
            return Err(MediaError::HashMismatch);
        }
        // A program under a picture's name is not kept, whoever names it.
        if let Err(why) = MediaKind::check(&bytes) {
            self.drop_part(storage, name)?;
            return Err(why.into());
        }
        if let Some(claim) = brought.claim {
            return self.prove(storage, brought.sha256, claim);
        }
        self.keep_whole(name, brought.owner(storage)?, &bytes)?;
        Ok(storage.complete_media(name)?)
    }

    /// Whoever names what others brought has it: it is theirs as well. Where the others have not brought all of it yet, the rest
    /// may come from either.
    fn prove(&self, storage: &dyn Storage, sha256: Sha256, claim: Claim) -> Result<(), MediaError> {
        storage.media_proven(claim.user, sha256, claim.until_ms)?;
        self.drop_part(storage, claim.of.name)?;
        match storage.media(sha256)? {
            Some(row) if row.complete => Ok(()),
            Some(row) => Err(MediaError::Offset(Progress {
                offset: self.place.arrived(sha256)?,
                bytes: row.bytes,
                until_ms: Some(row.begun_ms.saturating_add(UNFINISHED_MS)),
            })),
            None => Err(MediaError::NotBegun),
        }
    }

    /// What has arrived. Behind a piece that does not open nothing has.
    fn part(&self, sha256: Sha256) -> Result<Vec<u8>, MediaError> {
        let mut bytes = Vec::new();
        for piece in self.place.part(sha256)? {
            let opened = piece.sealed.split_first_chunk().and_then(|(owner, sealed)| {
                let key = self.keys.of(*owner)?;
                key.open(Sealed::Piece, &place_in(sha256, piece.offset), sealed).ok()
            });
            let Some(opened) = opened else { break };
            bytes.extend(opened);
        }
        Ok(bytes)
    }

    /// Seals a whole object with a record's key, in the place of what is kept of it.
    fn keep_whole(&self, sha256: Sha256, owner: [u8; OWNER_BYTES], bytes: &[u8]) -> Result<(), MediaError> {
        let key = self.key(owner)?;
        let mut whole = [MAGIC.as_slice(), &owner].concat();
        for (at, segment) in (0_u64..).zip(bytes.chunks(SEGMENT_BYTES)) {
            whole.extend(key.seal(Sealed::Segment, &place_in(sha256, at), segment));
        }
        self.place.make_whole(sha256, whole)?;
        self.owners().remove(&sha256);
        Ok(())
    }

    fn key(&self, owner: [u8; OWNER_BYTES]) -> Result<RecordKey, MediaError> {
        self.keys.of(owner).ok_or(MediaError::Destroyed)
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<Sha256, Owner>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// With whose key a whole object is sealed; an object that is not there is nobody's either.
    fn owner(&self, sha256: Sha256) -> io::Result<Owner> {
        if let Some(owner) = self.owners().get(&sha256) {
            return Ok(*owner);
        }
        let owner = match self.place.read(sha256, 0, HEAD_BYTES) {
            Ok(head) => match head.strip_prefix(&MAGIC).and_then(|owner| owner.try_into().ok()) {
                Some(owner) => Owner::Record(owner),
                None => return Err(io::ErrorKind::InvalidData.into()),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => Owner::Nobody,
            Err(error) => return Err(error),
        };
        let mut owners = self.owners();
        if owners.len() >= OWNERS_MAX {
            owners.clear();
        }
        owners.insert(sha256, owner);
        Ok(owner)
    }

    /// Bytes of the segment in which `from` lies, as far as it goes.
    fn segment(&self, sha256: Sha256, owner: [u8; OWNER_BYTES], from: u64) -> Result<Vec<u8>, MediaError> {
        let at = from / SEGMENT_BYTES as u64;
        let begins = HEAD_BYTES as u64 + at * SEALED_SEGMENT_BYTES as u64;
        let sealed = self.place.read(sha256, begins, SEALED_SEGMENT_BYTES)?;
        if sealed.is_empty() {
            return Ok(Vec::new());
        }
        let mut bytes = self
            .key(owner)?
            .open(Sealed::Segment, &place_in(sha256, at), &sealed)
            .map_err(|_| MediaError::Damaged)?;
        let passed = usize::try_from(from % SEGMENT_BYTES as u64).unwrap_or(SEGMENT_BYTES);
        bytes.drain(..passed.min(bytes.len()));
        Ok(bytes)
    }

    /// A whole object of so many bytes.
    fn whole(&self, sha256: Sha256, length: u64) -> Result<Vec<u8>, MediaError> {
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < length {
            let more = self.some(sha256, bytes.len() as u64, SEGMENT_BYTES)?;
            if more.is_empty() {
                return Err(MediaError::Damaged);
            }
            bytes.extend(more);
        }
        Ok(bytes)
    }

    /// A record that named the object was destroyed. Where no other names it, its bytes go; where one does, they are sealed
    /// with that one's key.
    pub(crate) fn destroy(
        &self,
        storage: &dyn Storage,
        sha256: Sha256,
        still: Option<[u8; OWNER_BYTES]>,
    ) -> Result<(), MediaError> {
        let _alone = self.alone(sha256);
        self.owners().remove(&sha256);
        let Some(still) = still else {
            return Ok(self.place.remove(sha256)?);
        };
        // What is on its way may be sealed with the key that goes: whoever sends it begins anew.
        self.place.discard(sha256)?;
        match (self.owner(sha256)?, Self::length(storage, sha256)?) {
            (Owner::Record(owner), Some(length)) if owner != still => match self.whole(sha256, length) {
                Ok(bytes) => self.keep_whole(sha256, still, &bytes),
                // A copy of the media that was put back: its key is gone already, and nobody will read it.
                Err(error @ (MediaError::Destroyed | MediaError::Damaged)) => {
                    tracing::error!(%error, "a media object of another record cannot be read any more");
                    Ok(self.place.remove(sha256)?)
                }
                Err(error) => Err(error),
            },
            _ => Ok(()),
        }
    }

    /// Seals an object that an older hub kept in plain.
    pub(crate) fn seal_plain(&self, storage: &dyn Storage, sha256: Sha256) -> Result<(), MediaError> {
        let _alone = self.alone(sha256);
        if self.owner(sha256)? == Owner::Nobody
            && let Some(owner) = storage.subjects_of_media(sha256)?.first()
        {
            let length = Self::length(storage, sha256)?.ok_or(MediaError::NotBegun)?;
            let bytes = self.whole(sha256, length)?;
            if sha2::Sha256::digest(&bytes).as_slice() != sha256.as_bytes() {
                return Err(MediaError::HashMismatch);
            }
            self.keep_whole(sha256, *owner, &bytes)?;
        }
        if matches!(self.owner(sha256)?, Owner::Record(_)) {
            self.place.remove_plain(sha256)?;
        }
        Ok(())
    }

    /// How long a whole object is; `None` where it is not here.
    pub(crate) fn length(storage: &dyn Storage, sha256: Sha256) -> Result<Option<u64>, MediaError> {
        let row = storage.media(sha256)?.filter(|row| row.complete);
        Ok(row.map(|row| row.bytes))
    }

    /// At most so many bytes of a whole object, from one of them on.
    pub(super) fn read(&self, sha256: Sha256, from: u64, bytes_max: usize) -> io::Result<Vec<u8>> {
        self.some(sha256, from, bytes_max).map_err(|error| match error {
            MediaError::Io(error) => error,
            error => io::Error::other(error),
        })
    }

    fn some(&self, sha256: Sha256, from: u64, bytes_max: usize) -> Result<Vec<u8>, MediaError> {
        let read = || match self.owner(sha256)? {
            Owner::Nobody => Ok(self.place.read_plain(sha256, from, bytes_max)?),
            Owner::Record(owner) => {
                let mut bytes = self.segment(sha256, owner, from)?;
                bytes.truncate(bytes_max);
                Ok(bytes)
            }
        };
        // Another process may have sealed it with another key since its owner was looked up: it is looked up once more.
        read().or_else(|_: MediaError| {
            self.owners().remove(&sha256);
            read()
        })
    }
}

/// What a sealed piece or segment is bound to: the object, and where in it it belongs.
fn place_in(sha256: Sha256, at: u64) -> Vec<u8> {
    [sha256.0.as_slice(), &at.to_be_bytes()].concat()
}
