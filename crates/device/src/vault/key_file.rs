//! `vault.key`: the wrapped key with everything needed to unwrap it but the passphrase.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};

use super::{VaultError, write_whole};

/// The version this app writes, and the newest it reads.
const VERSION: u32 = 1;
/// A key file is about 400 bytes.
const FILE_BYTES_MAX: u64 = 16 * 1024;

/// The file, as JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct KeyFile {
    version: u32,
    /// Who the unlock screen greets. Not secret and not authenticated: it opens nothing.
    pub(super) label: String,
    pub(super) wrapped: Wrapped,
}

/// A key wrapped by a passphrase. All fields but the ciphertext are its associated data.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Wrapped {
    /// Argon2id memory, KiB.
    pub(super) memory_kib: u32,
    /// Argon2id passes.
    pub(super) passes: u32,
    /// Argon2id lanes.
    pub(super) lanes: u32,
    #[serde(with = "base64_bytes")]
    pub(super) salt: Vec<u8>,
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
            wrapped,
        }
    }

    pub(super) fn read(path: &Path) -> Result<Self, VaultError> {
        if fs::metadata(path)?.len() > FILE_BYTES_MAX {
            return Err(VaultError::KeyFile("too long"));
        }
        let file: Self = serde_json::from_slice(&fs::read(path)?).map_err(|_| VaultError::KeyFile("not a key file"))?;
        if file.version > VERSION {
            return Err(VaultError::Newer);
        }
        Ok(file)
    }

    pub(super) fn write(&self, path: &Path) -> Result<(), VaultError> {
        let bytes = serde_json::to_vec_pretty(self).expect("a key file is plain data");
        Ok(write_whole(path, &bytes)?)
    }
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
