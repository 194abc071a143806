use minicbor::{Decode, Encode};

use crate::ids::DocumentId;

/// The device must forget a document: it hands in what it has not sent, destroys its copy, and says so with a
/// `Confirm`. A device that never had the document just confirms. Where the record was destroyed by law the device hands in
/// nothing: what it had written goes with its copy, and the officer is told why.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Revoke {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The section of the law under which the record was destroyed, where it was.
    #[n(1)]
    pub destroyed: Option<String>,
}
