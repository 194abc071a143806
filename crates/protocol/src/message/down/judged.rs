use minicbor::{Decode, Encode};

use crate::ids::{DocumentId, Sha256};

/// A person at the hub has looked at a change of this author's that was refused, and refused it for good. Sent as an entry of
/// the log, to a device that says in `Open` that it reads what is [`judged`](crate::message::up::Open::judged). The device
/// keeps the change, marked as refused with this code; a change that it does not know it passes over.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Judged {
    /// The document that the change was for.
    #[n(0)]
    pub document: DocumentId,
    /// The hash of the change.
    #[n(1)]
    pub hash: Sha256,
    /// The number of a [`Refusal`](crate::Refusal).
    #[n(2)]
    pub code: u16,
}
