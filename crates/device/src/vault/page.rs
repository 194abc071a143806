//! A page of the encrypted database, opened without the database.
//!
//! `SQLCipher` gives a file up as a whole when the seal of one page is broken: the connection answers nothing more. What
//! is left of such a file is read page by page here. The form is that of `SQLCipher` 4: behind the encrypted bytes (AES-256
//! in CBC) stand the initialisation vector and an HMAC-SHA512 over both and the number of the page; the key of the HMAC
//! comes from the key of the file and the salt that the file begins with. A page whose seal does not hold is none.

use aes::Aes256;
use cbc::{
    Decryptor,
    cipher::{BlockDecryptMut, KeyIvInit, block_padding::NoPadding},
};
use hmac::{Hmac, Mac};
use sha2::Sha512;
use zeroize::Zeroizing;

use super::DatabaseKey;

/// Bytes of a page on the disk.
pub(crate) const PAGE_BYTES: usize = 4096;
/// Bytes of a page that the database uses.
pub(crate) const USABLE_BYTES: usize = PAGE_BYTES - IV_BYTES - SEAL_BYTES;
/// Bytes that the file begins with and that are not secret.
pub(crate) const SALT_BYTES: usize = 16;

const IV_BYTES: usize = 16;
const SEAL_BYTES: usize = 64;
const SALT_MASK: u8 = 0x3A;
const ROUNDS: u32 = 2;
const BEGINNING: &[u8; SALT_BYTES] = b"SQLite format 3\0";

/// What opens the pages of one file.
pub(crate) struct PageKey {
    words: DatabaseKey,
    seal: Zeroizing<[u8; 32]>,
}

impl DatabaseKey {
    /// What opens the pages of a file with this salt.
    pub(crate) fn of_pages(&self, salt: [u8; SALT_BYTES]) -> PageKey {
        let mut seal = Zeroizing::new([0; 32]);
        pbkdf2::pbkdf2_hmac::<Sha512>(&self.0, &salt.map(|byte| byte ^ SALT_MASK), ROUNDS, seal.as_mut());
        PageKey {
            words: self.clone(),
            seal,
        }
    }
}

impl PageKey {
    /// What the database would see of a page; `None` where its seal does not hold.
    pub(crate) fn open(&self, number: u32, page: &[u8; PAGE_BYTES]) -> Option<Vec<u8>> {
        let from = if number == 1 { SALT_BYTES } else { 0 };
        let (sealed, seal) = page.split_at(USABLE_BYTES + IV_BYTES);
        let mut check = Hmac::<Sha512>::new_from_slice(self.seal.as_ref()).ok()?;
        check.update(&sealed[from..]);
        check.update(&number.to_le_bytes());
        check.verify_slice(seal).ok()?;
        let (words, iv) = sealed.split_at(USABLE_BYTES);
        let mut plain = words.to_vec();
        Decryptor::<Aes256>::new_from_slices(&self.words.0, iv)
            .ok()?
            .decrypt_padded_mut::<NoPadding>(&mut plain[from..])
            .ok()?;
        if number == 1 {
            plain[..SALT_BYTES].copy_from_slice(BEGINNING);
        }
        Some(plain)
    }
}
