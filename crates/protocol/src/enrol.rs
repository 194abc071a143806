//! Enrolment: a one-time code and a key made on the device become an author at the hub.
//!
//! The device makes a random author id and an Ed25519 key, and posts one [`EnrolRequest`]. Its proof is a signature by
//! the new key over `"vatsalya-enrol-v1" | code, 12 characters | author | public key | device name`, so that nobody
//! enrols a key they do not hold. The same request sent again gets the same answer, because the first one may have been
//! lost on the way; the same code with another author is `used_code`. A device on which the code's user has a vault
//! already is told `already_here`, and the code stays good.

use minicbor::{Decode, Encode};

use crate::enrol_link::EnrolCode;
use crate::ids::{AuthorId, Epoch, Sha256, UserId};
use crate::limits::{ENROL_BYTES_MAX, NAME_BYTES_MAX, PERSONS_MAX};
use crate::message::DecodeError;
use crate::refusal::Refusal;
use crate::signing::{AuthorKey, PublicKey};
use crate::terms::SignedTerms;

/// The version of enrolling, which the versions of the exchange do not change.
const ENROL_VERSION: u16 = 1;

const ENROL_CONTEXT: &[u8] = b"vatsalya-enrol-v1";

/// How a device that has locked vaults knows a person again: a hash of the user's id, which says nothing to whoever does
/// not have the id.
pub fn person_mark(user: UserId) -> Sha256 {
    let hash = <sha2::Sha256 as sha2::Digest>::new_with_prefix(b"vatsalya-person-v1");
    Sha256(sha2::Digest::finalize(sha2::Digest::chain_update(hash, user.as_bytes())).into())
}

/// What a device asks.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EnrolRequest {
    /// The version of enrolling: 1.
    #[n(0)]
    pub version: u16,
    /// The code's twelve characters.
    #[n(1)]
    pub code: String,
    /// The new author.
    #[n(2)]
    pub author: AuthorId,
    /// The new author's public key.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub public_key: [u8; 32],
    /// What the device is called, so that a district can tell its tablets apart.
    #[n(4)]
    pub device_name: String,
    /// The proof that the device holds the key.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub proof: [u8; 64],
    /// The persons who have a vault on this device already ([`person_mark`]), so that the hub can say `already_here`
    /// before it uses up the code. Absent where there are none; at most
    /// [`PERSONS_MAX`](crate::limits::PERSONS_MAX).
    #[n(6)]
    pub persons: Option<Vec<Sha256>>,
}

/// What the hub tells a new author.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Enrolled {
    /// Who the officer is.
    #[n(0)]
    pub user: UserId,
    /// The officer's name.
    #[n(1)]
    pub user_name: String,
    /// The code of the officer's role.
    #[n(2)]
    pub role: String,
    /// The code of the district.
    #[n(3)]
    pub district: String,
    /// The name of the district.
    #[n(4)]
    pub district_name: String,
    /// What the hub calls itself.
    #[n(5)]
    pub hub_name: String,
    /// The epoch of the hub's log.
    #[n(6)]
    pub epoch: Epoch,
    /// The hub's clock.
    #[n(7)]
    pub hub_time_ms: i64,
    /// The public key by which the hub signs packs; `None` from a hub of before packs, whose devices keep the shipped
    /// ones. See [`crate::pack`].
    #[cbor(n(8), with = "minicbor::bytes")]
    pub pack_key: Option<[u8; 32]>,
    /// On what terms the author holds what it will have. See [`crate::terms`].
    #[n(9)]
    pub terms: Option<SignedTerms>,
    /// The newest version of the exchange that the hub speaks; absent from a hub that speaks version 1 only.
    #[n(10)]
    pub speaks: Option<u16>,
}

/// The hub's answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[expect(
    clippy::large_enum_variant,
    reason = "there is one of these in a tablet's life, and it is taken apart at once"
)]
pub enum EnrolReply {
    /// The device is an author now.
    #[n(0)]
    Enrolled(#[n(0)] Enrolled),
    /// It is not.
    #[n(1)]
    Refused(#[n(0)] Refusal),
}

impl EnrolRequest {
    /// A request with its proof.
    pub fn signed(code: &EnrolCode, author: AuthorId, key: &AuthorKey, device_name: &str) -> Self {
        let public_key = key.public().0;
        let proof = key.sign(
            ENROL_CONTEXT,
            &[
                code.plain().as_bytes(),
                author.as_bytes(),
                &public_key,
                device_name.as_bytes(),
            ],
        );
        Self {
            version: ENROL_VERSION,
            code: code.plain().to_owned(),
            author,
            public_key,
            device_name: device_name.to_owned(),
            proof,
            persons: None,
        }
    }

    /// The code, if the request is well formed and the sender holds the key.
    pub fn check(&self) -> Result<EnrolCode, Refusal> {
        if self.version != ENROL_VERSION {
            return Err(Refusal::UnsupportedVersion);
        }
        let persons = self.persons.as_ref().map_or(0, Vec::len);
        if self.device_name.len() > NAME_BYTES_MAX || persons > PERSONS_MAX {
            return Err(Refusal::TooLarge);
        }
        let parts = [
            self.code.as_bytes(),
            self.author.as_bytes(),
            &self.public_key,
            self.device_name.as_bytes(),
        ];
        if !PublicKey(self.public_key).verify(ENROL_CONTEXT, &parts, &self.proof) {
            return Err(Refusal::BadSignature);
        }
        self.code.parse().map_err(|_| Refusal::WrongCode)
    }

    /// The body to post.
    pub fn to_cbor(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("memory takes every byte")
    }

    /// The request in a body.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }
}

impl EnrolReply {
    /// The body to answer.
    pub fn to_cbor(&self) -> Vec<u8> {
        minicbor::to_vec(self).expect("memory takes every byte")
    }

    /// The reply in an answer.
    pub fn from_cbor(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode(bytes)
    }
}

fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, DecodeError> {
    if bytes.len() > ENROL_BYTES_MAX {
        return Err(DecodeError::TooLarge);
    }
    crate::message::from_cbor(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_survives_its_bytes_and_proves_its_key() {
        let code = EnrolCode::from_random(5);
        let key = AuthorKey::from_seed(&[3; 32]);
        let request = EnrolRequest::signed(&code, AuthorId([9; 16]), &key, "tablet 7");
        let read = EnrolRequest::from_cbor(&request.to_cbor()).unwrap();
        assert_eq!(read, request);
        assert_eq!(read.check(), Ok(code));
    }

    #[test]
    fn nobody_enrols_another_key_or_name() {
        let key = AuthorKey::from_seed(&[3; 32]);
        let good = EnrolRequest::signed(&EnrolCode::from_random(5), AuthorId([9; 16]), &key, "tablet 7");
        let other_key = EnrolRequest {
            public_key: AuthorKey::from_seed(&[4; 32]).public().0,
            ..good.clone()
        };
        let other_author = EnrolRequest {
            author: AuthorId([8; 16]),
            ..good.clone()
        };
        let other_name = EnrolRequest {
            device_name: "x".into(),
            ..good.clone()
        };
        for forged in [other_key, other_author, other_name] {
            assert_eq!(forged.check(), Err(Refusal::BadSignature));
        }
        assert_eq!(
            EnrolRequest { version: 9, ..good }.check(),
            Err(Refusal::UnsupportedVersion)
        );
    }
}
