//! What officers ask the district about words of theirs that were refused, and what it decided.

use protocol::{Appeal, AuthorId, DocumentId, Plea, UserId};

use super::Result;

/// Appeals of one author that may lie undecided, so that nobody fills a district's list.
pub const APPEALS_PER_AUTHOR_MAX: u32 = 100;

/// How it stands with an appeal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It lies with the district.
    Noted,
    /// The district did what was asked for.
    Granted,
    /// The district said no.
    Declined,
    /// Too much of this author lies there; this was not noted.
    Full,
}

/// An appeal as the hub has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealRow {
    /// Its number, by which an administrator calls it.
    pub id: i64,
    /// Who asks.
    pub user: UserId,
    /// From which device.
    pub author: AuthorId,
    /// About which document. It need not exist.
    pub document: DocumentId,
    /// What is asked for.
    pub plea: Plea,
    /// Which asking it is.
    pub asked_s: u32,
    /// When it came.
    pub at_ms: i64,
    /// How it stands.
    pub standing: Standing,
    /// When that was decided.
    pub decided_ms: Option<i64>,
    /// What the district said to it.
    pub words: String,
}

/// What the district says to an appeal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It is done.
    Grant,
    /// It is not.
    Decline,
}

/// What is known of appeals.
pub trait Appeals {
    /// Notes an appeal and says how it stands. The same asking once more changes nothing; a later one takes the place of one
    /// that was decided.
    fn note_appeal(&self, user: UserId, author: AuthorId, appeal: Appeal, now_ms: i64) -> Result<AppealRow>;

    /// What nobody has decided, oldest first, of a district or of all.
    fn open_appeals(&self, district: Option<&str>, limit: u32) -> Result<Vec<AppealRow>>;

    /// The appeal with this number.
    fn appeal(&self, id: i64) -> Result<Option<AppealRow>>;

    /// Decides it. An error where there is none that is open.
    fn decide_appeal(&self, id: i64, decision: Decision, words: &str, now_ms: i64) -> Result<()>;
}

/// The number under which a standing is kept.
pub(super) const fn standing_code(standing: &Standing) -> i64 {
    match standing {
        Standing::Noted | Standing::Full => 0,
        Standing::Granted => 1,
        Standing::Declined => 2,
    }
}

/// What a number that is kept stands for.
pub(super) const fn standing_of(code: i64) -> Standing {
    match code {
        1 => Standing::Granted,
        2 => Standing::Declined,
        _ => Standing::Noted,
    }
}

/// What is decided, as it stands afterwards, and the word of the audit.
pub(super) const fn decided(decision: Decision) -> (Standing, &'static str) {
    match decision {
        Decision::Grant => (Standing::Granted, "granted"),
        Decision::Decline => (Standing::Declined, "declined"),
    }
}

/// An appeal that has just come.
pub(super) const fn new_row(id: i64, user: UserId, author: AuthorId, appeal: Appeal, now_ms: i64) -> AppealRow {
    AppealRow {
        id,
        user,
        author,
        document: appeal.document,
        plea: appeal.plea,
        asked_s: appeal.asked_s,
        at_ms: now_ms,
        standing: Standing::Noted,
        decided_ms: None,
        words: String::new(),
    }
}
