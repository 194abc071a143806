//! What the documents tell of children, for comparing: the open reports of a state, which its devices have as an index, and
//! beside them every case.

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
}

/// A report with its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumberedReport {
    /// Its number in the state: a report that changes gets the next, so whoever has read up to a number has all before it.
    pub number: u64,
    /// The report.
    pub row: ReportRow,
}

/// Reading the reports of a state. They are written with what they follow from, see [`super::Folded`].
pub trait Reports {
    /// The reports of that sort behind a number, at most `limit`, by their numbers.
    fn reports(&self, state: &str, sort: ReportSort, after: u64, limit: u32) -> Result<Vec<NumberedReport>>;

    /// The last number of a state.
    fn last_report(&self, state: &str) -> Result<u64>;
}
