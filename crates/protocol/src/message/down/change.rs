use minicbor::{Decode, Encode};

use crate::ids::{AuthorId, DocumentId};
use crate::parcel::Part;

/// A part of a change by somebody else. The parcel is one plain automerge change chunk.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Change {
    /// Its number in the district's log.
    #[n(0)]
    pub number: u64,
    /// The document that was changed.
    #[n(1)]
    pub document: DocumentId,
    /// Who wrote it.
    #[n(2)]
    pub author: AuthorId,
    /// When the hub received it, by the hub's clock.
    #[n(3)]
    pub received_ms: i64,
    /// Whether the writer had lost the document before.
    #[n(4)]
    pub late: bool,
    /// Which part, from zero.
    #[n(5)]
    pub part: u32,
    /// How many parts.
    #[n(6)]
    pub parts: u32,
    /// The part's bytes.
    #[cbor(n(7), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

impl Change {
    /// The part, for a collector.
    pub fn part(&self) -> Part<'_> {
        Part {
            part: self.part,
            parts: self.parts,
            bytes: &self.bytes,
        }
    }
}

impl std::fmt::Debug for Change {
    /// The bytes are what an officer wrote about a child: they are not shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Change({}, {}, part {} of {})",
            self.number, self.document, self.part, self.parts
        )
    }
}
