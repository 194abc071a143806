//! Who may read what. Every reading of the log joins these tables.

use protocol::{AuthorId, DocumentId, UserId};

use super::Result;
use super::people::User;

/// A document that a user may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Readable {
    /// The document.
    pub document: DocumentId,
    /// Whether they may write in it, too.
    pub writable: bool,
}

/// How a user stands to a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// May read it and write in it.
    Write,
    /// May read it.
    Read,
    /// Could write in it once; this author may still hold changes from then.
    Formerly {
        /// When it was taken away.
        revoked_ms: i64,
    },
    /// Could read it once and has destroyed it since, or could never write in it.
    NoLonger,
    /// Could read it once; since then the record was destroyed by law.
    Destroyed,
    /// Never could, and may not learn whether it exists.
    Never,
}

/// A user to whom a subject is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// The user.
    pub user: User,
    /// Since when.
    pub since_ms: i64,
}

/// What is known of grants and assignments.
pub trait Grants {
    /// How the author's user stands to a document.
    fn access(&self, user: UserId, author: AuthorId, document: DocumentId) -> Result<Access>;

    /// Gives a subject to a user, with what they may read of it from now on.
    fn assign(&self, subject: [u8; 16], user: UserId, readable: &[Readable], now_ms: i64) -> Result<()>;

    /// Takes a subject from a user, but for what they may read of it all the same.
    fn unassign(&self, subject: [u8; 16], user: UserId, readable: &[Readable], now_ms: i64) -> Result<()>;

    /// The users to whom a subject is given.
    fn assigned(&self, subject: [u8; 16]) -> Result<Vec<Assigned>>;

    /// The subjects that are given to a user.
    fn assignments(&self, user: UserId) -> Result<Vec<[u8; 16]>>;

    /// What a user may read.
    fn readable(&self, user: UserId) -> Result<Vec<Readable>>;

    /// An author says that its copy of a revoked document is destroyed. Of a document that was never revoked it is not
    /// kept.
    fn confirm_destroyed(&self, user: UserId, author: AuthorId, document: DocumentId, now_ms: i64) -> Result<()>;
}

/// The first and the last that a document of the subject may be called; of all subjects where none is named.
pub(super) fn documents_between(subject: Option<[u8; 16]>) -> ([u8; 17], [u8; 17]) {
    let (mut first, mut last) = ([0; 17], [0xff; 17]);
    if let Some(subject) = subject {
        first[..16].copy_from_slice(&subject);
        last[..16].copy_from_slice(&subject);
    }
    (first, last)
}
