use minicbor::{Decode, Encode};

use crate::cursor::Cursor;
use crate::ids::{AuthorId, Nonce};

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
}
