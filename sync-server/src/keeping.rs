//! What is to be done about the keeping of records, beside what requests ask: finishing what the order to destroy a record
//! began, and sealing what older hubs kept in plain.
//!
//! The order itself is one transaction ([`crate::storage::Destructions::destroy`]): behind it nobody reads the record any more.
//! What follows, in this order, is begun again where it was cut, by whichever hub comes to it: its media go from where they
//! lie, or belong to the other record that names them; the keys of the record are cut out of this hub's file; the database's
//! free room is cleared. Each step can be done twice.

use std::collections::BTreeSet;
use std::io;
use std::time::Duration;

use crate::http::media::{MediaError, Store};
use crate::hub::Hub;
use crate::identity::{RecordKeys, RecordKeysError};
use crate::storage::{Order, Storage, StorageError, seal_plain};
use crate::wake::Woken;

/// Media looked at before the rest of the hub is thought of again.
const MEDIA_AT_ONCE: u32 = 64;
/// Rows sealed in one transaction: few enough that nobody who writes waits for long.
const ROWS_AT_ONCE: u32 = 256;
/// What is said of an order that a restored copy of the database does not know.
const KNOWN_BEFORE: &str = "destroyed before a copy of the database was put back";

/// Why something is not done yet.
#[derive(Debug, thiserror::Error)]
pub enum KeepingError {
    /// Storage failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The file of record keys cannot be written.
    #[error(transparent)]
    Keys(#[from] RecordKeysError),
    /// A media object cannot be taken away or sealed.
    #[error("media: {0}")]
    Media(String),
    /// No thread can be had.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<MediaError> for KeepingError {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Storage(error) => Self::Storage(error),
            error => Self::Media(error.to_string()),
        }
    }
}

/// Where keeping stands, for one hub.
pub struct Keeper {
    media: Store,
    /// The last destruction whose keys are cut out of this hub's file.
    cut_upto: u64,
    /// The database's free room may hold something of a destroyed record.
    to_scrub: bool,
    /// Nothing that an older hub kept in plain is left.
    all_is_sealed: bool,
    /// What a bucket is asked on.
    runtime: tokio::runtime::Runtime,
}

/// Works until the hub stops.
pub fn run(hub: &Hub) {
    let look_every = Duration::from_millis(hub.config.limits.look_every_ms);
    let mut keeper = None;
    loop {
        let done = match &mut keeper {
            Some(keeper) => work(hub, keeper),
            none => Keeper::new(hub).map(|new| {
                *none = Some(new);
                true
            }),
        };
        let wait = match done {
            Ok(true) => Duration::ZERO,
            Ok(false) | Err(KeepingError::Storage(StorageError::Busy)) => look_every,
            Err(error) => {
                tracing::error!(%error, "keeping is not done yet; it will be tried again");
                look_every
            }
        };
        if hub.to_keep.sleep(wait) == Woken::Stop {
            return;
        }
    }
}

fn work(hub: &Hub, keeper: &mut Keeper) -> Result<bool, KeepingError> {
    keeper.finish(hub)?;
    keeper.seal_some(hub)
}

impl Keeper {
    /// A keeper that knows of nothing yet.
    pub fn new(hub: &Hub) -> Result<Self, KeepingError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("keeping")
            .enable_all()
            .build()?;
        Ok(Self {
            media: Store::new(&hub.config, hub.keys.clone())?,
            cut_upto: 0,
            to_scrub: true,
            all_is_sealed: false,
            runtime,
        })
    }

    /// Finishes what orders to destroy began.
    pub fn finish(&mut self, hub: &Hub) -> Result<(), KeepingError> {
        let storage = &*hub.storage;
        let here = storage.destroyed_after(self.cut_upto)?;
        if let Some((upto, _)) = here.last() {
            // A picture that a neighbour names is sealed anew before the key goes that it is sealed with.
            self.destroy_media(storage)?;
            let subjects: Vec<[u8; 16]> = here.iter().map(|(_, subject)| *subject).collect();
            hub.keys.destroy(&subjects)?;
            storage.key_copy_is_cut(hub.keys.copy(), *upto, hub.clock.now_ms())?;
            self.cut_upto = *upto;
            self.to_scrub = true;
        }
        if self.to_scrub {
            let unscrubbed = storage.unscrubbed()?;
            if !unscrubbed.is_empty() {
                storage.scrub(&unscrubbed, hub.clock.now_ms())?;
            }
            self.to_scrub = false;
        }
        Ok(())
    }

    fn destroy_media(&self, storage: &dyn Storage) -> Result<(), KeepingError> {
        let _within = self.runtime.enter();
        loop {
            let left = storage.media_to_destroy(MEDIA_AT_ONCE)?;
            if left.is_empty() {
                return Ok(());
            }
            for (number, sha256, still) in left {
                self.media.destroy(storage, sha256, still)?;
                storage.media_destroyed(number, sha256)?;
            }
        }
    }

    /// Seals some of what an older hub kept in plain; says whether there may be more.
    pub fn seal_some(&mut self, hub: &Hub) -> Result<bool, KeepingError> {
        if self.all_is_sealed {
            return Ok(false);
        }
        let storage = &*hub.storage;
        let seal = |what, plain: &[u8]| seal_plain(&hub.keys, what, plain);
        if storage.seal_plain(&seal, ROWS_AT_ONCE)? > 0 {
            return Ok(true);
        }
        let upto = storage.media_sealed_upto(None)?;
        let media = storage.whole_media_after(upto, MEDIA_AT_ONCE)?;
        let _within = self.runtime.enter();
        for sha256 in &media {
            match self.media.seal_plain(storage, *sha256) {
                Ok(()) => {}
                // One that is damaged must not hold up the others.
                Err(error @ (MediaError::HashMismatch | MediaError::Damaged | MediaError::Destroyed)) => {
                    tracing::error!(%error, "a media object stays as it is");
                }
                Err(error) => return Err(error.into()),
            }
            storage.media_sealed_upto(Some(*sha256))?;
        }
        self.all_is_sealed = media.is_empty();
        Ok(!self.all_is_sealed)
    }
}

/// A copy of the database that was put back knows records again that were destroyed since: their keys are gone, and so are
/// they, before anybody is served.
pub fn destroy_again(storage: &dyn Storage, keys: &RecordKeys, now_ms: i64) -> Result<(), StorageError> {
    let cut = keys.cut();
    if cut.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<[u8; 16]> = storage
        .destroyed_after(0)?
        .into_iter()
        .map(|(_, subject)| subject)
        .collect();
    for subject in cut.into_iter().filter(|subject| !known.contains(subject)) {
        let Some(survey) = storage.survey(subject)? else {
            continue;
        };
        let order = Order {
            subject,
            kind: survey.kind,
            ordered_by: KNOWN_BEFORE.to_owned(),
            reference: KNOWN_BEFORE.to_owned(),
            section: KNOWN_BEFORE.to_owned(),
        };
        storage.destroy(&order, &[], now_ms)?;
    }
    Ok(())
}
