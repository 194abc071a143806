//! The vault: one folder for each user on the tablet, with the wrapped key and the encrypted database.
//!
//! This is the only place of the device with cryptography. The keys hang together like this:
//!
//! ```text
//! passphrase or PIN --Argon2id--+
//!                               +--HKDF-SHA256--> wrapping key --XChaCha20-Poly1305--> master key (random)
//! platform secret, if there is one                                                        |
//!                                            HKDF-SHA256 with a label for each use: database, …
//! ```
//!
//! The master key never stands on the disk but wrapped, and sealed to the district's recovery key ([`recovery`]).
//! Whoever copies the folder has to try passphrases at 64 MiB and three passes each or more ([`stretch`]), and cannot
//! even try where a platform secret belongs to it ([`keystore`]); whoever types them here is slowed and then stopped
//! ([`tries`]). What is promised, and what is not, stands in `docs/security.md`.

mod digest;
mod door;
mod key_file;
mod keystore;
mod locked_file;
mod master;
mod occupied;
mod page;
mod recovery;
mod stretch;
mod tries;
mod wrap;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

pub(crate) use digest::{hex, sha256, sha256_of};
use key_file::{KeyFile, Wrapped};
pub use keystore::{Keystore, KeystoreError, NoKeystore};
pub(crate) use locked_file::{UnlockError, check_file_passphrase, lock_file, unlock_file};
pub(crate) use master::MasterKey;
pub(crate) use occupied::Occupied;
pub(crate) use page::{PAGE_BYTES, PageKey, SALT_BYTES, USABLE_BYTES};
pub(crate) use recovery::Holder;
use stretch::Stretch;
pub use stretch::Stretching;
use tries::{Begun, Tries};
use wrap::{Secret, Which, WrappingKey};

use crate::Platform;

const KEY_FILE: &str = "vault.key";
const LOCK_FILE: &str = "in-use";
const TRIES_FILE: &str = "tries.json";
const RESERVE_FILE: &str = "reserve";
const DATABASE_FILE: &str = "vault.db";
const DATABASE_COPY_FILE: &str = "vault.db.next";

/// Why a vault could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// Fewer than [`ipc::PASSPHRASE_CHARS_MIN`] characters or more than [`ipc::PASSPHRASE_BYTES_MAX`] bytes.
    #[error("the passphrase is too short or too long")]
    PassphraseLength,
    /// Digits alone, where nothing but the passphrase protects the vault, or fewer than [`ipc::PIN_DIGITS_MIN`].
    #[error("digits alone are not strong enough")]
    WeakPin {
        /// Whether the platform has a keystore, with which a longer PIN would do.
        keystore: bool,
    },
    /// Not the passphrase of this vault.
    #[error("the passphrase is wrong")]
    WrongPassphrase {
        /// How many tries are left before waiting begins.
        tries_left: u32,
        /// How many tries are left before the wrapped key is erased.
        erased_after: u32,
        /// How long the next try has to wait.
        wait_ms: i64,
    },
    /// Too many wrong tries; this one was not looked at.
    #[error("too many wrong tries")]
    MustWait {
        /// How long still.
        wait_ms: i64,
    },
    /// The wrapped key was erased after too many wrong tries.
    #[error("the wrapped key was erased")]
    Erased,
    /// The vault needs a secret of the platform's keystore, and the keystore does not have it.
    #[error("the platform's secret is not there")]
    NoPlatformSecret,
    /// The key file asks for less work than any that this app wrote.
    #[error("the key file was weakened")]
    Weakened,
    /// The key file was written by a newer app.
    #[error("the key file was written by a newer app")]
    Newer,
    /// The key file is damaged.
    #[error("the key file cannot be read: {0}")]
    KeyFile(&'static str),
    /// Nothing was sealed to the district: it had no recovery key.
    #[error("the key is not sealed to the district")]
    NotSealed,
    /// The answer is for another request, or no answer.
    #[error("the answer is not for this request")]
    OtherAnswer,
    /// A file of the recovery cannot be read or made.
    #[error("the recovery failed: {0}")]
    Recovery(&'static str),
    /// Another process has opened this vault: two would not see each other's edits.
    #[error("the vault is open in another process")]
    InUse,
    /// The disk said no.
    #[error("the vault's folder cannot be read or written")]
    Io(#[from] io::Error),
}

/// The raw key of a database. Wiped from memory when dropped.
#[derive(Clone, zeroize::ZeroizeOnDrop)]
pub(crate) struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    /// The key, in the form `SQLCipher` takes a raw key.
    pub(crate) fn to_pragma(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("PRAGMA key = \"{}\";", self.to_raw().as_str()))
    }

    /// The key as `ATTACH … KEY` takes it.
    pub(crate) fn to_raw(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex(&self.0));
        Zeroizing::new(format!("x'{}'", digits.as_str()))
    }

    #[cfg(test)]
    pub(crate) const fn for_tests() -> Self {
        Self([7; 32])
    }
}

/// A user's folder on this tablet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultFolder {
    path: PathBuf,
}

/// What the unlock screen may know of a vault without its passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VaultState {
    /// What the user is called. Empty while enrolment is not finished.
    pub(crate) label: String,
    /// A hash of the user's id.
    pub(crate) person: Option<Vec<u8>>,
    /// Whether the wrapped key is gone.
    pub(crate) erased: bool,
    /// Whether a secret of the platform's keystore is needed.
    pub(crate) bound: bool,
    /// How long the next try has to wait.
    pub(crate) wait_ms: i64,
    /// How many tries are left before the wrapped key is erased.
    pub(crate) erased_after: u32,
}

/// A vault that its passphrase has opened.
pub(crate) struct Unlocked {
    pub(crate) master: MasterKey,
    /// The key on its way in, where a change of keys was cut short.
    pub(crate) next: Option<MasterKey>,
    door: Door,
}

/// What wraps the keys of a vault while a call works on them.
struct Door {
    key: WrappingKey,
    head: Wrapped,
}

impl VaultFolder {
    /// All the vaults in the data folder, in the order of their names. Folders without a key file are no vaults.
    pub(crate) fn all(data_dir: &Path) -> io::Result<Vec<Self>> {
        let users = data_dir.join("users");
        if !users.is_dir() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for entry in fs::read_dir(users)? {
            let path = entry?.path();
            if path.join(KEY_FILE).is_file() {
                found.push(Self { path });
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// The vault with this id, if the tablet has it. The id is a folder's name of our own making, nothing else.
    pub(crate) fn by_id(data_dir: &Path, id: &str) -> io::Result<Option<Self>> {
        Ok(Self::all(data_dir)?.into_iter().find(|vault| vault.id() == id))
    }

    /// Makes a folder with a new key, wrapped by the passphrase. `label` is what the unlock screen shows.
    pub(crate) fn create(
        data_dir: &Path,
        passphrase: &str,
        label: &str,
        platform: &Platform,
    ) -> Result<(Self, MasterKey), VaultError> {
        check_strength(passphrase, platform.keystore.is_there())?;
        let path = data_dir.join("users").join(hex(&platform.random::<16>()));
        make_folder(&path)?;
        restrict(&path)?;
        let vault = Self { path };
        let master = MasterKey::random(platform);
        let door = vault.new_door(passphrase, platform)?;
        KeyFile::new(label, door.wrap(&master, platform)?).write(&vault.key_file())?;
        Ok((vault, master))
    }

    /// Unwraps the key. A wrong try is counted on the disk before it is made, so that cutting the power gives no
    /// free ones; the last one erases the wrapped key. A file of the first format is written anew in passing.
    pub(crate) fn unlock(&self, passphrase: &str, platform: &Platform) -> Result<Unlocked, VaultError> {
        let mut file = KeyFile::read(&self.key_file())?;
        let head = file.wrapped.clone().ok_or(VaultError::Erased)?;
        head.stretch.check()?;
        if head.salt.len() != 16 {
            return Err(VaultError::KeyFile("its salt has another length"));
        }
        let secret = self.platform_secret(&head, platform)?;
        let tries = self.tries();
        if tries.begin(platform.clock.now_ms())? == Begun::UsedUp {
            self.erase(&mut file, platform)?;
            return Err(VaultError::Erased);
        }
        let opened = if file.version < 2 {
            wrap::open_first_format(&head, passphrase)?.map(|master| (master, None))
        } else {
            let key = WrappingKey::make(
                head.stretch,
                &head.salt,
                passphrase,
                secret.as_ref().map(|s| s.as_slice()),
            )?;
            key.open(&head.current, &head, Which::Current)?
                .map(|master| (master, Some(key)))
        };
        let Some((master, key)) = opened else {
            return Err(self.was_wrong(&mut file, platform));
        };
        tries.reset()?;
        let Some(key) = key else {
            return self.upgraded(file, master, passphrase, platform);
        };
        let next = match &head.next {
            Some(sealed) => key.open(sealed, &head, Which::Next)?,
            None => None,
        };
        Ok(Unlocked {
            master,
            next,
            door: Door { key, head },
        })
    }

    /// Whether a passphrase is strong enough for what the platform gives.
    #[expect(clippy::unused_self, reason = "what is strong enough is a vault's own business")]
    pub(crate) fn check_strength(&self, passphrase: &str, platform: &Platform) -> Result<(), VaultError> {
        check_strength(passphrase, platform.keystore.is_there())
    }

    /// Wraps a key that is known by another way (the open vault, the district's answer) under a new passphrase. A
    /// platform secret that is lost is made anew.
    /// Tries are free again.
    pub(crate) fn rewrap(&self, master: &MasterKey, passphrase: &str, platform: &Platform) -> Result<(), VaultError> {
        check_strength(passphrase, platform.keystore.is_there())?;
        let mut file = KeyFile::read(&self.key_file())?;
        let door = self.new_door(passphrase, platform)?;
        file.version = key_file::VERSION;
        file.wrapped = Some(door.wrap(master, platform)?);
        file.write(&self.key_file())?;
        self.tries().reset()
    }

    /// Puts the key that is on its way in beside the one in use.
    pub(crate) fn announce(
        &self,
        unlocked: &Unlocked,
        next: &MasterKey,
        platform: &Platform,
    ) -> Result<(), VaultError> {
        let Door { key, head } = &unlocked.door;
        let next = key.seal(next, head, Which::Next, platform)?;
        self.write_wrapped(Wrapped {
            next: Some(next),
            ..head.clone()
        })
    }

    /// Leaves this one key in the file: the change of keys is over, either way.
    pub(crate) fn settle(
        &self,
        unlocked: &Unlocked,
        master: &MasterKey,
        platform: &Platform,
    ) -> Result<(), VaultError> {
        let Door { key, head } = &unlocked.door;
        let current = key.seal(master, head, Which::Current, platform)?;
        self.write_wrapped(Wrapped {
            current,
            next: None,
            ..head.clone()
        })
    }

    /// What may be known without the passphrase.
    pub(crate) fn state(&self, now_ms: i64) -> Result<VaultState, VaultError> {
        let file = KeyFile::read(&self.key_file())?;
        let tries = self.tries();
        Ok(VaultState {
            label: file.label,
            person: file.person,
            erased: file.wrapped.is_none(),
            bound: file.wrapped.is_some_and(|wrapped| wrapped.bound),
            wait_ms: tries.wait_ms(now_ms)?,
            erased_after: tries.left()?,
        })
    }

    /// Gives the vault its label: the hub has said who the user is.
    pub(crate) fn set_label(&self, label: &str) -> Result<(), VaultError> {
        let mut file = KeyFile::read(&self.key_file())?;
        label.clone_into(&mut file.label);
        file.write(&self.key_file())
    }

    /// Writes down by which hash the same person is known again, if it is not there yet.
    pub(crate) fn set_person(&self, person: &[u8; 32]) -> Result<(), VaultError> {
        let mut file = KeyFile::read(&self.key_file())?;
        if file.person.as_deref() == Some(person) {
            return Ok(());
        }
        file.person = Some(person.to_vec());
        file.write(&self.key_file())
    }

    /// The folder of all vaults' data.
    pub(crate) fn data_dir(&self) -> PathBuf {
        self.path.ancestors().nth(2).map(Path::to_owned).unwrap_or_default()
    }

    /// The folder's random name.
    pub(crate) fn id(&self) -> String {
        self.path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// Takes the vault for this process, until what is given is dropped; a process that is killed lets go of it, too.
    pub(crate) fn occupy(&self) -> Result<Occupied, VaultError> {
        let file = fs::File::create(self.path.join(LOCK_FILE))?;
        match file.try_lock() {
            Ok(()) => Ok(Occupied(file)),
            Err(fs::TryLockError::WouldBlock) => Err(VaultError::InUse),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Where the encrypted database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE_FILE)
    }

    /// Where a copy of it stands while the key is changed.
    pub(crate) fn database_copy(&self) -> PathBuf {
        self.path.join(DATABASE_COPY_FILE)
    }

    /// Where room is kept for the last save.
    pub(crate) fn reserve(&self) -> PathBuf {
        self.path.join(RESERVE_FILE)
    }

    /// Destroys a vault: one that never finished enrolling, or one whose user was shut out. The key goes first, in the
    /// file and in the platform's keystore: without it the rest is noise.
    pub(crate) fn destroy(&self, platform: &Platform) -> Result<(), VaultError> {
        if let Ok(mut file) = KeyFile::read(&self.key_file()) {
            file.person = None;
            self.erase(&mut file, platform)?;
        }
        for entry in fs::read_dir(&self.path)? {
            let path = entry?.path();
            // The key file goes last, because with it the folder is no vault any more.
            if path != self.key_file() && path.is_file() {
                fs::remove_file(path)?;
            }
        }
        fs::remove_file(self.key_file())?;
        Ok(fs::remove_dir_all(&self.path)?)
    }

    fn key_file(&self) -> PathBuf {
        self.path.join(KEY_FILE)
    }

    fn tries(&self) -> Tries {
        Tries::at(self.path.join(TRIES_FILE))
    }

    fn write_wrapped(&self, wrapped: Wrapped) -> Result<(), VaultError> {
        let mut file = KeyFile::read(&self.key_file())?;
        file.version = key_file::VERSION;
        file.wrapped = Some(wrapped);
        file.write(&self.key_file())
    }

    /// What a wrong try is answered with; the last one erases the wrapped key.
    fn was_wrong(&self, file: &mut KeyFile, platform: &Platform) -> VaultError {
        let tries = self.tries();
        let told = || {
            let erased_after = tries.left()?;
            Ok::<_, VaultError>((tries.free()?, erased_after, tries.wait_ms(platform.clock.now_ms())?))
        };
        match told() {
            Ok((_, 0, _)) => self.erase(file, platform).err().unwrap_or(VaultError::Erased),
            Ok((tries_left, erased_after, wait_ms)) => VaultError::WrongPassphrase {
                tries_left,
                erased_after,
                wait_ms,
            },
            Err(error) => error,
        }
    }

    fn erase(&self, file: &mut KeyFile, platform: &Platform) -> Result<(), VaultError> {
        file.erase(&self.key_file())?;
        // Whatever a file system may still hold of the wrapped key opens nothing without the platform's secret.
        let _ = platform.keystore.remove(&self.id());
        Ok(())
    }

    /// The first format, opened: written anew as the second. Where that does not go (the disk is full), the old file
    /// stays as it is until the next time.
    fn upgraded(
        &self,
        mut file: KeyFile,
        master: MasterKey,
        passphrase: &str,
        platform: &Platform,
    ) -> Result<Unlocked, VaultError> {
        let door = self.new_door(passphrase, platform)?;
        file.version = key_file::VERSION;
        file.wrapped = Some(door.wrap(&master, platform)?);
        let _ = file.write(&self.key_file());
        Ok(Unlocked {
            master,
            next: None,
            door,
        })
    }

    /// A new salt, the work this machine can do, and the platform's secret, for wrapping under a passphrase.
    fn new_door(&self, passphrase: &str, platform: &Platform) -> Result<Door, VaultError> {
        let secret = self.made_platform_secret(platform);
        // What was promised to a PIN must be there.
        if secret.is_none() && is_pin(passphrase) {
            return Err(VaultError::WeakPin { keystore: false });
        }
        let head = Wrapped {
            stretch: Stretch::choose(platform.stretching),
            salt: platform.random::<16>().to_vec(),
            bound: secret.is_some(),
            current: key_file::Sealed::default(),
            next: None,
        };
        let key = WrappingKey::make(
            head.stretch,
            &head.salt,
            passphrase,
            secret.as_ref().map(|s| s.as_slice()),
        )?;
        Ok(Door { key, head })
    }

    /// The platform secret of this vault, made if need be. `None`: there is no keystore, or it does not keep what it is
    /// given.
    fn made_platform_secret(&self, platform: &Platform) -> Secret {
        let keystore = &platform.keystore;
        if !keystore.is_there() {
            return None;
        }
        let name = self.id();
        if let Ok(Some(secret)) = keystore.read(&name) {
            return Some(secret);
        }
        let secret = Zeroizing::new(platform.random::<32>().to_vec());
        keystore.write(&name, &secret).ok()?;
        keystore.read(&name).ok().flatten().filter(|kept| *kept == secret)
    }

    fn platform_secret(&self, head: &Wrapped, platform: &Platform) -> Result<Secret, VaultError> {
        if !head.bound {
            return Ok(None);
        }
        let secret = platform.keystore.read(&self.id()).ok().flatten();
        secret.map(Some).ok_or(VaultError::NoPlatformSecret)
    }
}

impl Door {
    fn wrap(&self, master: &MasterKey, platform: &Platform) -> Result<Wrapped, VaultError> {
        let mut wrapped = self.head.clone();
        wrapped.current = self.key.seal(master, &self.head, Which::Current, platform)?;
        Ok(wrapped)
    }
}

/// Digits and nothing else.
fn is_pin(passphrase: &str) -> bool {
    passphrase.chars().all(|c| c.is_numeric() || c.is_whitespace())
}

fn check_strength(passphrase: &str, keystore: bool) -> Result<(), VaultError> {
    if passphrase.len() > ipc::PASSPHRASE_BYTES_MAX {
        return Err(VaultError::PassphraseLength);
    }
    if is_pin(passphrase) {
        let digits = passphrase.chars().filter(|c| c.is_numeric()).count();
        return if keystore && digits >= ipc::PIN_DIGITS_MIN {
            Ok(())
        } else if passphrase.chars().count() < ipc::PASSPHRASE_CHARS_MIN && !keystore {
            Err(VaultError::PassphraseLength)
        } else {
            Err(VaultError::WeakPin { keystore })
        };
    }
    if passphrase.chars().count() < ipc::PASSPHRASE_CHARS_MIN {
        return Err(VaultError::PassphraseLength);
    }
    Ok(())
}

#[cfg(unix)]
fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> io::Result<()> {
    Ok(())
}

/// Writes a small file so that after a power cut either the old or the new one is there, whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    let fresh = path.with_extension("new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&fresh, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes a folder, and those it lies in, so that their names survive a power cut.
pub(crate) fn make_folder(path: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = path.ancestors().take_while(|folder| !folder.exists()).collect();
    fs::create_dir_all(path)?;
    missing
        .into_iter()
        .rev()
        .filter_map(Path::parent)
        .try_for_each(sync_folder)
}

/// Makes the names in a folder durable; platforms that cannot open a folder do it by themselves.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    // The parent of a name without a folder is the empty path, which means this one.
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    match fs::File::open(folder) {
        Ok(folder) => folder.sync_all(),
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
