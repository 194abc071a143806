//! What was refused. Refused is not lost: the bytes are kept for a person to look at.

use protocol::{AuthorId, DocumentId, Refusal, UserId};

use super::{CommitError, Committed, NewChange, Result};

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
    /// They are not: a person has looked at these very bytes and refused them for good.
    RefusedForGood,
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
    /// How many bytes there are; none where they were refused for good.
    pub bytes: u64,
    /// When a person refused them for good.
    pub refused_ms: Option<i64>,
}

/// What is known of refused uploads.
pub trait Quarantine {
    /// Keeps refused bytes, once.
    fn quarantine(&self, refused: &Refused<'_>, now_ms: i64) -> Result<Kept>;

    /// The last rows, newest first.
    fn quarantined(&self, limit: u32) -> Result<Vec<QuarantineRow>>;

    /// The row of this number.
    fn quarantined_row(&self, id: i64) -> Result<Option<QuarantineRow>>;

    /// The rows of an author's in a document that nobody has decided about, in the order in which they came.
    fn quarantined_of(&self, author: AuthorId, document: DocumentId) -> Result<Vec<QuarantineRow>>;

    /// The bytes of a row that nobody has decided about.
    fn refused_bytes(&self, id: i64) -> Result<Option<Vec<u8>>>;

    /// Writes in the audit that somebody looks at what a row says, and what for.
    fn note_looked(&self, id: i64, purpose: &str, now_ms: i64) -> Result<()>;

    /// Takes what was refused into the log after all, as any other change, and out of the quarantine. The log tells it to its
    /// author, too, who counts it as refused.
    fn release(&self, id: i64, change: &NewChange<'_>) -> Result<Committed, CommitError>;

    /// Refuses for good: the bytes go, the same bytes are not kept again, and the author is told of the change with this hash.
    fn refuse_for_good(&self, id: i64, change: Option<[u8; 32]>, now_ms: i64) -> Result<()>;
}

/// What is said of a row that is not there, or that somebody has decided about.
pub const NO_SUCH_ROW: &str = "upload in quarantine that nobody has decided about";

/// How many rows of an author there may be where one comes in for this reason.
pub(super) const fn rows_max(code: Refusal) -> u32 {
    match code {
        Refusal::NotEnrolled => ROWS_OF_SHUT_OUT_MAX,
        _ => ROWS_PER_AUTHOR_MAX,
    }
}
