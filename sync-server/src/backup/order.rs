//! Going back to a backup because staff said so over HTTP.
//!
//! The hub that answers is the one that must not be there, so it writes the order down, lets what is on its way end, and its program
//! begins anew. What begins reads the order before it serves anybody, puts aside what there is, puts the backup in its place, and serves
//! that; where that fails it serves what was put aside. The order is a file, and each step of it is written down before the
//! next is taken, so that a machine that loses its power at any of them does the rest when it starts.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::restore::{self, PutBack};
use super::{BackupError, Restored, moment};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::hub::Hub;
use crate::storage::{Postgres, Sqlite, StaffId};

/// The order, in the data folder.
const ORDER: &str = "restore-order.toml";
/// What came of the last one.
const OUTCOME: &str = "restore-outcome.toml";
/// What each of them may say, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1024;
/// The folder of what was put aside, in the data folder: a folder for each order, or a schema of the same name.
const ASIDE: &str = "before";

/// What is to be put back, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Order {
    /// The backup's name, for whoever asks later.
    backup: String,
    /// Where it lies.
    folder: PathBuf,
    /// When it was ordered.
    at: String,
    /// Who of the staff ordered it.
    by: uuid::Uuid,
    /// What that which there is is put aside as.
    aside: String,
    step: Step,
}

/// How far an order is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Nothing is done yet, or not all is put aside.
    Ordered,
    /// The place is empty, or holds some of the backup.
    Aside,
    /// It failed: the place is emptied of what was put there.
    Failed,
    /// The place is empty: what was put aside comes back.
    Back,
}

/// What came of the last order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The backup's name.
    pub backup: String,
    /// When it was ordered, in UTC.
    pub ordered: String,
    /// When it was done, or given up; `None`: it is still to be done.
    pub ended: Option<String>,
    /// Why the hub is as it was; `None` where it went back.
    pub failed: Option<String>,
    /// How long it took, in milliseconds.
    pub took_ms: i64,
    /// Media that the database calls whole and that are not there.
    pub media_missing: u64,
    /// Records that were destroyed by law since the backup was made, and were destroyed again.
    pub destroyed_again: u64,
    /// What that which there was is called now: a folder in the data folder, or a schema of the database.
    pub aside: String,
}

/// Writes down that the hub is to go back to a backup, which is looked at as far as that is quick.
pub fn order(config: &Config, (name, folder): (&str, &Path), by: StaffId, now_ms: i64) -> Result<(), BackupError> {
    restore::fits(config, folder)?;
    let at = moment(now_ms);
    let order = Order {
        backup: name.to_owned(),
        folder: std::path::absolute(folder).map_err(BackupError::file(folder))?,
        // So that every file system and PostgreSQL takes it as it is.
        aside: format!("{ASIDE}-{}", at.replace(':', "-").to_lowercase()),
        at,
        by: uuid::Uuid::from_bytes(by.0),
        step: Step::Ordered,
    };
    keep(&config.data_dir, ORDER, &order)
}

/// Whether there is an order that is not carried out.
#[must_use]
pub fn is_ordered(data_dir: &Path) -> bool {
    data_dir.join(ORDER).exists()
}

/// What came of the last order, or that one waits.
pub fn last(data_dir: &Path) -> Result<Option<Outcome>, BackupError> {
    if let Some(order) = read::<Order>(data_dir, ORDER)? {
        return Ok(Some(order.outcome(None, None, 0)));
    }
    read(data_dir, OUTCOME)
}

/// An order that was carried out, before a hub was opened over what came of it.
#[derive(Debug)]
pub struct CarriedOut {
    outcome: Outcome,
    back: PutBack,
    by: StaffId,
}

/// Carries an order out, where there is one. Nobody else may have the database open. `None`: there was none, or it failed, and what there
/// was is in its place as before.
pub fn carry_out(config: &Config) -> Result<Option<CarriedOut>, BackupError> {
    let data_dir = &config.data_dir;
    let Some(mut order) = read::<Order>(data_dir, ORDER)? else {
        return Ok(None);
    };
    let began_ms = SystemClock.now_ms();
    let went = match order.step {
        Step::Failed | Step::Back => Err("the hub was stopped while it put back what there was".to_owned()),
        Step::Ordered | Step::Aside => go_back(config, &mut order, began_ms).map_err(|error| {
            tracing::error!(%error, "the backup was not put back");
            error.to_string()
        }),
    };
    let ended_ms = SystemClock.now_ms();
    let (back, failed) = match went {
        Ok(back) => (Some(back), None),
        Err(words) => {
            give_up(config, &mut order)?;
            (None, Some(words))
        }
    };
    let by = StaffId(order.by.into_bytes());
    let outcome = order.outcome(Some(ended_ms), failed, ended_ms - began_ms);
    keep(data_dir, OUTCOME, &outcome)?;
    let path = data_dir.join(ORDER);
    fs::remove_file(&path).map_err(BackupError::file(&path))?;
    Ok(back.map(|back| CarriedOut { outcome, back, by }))
}

impl CarriedOut {
    /// Says in the audit that it was done, and keeps what a hub can count.
    pub fn note(mut self, hub: &Hub) -> Result<Restored, BackupError> {
        let restored = self.back.note(hub)?;
        // Their order stands in the audit of what was put aside.
        let what = format!("went back to the backup {}", self.outcome.backup);
        hub.storage.note_staff(self.by, &what, hub.clock.now_ms())?;
        self.outcome.media_missing = restored.media_missing;
        self.outcome.destroyed_again = restored.destroyed_again;
        keep(&hub.config.data_dir, OUTCOME, &self.outcome)?;
        Ok(restored)
    }
}

impl Order {
    fn outcome(self, ended_ms: Option<i64>, failed: Option<String>, took_ms: i64) -> Outcome {
        Outcome {
            backup: self.backup,
            ordered: self.at,
            ended: ended_ms.map(moment),
            failed,
            took_ms,
            media_missing: 0,
            destroyed_again: 0,
            aside: self.aside,
        }
    }
}

fn go_back(config: &Config, order: &mut Order, began_ms: i64) -> Result<PutBack, BackupError> {
    // Before anything is moved: what cannot be put back is not worth it.
    let about = restore::check(config, &order.folder)?;
    if order.step == Step::Ordered {
        put_aside(config, order)?;
        order.step = Step::Aside;
        keep(&config.data_dir, ORDER, order)?;
    } else {
        clear(config)?;
    }
    restore::put_back(config, &order.folder, about, began_ms)
}

/// Puts everything as it was. Nothing is emptied any more once something has come back.
fn give_up(config: &Config, order: &mut Order) -> Result<(), BackupError> {
    let step = |order: &mut Order, step| {
        order.step = step;
        keep(&config.data_dir, ORDER, order)
    };
    if matches!(order.step, Step::Aside | Step::Failed) {
        step(order, Step::Failed)?;
        clear(config)?;
        step(order, Step::Back)?;
    }
    bring_back(config, order)?;
    restore::end(&config.data_dir)
}

/// Moves away what there is. Can be done twice.
fn put_aside(config: &Config, order: &Order) -> Result<(), BackupError> {
    move_files(config, &config.data_dir, &aside(config, order))?;
    if let Some(database) = &config.database {
        Postgres::put_aside(database, &order.aside)?;
    }
    Ok(())
}

/// Moves back what was put aside, all of it or the part that was. Can be done twice.
fn bring_back(config: &Config, order: &Order) -> Result<(), BackupError> {
    let aside = aside(config, order);
    move_files(config, &aside, &config.data_dir)?;
    if let Some(database) = &config.database {
        Postgres::bring_back(database, &order.aside)?;
    }
    match fs::remove_dir(&aside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BackupError::file(&aside)(error)),
        _ => Ok(()),
    }
}

/// Empties the place of what was put there of a backup.
fn clear(config: &Config) -> Result<(), BackupError> {
    for name in names(config) {
        let path = config.data_dir.join(name);
        let gone = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(BackupError::file(&path)(error)),
            _ => {}
        }
    }
    if let Some(database) = &config.database {
        Postgres::clear(database)?;
    }
    Ok(())
}

fn aside(config: &Config, order: &Order) -> PathBuf {
    config.data_dir.join(ASIDE).join(&order.aside)
}

/// What of the data folder belongs to a backup: the database where it is a file, and media where they lie there.
fn names(config: &Config) -> Vec<String> {
    let database = Sqlite::FILE_NAME;
    let mut names = Vec::new();
    if config.database.is_none() {
        // The log first: whatever is cut off, no log lies beside a database that it is not of.
        names.extend(["-wal", "-shm", ""].map(|end| format!("{database}{end}")));
    }
    if config.media.is_none() {
        names.push(super::media::FOLDER.to_owned());
    }
    names
}

fn move_files(config: &Config, from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut names = names(config);
    names.retain(|name| from.join(name).exists());
    if names.is_empty() {
        return Ok(());
    }
    fs::create_dir_all(to).map_err(BackupError::file(to))?;
    for name in names {
        let place = to.join(&name);
        fs::rename(from.join(&name), &place).map_err(BackupError::file(&place))?;
    }
    let sync = |folder: &Path| File::open(folder)?.sync_all();
    sync(from).map_err(BackupError::file(from))?;
    sync(to).map_err(BackupError::file(to))
}

/// Writes a file of the data folder whole, or not at all.
fn keep(data_dir: &Path, name: &str, what: &impl Serialize) -> Result<(), BackupError> {
    let path = data_dir.join(name);
    let text = toml::to_string(what).map_err(|error| wrong(&path, &error.to_string()))?;
    let new = data_dir.join(format!("{name}.new"));
    let write = || {
        let mut file = File::create(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, &path)?;
        File::open(data_dir)?.sync_all()
    };
    write().map_err(BackupError::file(&path))
}

fn read<T: for<'de> Deserialize<'de>>(data_dir: &Path, name: &str) -> Result<Option<T>, BackupError> {
    let path = data_dir.join(name);
    let mut text = String::new();
    match File::open(&path) {
        Ok(file) => file
            .take(FILE_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(BackupError::file(&path))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(BackupError::file(&path)(error)),
    };
    let read = toml::from_str(&text).map_err(|error| wrong(&path, error.message()))?;
    Ok(Some(read))
}

fn wrong(path: &Path, words: &str) -> BackupError {
    BackupError::About {
        path: path.to_owned(),
        words: words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backup::back_up;

    const BY: StaffId = StaffId([7; 16]);

    /// A place with a hub that has one district in its backup and two today.
    struct Place {
        dir: tempfile::TempDir,
        config: Config,
        order: Order,
    }

    impl Place {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("hub.toml");
            std::fs::write(&path, "listen = '127.0.0.1:0'\ndata_dir = 'data'\n").unwrap();
            let config = Config::read(&path).unwrap();
            let hub = Hub::open(config.clone()).unwrap();
            hub.storage.add_district("KA-BLR", "Bengaluru Urban", 0).unwrap();
            let folder = dir.path().join("backup");
            back_up(&hub, &folder).unwrap();
            hub.storage.add_district("KA-MYS", "Mysuru", 0).unwrap();
            drop(hub);
            order(&config, ("2026-11-30T10-00-00Z", &folder), BY, 5_000).unwrap();
            let order = read(&config.data_dir, ORDER).unwrap().unwrap();
            Self { dir, config, order }
        }

        /// As the machine was when it lost its power: with some of it done.
        fn cut_at(&mut self, step: Step, done: impl FnOnce(&Self)) {
            done(self);
            self.order.step = step;
            keep(&self.config.data_dir, ORDER, &self.order).unwrap();
        }

        fn damage(&self) {
            std::fs::write(self.dir.path().join("backup/hub.db"), "no database").unwrap();
        }

        fn file(&self, name: &str) -> PathBuf {
            self.config.data_dir.join(name)
        }

        /// Carries it out; whether it went back, and how many districts the hub has then.
        fn carried_out(&self) -> (bool, usize) {
            let carried = carry_out(&self.config).unwrap();
            assert!(!is_ordered(&self.config.data_dir));
            let hub = Hub::open(self.config.clone()).unwrap();
            let went = carried.is_some();
            if let Some(carried) = carried {
                carried.note(&hub).unwrap();
            }
            let outcome = last(&self.config.data_dir).unwrap().unwrap();
            assert_eq!(outcome.failed.is_none(), went);
            (went, hub.storage.districts().unwrap().len())
        }
    }

    #[test]
    fn an_order_is_carried_out_before_anybody_opens_the_hub_and_once() {
        let place = Place::new();
        let refused = Hub::open(place.config.clone()).unwrap_err();
        assert!(refused.to_string().contains("about to go back"), "{refused}");
        assert_eq!(last(&place.config.data_dir).unwrap().unwrap().ended, None);
        assert_eq!(place.carried_out(), (true, 1));
        assert!(place.file("before").join(&place.order.aside).join("hub.db").exists());
        assert!(carry_out(&place.config).unwrap().is_none());
    }

    #[test]
    fn an_order_that_was_cut_is_carried_out_wherever_that_was() {
        // While things were put aside: some are.
        let mut place = Place::new();
        place.cut_at(Step::Ordered, |place| {
            let aside = aside(&place.config, &place.order);
            fs::create_dir_all(&aside).unwrap();
            fs::rename(place.file("hub.db"), aside.join("hub.db")).unwrap();
        });
        assert_eq!(place.carried_out(), (true, 1));
        // While the backup was put in its place: some of it lies there, and what says so.
        let mut place = Place::new();
        place.cut_at(Step::Aside, |place| {
            put_aside(&place.config, &place.order).unwrap();
            std::fs::write(place.file("hub.db"), "half").unwrap();
            std::fs::write(place.file("restoring"), "").unwrap();
        });
        assert_eq!(place.carried_out(), (true, 1));
    }

    #[test]
    fn what_cannot_be_put_back_leaves_the_hub_as_it_was_wherever_it_was_cut() {
        let place = Place::new();
        place.damage();
        assert_eq!(place.carried_out(), (false, 2), "nothing was moved");
        for step in [Step::Aside, Step::Failed] {
            let mut place = Place::new();
            place.damage();
            place.cut_at(step, |place| {
                put_aside(&place.config, &place.order).unwrap();
                std::fs::write(place.file("hub.db"), "half").unwrap();
                std::fs::write(place.file("restoring"), "").unwrap();
            });
            assert_eq!(place.carried_out(), (false, 2), "{step:?}");
        }
        // All of it has come back, and nothing is emptied once more.
        let mut place = Place::new();
        place.cut_at(Step::Back, |_| ());
        assert_eq!(place.carried_out(), (false, 2));
    }
}
