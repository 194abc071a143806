//! Forms. A form refers to facts and tables and holds no data of its own.

use std::collections::BTreeSet;

use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::{CaseKind, Checked, DocumentKind, Expression, FactId, Labels, Role, vocabulary::coded};

mod on_filing;

pub use on_filing::{Afresh, BEGUN, CellOnFiling, RowOnFiling, RowToWrite};

coded!(
    /// What a form is about, and so whose documents it reads and writes.
    About {
        /// One child's case.
        Case = "case",
        /// An institution.
        Institution = "institution",
        /// A missing or sighted child.
        Missing = "missing",
    }
);

coded!(
    /// What freezes a form as it stands; later changes are amendments beside it.
    Filed {
        /// The signature of whoever filled it.
        Signed = "signed",
        /// Its going out to the Committee, the Board or another authority.
        Sent = "sent",
    }
);

coded!(
    /// When a section of a filed form is added to: what is new in it belongs to the next filing and is no amendment of the
    /// last one.
    Repeats {
        /// Every month.
        Month = "month",
        /// Every quarter.
        Quarter = "quarter",
        /// Every year.
        Year = "year",
        /// Whenever there is something to add.
        Event = "event",
    }
);

impl Repeats {
    /// Whether two days lie in one of its months, quarters or years, so that what was filed on the one is not due again on
    /// the other; of what is added whenever there is something, and of a time that only a newer pack knows, always.
    pub fn is_same_time(&self, one: civil::Date, other: civil::Date) -> bool {
        let quarter = |day: civil::Date| (day.month() - 1) / 3;
        match self {
            Self::Month => (one.year(), one.month()) == (other.year(), other.month()),
            Self::Quarter => (one.year(), quarter(one)) == (other.year(), quarter(other)),
            Self::Year => one.year() == other.year(),
            Self::Event | Self::Unknown(_) => true,
        }
    }
}

/// The table of filings, in `core`: rows that filing a form writes, and nobody else.
pub const FILINGS: &str = "filings";

/// The table of reasons for amendments; its rows are kept beside what they explain, in the same change.
pub const AMENDMENTS: &str = "amendments";

/// The code of the second signature, beside those of [`Filed`].
pub const APPROVED: &str = "approved";

/// The column of a filing that holds the heads of a document.
pub fn heads_column(kind: DocumentKind) -> String {
    format!("heads_{}", kind.code())
}

/// A form of the Model Rules, as a pack describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Form {
    /// Its number, e.g. `17`.
    pub id: String,
    /// What it is called.
    pub title: Labels,
    /// The rule it stands in, e.g. `MR r.18(2), 19(25)`.
    pub source: String,
    /// How well the contents are established.
    pub checked: Checked,
    /// First day on which this text of the form is in force.
    pub in_force_from: Option<civil::Date>,
    /// Last day on which it was in force, where it no longer is.
    pub in_force_until: Option<civil::Date>,
    /// What it is about.
    #[serde(default = "about_a_case")]
    pub about: About,
    /// Kinds of case it is for; none named means every kind.
    #[serde(default)]
    pub kinds: BTreeSet<CaseKind>,
    /// Who fills it; none named means whoever may write its facts.
    #[serde(default)]
    pub filled_by: BTreeSet<Role>,
    /// Who puts the second signature, where there is one.
    #[serde(default)]
    pub approved_by: BTreeSet<Role>,
    /// What freezes it.
    #[serde(default = "by_signature")]
    pub filed: Filed,
    /// Moments that are set to the time of filing where they are still empty.
    #[serde(default)]
    pub on_filing: Vec<FactId>,
    /// Rows that are written at the time of filing.
    #[serde(default, rename = "row_on_filing")]
    pub rows_on_filing: Vec<RowOnFiling>,
    /// What is emptied when the form is begun anew after it was filed; `None` for a form that is not.
    pub afresh: Option<Afresh>,
    /// Its sections, one shown at a time.
    #[serde(rename = "section")]
    pub sections: Vec<FormSection>,
}

impl Form {
    /// Whether the form is filed again and again.
    pub fn is_repeated(&self) -> bool {
        self.sections.iter().any(|section| section.repeats.is_some())
    }

    /// Whether the form may have many filings, of which each has its number.
    pub fn is_numbered(&self) -> bool {
        self.is_repeated() || self.afresh.is_some()
    }

    /// Whether what is new in this fact or table belongs to the next filing: every section that asks for it is added to.
    pub fn is_added_to(&self, asked: &Asked) -> bool {
        let mut asking = self
            .sections
            .iter()
            .filter(|section| section.fields.iter().any(|field| field.asks == *asked))
            .peekable();
        asking.peek().is_some() && asking.all(|section| section.repeats.is_some())
    }
}

/// A section of a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FormSection {
    /// Its name within the form.
    pub id: String,
    /// Its heading.
    pub title: Labels,
    /// Why this is asked.
    #[serde(default)]
    pub why: Labels,
    /// When it is shown; without a condition always.
    pub shown_when: Option<Expression>,
    /// When it is added to after the form was filed; a section without is written once, and changed by amendment only.
    pub repeats: Option<Repeats>,
    /// Its fields in order.
    #[serde(rename = "field")]
    pub fields: Vec<FormField>,
}

/// A place on a form.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "FieldText", into = "FieldText")]
pub struct FormField {
    /// Its number in the text of the law, e.g. `7` or `50 (i)–(x)`; several places may belong to one. `None` where it has none.
    pub item: Option<String>,
    /// What it asks for.
    pub asks: Asked,
    /// Whether the form is incomplete without it.
    pub required: bool,
    /// When it is shown; without a condition always.
    pub shown_when: Option<Expression>,
    /// When the form is incomplete without it, though it need not be always.
    pub required_when: Option<Expression>,
}

/// What a place on a form asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// One fact of the dictionary.
    Fact(FactId),
    /// The rows of a table; where required, at least one.
    Table(String),
}

impl FormField {
    /// The fact, where it asks for one.
    pub fn fact(&self) -> Option<&FactId> {
        match &self.asks {
            Asked::Fact(fact) => Some(fact),
            Asked::Table(_) => None,
        }
    }

    /// The table, where it asks for one.
    pub fn table(&self) -> Option<&str> {
        match &self.asks {
            Asked::Table(table) => Some(table),
            Asked::Fact(_) => None,
        }
    }
}

/// A place on a form as it is written in a pack: `{ fact = "child.name", required = true }`.
#[derive(Serialize, Deserialize)]
struct FieldText {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fact: Option<FactId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    table: Option<String>,
    #[serde(default)]
    required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    shown_when: Option<Expression>,
    #[serde(skip_serializing_if = "Option::is_none")]
    required_when: Option<Expression>,
}

/// A field names either a fact or a table.
#[derive(Debug, thiserror::Error)]
#[error("a field names either a fact or a table{0}")]
struct FieldError(String);

impl TryFrom<FieldText> for FormField {
    type Error = FieldError;
    fn try_from(text: FieldText) -> Result<Self, FieldError> {
        let asks = match (text.fact, text.table) {
            (Some(fact), None) => Asked::Fact(fact),
            (None, Some(table)) => Asked::Table(table),
            (Some(fact), Some(table)) => return Err(FieldError(format!(", not both `{fact}` and `{table}`"))),
            (None, None) => return Err(FieldError(String::new())),
        };
        Ok(Self {
            item: text.item,
            asks,
            required: text.required,
            shown_when: text.shown_when,
            required_when: text.required_when,
        })
    }
}

impl From<FormField> for FieldText {
    fn from(field: FormField) -> Self {
        let (fact, table) = match field.asks {
            Asked::Fact(fact) => (Some(fact), None),
            Asked::Table(table) => (None, Some(table)),
        };
        Self {
            item: field.item,
            fact,
            table,
            required: field.required,
            shown_when: field.shown_when,
            required_when: field.required_when,
        }
    }
}

fn about_a_case() -> About {
    About::Case
}

fn by_signature() -> Filed {
    Filed::Signed
}
