//! Backups in the folder that `hub.toml` names for them: begun, and what there is.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{DeedError, moment};
use crate::backup::{self, About, BackupError, Outcome};
use crate::hub::Hub;
use crate::storage::{StaffId, StorageError};

/// Listed at most.
pub const LISTED_MAX: usize = 500;

/// How far a backup is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Whole, with what it says of itself.
    Whole(Box<About>),
    /// This hub is at it.
    Begun,
    /// It came to no end: what lies there is no backup.
    Cut,
}

/// A backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Its folder's name.
    pub name: String,
    /// How far it is.
    pub state: State,
}

/// The folder that backups go to.
pub fn folder(hub: &Hub) -> Result<&Path, DeedError> {
    hub.config
        .backups
        .as_ref()
        .map(|backups| &*backups.folder)
        .ok_or(DeedError::not_so(
            "hub.toml names no folder for backups: say `folder` under [backups], on another disk than the hub's",
        ))
}

/// Those that there are, the latest first.
pub fn list(hub: &Hub) -> Result<Vec<Backup>, DeedError> {
    let folder = folder(hub)?;
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(StorageError::Folder(error).into()),
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| is_name(name))
        .collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    names.truncate(LISTED_MAX);
    let begun = hub.backing_up.begun();
    // Whole when all of it is done, the row of the audit as well.
    let state = |name: &str| match backup::about(&folder.join(name)) {
        _ if begun.as_deref() == Some(name) => State::Begun,
        Ok(about) => State::Whole(Box::new(about)),
        Err(_) => State::Cut,
    };
    let backups = names.into_iter().map(|name| Backup {
        state: state(&name),
        name,
    });
    Ok(backups.collect())
}

/// Begins one, on a thread of its own, and says what it is called. One at a time.
pub fn begin(hub: &Arc<Hub>) -> Result<String, DeedError> {
    let (name, at) = next(hub)?;
    if !hub.backing_up.begin(&name) {
        return Err(DeedError::not_so("a backup is being made: wait until it is whole"));
    }
    let working = Arc::clone(hub);
    let started = std::thread::Builder::new().name("backup".to_owned()).spawn(move || {
        match backup::back_up(&working, &at) {
            Ok(made) => tracing::info!(bytes = made.about.database_bytes, "a backup is whole"),
            Err(error) => tracing::error!(%error, "no backup was made"),
        }
        working.backing_up.end();
    });
    if let Err(error) = started {
        hub.backing_up.end();
        return Err(StorageError::Folder(error).into());
    }
    Ok(name)
}

/// Orders that the hub goes back to one of them, and has it stop so that it begins anew with that.
pub fn go_back(hub: &Hub, name: &str, by: StaffId) -> Result<(), DeedError> {
    let folder = folder(hub)?.join(name);
    if hub.backing_up.begun().is_some() {
        return Err(DeedError::not_so("a backup is being made: wait until it is whole"));
    }
    backup::order(&hub.config, (name, &folder), by, hub.clock.now_ms()).map_err(refused)?;
    hub.to_go_back.notify_one();
    Ok(())
}

/// What came of the last order, or that one is to be carried out.
pub fn went_back(hub: &Hub) -> Result<Option<Outcome>, DeedError> {
    backup::last(&hub.config.data_dir).map_err(refused)
}

/// Why a backup is none to go back to. No path of the machine is told.
fn refused(error: BackupError) -> DeedError {
    match error {
        BackupError::Storage(error) => error.into(),
        BackupError::File { source, .. } => StorageError::Folder(source).into(),
        BackupError::NoBackup(_) => DeedError::not_so("it is no backup, or one that was never finished"),
        BackupError::About { .. } => DeedError::not_so("what the backup says of itself cannot be read"),
        BackupError::Damaged(_) => DeedError::not_so("the backup's copy of the database is damaged"),
        BackupError::Keys(_) => DeedError::not_so("the backup is sealed with other record keys than this hub's"),
        error @ (BackupError::Newer(_) | BackupError::OtherStore { .. }) => DeedError::NotSo(error.to_string().into()),
        BackupError::NotEmpty(_) | BackupError::Taken(_) | BackupError::Differs(_) => {
            DeedError::not_so("the backup cannot be put back here")
        }
    }
}

/// What the next one is called, and where it goes.
pub fn next(hub: &Hub) -> Result<(String, PathBuf), DeedError> {
    let folder = folder(hub)?;
    // To the second, and so that every file system takes it.
    let now_ms = hub.clock.now_ms();
    let name = moment(now_ms - now_ms.rem_euclid(1_000)).replace(':', "-");
    let at = folder.join(&name);
    if at.exists() {
        return Err(DeedError::not_so("there is a backup of this second: wait for the next"));
    }
    Ok((name, at))
}

/// Whether a folder is called as one of ours.
pub fn is_name(name: &str) -> bool {
    name.len() == 20 && name.ends_with('Z') && name.bytes().all(|byte| byte.is_ascii_digit() || b"-TZ".contains(&byte))
}
