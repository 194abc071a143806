use minicbor::{Decode, Encode};

use crate::ids::DocumentId;
use crate::parcel::Part;

/// A part of a document the device may read from now on. The parcel is the document as automerge saves it, with every
/// change up to `upto`; of no bytes at all where nothing has been written in it yet. The device may have the document
/// already: then it merges.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Grant {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The log number up to which changes are in the parcel.
    #[n(1)]
    pub upto: u64,
    /// Which part, from zero.
    #[n(2)]
    pub part: u32,
    /// How many parts.
    #[n(3)]
    pub parts: u32,
    /// The part's bytes.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// Whether the user may write in the document, too.
    #[n(5)]
    pub writable: bool,
}

impl Grant {
    /// The part, for a collector.
    pub fn part(&self) -> Part<'_> {
        Part {
            part: self.part,
            parts: self.parts,
            bytes: &self.bytes,
        }
    }
}

impl std::fmt::Debug for Grant {
    /// The bytes are a child's file: they are not shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Grant({}, upto {}, part {} of {})",
            self.document, self.upto, self.part, self.parts
        )
    }
}
