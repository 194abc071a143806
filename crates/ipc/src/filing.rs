//! Forms that were signed, sent or approved: frozen as they stood, with what was changed since beside them.

use casework::{DocumentKind, Labels, RowId, Value};
use serde::{Deserialize, Serialize};

use crate::{Delivery, FormView, RegisterRef, Saved, SectionGap};

/// What freezes a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FilingKind {
    /// The officer signed it.
    Signed,
    /// It was sent to whom it is for.
    Sent,
    /// The second signature: who approves it agreed.
    Approved,
}

/// A code that is no way of filing this app knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownFiling;

impl FilingKind {
    /// The code that is stored.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::Sent => "sent",
            Self::Approved => "approved",
        }
    }
}

impl std::str::FromStr for FilingKind {
    type Err = UnknownFiling;

    fn from_str(code: &str) -> Result<Self, UnknownFiling> {
        match code {
            "signed" => Ok(Self::Signed),
            "sent" => Ok(Self::Sent),
            "approved" => Ok(Self::Approved),
            _ => Err(UnknownFiling),
        }
    }
}

/// One filing of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilingView {
    /// Its row in the table `filings`; the name for [`crate::Request::Filed`].
    pub row: RowId,
    /// The form's number.
    pub form: String,
    /// The form's title; empty for a form that only a newer pack knows.
    pub title: Labels,
    /// Which filing it is, counted from one, of a form that is filed again and again; a second signature has the number
    /// of what it signs. `None` for a form that is filed once.
    #[serde(default)]
    pub instalment: Option<u32>,
    /// How it was filed; `None` for a way that only a newer app knows.
    pub how: Option<FilingKind>,
    /// When, by the filer's clock.
    pub at_ms: i64,
    /// Who filed it.
    pub by: String,
    /// Their role, where known.
    pub role: Option<Labels>,
    /// On which device.
    pub device: String,
    /// The version of the pack it was filed with.
    pub pack: String,
    /// How far it has come.
    pub delivery: Delivery,
}

/// The answer to [`crate::Request::File`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Filed {
    /// It is in the vault.
    pub saved: Saved,
    /// The new row of the table `filings`.
    pub filing: RowId,
    /// What was missing, by section; empty where the form was complete. The form is filed all the same.
    pub missing: Vec<SectionGap>,
}

/// A filed form as it stood. Nothing on it is writable.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FiledForm {
    /// The filing.
    pub filing: FilingView,
    /// The form as it stood. What this officer may not read is absent here too.
    pub form: FormView,
    /// What was changed on it since, oldest first: also what somebody wrote who did not know of the filing.
    pub amendments: Vec<Amendment>,
    /// How many rows and answers were added since on a form that is filed again and again: they belong to the next filing.
    #[serde(default)]
    pub added: u32,
    /// Documents of the form that the filer did not have: nothing is known of what stood there.
    pub unseen: Vec<DocumentKind>,
    /// Documents whose state at the filing is not on this tablet yet: their fields are empty here, and it is not
    /// known what stood there.
    pub not_here_yet: Vec<DocumentKind>,
    /// The other filings of this form, newest first: somebody may have filed it apart, or again.
    pub others: Vec<FilingView>,
}

/// A change on a filed form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Amendment {
    /// What was changed.
    pub what: Amended,
    /// What it is called: the fact, or the table and the column.
    pub label: Labels,
    /// What stood there when the form was filed.
    pub then: Option<Value>,
    /// The same in words, where it is a code.
    pub then_words: Vec<Labels>,
    /// What this change wrote; `None` where it was emptied.
    pub now: Option<Value>,
    /// The same in words, where it is a code.
    pub now_words: Vec<Labels>,
    /// The cells of a row that was added, as they stand now, or that was removed, as they stood.
    pub cells: Vec<AmendedCell>,
    /// Whether it is what stands there today; a later change may have written over it.
    pub stands: bool,
    /// Why, where the writer said so.
    pub reason: Option<String>,
    /// Who.
    pub by: String,
    /// Their role, where known.
    pub role: Option<Labels>,
    /// On which device.
    pub device: String,
    /// When, by the writer's clock.
    pub at_ms: i64,
    /// How far it has come.
    pub delivery: Delivery,
}

/// A cell of a row that was added or removed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AmendedCell {
    /// What the column is called.
    pub label: Labels,
    /// The value.
    pub value: Value,
    /// The value in words, where it is a code.
    pub words: Vec<Labels>,
}

/// What an amendment changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amended {
    /// A fact, or a cell of a row that was there.
    Register {
        /// Which.
        register: RegisterRef,
    },
    /// A row was added.
    RowAdded {
        /// The table.
        table: String,
        /// The row.
        row: RowId,
    },
    /// A row was taken off the screen.
    RowRemoved {
        /// The table.
        table: String,
        /// The row.
        row: RowId,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_filing_has_its_code_and_another_is_none() {
        for how in [FilingKind::Signed, FilingKind::Sent, FilingKind::Approved] {
            assert_eq!(how.code().parse(), Ok(how));
            assert_eq!(serde_json::to_value(how).unwrap(), how.code());
        }
        assert_eq!("sealed".parse::<FilingKind>(), Err(UnknownFiling));
    }
}
