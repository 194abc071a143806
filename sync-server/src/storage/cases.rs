//! Cases folded into rows: what lists and channels need, and no more.

use protocol::DocumentId;

use super::Result;
use super::claim::{Claim, WorkerId};
use super::outbox::Parcel;
use super::readings::CardRow;
use super::reports::{MadeDecision, ReportRow};
use super::tables::Tables;

/// A case as a row. It holds no name, no address and no statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// The case.
    pub subject: [u8; 16],
    /// Its district.
    pub district: String,
    /// The code of its kind.
    pub kind: String,
    /// The code of its stage.
    pub stage: String,
    /// The code of its urgency.
    pub urgency: String,
    /// When it was opened.
    pub opened_at_ms: Option<i64>,
    /// The number of the last change folded into the row.
    pub upto: u64,
    /// When that change was received.
    pub changed_ms: i64,
    /// What else a channel may carry, as JSON.
    pub facts: String,
}

/// A subject that has changed since it was last folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnfoldedSubject {
    /// The subject.
    pub subject: [u8; 16],
    /// The number of its last change.
    pub number: u64,
}

/// Whether a worker still had its hold when its work was to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// It had, and the work is kept.
    Yes,
    /// Its time had run out and somebody else works at it, or has done so: nothing is kept.
    Lost,
}

/// What came of folding a subject: kept together or not at all.
#[derive(Debug, Clone)]
pub struct Folded {
    /// The subject, and the number up to which it is folded.
    pub done: UnfoldedSubject,
    /// Newer snapshots of its documents, with the number of the last change in each.
    pub snapshots: Vec<(DocumentId, Vec<u8>, u64)>,
    /// Its row, where it is a case.
    pub case: Option<CaseRow>,
    /// What the list shows of it, where it is a case.
    pub card: Option<CardRow>,
    /// What dashboards read of it.
    pub tables: Tables,
    /// What channels are to be told, one at most for each, in the order of their codes.
    pub parcels: Vec<Parcel>,
    /// What it tells of a child, for comparing.
    pub report: Option<ReportRow>,
    /// When a referral that it began with was taken up, where it was.
    pub answered_ms: Option<i64>,
    /// What its people decided about others that may be the same child; `None` where it is no case.
    pub decisions: Option<Vec<MadeDecision>>,
}

impl Folded {
    /// A subject that leaves no trace in the tables.
    pub const fn nothing(done: UnfoldedSubject) -> Self {
        Self {
            done,
            snapshots: Vec::new(),
            case: None,
            card: None,
            tables: Tables::Nothing,
            parcels: Vec::new(),
            report: None,
            answered_ms: None,
            decisions: None,
        }
    }
}

/// What is known of cases as rows.
pub trait Cases {
    /// Subjects to fold, whoever holds them, longest waiting first.
    fn unfolded(&self, limit: u32) -> Result<Vec<UnfoldedSubject>>;

    /// Takes hold of subjects to fold that nobody else holds, longest waiting first.
    fn claim_unfolded(&self, claim: Claim, limit: u32) -> Result<Vec<UnfoldedSubject>>;

    /// Keeps all that came of folding a subject, and marks it as folded up to its number; what changed since stays to be
    /// folded. The hold ends. Where the worker has lost its hold nothing is kept: whoever has it now folds anew.
    fn save_folded(&self, folded: &Folded, worker: WorkerId, now_ms: i64) -> Result<Held>;

    /// Marks every subject as to be folded again, and forgets the rows; not what channels were told of them.
    fn unfold_everything(&self) -> Result<()>;

    /// When the change with this number was received.
    fn received_ms(&self, district: &str, number: u64) -> Result<Option<i64>>;

    /// A case's row.
    fn case(&self, subject: [u8; 16]) -> Result<Option<CaseRow>>;

    /// The cases of a district, newest opening first.
    fn cases(&self, district: &str) -> Result<Vec<CaseRow>>;
}
