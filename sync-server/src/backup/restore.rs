//! Going back to a backup: into an empty place, checked before and after, under a new epoch.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use protocol::ids::Sha256;

use super::{About, BackupError, Copied, StoreSort, about, digest, hexadecimal, media};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::hub::Hub;
use crate::identity::{RecordKeys, RecordKeysError};
use crate::storage::{Contents, Deed, Postgres, Sqlite, Storage};

/// A file in the data folder that says that a restore was begun and is not done: until then no hub starts here.
const BEGUN: &str = "restoring";
/// Media asked for at a time.
const MEDIA_AT_ONCE: u32 = 1_000;

/// What was put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// What the backup says of itself.
    pub about: About,
    /// The media that were put back; `None` where they lie in a bucket.
    pub media: Option<Copied>,
    /// Media that the database calls whole and that are not there: devices that have them bring none again.
    pub media_missing: u64,
    /// Records that were destroyed by law since the backup was made, and were destroyed again.
    pub destroyed_again: u64,
    /// How long all of it took.
    pub took_ms: i64,
}

/// Whether a restore was begun at this place and is not done.
pub(crate) fn is_begun(data_dir: &Path) -> bool {
    data_dir.join(BEGUN).exists()
}

/// Puts a backup back where the configuration says: into an empty place.
pub fn restore(config: Config, folder: &Path) -> Result<Restored, BackupError> {
    let began_ms = SystemClock.now_ms();
    let about = check(&config, folder)?;
    check_empty(&config)?;
    let back = put_back(&config, folder, about, began_ms)?;
    // From here on as any hub that starts: what was destroyed since is destroyed again.
    let hub = Hub::open(config)?;
    back.note(&hub)
}

/// What lies in its place again, before a hub has been opened there.
#[derive(Debug)]
pub(super) struct PutBack {
    about: About,
    media: Option<Copied>,
    destroyed_before: u64,
    began_ms: i64,
}

impl PutBack {
    /// Says in the audit that it was done, and counts what a hub can.
    pub(super) fn note(self, hub: &Hub) -> Result<Restored, BackupError> {
        hub.storage.note(Deed::Restore, &self.about.made, hub.clock.now_ms())?;
        let media_missing = match self.media {
            Some(_) => missing(hub, &hub.config.data_dir)?,
            None => 0,
        };
        let destroyed = hub.storage.destroyed_after(0)?.len() as u64;
        Ok(Restored {
            about: self.about,
            media: self.media,
            media_missing,
            destroyed_again: destroyed - self.destroyed_before,
            took_ms: hub.clock.now_ms() - self.began_ms,
        })
    }
}

/// Whether a backup can be put back by this configuration; what it says of itself. Nothing is changed.
pub(super) fn check(config: &Config, folder: &Path) -> Result<About, BackupError> {
    let about = fits(config, folder)?;
    let copy = folder.join(about.store.file());
    if digest(&copy)? != (about.database_bytes, about.database_sha256.clone()) {
        return Err(BackupError::Damaged(copy));
    }
    Ok(about)
}

/// The same without reading the database's copy, which is long.
pub(super) fn fits(config: &Config, folder: &Path) -> Result<About, BackupError> {
    let about = about(folder)?;
    let sort = StoreSort::of(config);
    if about.store != sort {
        return Err(BackupError::OtherStore {
            found: about.store.said(),
            wanted: sort.said(),
        });
    }
    check_keys(config, &about)?;
    Ok(about)
}

/// Puts what was checked into an empty place.
pub(super) fn put_back(config: &Config, folder: &Path, about: About, began_ms: i64) -> Result<PutBack, BackupError> {
    let copy = folder.join(about.store.file());
    begin(&config.data_dir)?;
    let media = match &config.media {
        None => Some(media::copy(folder, &config.data_dir)?),
        Some(_) => None,
    };
    match &config.database {
        None => Sqlite::restore(&copy, &config.data_dir, began_ms)?,
        Some(database) => Postgres::restore(&copy, database, began_ms)?,
    }
    let destroyed_before = compare(config, &about)?;
    end(&config.data_dir)?;
    Ok(PutBack {
        about,
        media,
        destroyed_before,
        began_ms,
    })
}

/// Without the keys nothing of it could be read, so nothing is put back.
fn check_keys(config: &Config, about: &About) -> Result<(), BackupError> {
    let path = config.record_keys_file();
    let Some(keys) = RecordKeys::open(&path)? else {
        return Err(RecordKeysError::Missing(path).into());
    };
    if hexadecimal(&keys.name()) == about.record_keys {
        Ok(())
    } else {
        Err(RecordKeysError::Another(path).into())
    }
}

fn check_empty(config: &Config) -> Result<(), BackupError> {
    // What an earlier try left is its own, and is put back once more.
    let taken = |path: PathBuf| BackupError::Taken(format!("{} is there", path.display()));
    match &config.database {
        None => {
            let file = config.data_dir.join(Sqlite::FILE_NAME);
            if file.exists() {
                return Err(taken(file));
            }
        }
        Some(database) if !Postgres::is_empty(database)? => {
            return Err(BackupError::Taken("the database has a hub's tables".to_owned()));
        }
        Some(_) => {}
    }
    let lying = media::names(&config.data_dir)?;
    if config.media.is_none() && !lying.is_empty() && !is_begun(&config.data_dir) {
        return Err(taken(config.data_dir.join("media")));
    }
    Ok(())
}

fn begin(data_dir: &Path) -> Result<(), BackupError> {
    let path = data_dir.join(BEGUN);
    let make = || {
        fs::create_dir_all(data_dir)?;
        File::create(&path)?.sync_all()?;
        File::open(data_dir)?.sync_all()
    };
    make().map_err(BackupError::file(&path))
}

/// What was begun is done, or given up.
pub(super) fn end(data_dir: &Path) -> Result<(), BackupError> {
    let path = data_dir.join(BEGUN);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BackupError::file(&path)(error)),
        _ => Ok(()),
    }
}

/// Compares what was put back with what was copied, before anything is done with it; says how many records had been destroyed.
fn compare(config: &Config, about: &About) -> Result<u64, BackupError> {
    let store: Box<dyn Storage> = match &config.database {
        None => Box::new(Sqlite::open(&config.data_dir)?),
        Some(database) => Box::new(Postgres::open(database)?),
    };
    let found: Contents = store.contents()?;
    for ((name, copied), (_, found)) in about.contents.named().into_iter().zip(found.named()) {
        if copied != found {
            return Err(BackupError::Differs(format!("{found} {name} and not {copied}")));
        }
    }
    if let Some(words) = store.damage()? {
        return Err(BackupError::Differs(words));
    }
    if let Some(row) = store.broken_audit_row()? {
        return Err(BackupError::Differs(format!(
            "the audit's chain is broken at row {row}"
        )));
    }
    Ok(store.destroyed_after(0)?.len() as u64)
}

/// How many of the media that the database calls whole do not lie in the folder.
fn missing(hub: &Hub, data_dir: &Path) -> Result<u64, BackupError> {
    let lying: BTreeSet<Sha256> = media::names(data_dir)?;
    let (mut after, mut missing) = (None, 0);
    loop {
        let some = hub.storage.whole_media_after(after, MEDIA_AT_ONCE)?;
        let Some(last) = some.last() else { return Ok(missing) };
        missing += some.iter().filter(|sha256| !lying.contains(sha256)).count() as u64;
        after = Some(*last);
    }
}
