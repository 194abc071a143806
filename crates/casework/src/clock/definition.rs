//! A clock, as a pack writes it.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::Length;
use crate::{CaseKind, Checked, Expression, FactId, Labels, vocabulary::coded};

coded!(
    /// Whose record a clock reads.
    Subject {
        /// One child's case.
        Case = "case",
        /// A missing or sighted child.
        Missing = "missing",
        /// An institution.
        Institution = "institution",
        /// A Child Welfare Committee or a Juvenile Justice Board.
        Committee = "committee",
        /// Whoever runs the hub.
        Operator = "operator",
    }
);

coded!(
    /// What follows when the time has run out.
    Duty {
        /// The law says *shall*, and nothing softens it.
        Mandatory = "mandatory",
        /// The law states a time, but what is done later is not void.
        Directory = "directory",
        /// A time that passes: a right that lapses. Nobody is late who does not use it.
        Period = "period",
        /// A care that is kept up until the time is over: met when it ends on the last day or later. What ends it earlier
        /// does not stop the clock, for the law still asks for it.
        KeptUp = "kept_up",
    }
);

impl Duty {
    /// Whether the time passes by itself: nobody has to act for it to be over.
    pub const fn passes(&self) -> bool {
        matches!(self, Self::Period | Self::KeptUp)
    }
}

/// A clock, as the pack defines it.
///
/// ```toml
/// [[clock]]
/// id = "inquiry-jjb"
/// label = { en = "Inquiry finished", hi = "जांच पूरी" }
/// who = { en = "Juvenile Justice Board", hi = "किशोर न्याय बोर्ड" }
/// section = { en = "The inquiry is completed within four months …", hi = "…" }   # what the law says, in one sentence
/// source = "JJ s.14(2),(4)"
/// checked = "A"
/// about = "case"                       # or missing, institution, committee, operator
/// kinds = ["cicl"]                     # of case; none named: every kind
/// duty = "mandatory"                   # or directory, period, kept_up
/// starts_at = "production.at"          # see `Trigger`; a list runs once for each
/// starts_when = "…"                    # an expression; false or unknown: the clock does not begin, and is not shown
/// begins_after = "2mo"                 # it begins only when so much time has passed
/// length = "4mo"                       # none: as soon as can be, so that nothing is ever due
/// granted_days = "days"                # a column: days granted, where they are fewer than the length
/// journey = "production.journey_minutes"   # minutes to be left out: a fact, or a column of the starting row
/// stops_at = "order.final_at"          # a `Trigger`; a list: whichever comes first
/// ends_at = ["release.at"]             # facts: from then on it no longer applies, with `ended` in words
/// ended = { en = "…", hi = "…" }
/// age = { at_least = 16, below = 18, on = "offence.at" }   # of the child when it begins, or on that fact's day
/// applies_when = "offence.class == 'heinous'"   # `today` is the day it began; false: shown as not applicable
/// otherwise = { en = "…", hi = "…" }   # why it does not apply
/// repeats = { times = 4 }              # the length over and over; without `times` until it is stopped
/// extension = [{ by = ["jjb"], at_most = "2mo" }, { by = ["cjm"], when = "…" }]
/// then = { en = "…", hi = "…" }        # what happens when the time has run out
/// in_force_from = "2016-01-15"         # a change of the law is a second entry of the same id with its own period
/// in_force_until = "2022-08-31"
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    /// Its name, e.g. `production-cwc`.
    pub id: String,
    /// What must be done.
    pub label: Labels,
    /// Who must act.
    pub who: Labels,
    /// What the law says, in one plain sentence.
    #[serde(default)]
    pub section: Labels,
    /// Where it stands, e.g. `JJ s.31`.
    pub source: String,
    /// How well that is established.
    pub checked: Checked,
    /// Whose record it reads.
    #[serde(default = "a_case")]
    pub about: Subject,
    /// Kinds of case it runs for; none named means every kind.
    #[serde(default)]
    pub kinds: BTreeSet<CaseKind>,
    /// What follows when the time has run out.
    #[serde(default = "mandatory")]
    pub duty: Duty,
    /// What starts it; with several it runs once for each.
    #[serde(deserialize_with = "one_or_many")]
    pub starts_at: Vec<Trigger>,
    /// Without this it has not begun.
    pub starts_when: Option<Expression>,
    /// It begins only when so much time has passed.
    pub begins_after: Option<Length>,
    /// How long it runs; `None`: as soon as can be.
    pub length: Option<Length>,
    /// Column of the starting row with the days granted, which may be fewer than the length.
    pub granted_days: Option<String>,
    /// Minutes of journey to be left out.
    pub journey: Option<Place>,
    /// What stops it; whichever comes first.
    #[serde(default, deserialize_with = "one_or_many")]
    pub stops_at: Vec<Trigger>,
    /// From the earliest of these moments it no longer applies.
    #[serde(default)]
    pub ends_at: Vec<FactId>,
    /// Why it no longer applies then.
    #[serde(default)]
    pub ended: Labels,
    /// The age of the children it is for.
    pub age: Option<AgeRule>,
    /// When it applies; unknown counts as yes, and is told.
    pub applies_when: Option<Expression>,
    /// Why it does not apply.
    #[serde(default)]
    pub otherwise: Labels,
    /// Whether it begins again.
    pub repeats: Option<Repeats>,
    /// Who may extend it, and how far.
    #[serde(default, rename = "extension")]
    pub extensions: Vec<ExtensionRule>,
    /// What happens when the time has run out.
    #[serde(default)]
    pub then: Labels,
    /// First day on which this text is in force.
    pub in_force_from: civil::Date,
    /// Last day on which it was in force, where it no longer is.
    pub in_force_until: Option<civil::Date>,
}

/// A moment in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Trigger {
    /// `"production.at"`: a fact; `"back_at"`, without a dot: a column of the row that started the clock.
    Place(Place),
    /// `{ first = ["restoration.at", "release.at"] }`: the earliest of several facts.
    First(Earliest),
    /// `{ table = "orders", column = "made_at", where = { authority = ["cwc"] } }`: rows of a table.
    Rows(Rows),
    /// `{ quarters_from = "committee.constituted_at" }`: the end of each quarter from the one of that fact on.
    Quarters(Quarters),
}

/// A fact, or a column of the row that started the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Place {
    /// A fact; its name has a dot.
    Fact(FactId),
    /// A column; its name has none.
    Column(String),
}

/// The earliest of several facts that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earliest {
    /// The facts.
    pub first: Vec<FactId>,
}

/// Rows of a table. To start, each row starts the clock once; to stop, the first row at or after the start counts, and a
/// row that stopped one run does not stop the next, unless the same rows begin the runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rows {
    /// The table.
    pub table: String,
    /// The column that holds the moment.
    pub column: String,
    /// Only rows with one of these codes in each of these columns.
    #[serde(default, rename = "where")]
    pub only: BTreeMap<String, BTreeSet<String>>,
    /// To stop, only rows from so long after the start on.
    pub from: Option<Length>,
}

/// The ends of the quarters, from the quarter in which a moment lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quarters {
    /// The moment.
    pub quarters_from: FactId,
}

/// The age of the children a clock is for, in years.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgeRule {
    /// That birthday has come.
    pub at_least: Option<u8>,
    /// That birthday has not come.
    pub below: Option<u8>,
    /// That birthday has not passed: the day itself still counts.
    pub up_to: Option<u8>,
    /// That birthday has passed.
    pub above: Option<u8>,
    /// The day on which the age counts, where it is written; else the day the clock begins.
    pub on: Option<FactId>,
    /// The age on that day in whole years, where somebody found it and the date of birth is not known.
    pub years: Option<FactId>,
}

/// A clock that begins again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Repeats {
    /// How often in all; `None`: until it is stopped for good (`ends_at`).
    pub times: Option<u16>,
}

/// Who may extend a clock, and how far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExtensionRule {
    /// Codes of the vocabulary `authority`.
    pub by: BTreeSet<String>,
    /// The most it may be extended beyond the time the law gives; `None`: no fixed end.
    pub at_most: Option<Length>,
    /// In which cases; unknown counts as yes.
    pub when: Option<Expression>,
}

impl From<String> for Place {
    fn from(text: String) -> Self {
        match text.parse() {
            Ok(fact) if text.contains('.') => Self::Fact(fact),
            _ => Self::Column(text),
        }
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        match place {
            Place::Fact(fact) => fact.into(),
            Place::Column(column) => column,
        }
    }
}

/// A name in the pack that a clock uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used<'a> {
    /// A fact.
    Fact(&'a FactId),
    /// A column of a table.
    Column {
        /// The table.
        table: &'a str,
        /// The column.
        column: &'a str,
    },
}

impl fmt::Display for Used<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fact(fact) => fact.fmt(f),
            Self::Column { table, column } => write!(f, "{table}.{column}"),
        }
    }
}

impl Clock {
    /// The facts and columns whose values move it. Expressions and age are not among them: they are about whether it
    /// applies, and where they cannot be read it runs and says so.
    pub fn uses(&self) -> Vec<Used<'_>> {
        let mut used = Vec::new();
        let tables: Vec<&str> = self.starts_at.iter().filter_map(Trigger::table).collect();
        for trigger in self.starts_at.iter().chain(&self.stops_at) {
            trigger.uses(&tables, &mut used);
        }
        if let Some(journey) = &self.journey {
            journey.uses(&tables, &mut used);
        }
        if let Some(column) = &self.granted_days {
            used.extend(tables.iter().map(|table| Used::Column { table, column }));
        }
        used.extend(self.ends_at.iter().map(Used::Fact));
        used
    }

    /// Its expressions.
    pub fn expressions(&self) -> impl Iterator<Item = &Expression> {
        let rules = self.extensions.iter().filter_map(|rule| rule.when.as_ref());
        self.starts_when.iter().chain(&self.applies_when).chain(rules)
    }

    /// Its expressions, to be checked against the dictionary.
    #[cfg(feature = "packs")]
    pub(crate) fn expressions_mut(&mut self) -> impl Iterator<Item = &mut Expression> {
        let rules = self.extensions.iter_mut().filter_map(|rule| rule.when.as_mut());
        self.starts_when.iter_mut().chain(&mut self.applies_when).chain(rules)
    }

    /// Whether this text of the law was in force on `day`.
    pub fn in_force(&self, day: civil::Date) -> bool {
        day >= self.in_force_from && self.in_force_until.is_none_or(|until| day <= until)
    }
}

impl Place {
    fn uses<'a>(&'a self, tables: &[&'a str], used: &mut Vec<Used<'a>>) {
        match self {
            Self::Fact(fact) => used.push(Used::Fact(fact)),
            Self::Column(column) => used.extend(tables.iter().map(|table| Used::Column { table, column })),
        }
    }
}

impl Trigger {
    /// The table whose rows it reads.
    pub fn table(&self) -> Option<&str> {
        match self {
            Self::Rows(rows) => Some(&rows.table),
            _ => None,
        }
    }

    fn uses<'a>(&'a self, tables: &[&'a str], used: &mut Vec<Used<'a>>) {
        match self {
            Self::Place(place) => place.uses(tables, used),
            Self::First(earliest) => used.extend(earliest.first.iter().map(Used::Fact)),
            Self::Rows(Rows {
                table, column, only, ..
            }) => {
                used.push(Used::Column { table, column });
                used.extend(only.keys().map(|column| Used::Column { table, column }));
            }
            Self::Quarters(quarters) => used.push(Used::Fact(&quarters.quarters_from)),
        }
    }
}

/// A single trigger may stand without the brackets of a list.
fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<Trigger>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany {
        One(Trigger),
        Many(Vec<Trigger>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(trigger) => vec![trigger],
        OneOrMany::Many(triggers) => triggers,
    })
}

const fn a_case() -> Subject {
    Subject::Case
}

const fn mandatory() -> Duty {
    Duty::Mandatory
}
