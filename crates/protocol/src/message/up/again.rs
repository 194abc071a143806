use minicbor::{Decode, Encode};

use crate::ids::DocumentId;

/// The device's copy of a document is damaged: the hub grants it once more in this answer, with its snapshot, where the
/// user may read it now. Of any other document it says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Again {
    /// The document that cannot be read.
    #[n(0)]
    pub document: DocumentId,
}
