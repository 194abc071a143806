//! What the screens show of missing and found children: who may be the same child, and why.

use casework::{
    Labels, ReportId, RowId, Subject, Term, Value,
    matching::{Field, Level, Report, Score, decisions::Decision},
};
use serde::{Deserialize, Serialize};

/// Who may be the same child as whom, and the reports that are on this tablet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchesPage {
    /// What nobody has decided, the likeliest first; at most [`crate::PAGE_ROWS_MAX`]. No name in full.
    pub rows: Vec<MatchRow>,
    /// What the hub proposes about records of other districts, and nobody here has decided.
    #[serde(default)]
    pub elsewhere: Vec<Elsewhere>,
    /// The reports of the district, the newest first; at most [`crate::PAGE_ROWS_MAX`].
    pub own: Vec<ReportCard>,
    /// How many open reports of the state are on this tablet to compare with.
    pub open: u32,
    /// Whether this officer may report a child.
    pub reports: bool,
    /// The device's time when the page was made.
    pub now_ms: i64,
}

/// A record that is here, and one of another district that may be about the same child: as the hub compared them. What stands
/// in the other is known there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The case, or the report, that is here.
    pub own: Subject,
    /// First letters of its child's name.
    pub initials: String,
    /// The other record.
    pub other: Subject,
    /// The code of the district that has it.
    pub district: String,
    /// How likely they are one child, in percent.
    pub percent: u8,
    /// How each fact agreed.
    pub agreed: Vec<(Field, Level)>,
    /// What was decided in the case that is here.
    pub decided: Vec<Decided>,
    /// What the other district decided.
    pub theirs: Option<Decision>,
    /// What was asked of that district.
    #[serde(default)]
    pub asked: Option<Asked>,
}

/// That a user asked the district that has a record for what it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    pub at_ms: i64,
    /// What the hub answered; `None` while it has not.
    pub answer: Option<Answered>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// When it came.
    pub at_ms: i64,
    /// What came of it.
    pub outcome: Outcome,
    /// The name of the district; empty where nothing is told.
    pub district: String,
    /// Whom to ask there: name and role.
    pub people: Vec<(String, Labels)>,
    /// What the record says.
    pub facts: Vec<AskedFact>,
}

/// What came of asking for a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The facts are told.
    Told,
    /// Who may be asked is told, and nothing that stands in the record.
    People,
    /// There is no such record any more.
    NotThere,
    /// This role reads no such records.
    NotPermitted,
}

/// A fact that was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AskedFact {
    /// What it is called.
    pub label: Labels,
    /// Its value.
    pub value: Value,
    /// The words of its codes.
    pub words: Vec<Labels>,
}

/// A case or a report that is here, and a report or another case that may be about the same child.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MatchRow {
    /// The case, or the report where both are reports.
    pub own: Subject,
    /// What is said of it.
    pub about: Glimpse,
    /// The report, or the other case.
    pub other: Subject,
    /// What is said of that.
    pub about_other: Glimpse,
    /// How likely they are one child, in percent; 0 where only a picture speaks for it.
    pub percent: u8,
    /// Whether a picture of the one is a picture of the other.
    #[serde(default)]
    pub same_picture: bool,
}

/// What is said of a child without a name, before anybody asks who it is: enough to think of one that was met.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Glimpse {
    /// First letters of the child's name.
    pub initials: String,
    /// Missing, sighted or found: its code. Empty for a case.
    pub kind: String,
    /// The number of a case, empty where it has none; the code of a report's district.
    pub number: String,
    /// The sex, in words.
    pub sex: Option<Labels>,
    /// Age in years, as it was written.
    pub age: String,
    /// The day on which the child was taken in, last seen or found.
    pub event_date: String,
}

/// A report of the district as its list shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReportCard {
    /// The report.
    pub report: ReportId,
    /// What is said of the child.
    pub about: Glimpse,
    /// Whether somebody still looks for the child.
    pub is_open: bool,
}

/// A new report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReport {
    /// Missing, sighted or found: a code of the vocabulary `missing_kind`.
    pub kind: String,
    /// The child's name; empty where nobody knows it.
    pub name: String,
    /// Age in years.
    pub age_years: Option<u8>,
    /// A code of the vocabulary `sex`.
    pub sex: Option<String>,
}

/// What may be the same child as one case or report, or as what somebody typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The case, or the report; `None` where somebody typed.
    pub own: Option<Subject>,
    /// Missing, sighted or found: its code. Empty for a case.
    #[serde(default)]
    pub kind: String,
    /// What this side says.
    pub ours: Report,
    /// Its pictures, where there are any.
    pub pictures: Vec<RowId>,
    /// Who it may be, the likeliest first.
    pub rows: Vec<PossibleMatch>,
    /// Who it may be in another district, as the hub compared them.
    #[serde(default)]
    pub elsewhere: Vec<Elsewhere>,
    /// Whether this officer may write in it what they decide, and add photos to a report.
    pub decides: bool,
    /// Whether this officer may write in cases what they decide.
    #[serde(default)]
    pub decides_cases: bool,
    /// What the languages are called whose codes the reports name.
    #[serde(default)]
    pub languages: Vec<Term>,
    /// How many open reports of the state it was compared with.
    pub open: u32,
    /// The device's time when this was made.
    pub now_ms: i64,
}

/// Who it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PossibleMatch {
    /// The report, or the other case.
    pub other: Subject,
    /// Missing, sighted or found: its code. Empty for a case.
    pub kind: String,
    /// What the other side says, as it was written.
    pub theirs: Report,
    /// The code of the district that has it, and is asked about it; empty where it is on this tablet.
    pub district: String,
    /// How likely it is one child, and why.
    pub score: Score,
    /// Whether it is so likely that it is shown without being asked for.
    pub is_likely: bool,
    /// What was decided, by everybody who did.
    pub decided: Vec<Decided>,
    /// The pictures of the other, where it is here.
    pub pictures: Vec<RowId>,
    /// Whether a picture of the one is a picture of the other.
    pub same_picture: bool,
    /// What the district of the other decided, where it is another.
    #[serde(default)]
    pub district_decided: Option<Decision>,
    /// What was asked of that district.
    #[serde(default)]
    pub asked: Option<Asked>,
}

/// What somebody decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// What.
    pub decision: Decision,
    /// When.
    pub at_ms: Option<i64>,
    /// Who wrote it.
    pub by: String,
}
