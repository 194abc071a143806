use minicbor::{Decode, Encode};

use crate::ids::Epoch;

/// The hub took the opening. First frame of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Welcome {
    /// The hub's clock, milliseconds since 1970.
    #[n(0)]
    pub hub_time_ms: i64,
    /// The epoch of the hub's log. Another one than last time: the hub was restored, and the cursor started over.
    #[n(1)]
    pub epoch: Epoch,
    /// The code of the author's district.
    #[n(2)]
    pub district: String,
}
