use minicbor::{Decode, Encode};

use crate::ids::DocumentId;

/// The device has destroyed its copy of a document that was revoked, after handing in what it had not sent. From here
/// on the hub takes no late changes to it from this author.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Confirm {
    /// The document that is gone.
    #[n(0)]
    pub document: DocumentId,
}
