//! A copy of everything a hub keeps, in a folder, and going back to one.
//!
//! | in the folder | what it is |
//! |---|---|
//! | `backup.toml` | what is in it, written last: without it the copy is not whole |
//! | `hub.db` or `hub.dump` | the database as it stood at one moment, of a file or of PostgreSQL |
//! | `media/` | whole media, sealed, each named by its hash; what lies in a bucket is not copied |
//!
//! The file that the keys of records grow out of is **not** in it: with it, going back would bring back what was destroyed by
//! law. It is kept apart, the latest copy only, and must be in its place before anything is put back.

mod media;
mod order;
mod restore;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use self::media::Copied;
pub use self::order::{CarriedOut, Outcome, carry_out, is_ordered, last, order};
pub(crate) use self::restore::is_begun as restore_is_begun;
pub use self::restore::{Restored, restore};
use crate::hub::Hub;
use crate::identity::RecordKeysError;
use crate::storage::{Contents, Deed, StorageError};

/// The file that says what is in a backup.
const ABOUT: &str = "backup.toml";
/// What `backup.toml` may say, in bytes.
const ABOUT_BYTES_MAX: u64 = 64 * 1024;
/// The form of backups that this program writes and reads.
const FORM: u32 = 1;

/// Why a copy was not made, or not put back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder has something in it.
    #[error("{} is not empty: name a folder that is not there yet", .0.display())]
    NotEmpty(PathBuf),
    /// There is no backup.
    #[error("{} is no backup, or one that was never finished: it has no {ABOUT}", .0.display())]
    NoBackup(PathBuf),
    /// `backup.toml` cannot be read.
    #[error("{} does not say what a backup says: {words}", path.display())]
    About {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        words: String,
    },
    /// A newer program wrote it.
    #[error("the backup has form {0}, this program reads {FORM}: use the program that wrote it, or a newer one")]
    Newer(u32),
    /// The database's copy is not what was copied.
    #[error("{} is damaged: its bytes are not those that were written", .0.display())]
    Damaged(PathBuf),
    /// The place is taken.
    #[error(
        "{0}: a backup is put back into an empty place only. Move away what is there, or name another place in hub.toml"
    )]
    Taken(String),
    /// A file's copy is put back into a file, a server's into a server.
    #[error("the backup is of {found}, and hub.toml names {wanted}: put it back where its like is named")]
    OtherStore {
        /// What the backup is of.
        found: &'static str,
        /// What is named.
        wanted: &'static str,
    },
    /// What was put back is not what was copied.
    #[error("what was put back is not what was copied: {0}. Do not start the hub; take another backup")]
    Differs(String),
    /// The keys of records.
    #[error(transparent)]
    Keys(#[from] RecordKeysError),
    /// A file.
    #[error("{}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl BackupError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }
}

/// Which sort of database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoreSort {
    /// A file.
    Sqlite,
    /// A PostgreSQL server.
    Postgresql,
}

impl StoreSort {
    fn of(config: &crate::Config) -> Self {
        match config.database {
            None => Self::Sqlite,
            Some(_) => Self::Postgresql,
        }
    }

    const fn file(self) -> &'static str {
        match self {
            Self::Sqlite => "hub.db",
            Self::Postgresql => "hub.dump",
        }
    }

    const fn said(self) -> &'static str {
        match self {
            Self::Sqlite => "a database in a file",
            Self::Postgresql => "a PostgreSQL database",
        }
    }
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The form, [`FORM`] today.
    pub form: u32,
    /// When it was made, in UTC.
    pub made: String,
    /// The program that made it.
    pub program: String,
    /// Which sort of database it is of.
    pub store: StoreSort,
    /// How many bytes its copy has.
    pub database_bytes: u64,
    /// SHA-256 of the copy, in hexadecimal digits.
    pub database_sha256: String,
    /// The name of the file of record keys that it is sealed with, in hexadecimal digits.
    pub record_keys: String,
    /// How many media were copied; none where they lie in a bucket.
    pub media: Option<u64>,
    /// What is in the database.
    pub contents: Contents,
}

/// A backup that is being made here, at the most one.
#[derive(Debug, Default)]
pub struct Progress(Mutex<Option<String>>);

impl Progress {
    /// Begins one of this name; false where one is being made.
    pub fn begin(&self, name: &str) -> bool {
        let mut begun = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if begun.is_some() {
            return false;
        }
        *begun = Some(name.to_owned());
        true
    }

    /// The one that is being made.
    pub fn begun(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// It came to its end.
    pub fn end(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// A backup that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What it says of itself.
    pub about: About,
    /// How long the database's copy took.
    pub database_ms: i64,
    /// The media; `None` where they lie in a bucket.
    pub media: Option<Copied>,
    /// How long they took.
    pub media_ms: i64,
}

/// Copies everything into a folder that is not there yet, while the hub works.
pub fn back_up(hub: &Hub, folder: &Path) -> Result<Made, BackupError> {
    make_folder(folder)?;
    let store = StoreSort::of(&hub.config);
    let began_ms = hub.clock.now_ms();
    let file = folder.join(store.file());
    let contents = hub.storage.back_up(&file)?;
    let copied_ms = hub.clock.now_ms();
    // Behind the database: every picture that its copy calls whole is there.
    let media = match &hub.config.media {
        None => Some(media::copy(&hub.config.data_dir, folder)?),
        Some(_) => None,
    };
    let ended_ms = hub.clock.now_ms();
    let (database_bytes, database_sha256) = digest(&file)?;
    let about = About {
        form: FORM,
        made: moment(began_ms),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        store,
        database_bytes,
        database_sha256,
        record_keys: hexadecimal(&hub.keys.name()),
        media: media.map(|copied| copied.files),
        contents,
    };
    write_about(folder, &about)?;
    hub.storage.note(Deed::BackUp, &about.made, ended_ms)?;
    Ok(Made {
        about,
        database_ms: copied_ms - began_ms,
        media,
        media_ms: ended_ms - copied_ms,
    })
}

/// Whoever else uses the machine reads none of it.
fn make_folder(folder: &Path) -> Result<(), BackupError> {
    fs::create_dir_all(folder).map_err(BackupError::file(folder))?;
    let mut entries = fs::read_dir(folder).map_err(BackupError::file(folder))?;
    if entries.next().is_some() {
        return Err(BackupError::NotEmpty(folder.to_owned()));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).map_err(BackupError::file(folder))?;
    }
    Ok(())
}

fn write_about(folder: &Path, about: &About) -> Result<(), BackupError> {
    let path = folder.join(ABOUT);
    let text = toml::to_string(about).map_err(|error| BackupError::About {
        path: path.clone(),
        words: error.to_string(),
    })?;
    let write = || {
        let mut file = File::create_new(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        File::open(folder)?.sync_all()
    };
    write().map_err(BackupError::file(&path))
}

/// What a backup says of itself.
pub fn about(folder: &Path) -> Result<About, BackupError> {
    let path = folder.join(ABOUT);
    let mut text = String::new();
    match File::open(&path) {
        Ok(file) => file
            .take(ABOUT_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(BackupError::file(&path))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(BackupError::NoBackup(folder.to_owned()));
        }
        Err(error) => return Err(BackupError::file(&path)(error)),
    };
    let wrong = |error: toml::de::Error| BackupError::About {
        path: path.clone(),
        words: error.message().to_owned(),
    };
    let form: Form = toml::from_str(&text).map_err(wrong)?;
    if form.form > FORM {
        return Err(BackupError::Newer(form.form));
    }
    toml::from_str(&text).map_err(wrong)
}

/// What every form begins with.
#[derive(Deserialize)]
struct Form {
    form: u32,
}

/// How many bytes a file has, and their hash.
fn digest(path: &Path) -> Result<(u64, String), BackupError> {
    let read = || {
        let mut file = File::open(path)?;
        let mut hash = Sha256::new();
        let mut piece = vec![0; 256 * 1024];
        let mut bytes = 0;
        loop {
            match file.read(&mut piece)? {
                0 => return Ok((bytes, hexadecimal(&hash.finalize()))),
                some => {
                    hash.update(&piece[..some]);
                    bytes += some as u64;
                }
            }
        }
    };
    read().map_err(BackupError::file(path))
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn moment(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |moment| moment.to_string())
}
