//! What the documents tell of children, for comparing: the open reports of a state, which its devices have as an index, and
//! beside them every case.

use protocol::{AuthorId, UserId};

use super::Result;

/// Who else has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportSort {
    /// A report of a missing, sighted or found child: every device of the state whose user may read such reports.
    Shared,
    /// What a case tells of its child: nobody but the hub.
    Case,
}

impl ReportSort {
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Shared => 1,
            Self::Case => 2,
        }
    }

    pub(super) const fn of(code: u8) -> Self {
        if code == 1 { Self::Shared } else { Self::Case }
    }
}

/// A report as a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// The document's or the case's id.
    pub subject: [u8; 16],
    /// The state whose index it is in.
    pub state: String,
    /// The district that has it.
    pub district: String,
    /// Who else has it.
    pub sort: ReportSort,
    /// The entry's bytes; `None` where it is closed or says nothing.
    pub entry: Option<Vec<u8>>,
    /// What its photos look like, 64 bytes each, one behind another.
    pub looks: Vec<u8>,
}

/// A report with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedReport {
    /// Its number in the state: a report that changes gets the next, so whoever has read up to a number has all before it.
    pub number: u64,
    /// The report.
    pub row: ReportRow,
}

/// Two records of a state that may be about one child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchProposal {
    /// The one.
    pub one: [u8; 16],
    /// The other.
    pub other: [u8; 16],
    /// How likely, in percent.
    pub percent: u8,
    /// How each fact agreed, in codes without a value.
    pub agreed: String,
}

/// What people of a record decided about another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeDecision {
    /// The report, or the other case.
    pub other: [u8; 16],
    /// What was decided.
    pub decision: String,
    /// How each fact agreed then, in codes without a value.
    pub agreed: String,
}

/// A proposal, from the side of a district.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedTo {
    /// The record of the district.
    pub own: [u8; 16],
    /// Which sort it is.
    pub own_sort: ReportSort,
    /// The record of another district.
    pub other: [u8; 16],
    /// Which sort it is.
    pub other_sort: ReportSort,
    /// That district.
    pub district: String,
    /// How likely, in percent.
    pub percent: u8,
    /// How each fact agreed, in codes without a value.
    pub agreed: String,
    /// What people of the other record decided.
    pub theirs: Option<String>,
    /// Whether people of this district have decided.
    pub is_decided: bool,
}

/// Reading the reports of a state. They are written with what they follow from, see [`super::Folded`].
pub trait Reports {
    /// The reports of that sort behind a number, at most `limit`, by their numbers.
    fn reports(&self, state: &str, sort: ReportSort, after: u64, limit: u32) -> Result<Vec<NumberedReport>>;

    /// The report of that subject, open or not.
    fn report(&self, subject: [u8; 16]) -> Result<Option<ReportRow>>;

    /// Writes in the audit that somebody asked for a record of another district, and what came of it.
    fn note_asked(&self, user: UserId, author: AuthorId, subject: [u8; 16], outcome: u8, now_ms: i64) -> Result<()>;

    /// The last number of a state.
    fn last_report(&self, state: &str) -> Result<u64>;

    /// Up to which number of a state everything was compared with everything.
    fn matched(&self, state: &str) -> Result<u64>;

    /// Keeps what came of comparing the reports of a state behind the first number of `span` up to its second, in the place of what was proposed for
    /// those that were compared anew. False, and nothing is kept, where another hub has compared them meanwhile.
    fn keep_proposals(
        &self,
        state: &str,
        span: (u64, u64),
        compared: &[[u8; 16]],
        proposals: &[MatchProposal],
    ) -> Result<bool>;

    /// Every decision of a state that says so, once for each case and other record.
    fn decisions(&self, state: &str, decision: &str) -> Result<Vec<MadeDecision>>;

    /// Writes in the audit that weights were made of so many decisions of a state.
    fn note_taught(&self, state: &str, decisions: usize, now_ms: i64) -> Result<()>;

    /// What is proposed to a district about records of others, the likeliest first.
    fn proposed_to(&self, district: &str, limit: u32) -> Result<Vec<ProposedTo>>;
}

/// What the audit keeps of somebody who asked: the record's id and the number of what came of it.
pub(super) fn asked_detail(subject: [u8; 16], outcome: u8) -> String {
    format!("{} {outcome}", uuid::Uuid::from_bytes(subject).simple())
}
