//! What the hub signs for an author: the terms on which they hold work, and that they are shut out.

use protocol::dismissal::{Dismissal, SignedDismissal};
use protocol::terms::{SignedTerms, Terms};

use super::Session;
use crate::hub::Hub;
use crate::storage::{Author, StorageError};

const DAY_MS: i64 = 86_400_000;

/// The terms of this moment for an author.
pub fn terms(hub: &Hub, author: &Author) -> Result<SignedTerms, StorageError> {
    let district = hub
        .storage
        .district(&author.user.district)?
        .ok_or(StorageError::NoSuch("district"))?;
    let now_ms = hub.clock.now_ms();
    let terms = Terms {
        issued_ms: now_ms,
        ends_ms: now_ms.saturating_add(i64::from(district.lease_days) * DAY_MS),
        recovery: district.recovery,
    };
    Ok(SignedTerms::sign(hub.key()?, author.id, terms))
}

/// The hub's word to an author it has shut out, in answer to this request. `None`: they are not.
pub fn dismissal(hub: &Hub, session: &Session, kept: u64) -> Result<Option<SignedDismissal>, StorageError> {
    let author = &session.author;
    let Some(dismissed_ms) = author.revoked_ms else {
        return Ok(None);
    };
    let dismissal = Dismissal {
        dismissed_ms,
        told_ms: hub.clock.now_ms(),
        kept,
        hand_in: author.hand_in,
    };
    let signed = SignedDismissal::sign(hub.key()?, author.id, session.open.nonce, dismissal);
    Ok(Some(signed))
}
