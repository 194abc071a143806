//! The platform's place for secrets: the Secret Service of a Linux session, the Credential Manager of Windows. Android has none
//! here yet, and a bare machine has none at all; the screens say so.

use std::sync::OnceLock;

use device::{Keystore, KeystoreError};
use zeroize::Zeroizing;

/// What the secrets are kept under, the same as the app's identifier.
const SERVICE: &str = "in.vatsalya.field";

/// The keystore of whoever is logged in at this machine.
#[derive(Default)]
pub(crate) struct SessionKeystore {
    is_there: OnceLock<bool>,
}

impl Keystore for SessionKeystore {
    /// Asked of the platform once: a keystore that is unlocked later is found by the next start.
    fn is_there(&self) -> bool {
        *self.is_there.get_or_init(platform::is_there)
    }

    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError> {
        platform::read(name)
    }

    fn write(&self, name: &str, secret: &[u8]) -> Result<(), KeystoreError> {
        platform::write(name, secret)
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        platform::remove(name)
    }
}

/// The Secret Service, <https://specifications.freedesktop.org/secret-service/>.
#[cfg(target_os = "linux")]
mod platform {
    use std::collections::HashMap;

    use dbus_secret_service::{EncryptionType, Error, SecretService};
    use device::KeystoreError;
    use zeroize::Zeroizing;

    use super::SERVICE;

    /// How long the session may ask for its own password before a vault of it is opened, in seconds.
    const UNLOCK_SECONDS: u64 = 60;

    /// Only what is open already: nobody who sets up the app is asked for a password that they may not have.
    pub(super) fn is_there() -> bool {
        let looked = connect(0).and_then(|service| service.get_default_collection()?.is_locked());
        looked.is_ok_and(|locked| !locked)
    }

    pub(super) fn read(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError> {
        asked(|| {
            let service = connect(UNLOCK_SECONDS)?;
            let mut found = service.search_items(attributes(name))?;
            let Some(item) = found.unlocked.pop().or_else(|| found.locked.pop()) else {
                return Ok(None);
            };
            if item.is_locked()? {
                item.unlock()?;
            }
            Ok(Some(Zeroizing::new(item.get_secret()?)))
        })
    }

    pub(super) fn write(name: &str, secret: &[u8]) -> Result<(), KeystoreError> {
        asked(|| {
            let service = connect(0)?;
            let collection = service.get_default_collection()?;
            collection.create_item(
                "Vatsalya Field",
                attributes(name),
                secret,
                true,
                "application/octet-stream",
            )?;
            Ok(())
        })
    }

    pub(super) fn remove(name: &str) -> Result<(), KeystoreError> {
        asked(|| {
            let service = connect(0)?;
            let found = service.search_items(attributes(name))?;
            for item in found.unlocked.iter().chain(&found.locked) {
                item.delete()?;
            }
            Ok(())
        })
    }

    fn connect(unlock_seconds: u64) -> Result<SecretService, Error> {
        SecretService::connect_with_max_prompt_timeout(EncryptionType::Dh, unlock_seconds)
    }

    fn attributes(name: &str) -> HashMap<&str, &str> {
        HashMap::from([("application", SERVICE), ("vault", name)])
    }

    fn asked<T>(ask: impl FnOnce() -> Result<T, Error>) -> Result<T, KeystoreError> {
        ask().map_err(|_| KeystoreError)
    }
}

/// The Credential Manager.
#[cfg(windows)]
mod platform {
    use device::KeystoreError;
    use keyring_core::{Entry, Error, api::CredentialStoreApi as _};
    use windows_native_keyring_store::Store;
    use zeroize::Zeroizing;

    use super::SERVICE;

    pub(super) fn is_there() -> bool {
        Store::new().is_ok()
    }

    pub(super) fn read(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError> {
        match entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(_) => Err(KeystoreError),
        }
    }

    pub(super) fn write(name: &str, secret: &[u8]) -> Result<(), KeystoreError> {
        entry(name)?.set_secret(secret).map_err(|_| KeystoreError)
    }

    pub(super) fn remove(name: &str) -> Result<(), KeystoreError> {
        match entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(_) => Err(KeystoreError),
        }
    }

    fn entry(name: &str) -> Result<Entry, KeystoreError> {
        let store = Store::new().map_err(|_| KeystoreError)?;
        store.build(SERVICE, name, None).map_err(|_| KeystoreError)
    }
}

/// No keystore is known here.
#[cfg(not(any(target_os = "linux", windows)))]
mod platform {
    use device::{Keystore as _, KeystoreError, NoKeystore};
    use zeroize::Zeroizing;

    pub(super) fn is_there() -> bool {
        NoKeystore.is_there()
    }

    pub(super) fn read(name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError> {
        NoKeystore.read(name)
    }

    pub(super) fn write(name: &str, secret: &[u8]) -> Result<(), KeystoreError> {
        NoKeystore.write(name, secret)
    }

    pub(super) fn remove(name: &str) -> Result<(), KeystoreError> {
        NoKeystore.remove(name)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::{
        env,
        os::unix::fs::PermissionsExt as _,
        process::{Command, Stdio},
    };

    use super::*;

    /// Says to a test that it was started again, in the session that it wants.
    const THERE: &str = "VATSALYA_TEST_SESSION";

    /// Whether the test runs in a session of its own, with a home of its own. Where it does not it is started again in one,
    /// by a script that runs its arguments, and must pass there.
    #[expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    fn is_in_a_session(script: &str, test: &str) -> bool {
        if env::var_os(THERE).is_some() {
            return true;
        }
        let home = tempfile::tempdir().unwrap();
        std::fs::set_permissions(home.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        let output = Command::new("dbus-run-session")
            .args(["--", "sh", "-c", script, "sh"])
            .arg(env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture"])
            .env(THERE, "1")
            .env("HOME", home.path())
            .env("XDG_RUNTIME_DIR", home.path())
            .env_remove("XDG_DATA_HOME")
            .env_remove("GNOME_KEYRING_CONTROL")
            .stdin(Stdio::null())
            .output()
            .expect("dbus-run-session is installed: `cargo xtask setup`");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        false
    }

    #[test]
    fn a_session_with_a_keystore_keeps_secrets_and_survives_its_restart() {
        let unlocked = "printf invented | gnome-keyring-daemon --unlock --components=secrets >/dev/null && \"$@\"";
        let test = "keystore::tests::a_session_with_a_keystore_keeps_secrets_and_survives_its_restart";
        if !is_in_a_session(unlocked, test) {
            return;
        }
        let keystore = SessionKeystore::default();
        assert!(keystore.is_there());
        assert_eq!(keystore.read("one"), Ok(None));
        assert_eq!(keystore.remove("one"), Ok(()), "nothing to forget");
        keystore.write("one", b"a secret").unwrap();
        keystore.write("two", &[0, 255, 10]).unwrap();
        keystore.write("one", b"another").unwrap();
        let again = SessionKeystore::default();
        assert_eq!(again.read("one").unwrap().as_deref(), Some(&b"another".to_vec()));
        assert_eq!(again.read("two").unwrap().as_deref(), Some(&vec![0, 255, 10]));
        // The keystore is started anew: the old way to it is gone, the secrets are not.
        let restart = "printf invented | gnome-keyring-daemon --unlock --replace --components=secrets >/dev/null";
        assert!(Command::new("sh").args(["-c", restart]).status().unwrap().success());
        assert_eq!(again.read("one").unwrap().as_deref(), Some(&b"another".to_vec()));
        keystore.remove("one").unwrap();
        assert_eq!(again.read("one"), Ok(None));
        assert_eq!(again.read("two").unwrap().as_deref(), Some(&vec![0, 255, 10]));
    }

    #[test]
    fn a_session_whose_keystore_would_ask_for_a_password_counts_as_none() {
        let test = "keystore::tests::a_session_whose_keystore_would_ask_for_a_password_counts_as_none";
        if !is_in_a_session("\"$@\"", test) {
            return;
        }
        let keystore = SessionKeystore::default();
        assert!(!keystore.is_there());
        assert!(matches!(keystore.read("one"), Ok(None) | Err(KeystoreError)));
        assert_eq!(keystore.write("one", b"a secret"), Err(KeystoreError));
    }
}
