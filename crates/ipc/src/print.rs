//! Printing a form: what is asked for, and what came of it.

use casework::{RowId, Subject};
use serde::{Deserialize, Serialize};

/// The most languages that stand side by side on a paper.
pub const PAPER_LANGUAGES_MAX: usize = 2;

/// A paper that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintOrder {
    /// The case, institution or report.
    pub subject: Subject,
    /// The form's number.
    pub form: String,
    /// A filing, printed as it stood with what was changed since beside it; `None` for the form as it stands now.
    pub filing: Option<RowId>,
    /// BCP 47 codes, one or two ([`PAPER_LANGUAGES_MAX`]), which stand side by side in this order.
    pub languages: Vec<String>,
    /// Which copy.
    pub copy: PaperCopy,
    /// What the paper is for; a row of the access log says so.
    pub purpose: PrintPurpose,
    /// The whole path of a file that is not there yet, at most [`crate::PATH_BYTES_MAX`] bytes.
    pub path: String,
}

/// How much stands on a paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaperCopy {
    /// Whatever whoever prints may read.
    Whole,
    /// Nothing that tells who the child is (JJ s.74).
    Redacted,
}

/// What a paper is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrintPurpose {
    /// The Child Welfare Committee or the Juvenile Justice Board.
    Hearing,
    /// A court.
    Court,
    /// The police.
    Police,
    /// A home, a hospital, a school, an agency.
    Institution,
    /// The child or the family.
    Family,
    /// The office's own paper file.
    OfficeFile,
    /// A report or a study that names nobody.
    Study,
}

impl PrintPurpose {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Hearing,
        Self::Court,
        Self::Police,
        Self::Institution,
        Self::Family,
        Self::OfficeFile,
        Self::Study,
    ];

    /// The code in the access log.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hearing => "hearing",
            Self::Court => "court",
            Self::Police => "police",
            Self::Institution => "institution",
            Self::Family => "family",
            Self::OfficeFile => "office_file",
            Self::Study => "study",
        }
    }
}

/// A paper that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// Which copy of this form on this tablet, counted from one.
    pub copy: u32,
    /// How many pages it has.
    pub pages: u32,
    /// How long the file is.
    pub bytes: u64,
}
