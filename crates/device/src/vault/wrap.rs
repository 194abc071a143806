//! Wrapping the database key: Argon2id over the passphrase, `XChaCha20-Poly1305` over the key.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use zeroize::Zeroizing;

use super::{VaultError, key_file::Wrapped};
use crate::Platform;

/// 64 MiB and three passes: about half a second on a cheap tablet, once for each unlocking.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 1;
/// A key file that asks for more than this is an attack on memory, not a vault.
const MEMORY_KIB_MAX: u32 = 1024 * 1024;
const PASSES_MAX: u32 = 16;
const LANES_MAX: u32 = 4;

pub(super) fn wrap(key: &[u8; 32], passphrase: &str, platform: &Platform) -> Result<Wrapped, VaultError> {
    let mut wrapped = Wrapped {
        memory_kib: MEMORY_KIB,
        passes: PASSES,
        lanes: LANES,
        salt: platform.random::<16>().to_vec(),
        nonce: platform.random::<24>().to_vec(),
        ciphertext: Vec::new(),
    };
    let aad = associated_data(&wrapped);
    wrapped.ciphertext = cipher(&wrapped, passphrase)?
        .encrypt(XNonce::from_slice(&wrapped.nonce), Payload { msg: key, aad: &aad })
        .map_err(|_| VaultError::KeyFile("the key could not be wrapped"))?;
    Ok(wrapped)
}

/// The key, or `None` where the passphrase (or any byte of the file) is not the one it was wrapped with.
pub(super) fn unwrap(wrapped: &Wrapped, passphrase: &str) -> Result<Option<[u8; 32]>, VaultError> {
    let in_range = (MEMORY_KIB..=MEMORY_KIB_MAX).contains(&wrapped.memory_kib)
        && (PASSES..=PASSES_MAX).contains(&wrapped.passes)
        && (LANES..=LANES_MAX).contains(&wrapped.lanes)
        && wrapped.salt.len() == 16
        && wrapped.nonce.len() == 24;
    if !in_range {
        return Err(VaultError::KeyFile("its parameters are out of range"));
    }
    let payload = Payload {
        msg: &wrapped.ciphertext,
        aad: &associated_data(wrapped),
    };
    let opened = cipher(wrapped, passphrase)?.decrypt(XNonce::from_slice(&wrapped.nonce), payload);
    let Ok(plain) = opened.map(Zeroizing::new) else {
        return Ok(None);
    };
    <[u8; 32]>::try_from(plain.as_slice())
        .map(Some)
        .map_err(|_| VaultError::KeyFile("the key has another length"))
}

fn cipher(wrapped: &Wrapped, passphrase: &str) -> Result<XChaCha20Poly1305, VaultError> {
    let params = Params::new(wrapped.memory_kib, wrapped.passes, wrapped.lanes, Some(32))
        .map_err(|_| VaultError::KeyFile("its parameters are not Argon2's"))?;
    let mut stretched = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), &wrapped.salt, stretched.as_mut())
        .map_err(|_| VaultError::KeyFile("the passphrase could not be stretched"))?;
    Ok(XChaCha20Poly1305::new(stretched.as_ref().into()))
}

fn associated_data(wrapped: &Wrapped) -> Vec<u8> {
    let mut bytes = b"vatsalya-vault-1".to_vec();
    for number in [wrapped.memory_kib, wrapped.passes, wrapped.lanes] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(&wrapped.salt);
    bytes
}
