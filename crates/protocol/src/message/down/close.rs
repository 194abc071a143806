use minicbor::{Decode, Encode};

use crate::cursor::Cursor;
use crate::dismissal::SignedDismissal;
use crate::pack::PackRef;
use crate::terms::SignedTerms;

/// The end of an answer. An answer without it was cut.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Close {
    /// Where to go on.
    #[n(0)]
    pub cursor: Cursor,
    /// The key to media, for some minutes.
    #[n(1)]
    pub token: Token,
    /// When the token ends, by the hub's clock.
    #[n(2)]
    pub token_ends_ms: i64,
    /// Whether the hub has more to tell than it did: sync again at once.
    #[n(3)]
    pub more: bool,
    /// The packs in force for the author's district beside those that ship with the app; at most
    /// [`PACKS_MAX`](crate::limits::PACKS_MAX). Absent where the hub has published none.
    #[n(4)]
    pub packs: Option<Vec<PackRef>>,
    /// On what terms the author holds what it has; absent from a hub of before them.
    #[n(5)]
    pub terms: Option<SignedTerms>,
    /// Where the author is shut out and may still hand in: the hub's word for it.
    #[n(6)]
    pub dismissal: Option<SignedDismissal>,
    /// Up to which row the hub has the author's access log, see [`crate::access_log`]. Absent from a hub that takes none.
    #[n(7)]
    pub access_upto: Option<u64>,
    /// Whether rows of the access log that came with this request are others than those of the same numbers which the hub
    /// has, or do not follow from them: then the device holds an older copy of itself. Absent where they are the same.
    #[n(8)]
    pub access_differs: Option<bool>,
    /// The newest version the hub speaks; absent from a hub that speaks version 1 only.
    #[n(9)]
    pub speaks: Option<u16>,
}

/// A bearer token. Not shown, since who holds it reads pictures.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Token(#[n(0)] pub String);

impl std::fmt::Debug for Token {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Token(…)")
    }
}
