//! How a vault whose passphrase is lost, or whose key was erased after wrong tries, is opened again on the same device,
//! together with an officer of the district.
//!
//! A device seals its master key to the district's age recipient (X25519, `age-encryption.org/v1`; [`crate::terms`]) as a
//! [`SealedKey`] and keeps the age file beside the vault. To recover, it makes an age identity of its own and a [`RecoveryRequest`] with that file
//! and the identity's recipient. The officer opens the file with the district's identity, looks at whose key it is,
//! and seals the same `SealedKey` to the recipient in the request: a [`RecoveryAnswer`], which only that device reads.
//!
//! Request and answer travel in either of two ways:
//!
//! * through the hub: `POST /v1/recovery` with the request as CBOR, then `GET /v1/recovery/{sha256 of the request}`,
//!   which answers 202 while nobody has looked, 200 with the answer, or 404 where there is no such request any more. The hub never has
//!   the district's identity: whoever runs `sync-server admin recovery open` brings it as a file;
//! * by hand, as text ([`RecoveryRequest::to_text`]): a file or a message.
//!
//! The first eight hexadecimal digits of the request's hash are its *check code*: the device shows it, the officer's
//! tool shows it, and two people who speak to each other compare it, so that nobody answers a stranger's request.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use minicbor::{Decode, Encode};

use crate::ids::{AuthorId, Sha256, UserId};
use crate::limits::{NAME_BYTES_MAX, RECIPIENT_BYTES_MAX, RECOVERY_BYTES_MAX};
use crate::message::DecodeError;

/// The media type of request and answer.
pub const RECOVERY_CONTENT_TYPE: &str = "application/cbor";

const REQUEST_PREFIX: &str = "vatsalya-recovery-request:";
const ANSWER_PREFIX: &str = "vatsalya-recovery-answer:";

/// What a device seals to the district: whose key it is, and the key.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SealedKey {
    /// The author whose vault it opens.
    #[n(0)]
    pub author: AuthorId,
    /// The user.
    #[n(1)]
    pub user: UserId,
    /// The user's name, for the officer who looks.
    #[n(2)]
    pub name: String,
    /// The master key in the device's own form; while a key is being changed, the old one and the new one.
    #[n(3)]
    pub keys: Vec<KeyBytes>,
}

/// The bytes of a key. Not shown, and wiped from memory when dropped.
#[derive(Clone, PartialEq, Eq, Encode, Decode, zeroize::ZeroizeOnDrop)]
#[cbor(transparent)]
pub struct KeyBytes(#[cbor(n(0), with = "minicbor::bytes")] pub Vec<u8>);

impl std::fmt::Debug for SealedKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("SealedKey")
            .field("author", &self.author)
            .finish_non_exhaustive()
    }
}

/// A device asks an officer to open its sealed key.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RecoveryRequest {
    /// The author whose vault it is.
    #[n(0)]
    pub author: AuthorId,
    /// The user's name, as the device shows it.
    #[n(1)]
    pub name: String,
    /// When it was made, by the device's clock.
    #[n(2)]
    pub made_ms: i64,
    /// To whom the answer is to be sealed: an age recipient that the device has just made.
    #[n(3)]
    pub recipient: String,
    /// The age file.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

/// What the officer gives back.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RecoveryAnswer {
    /// The hash of the request it answers.
    #[n(0)]
    pub request: Sha256,
    /// The [`SealedKey`], as an age file to the request's recipient.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub sealed: Vec<u8>,
}

fn digest(bytes: &[u8]) -> Sha256 {
    Sha256(<sha2::Sha256 as sha2::Digest>::digest(bytes).into())
}

fn read<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, DecodeError> {
    if bytes.len() > RECOVERY_BYTES_MAX {
        return Err(DecodeError::TooLarge);
    }
    crate::message::from_cbor(bytes)
}

fn from_text(prefix: &str, text: &str) -> Result<Vec<u8>, DecodeError> {
    // A message may have been broken into lines on its way.
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if text.len() > RECOVERY_BYTES_MAX * 2 {
        return Err(DecodeError::TooLarge);
    }
    let coded = text.strip_prefix(prefix).ok_or(DecodeError::Malformed)?;
    URL_SAFE_NO_PAD.decode(coded).map_err(|_| DecodeError::Malformed)
}

impl SealedKey {
    /// The bytes to seal.
    pub fn to_cbor(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("memory takes every byte")
    }

    /// What was sealed.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, DecodeError> {
        read(bytes)
    }
}

impl RecoveryRequest {
    /// The hash that names the request.
    pub fn id(&self) -> Sha256 {
        digest(&self.to_cbor())
    }

    /// Eight digits of the hash, for two people to compare.
    pub fn check_code(&self) -> String {
        check_code(&self.id())
    }

    /// The body to post.
    pub fn to_cbor(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("memory takes every byte")
    }

    /// The request in a body.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, DecodeError> {
        let request: Self = read(bytes)?;
        if request.name.len() > NAME_BYTES_MAX || request.recipient.len() > RECIPIENT_BYTES_MAX {
            return Err(DecodeError::TooLarge);
        }
        Ok(request)
    }

    /// The request as text to carry.
    pub fn to_text(&self) -> String {
        format!("{REQUEST_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.to_cbor()))
    }

    /// The request in a text, whatever spaces and lines it was broken into.
    pub fn from_text(text: &str) -> Result<Self, DecodeError> {
        Self::from_cbor(&from_text(REQUEST_PREFIX, text)?)
    }
}

/// The check code of the request with this hash: `1f2e 3d4c`.
pub fn check_code(request: &Sha256) -> String {
    let digits = request.to_string();
    format!("{} {}", &digits[..4], &digits[4..8])
}

impl RecoveryAnswer {
    /// The body of the answer.
    pub fn to_cbor(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("memory takes every byte")
    }

    /// The answer in a body.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, DecodeError> {
        read(bytes)
    }

    /// The answer as text to carry.
    pub fn to_text(&self) -> String {
        format!("{ANSWER_PREFIX}{}", URL_SAFE_NO_PAD.encode(self.to_cbor()))
    }

    /// The answer in a text, whatever spaces and lines it was broken into.
    pub fn from_text(text: &str) -> Result<Self, DecodeError> {
        Self::from_cbor(&from_text(ANSWER_PREFIX, text)?)
    }
}

/// Where a request is asked for at the hub.
pub fn path(request: &Sha256) -> String {
    format!("/v1/recovery/{request}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> RecoveryRequest {
        RecoveryRequest {
            author: AuthorId([7; 16]),
            name: "Asha Toppo".into(),
            made_ms: 5,
            recipient: "age1invented".into(),
            sealed: vec![1, 2, 3],
        }
    }

    #[test]
    fn request_and_answer_survive_being_carried_as_text_broken_into_lines() {
        let text = request().to_text();
        let broken: String = text.chars().flat_map(|c| [c, '\n']).collect();
        assert_eq!(RecoveryRequest::from_text(&broken), Ok(request()));
        let answer = RecoveryAnswer {
            request: request().id(),
            sealed: vec![9; 40],
        };
        assert_eq!(RecoveryAnswer::from_text(&answer.to_text()), Ok(answer.clone()));
        assert!(RecoveryRequest::from_text(&answer.to_text()).is_err());
        assert!(RecoveryAnswer::from_text("hello").is_err());
        assert_eq!(request().check_code().len(), 9);
    }

    #[test]
    fn too_much_is_refused() {
        let large = RecoveryRequest {
            sealed: vec![0; RECOVERY_BYTES_MAX],
            ..request()
        };
        assert_eq!(RecoveryRequest::from_cbor(&large.to_cbor()), Err(DecodeError::TooLarge));
        let named = RecoveryRequest {
            name: "x".repeat(NAME_BYTES_MAX + 1),
            ..request()
        };
        assert_eq!(RecoveryRequest::from_cbor(&named.to_cbor()), Err(DecodeError::TooLarge));
    }
}
