use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::ids::DocumentId;

/// How much of the hash of a parcel its pieces carry, bytes.
pub const PIECE_DIGEST_BYTES: usize = 8;

/// One document of several in one parcel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Share {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// The log number up to which changes are in it.
    #[n(1)]
    pub upto: u64,
    /// Whether the user may write in it, too.
    #[n(2)]
    pub writable: bool,
    /// How many bytes of the unpacked parcel are its.
    #[n(3)]
    pub bytes: u32,
}

/// A part of a document the device may read from now on, where its parcel has more than one: what [`Grant`](super::Grant)
/// says, to a device that says in `Open` that it reads [`pieces`](crate::message::up::Open::pieces). A piece stands alone:
/// a mark may follow it, the device keeps it in the transaction of that mark, and goes on after a cut with the next one.
///
/// The device puts pieces together once it has all `parts` of one `digest`; one of another document, `upto` or digest takes
/// the place of all it had, since the hub begins a document anew that has grown meanwhile. Where a piece is missing when the
/// last has come, or all together have another hash, it asks with [`Again`](crate::message::up::Again).
///
/// Small documents that are told one behind another may share a parcel, to a device that says that it reads
/// [`shares`](crate::message::up::Open::shares): as automerge saves them, one behind another, packed together. The last piece says which
/// they are.
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
    /// In the last piece of a parcel with several documents: all of them, at most [`SHARES_MAX`](crate::limits::SHARES_MAX), in the
    /// order in which they stand in it. What the other fields say of a document is said of the first.
    #[n(7)]
    pub shares: Option<Vec<Share>>,
}

impl Piece {
    /// The digest of a packed parcel.
    pub fn digest(packed: &[u8]) -> [u8; PIECE_DIGEST_BYTES] {
        *Sha256::digest(packed).first_chunk().expect("a hash is longer")
    }

    /// The bytes of each document out of the unpacked parcel; `None` where they are not those that the shares say.
    pub fn shared_out<'a>(shares: &[Share], mut unpacked: &'a [u8]) -> Option<Vec<&'a [u8]>> {
        let mut out = Vec::with_capacity(shares.len());
        for share in shares {
            let (own, rest) = unpacked.split_at_checked(usize::try_from(share.bytes).ok()?)?;
            out.push(own);
            unpacked = rest;
        }
        unpacked.is_empty().then_some(out)
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
