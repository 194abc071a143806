use minicbor::{Decode, Encode};

use crate::cursor::Cursor;

/// Everything before this is told. Stored in the same transaction as what it stands behind.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Mark {
    /// Where to go on.
    #[n(0)]
    pub cursor: Cursor,
}
