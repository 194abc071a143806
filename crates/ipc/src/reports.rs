//! Registers and reports: which there are, one of them, and a file of it.

use casework::{
    InstitutionId, Labels,
    reports::{Period, Reach, ReportKind},
};
use serde::{Deserialize, Serialize};

use crate::PrintPurpose;

/// Months of which a report is offered, with the one that is not over.
pub const REPORT_MONTHS: usize = 13;
/// Quarters of which a report is offered, with the one that is not over.
pub const REPORT_QUARTERS: usize = 9;

/// A report that this officer may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportOffer {
    /// Which.
    pub kind: ReportKind,
    /// What it is called.
    pub title: Labels,
    /// Of what months or quarters, the latest first; the first of them is not over. Empty for one of this moment.
    pub periods: Vec<Period>,
    /// Of which institutions, by name; empty where it is not of one.
    pub institutions: Vec<ReportHouse>,
}

/// An institution that a report may be of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportHouse {
    /// The institution.
    pub institution: InstitutionId,
    /// What it is called.
    pub name: String,
}

/// A report that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportAsk {
    /// Which.
    pub kind: ReportKind,
    /// Of what month or quarter; `None` for one of this moment.
    pub period: Option<Period>,
    /// Of which institution, where it is of one.
    pub institution: Option<InstitutionId>,
    /// How far the copy goes.
    pub reach: Reach,
}

/// A file of a report that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportOrder {
    /// The report.
    pub ask: ReportAsk,
    /// What kind of file.
    pub format: ReportFormat,
    /// BCP 47 codes, one or two ([`crate::PAPER_LANGUAGES_MAX`]).
    pub languages: Vec<String>,
    /// What it is for; a row of the access log says so.
    pub purpose: PrintPurpose,
    /// The whole path of a file that is not there yet, at most [`crate::PATH_BYTES_MAX`] bytes.
    pub path: String,
}

/// What kind of file a report is given out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportFormat {
    /// A paper.
    Pdf,
    /// A workbook.
    Xlsx,
    /// Values between commas.
    Csv,
}

impl ReportFormat {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 3] = [Self::Pdf, Self::Xlsx, Self::Csv];

    /// The code in the access log, which is also how names of such files end.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
        }
    }
}

/// A report that was given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenOut {
    /// Which copy of this report on this tablet, counted from one.
    pub copy: u32,
    /// How long the file is.
    pub bytes: u64,
}
