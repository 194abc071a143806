//! Wrapping the master key: Argon2id over the passphrase, together with the platform's secret through HKDF-SHA256, and
//! `XChaCha20-Poly1305` over the key.

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::{
    MasterKey, VaultError,
    key_file::{Sealed, Wrapped},
    stretch::Stretch,
};
use crate::Platform;

const WRAPPING: &[u8] = b"vatsalya wrapping key 2";
const CONTEXT_1: &[u8] = b"vatsalya-vault-1";
const CONTEXT_2: &[u8] = b"vatsalya-vault-2";

/// Which of a vault's keys is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The one in use.
    Current,
    /// The one that is on its way in.
    Next,
}

/// The key that wraps, made of passphrase and platform secret; it lives for one call.
pub(super) struct WrappingKey(Zeroizing<[u8; 32]>);

/// A platform secret; `None` where the vault has none.
pub(super) type Secret = Option<Zeroizing<Vec<u8>>>;

impl WrappingKey {
    pub(super) fn make(
        stretch: Stretch,
        salt: &[u8],
        passphrase: &str,
        secret: Option<&[u8]>,
    ) -> Result<Self, VaultError> {
        let stretched = stretch.run(passphrase.as_bytes(), salt)?;
        let mut both = Zeroizing::new(stretched.to_vec());
        both.extend_from_slice(secret.unwrap_or_default());
        let mut key = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(Some(salt), &both)
            .expand(WRAPPING, key.as_mut())
            .expect("32 bytes are fewer than HKDF gives");
        Ok(Self(key))
    }

    /// Wraps a key for this place of the key file.
    pub(super) fn seal(
        &self,
        key: &MasterKey,
        head: &Wrapped,
        which: Which,
        platform: &Platform,
    ) -> Result<Sealed, VaultError> {
        let nonce = platform.random::<24>().to_vec();
        let (plain, aad) = (key.to_bytes(), associated_data(head, which));
        let payload = Payload { msg: &plain, aad: &aad };
        let ciphertext = XChaCha20Poly1305::new((&*self.0).into())
            .encrypt(XNonce::from_slice(&nonce), payload)
            .map_err(|_| VaultError::KeyFile("the key could not be wrapped"))?;
        Ok(Sealed { nonce, ciphertext })
    }

    /// The key, or `None` where passphrase, platform secret or any byte of the file is not what it was wrapped with.
    pub(super) fn open(&self, sealed: &Sealed, head: &Wrapped, which: Which) -> Result<Option<MasterKey>, VaultError> {
        let aad = associated_data(head, which);
        let Some(plain) = decrypt(&self.0, sealed, &aad)? else {
            return Ok(None);
        };
        MasterKey::from_bytes(&plain)
            .map(Some)
            .ok_or(VaultError::KeyFile("the key has another form"))
    }
}

/// The key of a file of the first format: the database's own, wrapped by what Argon2id gave.
pub(super) fn open_first_format(head: &Wrapped, passphrase: &str) -> Result<Option<MasterKey>, VaultError> {
    let stretched = head.stretch.run(passphrase.as_bytes(), &head.salt)?;
    let aad = [CONTEXT_1, &head.stretch.to_bytes(), &head.salt].concat();
    let Some(plain) = decrypt(&stretched, &head.current, &aad)? else {
        return Ok(None);
    };
    let key = <[u8; 32]>::try_from(plain.as_slice()).map_err(|_| VaultError::KeyFile("the key has another length"))?;
    Ok(Some(MasterKey::of_first_format(key)))
}

fn decrypt(key: &[u8; 32], sealed: &Sealed, aad: &[u8]) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    if sealed.nonce.len() != 24 {
        return Err(VaultError::KeyFile("its nonce has another length"));
    }
    let payload = Payload {
        msg: &sealed.ciphertext,
        aad,
    };
    let opened = XChaCha20Poly1305::new(key.into()).decrypt(XNonce::from_slice(&sealed.nonce), payload);
    Ok(opened.ok().map(Zeroizing::new))
}

/// Everything in the head of the file, so that nobody makes the work less or takes the platform's secret out of it.
fn associated_data(head: &Wrapped, which: Which) -> Vec<u8> {
    let which = match which {
        Which::Current => b'c',
        Which::Next => b'n',
    };
    [
        CONTEXT_2,
        &[which, u8::from(head.bound)],
        &head.stretch.to_bytes(),
        &head.salt,
    ]
    .concat()
}
