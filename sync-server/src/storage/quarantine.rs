//! What was refused. Refused is not lost: the bytes are kept for a person to look at.

use protocol::{AuthorId, DocumentId, Refusal, UserId};

use super::Result;

/// Rows kept of one author, so that nobody fills the disk with refused bytes.
const ROWS_PER_AUTHOR_MAX: u32 = 500;
/// Rows kept of an author who was shut out: as much as a season without a network may have gathered, because their
/// device destroys what is kept here.
const ROWS_OF_SHUT_OUT_MAX: u32 = 20_000;

/// Whether bytes are in the quarantine now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// They are, since now or before.
    Yes,
    /// There is no more room for this author.
    Full,
    /// They are not, and never will be: the record was destroyed by law.
    Destroyed,
}

/// An upload that was refused.
#[derive(Debug, Clone)]
pub struct Refused<'a> {
    /// The user who sent it.
    pub user: UserId,
    /// The author who sent it.
    pub author: AuthorId,
    /// The document it was for.
    pub document: DocumentId,
    /// Why it was refused.
    pub code: Refusal,
    /// The bytes.
    pub bytes: &'a [u8],
}

/// A row of the quarantine, without the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRow {
    /// Its number.
    pub id: i64,
    /// When it was refused.
    pub at_ms: i64,
    /// Who sent it.
    pub author: AuthorId,
    /// The document it was for.
    pub document: DocumentId,
    /// Why.
    pub code: Refusal,
    /// How many bytes there are.
    pub bytes: u64,
}

/// What is known of refused uploads.
pub trait Quarantine {
    /// Keeps refused bytes, once.
    fn quarantine(&self, refused: &Refused<'_>, now_ms: i64) -> Result<Kept>;

    /// The last rows, newest first.
    fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineRow>>;

    /// How many of an author's changes of a document lie here.
    fn refused_of(&self, author: AuthorId, document: DocumentId) -> Result<u64>;
}

/// How many rows of an author there may be where one comes in for this reason.
pub(super) const fn rows_max(code: Refusal) -> u32 {
    match code {
        Refusal::NotEnrolled => ROWS_OF_SHUT_OUT_MAX,
        _ => ROWS_PER_AUTHOR_MAX,
    }
}
