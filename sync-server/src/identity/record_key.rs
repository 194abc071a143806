//! The key of one record, and what is sealed with it: `XChaCha20-Poly1305` under a nonce that is made of what is sealed.
//!
//! The nonce is a keyed hash of what the bytes are, what they belong to, and the bytes themselves. So the same bytes in the
//! same place are sealed alike, which says that they are the same and no more, and no nonce can come twice for different
//! bytes, whatever the system's random numbers are worth that day.

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How sealed bytes begin: a byte that nothing begins with that was ever kept in plain, and a version.
const SEALED: [u8; 2] = [0xE5, 1];
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// By how much sealed bytes are longer.
pub const SEALED_MORE_BYTES: usize = SEALED.len() + NONCE_BYTES + TAG_BYTES;

/// What is sealed. A seal of one sort does not pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Sealed {
    /// A change in the log.
    Change = 1,
    /// A folded document.
    Snapshot = 2,
    /// A refused upload.
    Refused = 3,
    /// What is kept of a case beside its row.
    Facts = 4,
    /// What waits for a channel.
    Parcel = 5,
    /// What a record tells for comparing.
    Report = 6,
    /// What its photos look like.
    Looks = 7,
    /// A piece of a media object that is on its way.
    Piece = 8,
    /// A segment of a whole one.
    Segment = 9,
    /// What lists show of a case.
    Card = 10,
    /// What a district said to somebody who asked about refused words.
    Words = 11,
    /// What another system posted.
    Post = 12,
    /// What somebody's one-time codes are made of.
    CodeSecret = 13,
    /// A sign-in elsewhere that a browser has begun, as its cookie has it.
    Departure = 14,
}

/// What was sealed does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open")]
pub struct NotSealedSo;

/// A record's key.
#[derive(Clone)]
pub struct RecordKey {
    sealing: Zeroizing<[u8; 32]>,
    naming: Zeroizing<[u8; 32]>,
}

impl RecordKey {
    pub(super) fn of_leaf(leaf: &[u8; 32]) -> Self {
        let of = |label: &[u8]| Zeroizing::new(Sha256::new_with_prefix(label).chain_update(leaf).finalize().into());
        Self {
            sealing: of(b"vatsalya-record-sealing-v1"),
            naming: of(b"vatsalya-record-nonce-v1"),
        }
    }

    /// Seals bytes that belong to what `about` says.
    pub fn seal(&self, what: Sealed, about: &[u8], plain: &[u8]) -> Vec<u8> {
        let about = bound(what, about);
        let nonce = self.nonce(&about, plain);
        let payload = Payload {
            msg: plain,
            aad: &about,
        };
        let cipher = XChaCha20Poly1305::new(self.sealing.as_slice().into());
        let words = cipher
            .encrypt(XNonce::from_slice(&nonce), payload)
            .expect("what is kept is shorter than the cipher's limit");
        let mut sealed = Vec::with_capacity(SEALED.len() + NONCE_BYTES + words.len());
        sealed.extend_from_slice(&SEALED);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&words);
        sealed
    }

    /// Opens them.
    pub fn open(&self, what: Sealed, about: &[u8], sealed: &[u8]) -> Result<Vec<u8>, NotSealedSo> {
        let words = sealed.strip_prefix(&SEALED).ok_or(NotSealedSo)?;
        let (nonce, words) = words.split_at_checked(NONCE_BYTES).ok_or(NotSealedSo)?;
        let payload = Payload {
            msg: words,
            aad: &bound(what, about),
        };
        XChaCha20Poly1305::new(self.sealing.as_slice().into())
            .decrypt(XNonce::from_slice(nonce), payload)
            .map_err(|_| NotSealedSo)
    }

    fn nonce(&self, about: &[u8], plain: &[u8]) -> [u8; NONCE_BYTES] {
        let mut mac =
            <Hmac<Sha256> as Mac>::new_from_slice(self.naming.as_slice()).expect("HMAC takes keys of any length");
        mac.update(&(about.len() as u64).to_be_bytes());
        mac.update(about);
        mac.update(plain);
        let mut nonce = [0; NONCE_BYTES];
        nonce.copy_from_slice(&mac.finalize().into_bytes()[..NONCE_BYTES]);
        nonce
    }
}

/// Whether bytes are sealed. What is kept in plain never begins so.
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(&SEALED)
}

fn bound(what: Sealed, about: &[u8]) -> Vec<u8> {
    let mut bound = Vec::with_capacity(1 + about.len());
    bound.push(what as u8);
    bound.extend_from_slice(about);
    bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_key_sort_and_place_open_what_was_sealed() {
        let key = RecordKey::of_leaf(&[7; 32]);
        let other = RecordKey::of_leaf(&[8; 32]);
        for plain in [&b""[..], b"x", &[5; 5000]] {
            let sealed = key.seal(Sealed::Change, b"here", plain);
            assert_eq!(sealed.len(), plain.len() + SEALED_MORE_BYTES);
            assert!(is_sealed(&sealed));
            assert_eq!(key.open(Sealed::Change, b"here", &sealed).unwrap(), plain);
            assert_eq!(key.seal(Sealed::Change, b"here", plain), sealed);
            assert!(other.open(Sealed::Change, b"here", &sealed).is_err());
            assert!(key.open(Sealed::Snapshot, b"here", &sealed).is_err());
            assert!(key.open(Sealed::Change, b"there", &sealed).is_err());
            for at in 0..sealed.len() {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert!(key.open(Sealed::Change, b"here", &changed).is_err());
                assert!(key.open(Sealed::Change, b"here", &sealed[..at]).is_err());
            }
        }
        assert_ne!(
            key.seal(Sealed::Change, b"here", b"x")[2..26],
            key.seal(Sealed::Change, b"there", b"x")[2..26]
        );
    }
}
