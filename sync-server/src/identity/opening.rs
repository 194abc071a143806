//! The opening of a request: signed by an author the hub knows, by a clock that is about right, and never seen before.

use std::sync::Arc;

use casework::Pack;
use protocol::limits::{APP_VERSION_BYTES_MAX, CLOCK_SKEW_MS_MAX};
use protocol::message::down::{TOKEN_BYTES, Token};
use protocol::message::up::Open;
use protocol::signing::ChainError;
use protocol::{Frame, PROTOCOL_VERSION, PROTOCOL_VERSION_MIN, Refusal, UpMessage, VerifyingChain};

use super::{random, sha256};
use crate::hub::Hub;
use crate::storage::{Author, NewOpening, Opened, StorageError};
use crate::sync::reads_after;

/// How long a media token lives: as long as a full picture needs on a slow link.
pub const TOKEN_S: u32 = 30 * 60;
/// Openings are remembered for longer than any of them could be taken again.
const REMEMBER_MS: i64 = 2 * CLOCK_SKEW_MS_MAX + 60_000;

/// A request that has been opened.
#[derive(Debug)]
pub struct Session {
    /// Who speaks.
    pub author: Author,
    /// What they opened with.
    pub open: Open,
    /// Checks the frames that follow.
    pub chain: VerifyingChain,
    /// The pack in force where they work.
    pub pack: Arc<Pack>,
    /// The bytes of the key to media.
    pub token: [u8; TOKEN_BYTES],
    /// When it ends.
    pub token_ends_ms: i64,
}

/// What is kept of a token.
pub fn token_hash(token: &str) -> [u8; 32] {
    sha256(b"vatsalya-media-token-v1", token.as_bytes())
}

/// Takes the first frame of a request. An author who is shut out is taken, too, so that what they bring can be kept in
/// quarantine: whoever goes on from here looks at [`Author::revoked_ms`] first.
pub fn accept_opening(hub: &Hub, frame: &Frame) -> Result<Result<Session, Refusal>, StorageError> {
    let Ok(UpMessage::Open(claimed)) = UpMessage::unverified(frame) else {
        return Ok(Err(Refusal::Malformed));
    };
    if !(PROTOCOL_VERSION_MIN..=PROTOCOL_VERSION).contains(&claimed.version) {
        return Ok(Err(Refusal::UnsupportedVersion));
    }
    let Some(author) = hub.storage.author(claimed.author)? else {
        return Ok(Err(Refusal::NotEnrolled));
    };
    let mut chain = VerifyingChain::new(author.public_key);
    let open = match chain.verify(frame) {
        Ok(UpMessage::Open(open)) => open,
        Ok(_) | Err(ChainError::Message(_)) => return Ok(Err(Refusal::Malformed)),
        Err(ChainError::BadSignature) => return Ok(Err(Refusal::BadSignature)),
    };
    if open.app_version.len() > APP_VERSION_BYTES_MAX {
        return Ok(Err(Refusal::TooLarge));
    }
    let now_ms = hub.clock.now_ms();
    if open.sent_at_ms.abs_diff(now_ms) > CLOCK_SKEW_MS_MAX.unsigned_abs() {
        return Ok(Err(Refusal::ClockWrong));
    }
    let token = random();
    let token_ends_ms = now_ms + i64::from(TOKEN_S) * 1000;
    let district = hub.storage.district(&author.user.district)?;
    let district = district.ok_or(StorageError::NoSuch("district"))?;
    let opened = hub.storage.open_request(&NewOpening {
        author: author.id,
        nonce: open.nonce,
        app_version: &open.app_version,
        reads_after: reads_after(&open.cursor, hub.storage.epoch(), &district),
        token: (token_hash(&Token::of(token).0), token_ends_ms),
        now_ms,
        forget_before_ms: now_ms - REMEMBER_MS,
    })?;
    Ok(match opened {
        Opened::Replay => Err(Refusal::Replay),
        Opened::New => Ok(Session {
            pack: hub.pack_of(&author.user.district)?,
            author,
            open,
            chain,
            token,
            token_ends_ms,
        }),
    })
}
