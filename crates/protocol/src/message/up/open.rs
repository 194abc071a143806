use minicbor::{Decode, Encode};

use crate::appeal::{APPEAL_BYTES, Appeal};
use crate::cursor::Cursor;
use crate::ids::{AuthorId, Nonce};
use crate::index::IndexCursor;
use crate::limits::{APPEALS_MAX, ASKS_MAX};
use crate::message::down::{REPORT_ID_BYTES, StateMark};

/// The first frame of a request: who speaks, when by their clock, and from where they want to go on.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Open {
    /// The protocol's version.
    #[n(0)]
    pub version: u16,
    /// Who signs this request.
    #[n(1)]
    pub author: AuthorId,
    /// The device's clock, milliseconds since 1970.
    #[n(2)]
    pub sent_at_ms: i64,
    /// Random bytes that no opening of this author had before.
    #[n(3)]
    pub nonce: Nonce,
    /// The cursor of the last mark the device stored.
    #[n(4)]
    pub cursor: Cursor,
    /// The app's version, for a district that wonders which tablets are out of date.
    #[n(5)]
    pub app_version: String,
    /// Kinds of frame beyond those of the first version 1 that this device reads ([`READS_MAX`](crate::limits::READS_MAX)
    /// at most are looked at). The hub sends none of them to a device that does not name it.
    #[n(6)]
    pub reads: Option<Vec<u8>>,
    /// The mark of what the hub said at the end of its last answer, where all of it was stored (version 2).
    #[n(7)]
    pub state: Option<StateMark>,
    /// Up to which row the hub has the access log, as the device knows it (version 2).
    #[n(8)]
    pub access_upto: Option<u64>,
    /// How far the device has the index of missing children, where it wants it (version 2), see [`crate::index`].
    #[n(9)]
    pub index: Option<IndexCursor>,
    /// The mark of the proposals that the device has, where it reads them (version 2); zeros at first.
    #[n(10)]
    pub proposals: Option<StateMark>,
    /// Records of other districts that the user asks for by their ids (version 2), 16 bytes each, one behind another; at most
    /// [`ASKS_MAX`](crate::limits::ASKS_MAX). A device asks again until it has a [`Detail`](crate::message::down::Detail).
    #[cbor(n(11), with = "minicbor::bytes")]
    pub asks: Option<Vec<u8>>,
    /// The device reads [`Piece`](crate::message::down::Piece) and [`Cards`](crate::message::down::Cards) (version 2). The hub
    /// sends neither to one that does not say so.
    #[n(12)]
    pub pieces: Option<bool>,
    /// What the user asks the district about words of theirs that were refused (version 2), each as
    /// [`Appeal::to_bytes`], one behind another; at most [`APPEALS_MAX`](crate::limits::APPEALS_MAX). A device says each again
    /// until an [`Appealed`](crate::message::down::Appealed) says how the district decided.
    #[cbor(n(14), with = "minicbor::bytes")]
    pub appeals: Option<Vec<u8>>,
    /// The device reads [`Judged`](crate::message::down::Judged) (version 2). The hub sends none to one that does not say so.
    #[n(13)]
    pub judged: Option<bool>,
    /// The device reads a [`Piece`](crate::message::down::Piece) of several documents (version 2). The hub sends none to one that does
    /// not say so.
    #[n(15)]
    pub shares: Option<bool>,
}

impl Open {
    /// The records that are asked for.
    pub fn asked(&self) -> impl Iterator<Item = [u8; REPORT_ID_BYTES]> {
        let ids = self.asks.as_deref().unwrap_or_default().chunks_exact(REPORT_ID_BYTES);
        ids.filter_map(|id| id.try_into().ok()).take(ASKS_MAX)
    }

    /// What the district is asked about refused words; kinds of a newer device are left out.
    pub fn appealed(&self) -> impl Iterator<Item = Appeal> {
        let appeals = self.appeals.as_deref().unwrap_or_default().chunks_exact(APPEAL_BYTES);
        appeals.take(APPEALS_MAX).filter_map(Appeal::from_bytes)
    }

    /// Whether the device reads this kind of frame, of those that were added to version 1 later. Version 2 has them all.
    pub fn reads(&self, kind: u8) -> bool {
        self.version >= 2
            || self
                .reads
                .as_deref()
                .is_some_and(|kinds| kinds.iter().take(crate::limits::READS_MAX).any(|known| *known == kind))
    }
}
