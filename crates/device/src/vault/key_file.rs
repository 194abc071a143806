//! `vault.key`: the wrapped key with everything needed to unwrap it but the passphrase and the platform's secret.
//!
//! | version | what it holds |
//! |---|---|
//! | 1 | the database's key, wrapped by Argon2id alone; read, and written anew at the next unlocking |
//! | 2 | the master key, and while it is being changed the next one; `wrapped` is gone once it was erased |

use std::{
    fs,
    io::{Seek as _, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{VaultError, stretch::Stretch, write_whole};

/// The version this app writes, and the newest it reads.
pub(super) const VERSION: u32 = 2;
/// A key file has about 600 bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// The file, as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct KeyFile {
    pub(super) version: u32,
    /// Who the unlock screen greets. Not secret and not authenticated: it opens nothing.
    pub(super) label: String,
    /// A hash of the user's id, by which the same person is known when they enrol again.
    #[serde(default, with = "base64_option", skip_serializing_if = "Option::is_none")]
    pub(super) person: Option<Vec<u8>>,
    /// `None` once the key was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) wrapped: Option<Wrapped>,
}

/// A key wrapped by a passphrase. The head (all but the sealed keys) is their associated data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Wrapped {
    #[serde(flatten)]
    pub(super) stretch: Stretch,
    #[serde(with = "base64_bytes")]
    pub(super) salt: Vec<u8>,
    /// Whether a secret of the platform's keystore is needed, too.
    #[serde(default)]
    pub(super) bound: bool,
    #[serde(flatten)]
    pub(super) current: Sealed,
    /// The key that is on its way in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<Sealed>,
}

/// One wrapped key.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Sealed {
    #[serde(with = "base64_bytes")]
    pub(super) nonce: Vec<u8>,
    #[serde(with = "base64_bytes")]
    pub(super) ciphertext: Vec<u8>,
}

impl KeyFile {
    pub(super) fn new(label: &str, wrapped: Wrapped) -> Self {
        Self {
            version: VERSION,
            label: label.to_owned(),
            person: None,
            wrapped: Some(wrapped),
        }
    }

    pub(super) fn read(path: &Path) -> Result<Self, VaultError> {
        if fs::metadata(path)?.len() > FILE_BYTES_MAX {
            return Err(VaultError::KeyFile("too long"));
        }
        let bytes = fs::read(path)?;
        // A newer file may look quite different: its version is read first, by itself.
        let Version { version } = serde_json::from_slice(&bytes).map_err(|_| VaultError::KeyFile("not a key file"))?;
        if version > VERSION {
            return Err(VaultError::Newer);
        }
        serde_json::from_slice(&bytes).map_err(|_| VaultError::KeyFile("not a key file"))
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), VaultError> {
        let bytes = serde_json::to_vec_pretty(self).expect("a key file is plain data");
        Ok(write_whole(path, &bytes)?)
    }

    /// Takes the wrapped key out of the file. What stood in it is written over as well as a file system lets one.
    pub(super) fn erase(&mut self, path: &Path) -> Result<(), VaultError> {
        let old = fs::OpenOptions::new().write(true).open(path);
        self.version = VERSION;
        self.wrapped = None;
        self.write(path)?;
        // The name is the new file's by now; the old one's bytes go before its last handle does.
        if let Ok(mut old) = old {
            let length = usize::try_from(old.seek(std::io::SeekFrom::End(0))?).unwrap_or(0);
            old.rewind()?;
            old.write_all(&vec![0; length])?;
            old.sync_all()?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
struct Version {
    version: u32,
}

mod base64_bytes {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(deserializer)?)
            .map_err(D::Error::custom)
    }
}

mod base64_option {
    use serde::{Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands it in so")]
    pub(super) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        super::base64_bytes::serialize(bytes.as_deref().unwrap_or_default(), serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        super::base64_bytes::deserialize(deserializer).map(Some)
    }
}
