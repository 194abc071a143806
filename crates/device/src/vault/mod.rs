//! The vault: one folder for each user on the tablet, with the wrapped key and the encrypted database.
//!
//! This is the only place of the device with cryptography. The database key is random and never leaves memory; on
//! the disk it stands wrapped by a key that Argon2id makes from the passphrase. Whoever copies the folder has to try
//! passphrases at 64 MiB and three passes each; whoever types them here is slowed besides ([`tries`]).

mod digest;
mod door;
mod key_file;
mod tries;
mod wrap;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use zeroize::Zeroizing;

pub(crate) use digest::{hex, sha256, sha256_of};
use key_file::KeyFile;

use crate::Platform;

const KEY_FILE: &str = "vault.key";
const LOCK_FILE: &str = "in-use";
const TRIES_FILE: &str = "tries.json";
const DATABASE_FILE: &str = "vault.db";

/// Why a vault could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VaultError {
    /// Fewer than [`ipc::PASSPHRASE_CHARS_MIN`] characters or more than [`ipc::PASSPHRASE_BYTES_MAX`] bytes.
    #[error("the passphrase is too short or too long")]
    PassphraseLength,
    /// Not the passphrase of this vault.
    #[error("the passphrase is wrong")]
    WrongPassphrase {
        /// How many tries are left before waiting begins.
        tries_left: u32,
        /// How long the next try has to wait.
        wait_ms: i64,
    },
    /// Too many wrong tries; this one was not looked at.
    #[error("too many wrong tries")]
    MustWait {
        /// How long still.
        wait_ms: i64,
    },
    /// The key file was written by a newer app.
    #[error("the key file was written by a newer app")]
    Newer,
    /// The key file is damaged.
    #[error("the key file cannot be read: {0}")]
    KeyFile(&'static str),
    /// Another process has opened this vault: two would not see each other's edits.
    #[error("the vault is open in another process")]
    InUse,
    /// The disk said no.
    #[error("the vault's folder cannot be read or written")]
    Io(#[from] io::Error),
}

/// The random key of a database. Wiped from memory when dropped.
#[derive(Clone, zeroize::ZeroizeOnDrop)]
pub(crate) struct DatabaseKey([u8; 32]);

impl DatabaseKey {
    /// The key, in the form `SQLCipher` takes a raw key.
    pub(crate) fn to_pragma(&self) -> Zeroizing<String> {
        let digits = Zeroizing::new(hex(&self.0));
        Zeroizing::new(format!("PRAGMA key = \"x'{}'\";", digits.as_str()))
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

impl VaultFolder {
    /// All the vaults in the data folder, in the order of their names. Folders without a key are no vaults.
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
    ) -> Result<(Self, DatabaseKey), VaultError> {
        let passphrase = check_length(passphrase)?;
        let path = data_dir.join("users").join(hex(&platform.random::<16>()));
        fs::create_dir_all(&path)?;
        restrict(&path)?;
        let key = DatabaseKey(platform.random());
        let wrapped = wrap::wrap(&key.0, passphrase, platform)?;
        KeyFile::new(label, wrapped).write(&path.join(KEY_FILE))?;
        Ok((Self { path }, key))
    }

    /// Unwraps the key. A wrong try is counted on the disk before it is made, so that cutting the power gives no
    /// free ones.
    pub(crate) fn unlock(&self, passphrase: &str, platform: &Platform) -> Result<DatabaseKey, VaultError> {
        let file = KeyFile::read(&self.path.join(KEY_FILE))?;
        let tries = tries::Tries::at(self.path.join(TRIES_FILE));
        tries.begin(platform.clock.now_ms())?;
        match wrap::unwrap(&file.wrapped, passphrase)? {
            Some(key) => {
                tries.reset()?;
                Ok(DatabaseKey(key))
            }
            None => Err(VaultError::WrongPassphrase {
                tries_left: tries.left()?,
                wait_ms: tries.wait_ms(platform.clock.now_ms())?,
            }),
        }
    }

    /// How long the next try has to wait.
    pub(crate) fn wait_ms(&self, now_ms: i64) -> Result<i64, VaultError> {
        tries::Tries::at(self.path.join(TRIES_FILE)).wait_ms(now_ms)
    }

    /// What the unlock screen calls this user. Empty while enrolment is not finished.
    pub(crate) fn label(&self) -> Result<String, VaultError> {
        Ok(KeyFile::read(&self.path.join(KEY_FILE))?.label)
    }

    /// Gives the vault its label: the hub has said who the user is.
    pub(crate) fn set_label(&self, label: &str) -> Result<(), VaultError> {
        let path = self.path.join(KEY_FILE);
        let mut file = KeyFile::read(&path)?;
        label.clone_into(&mut file.label);
        file.write(&path)
    }

    /// The folder's random name.
    pub(crate) fn id(&self) -> String {
        self.path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// Takes the vault for this process, until the file is dropped; a process that is killed lets go of it, too.
    pub(crate) fn occupy(&self) -> Result<fs::File, VaultError> {
        let file = fs::File::create(self.path.join(LOCK_FILE))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(VaultError::InUse),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }

    /// Where the encrypted database is.
    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE_FILE)
    }

    /// Removes a vault that never finished enrolling. The key goes first: without it the rest is noise.
    pub(crate) fn discard(&self) -> io::Result<()> {
        fs::remove_file(self.path.join(KEY_FILE))?;
        fs::remove_dir_all(&self.path)
    }
}

fn check_length(passphrase: &str) -> Result<&str, VaultError> {
    if passphrase.chars().count() < ipc::PASSPHRASE_CHARS_MIN || passphrase.len() > ipc::PASSPHRASE_BYTES_MAX {
        return Err(VaultError::PassphraseLength);
    }
    Ok(passphrase)
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
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use io::Write;
    let fresh = path.with_extension("new");
    let mut file = fs::File::create(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&fresh, path)?;
    if let Some(folder) = path.parent() {
        // The name itself is durable only once the folder is; platforms that cannot open a folder do it by themselves.
        if let Ok(folder) = fs::File::open(folder) {
            folder.sync_all()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, HOUR_MS};

    #[test]
    fn the_passphrase_opens_the_vault_and_no_other_does() {
        let bench = Bench::new();
        let (vault, key) = VaultFolder::create(bench.dir(), "six blue buckets", "", &bench.platform).unwrap();
        assert_eq!(vault.unlock("six blue buckets", &bench.platform).unwrap().0, key.0);
        let wrong = vault.unlock("six blue bucket", &bench.platform);
        assert!(matches!(
            wrong,
            Err(VaultError::WrongPassphrase {
                tries_left: 4,
                wait_ms: 0
            })
        ));
    }

    #[test]
    fn five_wrong_tries_are_free_and_then_even_the_right_one_waits() {
        let bench = Bench::new();
        let (vault, _) = VaultFolder::create(bench.dir(), "right enough", "", &bench.platform).unwrap();
        for left in (1..=4).rev() {
            let Err(VaultError::WrongPassphrase { tries_left, wait_ms: 0 }) =
                vault.unlock("wrong one", &bench.platform)
            else {
                panic!("the first tries are free");
            };
            assert_eq!(tries_left, left);
        }
        let fifth = vault.unlock("wrong one", &bench.platform);
        assert!(matches!(
            fifth,
            Err(VaultError::WrongPassphrase {
                tries_left: 0,
                wait_ms: 30_000
            })
        ));
        let early = vault.unlock("right enough", &bench.platform);
        assert!(matches!(early, Err(VaultError::MustWait { wait_ms: 30_000 })));
        bench.clock.advance(30_000);
        assert!(vault.unlock("right enough", &bench.platform).is_ok());
        assert_eq!(vault.wait_ms(bench.clock.get()).unwrap(), 0);
    }

    #[test]
    fn setting_the_clock_back_or_forward_opens_nothing_for_good() {
        let bench = Bench::new();
        let (vault, _) = VaultFolder::create(bench.dir(), "right enough", "", &bench.platform).unwrap();
        for _ in 0..12 {
            bench.clock.advance(HOUR_MS);
            let _ = vault.unlock("wrong one", &bench.platform);
        }
        assert_eq!(
            vault.wait_ms(bench.clock.get()).unwrap(),
            HOUR_MS,
            "waits stop growing at an hour"
        );
        bench.clock.advance(-100 * HOUR_MS);
        assert_eq!(
            vault.wait_ms(bench.clock.get()).unwrap(),
            HOUR_MS,
            "a clock set back costs no more than the wait"
        );
    }

    #[test]
    fn a_tampered_or_weakened_key_file_is_refused() {
        let bench = Bench::new();
        let (vault, _) = VaultFolder::create(bench.dir(), "right enough", "", &bench.platform).unwrap();
        let path = vault.path.join(KEY_FILE);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("65536", "1024")).unwrap();
        assert!(matches!(
            vault.unlock("right enough", &bench.platform),
            Err(VaultError::KeyFile(_))
        ));
        fs::write(&path, text.replace("65536", "65537")).unwrap();
        assert!(matches!(
            vault.unlock("right enough", &bench.platform),
            Err(VaultError::WrongPassphrase { .. })
        ));
        fs::write(&path, "{").unwrap();
        assert!(matches!(
            vault.unlock("right enough", &bench.platform),
            Err(VaultError::KeyFile(_))
        ));
    }

    #[test]
    fn a_label_is_set_later_and_a_vault_that_never_enrolled_can_be_discarded() {
        let bench = Bench::new();
        let (vault, _) = VaultFolder::create(bench.dir(), "right enough", "", &bench.platform).unwrap();
        vault.set_label("A. Devi").unwrap();
        assert_eq!(vault.label().unwrap(), "A. Devi");
        assert!(vault.unlock("right enough", &bench.platform).is_ok());
        assert_eq!(
            VaultFolder::by_id(bench.dir(), &vault.id()).unwrap(),
            Some(vault.clone())
        );
        vault.discard().unwrap();
        assert_eq!(VaultFolder::all(bench.dir()).unwrap(), []);
    }
}
