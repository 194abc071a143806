use minicbor::{Decode, Encode};

use super::Token;
use crate::cursor::Cursor;
use crate::dismissal::SignedDismissal;
use crate::pack::PackRef;
use crate::terms::SignedTerms;

/// The end of an answer of version 2: what [`Close`](super::Close) says, without what the device has heard before.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Done {
    /// Where to go on. Absent: where the device stands already.
    #[n(0)]
    pub cursor: Option<Cursor>,
    /// The key to media, for some minutes: 16 random bytes, which are said to the hub in hexadecimal.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub token: [u8; TOKEN_BYTES],
    /// How long the token lives, seconds.
    #[n(2)]
    pub token_s: u32,
    /// The hub has more to tell than it did: sync again at once.
    #[n(3)]
    pub more: Option<bool>,
    /// What stands in the next two, as the device says it in its next opening. Absent where the opening said so: then
    /// they are absent, too, and as they were.
    #[n(4)]
    pub state: Option<StateMark>,
    /// As in `Close`.
    #[n(5)]
    pub packs: Option<Vec<PackRef>>,
    /// As in `Close`.
    #[n(6)]
    pub terms: Option<SignedTerms>,
    /// As in `Close`; absent where it is what the opening said.
    #[n(7)]
    pub access_upto: Option<u64>,
    /// As in `Close`.
    #[n(8)]
    pub access_differs: Option<bool>,
    /// As in `Close`.
    #[n(9)]
    pub dismissal: Option<SignedDismissal>,
    /// There is more of the index than this answer brought: sync again before anything else is fetched.
    #[n(10)]
    pub index_more: Option<bool>,
}

/// The bytes of a token.
pub const TOKEN_BYTES: usize = 16;

impl Done {
    /// The token as it is said to the hub.
    pub fn token(&self) -> Token {
        Token::of(self.token)
    }
}

impl Token {
    /// The token of these bytes.
    pub fn of(bytes: [u8; TOKEN_BYTES]) -> Self {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(2 * TOKEN_BYTES);
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        Self(text)
    }
}

/// A mark of what the hub said at the end of an answer and need not say again. Opaque to the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct StateMark(#[cbor(n(0), with = "minicbor::bytes")] pub [u8; STATE_MARK_BYTES]);

/// The bytes of a state mark.
pub const STATE_MARK_BYTES: usize = 8;
