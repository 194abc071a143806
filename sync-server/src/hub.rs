//! What every part of a running hub shares.

use std::sync::{Arc, OnceLock};

use casework::Pack;
use protocol::UserId;
use protocol::pack::PackKey;

use crate::backup;
use crate::bells::Bells;
use crate::channel::CHANNELS;
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::identity::{RecordKeys, RecordKeysError, pack_key};
use crate::keeping;
use crate::matching::Matching;
use crate::memory::Pause;
use crate::metrics::Metrics;
use crate::packs::Packs;
use crate::storage::{Postgres, Sealing, Sqlite, Storage, StorageError, WorkerId};
use crate::trial::Trials;
use crate::wake::{Wake, Wakes};
use crate::worker::Worker;

/// Nobody: who sends what the hub writes itself.
pub(crate) const NOBODY: UserId = UserId([0; 16]);

/// A hub without its sockets: storage, clock, configuration, the law.
pub struct Hub {
    /// What is kept.
    pub storage: Box<dyn Storage>,
    /// The keys that it is sealed with.
    pub keys: Arc<RecordKeys>,
    /// What time it is.
    pub clock: Box<dyn Clock>,
    /// How it is set up.
    pub config: Config,
    /// The states whose reports are compared.
    pub matching: Matching,
    /// The dictionary and the rights.
    pub packs: Packs,
    /// Who tries changes from outside before this process touches them.
    pub trials: Trials,
    /// Rung when documents have changed, here or by another hub.
    pub changed: Arc<Wake>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Hears of work, so that what it leaves is let go when there is none.
    pub pause: Pause,
    /// Rung when something is to be delivered: a bell for each channel.
    pub to_deliver: Wakes,
    /// Rung when a referral came, or a log has grown here or at another hub.
    pub to_ask: Arc<Wake>,
    /// Rung for whoever is asked to take a referral up, where their device waits to hear of it.
    pub bells: Arc<Bells>,
    /// Rung when something of a destroyed record is still to be done.
    pub to_keep: Wake,
    /// Told when staff have ordered that the hub goes back to a backup: it stops, and begins anew with it.
    pub to_go_back: tokio::sync::Notify,
    /// The backup that staff have begun.
    pub backing_up: backup::Progress,
    key: OnceLock<PackKey>,
    worker: OnceLock<Worker>,
}

impl Hub {
    /// A hub over the database in its data folder.
    pub fn open(config: Config) -> Result<Arc<Self>, StorageError> {
        Self::open_with(config, Box::new(SystemClock))
    }

    /// The same with another clock.
    pub fn open_with(config: Config, clock: Box<dyn Clock>) -> Result<Arc<Self>, StorageError> {
        if backup::is_ordered(&config.data_dir) {
            return Err(StorageError::RestoreOrdered);
        }
        if backup::restore_is_begun(&config.data_dir) {
            return Err(StorageError::HalfRestored);
        }
        let store: Box<dyn Storage> = match &config.database {
            None => Box::new(Sqlite::open(&config.data_dir)?),
            Some(database) => {
                std::fs::create_dir_all(&config.data_dir)?;
                Box::new(Postgres::open(database)?)
            }
        };
        let keys = Arc::new(record_keys(&config, &*store)?);
        let storage: Box<dyn Storage> = Box::new(Sealing::new(store, Arc::clone(&keys)));
        keeping::destroy_again(&*storage, &keys, clock.now_ms())?;
        let changed = Arc::<Wake>::default();
        let to_ask = Arc::<Wake>::default();
        let (bell, duty) = (changed.clone(), to_ask.clone());
        storage.on_growth(Arc::new(move |_| {
            bell.ring();
            duty.ring();
        }));
        Ok(Arc::new(Self {
            storage,
            keys,
            clock,
            config,
            matching: Matching::default(),
            packs: Packs::default(),
            trials: Trials::default(),
            changed,
            metrics: Arc::default(),
            pause: Pause::default(),
            to_deliver: Wakes::new(CHANNELS.map(|channel| channel.code)),
            to_ask,
            bells: Arc::default(),
            to_keep: Wake::default(),
            to_go_back: tokio::sync::Notify::new(),
            backing_up: backup::Progress::default(),
            key: OnceLock::new(),
            worker: OnceLock::new(),
        }))
    }

    /// The key by which the hub signs packs, terms and dismissals.
    pub fn key(&self) -> Result<&PackKey, StorageError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let key = pack_key(&*self.storage)?;
        Ok(self.key.get_or_init(|| key))
    }

    /// Who this hub's workers are among those of all hubs at the same database.
    pub fn worker(&self) -> Result<WorkerId, StorageError> {
        if let Some(worker) = self.worker.get() {
            return Ok(worker.id());
        }
        let taken = Worker::take(&self.config.data_dir)?;
        // Of two threads that ask first at the same time one gives its name back.
        Ok(self.worker.get_or_init(|| taken).id())
    }

    /// The pack in force for a district.
    pub fn pack_of(&self, district: &str) -> Result<Arc<Pack>, StorageError> {
        self.packs.of(&*self.storage, district)
    }
}

/// The keys that a database is sealed with; made where it is sealed with none yet.
fn record_keys(config: &Config, storage: &dyn Storage) -> Result<RecordKeys, StorageError> {
    let path = config.record_keys_file();
    let keys = match (RecordKeys::open(&path)?, storage.record_keys(None)?) {
        (Some(keys), _) => keys,
        (None, None) => RecordKeys::make(&path)?,
        (None, Some(_)) => return Err(RecordKeysError::Missing(path).into()),
    };
    if storage.record_keys(Some(keys.name()))? == Some(keys.name()) {
        Ok(keys)
    } else {
        Err(RecordKeysError::Another(path).into())
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Hub")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
