use minicbor::{Decode, Encode};

use crate::ids::DocumentId;
use crate::parcel::{Part, pack_for, parts};

/// A part of one change of a document. The parcel is one plain automerge change chunk.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Upload {
    /// The device's own number of the change, which the verdict repeats. Grows within a request.
    #[n(0)]
    pub n: u64,
    /// The document that is changed.
    #[n(1)]
    pub document: DocumentId,
    /// Which part, from zero.
    #[n(2)]
    pub part: u32,
    /// How many parts.
    #[n(3)]
    pub parts: u32,
    /// The part's bytes.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
}

impl Upload {
    /// A change as the messages that carry it to a hub of this version.
    pub fn of_change(version: u16, n: u64, document: DocumentId, change: &[u8]) -> Vec<Self> {
        parts(&pack_for(version, change))
            .map(|Part { part, parts, bytes }| Self {
                n,
                document,
                part,
                parts,
                bytes: bytes.to_vec(),
            })
            .collect()
    }

    /// The part, for a collector.
    pub fn part(&self) -> Part<'_> {
        Part {
            part: self.part,
            parts: self.parts,
            bytes: &self.bytes,
        }
    }
}

impl std::fmt::Debug for Upload {
    /// The bytes are what an officer wrote about a child: they are not shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "Upload({}, {}, part {} of {})",
            self.n, self.document, self.part, self.parts
        )
    }
}
