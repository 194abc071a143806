//! What other systems posted: which references are known, and what was refused, for a person to look at.

use super::Result;

/// Refused posts that are kept; the oldest make room.
pub(super) const REFUSED_POSTS_MAX: u32 = 10_000;

/// A post that is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// The record that begins with it; it follows from the channel and the caller's reference.
    pub subject: [u8; 16],
    /// The channel's code.
    pub channel: String,
    /// The hash of what was posted; sealed where it is kept.
    pub content: Vec<u8>,
    /// When it came.
    pub at_ms: i64,
    /// What was posted; kept, sealed, until its record has begun.
    pub body: Vec<u8>,
}

/// A post that was taken, and whose record has not begun: whatever took it came to its end in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnbegunPost {
    /// The record that is to begin with it.
    pub subject: [u8; 16],
    /// The channel's code.
    pub channel: String,
    /// When it came.
    pub at_ms: i64,
    /// The district whose officers are to be asked, where that is noted.
    pub district: Option<String>,
    /// What was posted; `None` where an older hub took it, which did not keep it.
    pub body: Option<Vec<u8>>,
}

/// Whether it was posted before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posted {
    /// Never under this reference.
    New,
    /// The very same.
    Same,
    /// Something else.
    Differs,
}

/// A signed post that was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedPost {
    /// It follows from what was posted: the same is kept once.
    pub id: [u8; 16],
    /// The channel's code.
    pub channel: String,
    /// When it came last.
    pub at_ms: i64,
    /// Fields and what is wrong with them, without what they said.
    pub reason: String,
    /// What was posted.
    pub body: Vec<u8>,
}

/// What is known of posts.
pub trait Inbounds {
    /// Notes a reference as known, and says whether it was. Destroyed records stay known; nothing is compared any more.
    fn post(&self, post: &Post) -> Result<Posted>;

    /// Posts whose records have not begun: those that were kept, the oldest first; behind them the others.
    fn unbegun_posts(&self, limit: u32) -> Result<Vec<UnbegunPost>>;

    /// What was kept of posts whose records have begun goes; says of how many.
    fn forget_begun_posts(&self) -> Result<u64>;

    /// Somebody has decided that no record is to begin with a post: nobody is asked to go, and what was kept of it goes. Said once
    /// more by whoever posted it, it is taken. False where its record has begun, or there is no such post left.
    fn put_post_aside(&self, subject: [u8; 16], reason: &str, now_ms: i64) -> Result<bool>;

    /// Keeps a refused post.
    fn refuse_post(&self, refused: &RefusedPost) -> Result<()>;

    /// The refused posts, the latest first.
    fn refused_posts(&self, limit: u32) -> Result<Vec<RefusedPost>>;

    /// How many refused posts of a channel are kept.
    fn count_refused_posts(&self, channel: &str) -> Result<u64>;

    /// The refused post of that id.
    fn refused_post(&self, id: [u8; 16]) -> Result<Option<RefusedPost>>;

    /// A refused post is kept no more; says whether there was one. Where somebody has decided so, and not because it is taken now,
    /// the audit says when.
    fn forget_refused_post(&self, id: [u8; 16], decided_ms: Option<i64>) -> Result<bool>;
}

/// What the audit keeps of a post that was put aside.
pub(super) fn put_aside_detail(subject: [u8; 16], reason: &str) -> String {
    format!("{} {reason}", uuid::Uuid::from_bytes(subject))
}
