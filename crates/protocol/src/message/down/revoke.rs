use minicbor::{Decode, Encode};

use crate::ids::DocumentId;

/// The device must forget a document: it hands in what it has not sent, destroys its copy, and says so with a
/// `Confirm`. A device that never had the document just confirms.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revoke {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
}
