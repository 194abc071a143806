//! A hub that went back to a backup lacks words that devices had handed in. They bring them again, each at its own next contact,
//! and one's words may rest on another's that have not come yet, or on a case or a right that is to be given anew.
//!
//! So for a time nothing is refused for want of something that may still come: the device is told to try again later, keeps its
//! change as one that waits, and nobody has to decide about it.

use protocol::Refusal;

use crate::hub::Hub;

/// How long devices may take until the last of them was heard.
const CATCH_UP_MS: i64 = 30 * 86_400_000;

/// Whether what is refused for this reason may be good later.
pub(super) fn may_come_later(hub: &Hub, code: Refusal) -> bool {
    let wants_something = matches!(
        code,
        Refusal::MissingDependencies
            | Refusal::SequenceGap
            | Refusal::UnknownDocument
            | Refusal::NotPermitted
            | Refusal::Revoked
    );
    wants_something && is_catching_up(hub)
}

fn is_catching_up(hub: &Hub) -> bool {
    match hub.storage.epoch_since_ms() {
        Ok(since) => since.is_some_and(|since| hub.clock.now_ms() - since <= CATCH_UP_MS),
        Err(error) => {
            tracing::error!(%error, "whether the hub went back to a backup is not known");
            false
        }
    }
}
