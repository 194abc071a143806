//! The master key, and the keys that come out of it.

use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::DatabaseKey;
use crate::Platform;

/// A random key of 32 bytes from which all others of a vault are derived. Wiped from memory when dropped.
///
/// A new use of it is a new label and nothing else. Whatever is encrypted with a derived key is to be encrypted anew
/// when the master key is changed ([`crate::rotation`]).
#[derive(Clone, PartialEq, Eq, zeroize::ZeroizeOnDrop)]
pub(crate) struct MasterKey {
    bytes: [u8; 32],
    /// The first format wrapped the database's own key. It goes on as a master key whose database key is itself, until
    /// the key is next changed.
    is_database_key: bool,
}

const DATABASE: &[u8] = b"vatsalya database key 2";

impl MasterKey {
    pub(crate) fn random(platform: &Platform) -> Self {
        Self {
            bytes: platform.random(),
            is_database_key: false,
        }
    }

    /// The master key of a vault of the first format.
    pub(super) const fn of_first_format(database_key: [u8; 32]) -> Self {
        Self {
            bytes: database_key,
            is_database_key: true,
        }
    }

    /// A master key whose database key is this one.
    #[cfg(test)]
    pub(crate) fn of_database(key: &DatabaseKey) -> Self {
        Self::of_first_format(key.0)
    }

    /// `SQLCipher`'s raw key.
    pub(crate) fn database_key(&self) -> DatabaseKey {
        if self.is_database_key {
            return DatabaseKey(self.bytes);
        }
        DatabaseKey(*self.derive(DATABASE))
    }

    /// The key for another use, which the label names.
    pub(crate) fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, &self.bytes)
            .expand(label, key.as_mut())
            .expect("32 bytes are fewer than HKDF gives");
        key
    }

    /// The form in which it is wrapped and sealed: a byte for its origin, then the key.
    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(33));
        bytes.push(u8::from(!self.is_database_key));
        bytes.extend_from_slice(&self.bytes);
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (origin, key) = bytes.split_first()?;
        let is_database_key = match origin {
            0 => true,
            1 => false,
            _ => return None,
        };
        Some(Self {
            bytes: key.try_into().ok()?,
            is_database_key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Bench;

    #[test]
    fn every_use_has_a_key_of_its_own() {
        let master = MasterKey::random(&Bench::new().platform);
        assert_ne!(master.database_key().0, master.bytes);
        assert_ne!(*master.derive(b"one"), *master.derive(b"two"));
        assert_eq!(*master.derive(b"one"), *master.derive(b"one"));
        let first = MasterKey::of_first_format([7; 32]);
        assert_eq!(first.database_key().0, [7; 32]);
        for key in [master, first] {
            assert!(MasterKey::from_bytes(&key.to_bytes()) == Some(key));
        }
        assert!(MasterKey::from_bytes(&[2; 33]).is_none());
        assert!(MasterKey::from_bytes(&[1; 32]).is_none());
    }
}
