use minicbor::{Decode, Encode};

use crate::dismissal::SignedDismissal;
use crate::refusal::Refusal;

/// The whole request is refused; nothing behind the refused frame was read. Uploads before it may have been taken.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Reject {
    /// Why.
    #[n(0)]
    pub code: Refusal,
    /// The hub's clock, milliseconds since 1970, so that a device with a wrong clock can say by how much.
    #[n(1)]
    pub hub_time_ms: i64,
    /// With `not_enrolled`, where the author is shut out: the hub's word for it, and how much it has kept.
    #[n(2)]
    pub dismissal: Option<SignedDismissal>,
}
