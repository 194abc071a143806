//! Enrolment codes, and the devices that come with them.

use protocol::enrol::{EnrolReply, EnrolRequest, Enrolled};
use protocol::{EnrolCode, PublicKey, Refusal, UserId};

use super::{random, sha256};
use crate::hub::Hub;
use crate::storage::{Enrolment, Storage, StorageError};

/// How long a code may be used: long enough for a tablet that is fetched from the next block office.
const CODE_DAYS: i64 = 14;
const DAY_MS: i64 = 86_400_000;

fn code_hash(code: &EnrolCode) -> [u8; 32] {
    sha256(b"vatsalya-enrol-code-v1", code.plain().as_bytes())
}

/// Makes a one-time code for a user. Only its hash is kept.
pub fn make_enrol_code(storage: &dyn Storage, user: UserId, now_ms: i64) -> Result<EnrolCode, StorageError> {
    let code = EnrolCode::from_random(u64::from_le_bytes(random()));
    storage.add_enrol_code(user, code_hash(&code), now_ms + CODE_DAYS * DAY_MS, now_ms)?;
    Ok(code)
}

/// Answers a device that wants to become an author.
pub fn enrol(hub: &Hub, request: &EnrolRequest) -> Result<EnrolReply, StorageError> {
    let code = match request.check() {
        Ok(code) => code,
        Err(refusal) => return Ok(EnrolReply::Refused(refusal)),
    };
    // The genesis of every document is by the author of zeroes, and the hub itself writes too: nobody may be either.
    if [[0; 16], casework::AuthorId::HUB.to_bytes()].contains(&request.author.0) {
        return Ok(EnrolReply::Refused(Refusal::WrongAuthor));
    }
    let now_ms = hub.clock.now_ms();
    let enrolment = Enrolment {
        code_hash: code_hash(&code),
        author: request.author,
        public_key: PublicKey(request.public_key),
        device: request.device_name.clone(),
        persons: request.persons.clone().unwrap_or_default(),
    };
    let user = match hub.storage.enrol(&enrolment, now_ms)? {
        Ok(user) => user,
        Err(refusal) => return Ok(EnrolReply::Refused(refusal)),
    };
    let district = hub
        .storage
        .district(&user.district)?
        .ok_or(StorageError::NoSuch("district"))?;
    let author = hub
        .storage
        .author(request.author)?
        .ok_or(StorageError::NoSuch("author"))?;
    Ok(EnrolReply::Enrolled(Enrolled {
        user: user.id,
        user_name: user.name,
        role: user.role,
        district: district.code,
        district_name: district.name,
        hub_name: hub.config.name.clone(),
        epoch: hub.storage.epoch(),
        hub_time_ms: now_ms,
        pack_key: Some(hub.key()?.public().0),
        terms: Some(super::terms(hub, &author)?),
        speaks: Some(protocol::PROTOCOL_VERSION),
    }))
}
