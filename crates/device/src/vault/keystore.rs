//! The platform's place for secrets, where there is one.
//!
//! A secret that lives there and not in the vault's folder makes a copied folder useless, and lets a short PIN be
//! enough. A bare machine has none; then the passphrase alone protects the vault, and the screens say so.

use zeroize::Zeroizing;

/// Why the keystore did not do as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the keystore cannot be reached")]
pub struct KeystoreError;

/// A place for secrets that is bound to this machine and this login.
pub trait Keystore: Send + Sync {
    /// Whether there is one at all. May be asked often.
    fn is_there(&self) -> bool;

    /// The secret of that name.
    fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError>;

    /// Keeps a secret under a name.
    fn write(&self, name: &str, secret: &[u8]) -> Result<(), KeystoreError>;

    /// Forgets a secret; one that is not there is forgotten already.
    fn remove(&self, name: &str) -> Result<(), KeystoreError>;
}

/// A machine without a keystore.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoKeystore;

impl Keystore for NoKeystore {
    fn is_there(&self) -> bool {
        false
    }

    fn read(&self, _name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeystoreError> {
        Err(KeystoreError)
    }

    fn write(&self, _name: &str, _secret: &[u8]) -> Result<(), KeystoreError> {
        Err(KeystoreError)
    }

    fn remove(&self, _name: &str) -> Result<(), KeystoreError> {
        Err(KeystoreError)
    }
}
