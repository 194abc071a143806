//! Openings of requests: each once, and the token that comes of it.

use protocol::{AuthorId, Nonce, UserId};

use super::Result;

/// What came of an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opened {
    /// It is the first of its kind.
    New,
    /// The same nonce has been seen from this author.
    Replay,
}

/// An opening, as it is kept.
#[derive(Debug, Clone, Copy)]
pub struct NewOpening<'a> {
    /// Who opens.
    pub author: AuthorId,
    /// The random bytes of the opening.
    pub nonce: Nonce,
    /// What the device calls its app.
    pub app_version: &'a str,
    /// Behind which number of the district's log the device reads.
    pub reads_after: u64,
    /// The hash of a new token, and when that ends.
    pub token: ([u8; 32], i64),
    /// Now, by the hub's clock.
    pub now_ms: i64,
    /// Openings from before this moment are forgotten.
    pub forget_before_ms: i64,
}

/// Whose token it is, and what for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenHolder {
    /// The author on whose device it is.
    pub author: AuthorId,
    /// The user.
    pub user: UserId,
    /// Whether the author is shut out and still hands in: then the token takes, and gives nothing.
    pub hands_in: bool,
}

/// What is known of openings and tokens.
pub trait Openings {
    /// Keeps an opening, forgets old ones, and keeps the hash of a new token.
    fn open_request(&self, opening: &NewOpening<'_>) -> Result<Opened>;

    /// Who holds this token, while it lives and the author is not shut out, or may still hand in.
    fn token_holder(&self, token_hash: [u8; 32], now_ms: i64) -> Result<Option<TokenHolder>>;
}
