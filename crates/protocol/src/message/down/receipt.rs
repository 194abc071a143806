use minicbor::{Decode, Encode};

use crate::ids::DocumentId;

/// What a channel (the portal, another register) said about a document, as far as the hub had told it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Receipt {
    /// The document, a case's core.
    #[n(0)]
    pub document: DocumentId,
    /// The channel's code, e.g. `vatsalya`.
    #[n(1)]
    pub channel: String,
    /// Every change of the case with a log number up to this was in what the channel answered.
    #[n(2)]
    pub upto: u64,
    /// When the answer came, by the hub's clock.
    #[n(3)]
    pub at_ms: i64,
    /// What the answer was.
    #[n(4)]
    pub state: ReceiptState,
}

/// A channel's answer.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum ReceiptState {
    /// It has it, under this reference.
    #[n(0)]
    Accepted {
        /// The channel's own number, e.g. `VP-2026-000123`.
        #[n(0)]
        reference: String,
    },
    /// It will not have it as it stands.
    #[n(1)]
    Rejected {
        /// The channel's words.
        #[n(0)]
        reason: String,
    },
}
