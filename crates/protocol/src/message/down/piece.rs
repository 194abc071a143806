use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::ids::DocumentId;

/// How much of the hash of a parcel its pieces carry, bytes.
pub const PIECE_DIGEST_BYTES: usize = 8;

/// A part of a document the device may read from now on, where its parcel has more than one: what [`Grant`](super::Grant)
/// says, to a device that says in `Open` that it reads [`pieces`](crate::message::up::Open::pieces). A piece stands alone:
/// a mark may follow it, the device keeps it in the transaction of that mark, and goes on after a cut with the next one.
///
/// The device puts pieces together once it has all `parts` of one `digest`; one of another document, `upto` or digest takes
/// the place of all it had, since the hub begins a document anew that has grown meanwhile. Where a piece is missing when the
/// last has come, or all together have another hash, it asks with [`Again`](crate::message::up::Again).
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Piece {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The log number up to which changes are in the parcel.
    #[n(1)]
    pub upto: u64,
    /// Which part, from zero.
    #[n(2)]
    pub part: u32,
    /// How many parts, at most [`PIECES_MAX`](crate::limits::PIECES_MAX).
    #[n(3)]
    pub parts: u32,
    /// The part's bytes.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub bytes: Vec<u8>,
    /// Whether the user may write in the document, too.
    #[n(5)]
    pub writable: bool,
    /// The first bytes of the SHA-256 of the packed parcel.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub digest: [u8; PIECE_DIGEST_BYTES],
}

impl Piece {
    /// The digest of a packed parcel.
    pub fn digest(packed: &[u8]) -> [u8; PIECE_DIGEST_BYTES] {
        *Sha256::digest(packed).first_chunk().expect("a hash is longer")
    }
}

impl std::fmt::Debug for Piece {
    /// The bytes are a child's file: they are not shown.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            document, upto, part, ..
        } = self;
        write!(out, "Piece({document}, upto {upto}, part {part} of {})", self.parts)
    }
}
