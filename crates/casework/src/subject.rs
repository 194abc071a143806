//! What documents, forms and clocks tell of: a child's case, an institution, a report of a missing child.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{About, CaseId, Compartment, DocumentKind, IdError, InstitutionId, ReportId};

/// One case, one institution or one report of a missing child. Whatever reads and writes documents takes either, so that a form about a house is
/// filled, filed and amended by the same code as one about a child. Written as `case/<id>`, `institution/<id>` or
/// `missing/<id>`, in calls and in addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Subject {
    /// A case.
    Case(CaseId),
    /// An institution.
    Institution(InstitutionId),
    /// A report of a missing, sighted or found child.
    Missing(ReportId),
}

impl Subject {
    /// The 16 bytes of its id.
    pub const fn to_bytes(self) -> [u8; 16] {
        match self {
            Self::Case(case) => case.to_bytes(),
            Self::Institution(institution) => institution.to_bytes(),
            Self::Missing(report) => report.to_bytes(),
        }
    }

    /// What a document of this kind tells of; `None` for a kind that has no subject of its own here.
    pub const fn of(id: [u8; 16], kind: DocumentKind) -> Option<Self> {
        match kind {
            DocumentKind::Case(_) => Some(Self::Case(CaseId::from_bytes(id))),
            DocumentKind::Institution => Some(Self::Institution(InstitutionId::from_bytes(id))),
            DocumentKind::Missing => Some(Self::Missing(ReportId::from_bytes(id))),
            DocumentKind::Officer => None,
        }
    }

    /// The documents it has, in the order they are shown.
    pub const fn kinds(self) -> &'static [DocumentKind] {
        match self {
            Self::Case(_) => &[
                DocumentKind::Case(Compartment::Core),
                DocumentKind::Case(Compartment::Identity),
                DocumentKind::Case(Compartment::Care),
                DocumentKind::Case(Compartment::Legal),
            ],
            Self::Institution(_) => &[DocumentKind::Institution],
            Self::Missing(_) => &[DocumentKind::Missing],
        }
    }

    /// Whether a document of this kind belongs to it.
    pub fn has(self, kind: DocumentKind) -> bool {
        self.kinds().contains(&kind)
    }

    /// The document that everybody who has the subject can read: filings stand in it.
    pub const fn main(self) -> DocumentKind {
        match self {
            Self::Case(_) => DocumentKind::Case(Compartment::Core),
            Self::Institution(_) => DocumentKind::Institution,
            Self::Missing(_) => DocumentKind::Missing,
        }
    }

    /// What its forms are about.
    pub const fn about(self) -> About {
        match self {
            Self::Case(_) => About::Case,
            Self::Institution(_) => About::Institution,
            Self::Missing(_) => About::Missing,
        }
    }

    /// The case, where it is one.
    pub const fn case(self) -> Option<CaseId> {
        match self {
            Self::Case(case) => Some(case),
            Self::Institution(_) | Self::Missing(_) => None,
        }
    }
}

impl From<CaseId> for Subject {
    fn from(case: CaseId) -> Self {
        Self::Case(case)
    }
}

impl From<InstitutionId> for Subject {
    fn from(institution: InstitutionId) -> Self {
        Self::Institution(institution)
    }
}

impl From<ReportId> for Subject {
    fn from(report: ReportId) -> Self {
        Self::Missing(report)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Case(case) => write!(f, "case/{case}"),
            Self::Institution(institution) => write!(f, "institution/{institution}"),
            Self::Missing(report) => write!(f, "missing/{report}"),
        }
    }
}

impl FromStr for Subject {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.split_once('/') {
            Some(("case", id)) => id.parse().map(Self::Case),
            Some(("institution", id)) => id.parse().map(Self::Institution),
            Some(("missing", id)) => id.parse().map(Self::Missing),
            _ => Err(IdError::NotAUuid),
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_survives_its_text_and_another_text_is_none() {
        for subject in [
            Subject::Case(CaseId::from_bytes([7; 16])),
            Subject::Institution(InstitutionId::from_bytes([8; 16])),
            Subject::Missing(ReportId::from_bytes([9; 16])),
        ] {
            assert_eq!(subject.to_string().parse(), Ok(subject));
            assert!(subject.has(subject.main()));
            for kind in subject.kinds() {
                assert_eq!(Subject::of(subject.to_bytes(), *kind), Some(subject));
            }
        }
        for text in ["", "case", "case/", "house/07070707-0707-0707-0707-070707070707"] {
            assert!(text.parse::<Subject>().is_err(), "{text}");
        }
    }
}
