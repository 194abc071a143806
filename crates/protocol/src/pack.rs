//! How packs (the law and the forms as dated data) reach devices: published by the hub, signed, numbered.
//!
//! The hub makes one Ed25519 key for its packs and tells its public half when a device enrols
//! ([`Enrolled::pack_key`](crate::enrol::Enrolled::pack_key)). `Close` names the packs in force for the author's
//! district ([`PackRef`]); a device that lacks one fetches it with `GET /v1/packs/{sha256}` and
//! `Authorization: Bearer <token of that Close>`. The body is a [`SignedPack`] as CBOR, at most
//! [`PACK_BYTES_MAX`] bytes, and hashes to its name.
//!
//! The signature is over
//!
//! ```text
//! "vatsalya-pack-v1" | length of scope u8 | scope | number u64 little endian | contents
//! ```
//!
//! `contents` is a parcel ([`crate::parcel`]) of whatever device and hub agree a pack is; this crate does not look
//! inside. Numbers of one scope only grow, going back to an older text included, so a device refuses a pack whose
//! number is not above that of the pack it has: an old one cannot be played to it again.

use minicbor::{Decode, Encode};

use crate::ids::Sha256;
use crate::limits::{PACK_BYTES_MAX, PACK_SCOPE_BYTES_MAX, PACK_UNPACKED_BYTES_MAX};
use crate::message::DecodeError;
use crate::parcel::{ParcelError, pack, unpack};
use crate::signing::{AuthorKey, PublicKey};

const PACK_CONTEXT: &[u8] = b"vatsalya-pack-v1";

/// The key by which a hub signs its packs, the terms on which authors hold work, and dismissals.
#[derive(Debug, Clone)]
pub struct PackKey(AuthorKey);

impl PackKey {
    /// The key that grows from 32 random bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(AuthorKey::from_seed(seed))
    }

    /// What devices check with.
    pub fn public(&self) -> PublicKey {
        self.0.public()
    }

    /// A signature over a context and what is said in it.
    pub(crate) fn sign(&self, context: &[u8], parts: &[&[u8]]) -> [u8; 64] {
        self.0.sign(context, parts)
    }
}

/// Which pack is in force, as `Close` says.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PackRef {
    /// For whom it is: `national`, or the code of a state.
    #[n(0)]
    pub scope: String,
    /// Its number among the packs of that scope; larger is later.
    #[n(1)]
    pub number: u64,
    /// The hash of the [`SignedPack`]'s bytes: its name.
    #[n(2)]
    pub sha256: Sha256,
}

/// A pack with the hub's signature.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SignedPack {
    /// For whom it is: `national`, or the code of a state.
    #[n(0)]
    pub scope: String,
    /// Its number among the packs of that scope.
    #[n(1)]
    pub number: u64,
    /// The pack, as a parcel.
    #[cbor(n(2), with = "minicbor::bytes")]
    contents: Vec<u8>,
    /// The hub's signature.
    #[cbor(n(3), with = "minicbor::bytes")]
    signature: [u8; 64],
}

/// Why a signed pack is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignedPackError {
    /// Too many bytes, or a scope that is none.
    #[error("the pack is too large")]
    TooLarge,
    /// Not signed by this hub.
    #[error("the pack's signature does not hold")]
    BadSignature,
    /// Its bytes are no signed pack.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// Signed, but its parcel cannot be opened.
    #[error(transparent)]
    Parcel(#[from] ParcelError),
}

fn parts_of<'a>(scope: &'a str, length: &'a [u8; 1], number: &'a [u8; 8], contents: &'a [u8]) -> [&'a [u8]; 4] {
    [length, scope.as_bytes(), number, contents]
}

fn scope_length(scope: &str) -> Result<u8, SignedPackError> {
    u8::try_from(scope.len())
        .ok()
        .filter(|length| (1..=PACK_SCOPE_BYTES_MAX).contains(&usize::from(*length)))
        .ok_or(SignedPackError::TooLarge)
}

impl SignedPack {
    /// Packs and signs `text`, the bytes of a pack.
    pub fn sign(key: &PackKey, scope: &str, number: u64, text: &[u8]) -> Result<Self, SignedPackError> {
        let length = scope_length(scope)?;
        let contents = pack(text);
        if text.len() > PACK_UNPACKED_BYTES_MAX || contents.len() > PACK_BYTES_MAX - 512 {
            return Err(SignedPackError::TooLarge);
        }
        let number_bytes = number.to_le_bytes();
        let signature = key
            .0
            .sign(PACK_CONTEXT, &parts_of(scope, &[length], &number_bytes, &contents));
        Ok(Self {
            scope: scope.to_owned(),
            number,
            contents,
            signature,
        })
    }

    /// The bytes of the pack, if the holder of `key` signed them.
    pub fn open(&self, key: PublicKey) -> Result<Vec<u8>, SignedPackError> {
        let length = scope_length(&self.scope)?;
        let (length, number) = ([length], self.number.to_le_bytes());
        let parts = parts_of(&self.scope, &length, &number, &self.contents);
        if !key.verify(PACK_CONTEXT, &parts, &self.signature) {
            return Err(SignedPackError::BadSignature);
        }
        Ok(unpack(&self.contents, PACK_UNPACKED_BYTES_MAX)?)
    }

    /// The name of a signed pack: the hash of its bytes.
    pub fn name(bytes: &[u8]) -> Sha256 {
        Sha256(<sha2::Sha256 as sha2::Digest>::digest(bytes).into())
    }

    /// The body of the answer.
    pub fn to_cbor(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("memory takes every byte")
    }

    /// The signed pack in an answer.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, SignedPackError> {
        if bytes.len() > PACK_BYTES_MAX {
            return Err(SignedPackError::TooLarge);
        }
        Ok(crate::message::from_cbor(bytes)?)
    }
}

/// The path of a pack at the hub.
pub fn path(sha256: &Sha256) -> String {
    format!("/v1/packs/{sha256}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(number: u64) -> SignedPack {
        SignedPack::sign(&PackKey::from_seed(&[7; 32]), "br", number, b"the text of a pack").unwrap()
    }

    #[test]
    fn a_pack_survives_its_bytes_and_opens_with_its_hubs_key() {
        let read = SignedPack::from_cbor(&signed(3).to_cbor()).unwrap();
        let key = PackKey::from_seed(&[7; 32]).public();
        assert_eq!(read.open(key).unwrap(), b"the text of a pack");
    }

    #[test]
    fn another_hubs_pack_and_a_changed_one_are_refused() {
        let ours = PackKey::from_seed(&[7; 32]).public();
        let theirs = PackKey::from_seed(&[8; 32]).public();
        assert_eq!(signed(3).open(theirs), Err(SignedPackError::BadSignature));
        let renumbered = SignedPack { number: 4, ..signed(3) };
        let rescoped = SignedPack {
            scope: "tn".into(),
            ..signed(3)
        };
        let mut rewritten = signed(3);
        rewritten.contents[3] ^= 1;
        for forged in [renumbered, rescoped, rewritten] {
            assert_eq!(forged.open(ours), Err(SignedPackError::BadSignature));
        }
    }

    #[test]
    fn a_scope_and_a_size_have_their_limits() {
        let key = PackKey::from_seed(&[7; 32]);
        let long = "x".repeat(PACK_SCOPE_BYTES_MAX + 1);
        assert_eq!(SignedPack::sign(&key, &long, 1, b""), Err(SignedPackError::TooLarge));
        assert_eq!(SignedPack::sign(&key, "", 1, b""), Err(SignedPackError::TooLarge));
        let large = vec![0; PACK_UNPACKED_BYTES_MAX + 1];
        assert_eq!(SignedPack::sign(&key, "br", 1, &large), Err(SignedPackError::TooLarge));
        assert_eq!(
            SignedPack::from_cbor(&vec![0; PACK_BYTES_MAX + 1]),
            Err(SignedPackError::TooLarge)
        );
    }
}
