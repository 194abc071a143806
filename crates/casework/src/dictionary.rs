//! The data dictionary: what each fact is, where it is kept and which values it takes.

use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::{Checked, Compartment, DocumentKind, Expression, FactId, Labels, Pack, Value};

/// Longest text a fact or column may hold, in characters. A statement taken down in full is about 8,000.
pub const TEXT_CHARS_MAX: usize = 20_000;

/// What kind of value a fact takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactType {
    /// A line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// A telephone number as it was said.
    Phone,
    /// A whole number.
    Integer,
    /// A decimal number.
    Number,
    /// A calendar date, `2026-11-23`.
    Date,
    /// A moment.
    Instant,
    /// One code of a vocabulary.
    Choice,
    /// Several codes of a vocabulary.
    Choices,
    /// Yes or no.
    Flag,
    /// A type of a newer pack: shown as it is, never written.
    #[serde(other)]
    Unknown,
}

/// How much harm it does when a stranger reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Says nothing about one child.
    Ordinary,
    /// Identifies the child or family (JJ s.74): masked until revealed.
    Identifying,
    /// Statements, abuse, health: never on a list.
    Sensitive,
}

/// A fact of the dictionary.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name.
    pub id: FactId,
    /// The kind of value.
    #[serde(rename = "type")]
    pub kind: FactType,
    /// The vocabulary of a choice.
    pub vocabulary: Option<String>,
    /// The unit of a number, e.g. `years`, `kg`.
    pub unit: Option<String>,
    /// Smallest number allowed.
    pub min: Option<i64>,
    /// Largest number allowed.
    pub max: Option<i64>,
    /// The document that holds it.
    #[serde(rename = "compartment")]
    pub document: DocumentKind,
    /// What a stranger must not see.
    pub sensitivity: Sensitivity,
    /// What it is called on the screen and on paper.
    pub label: Labels,
    /// A sentence of help.
    #[serde(default)]
    pub help: Labels,
    /// Rules that are true while all is well; each has the sentence that warns otherwise.
    #[serde(default, rename = "check")]
    pub checks: Vec<FactCheck>,
    /// How it is computed, where nobody writes it.
    pub derived: Option<Expression>,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// How well that is established.
    pub checked: Option<Checked>,
    /// First day on which it is asked.
    pub in_force_from: Option<civil::Date>,
    /// Last day on which it is asked.
    pub in_force_until: Option<civil::Date>,
}

/// A rule about a fact that warns and never locks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactCheck {
    /// True while all is well.
    pub when: Expression,
    /// What the officer reads otherwise.
    pub says: Labels,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// Its name within the table.
    pub id: String,
    /// The kind of value; columns take no sets.
    #[serde(rename = "type")]
    pub kind: FactType,
    /// The vocabulary of a choice.
    pub vocabulary: Option<String>,
    /// The unit of a number.
    pub unit: Option<String>,
    /// Smallest number allowed.
    pub min: Option<i64>,
    /// Largest number allowed.
    pub max: Option<i64>,
    /// What a stranger must not see; `None`: as the document says it.
    pub sensitivity: Option<Sensitivity>,
    /// What it is called.
    pub label: Labels,
}

/// A table of rows: family members, belongings, tasks, attachments, visits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Its name.
    pub id: String,
    /// The document that holds its rows.
    #[serde(rename = "compartment")]
    pub document: DocumentKind,
    /// What it is called.
    pub label: Labels,
    /// Its columns, in the order they are shown.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

impl Table {
    /// The compartment of a case that holds its rows; `None` where they belong to another kind of document.
    pub const fn compartment(&self) -> Option<Compartment> {
        self.document.compartment()
    }

    /// The column of that name.
    pub fn column(&self, id: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.id == id)
    }
}

/// Why a value cannot stand in a fact or column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Invalid {
    /// Text where a number is wanted, or the like.
    #[error("the value is of the wrong type")]
    WrongType,
    /// More than [`TEXT_CHARS_MAX`] characters.
    #[error("the text is longer than {max} characters")]
    TooLong {
        /// The most characters allowed.
        max: usize,
    },
    /// Outside the range the dictionary gives.
    #[error("the number is out of range")]
    OutOfRange {
        /// Smallest allowed.
        min: Option<i64>,
        /// Largest allowed.
        max: Option<i64>,
    },
    /// Not a date of the calendar.
    #[error("not a date")]
    NotADate,
    /// A code that the vocabulary does not have.
    #[error("not one of the choices")]
    NotAChoice,
}

impl Fact {
    /// The compartment of a case that holds it; `None` where it belongs to another kind of document.
    pub const fn compartment(&self) -> Option<Compartment> {
        self.document.compartment()
    }

    /// Whether nobody writes it: it is computed, or of a type that this app does not know.
    pub fn is_read_only(&self) -> bool {
        self.derived.is_some() || self.kind == FactType::Unknown
    }

    /// Whether `value` may be written here. Only new input is checked: what another pack wrote stands as it is.
    pub fn check(&self, value: &Value, pack: &Pack) -> Result<(), Invalid> {
        check(self.kind, self.vocabulary.as_deref(), (self.min, self.max), value, pack)
    }
}

impl Column {
    /// Whether `value` may be written here.
    pub fn check(&self, value: &Value, pack: &Pack) -> Result<(), Invalid> {
        check(self.kind, self.vocabulary.as_deref(), (self.min, self.max), value, pack)
    }
}

fn check(
    kind: FactType,
    vocabulary: Option<&str>,
    range: (Option<i64>, Option<i64>),
    value: &Value,
    pack: &Pack,
) -> Result<(), Invalid> {
    match (kind, value) {
        (FactType::Text | FactType::LongText | FactType::Phone, Value::Text(text)) => {
            if text.chars().count() > TEXT_CHARS_MAX {
                return Err(Invalid::TooLong { max: TEXT_CHARS_MAX });
            }
            Ok(())
        }
        #[expect(clippy::cast_precision_loss, reason = "bounds of the dictionary are small numbers")]
        (FactType::Integer | FactType::Number, Value::Integer(_) | Value::Number(_)) => {
            let number = match value {
                Value::Integer(whole) if kind == FactType::Integer => *whole as f64,
                Value::Integer(whole) => *whole as f64,
                Value::Number(decimal) if kind == FactType::Number && decimal.is_finite() => *decimal,
                _ => return Err(Invalid::WrongType),
            };
            let (min, max) = range;
            if min.is_some_and(|min| number < min as f64) || max.is_some_and(|max| number > max as f64) {
                return Err(Invalid::OutOfRange { min, max });
            }
            Ok(())
        }
        (FactType::Date, Value::Text(text)) => {
            let date: Result<jiff::civil::Date, _> = text.parse();
            if text.len() == 10 && date.is_ok() {
                Ok(())
            } else {
                Err(Invalid::NotADate)
            }
        }
        (FactType::Instant, Value::Instant(_)) | (FactType::Flag, Value::Flag(_)) => Ok(()),
        (FactType::Choice, Value::Text(code)) => known(vocabulary, code, pack),
        (FactType::Choices, Value::Set(codes)) => codes.iter().try_for_each(|code| known(vocabulary, code, pack)),
        _ => Err(Invalid::WrongType),
    }
}

fn known(vocabulary: Option<&str>, code: &str, pack: &Pack) -> Result<(), Invalid> {
    let terms = vocabulary
        .and_then(|id| pack.vocabulary(id))
        .ok_or(Invalid::NotAChoice)?;
    if terms.term(code).is_some() {
        Ok(())
    } else {
        Err(Invalid::NotAChoice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_fact(id: &str, value: &Value) -> Result<(), Invalid> {
        let pack = Pack::national();
        pack.fact(&id.parse().unwrap()).unwrap().check(value, pack)
    }

    #[test]
    fn new_input_is_checked_against_the_dictionary() {
        assert_eq!(check_fact("child.name", &"आशा".into()), Ok(()));
        assert_eq!(check_fact("child.name", &Value::Integer(3)), Err(Invalid::WrongType));
        let long = "x".repeat(TEXT_CHARS_MAX + 1);
        assert_eq!(
            check_fact("child.name", &Value::Text(long)),
            Err(Invalid::TooLong { max: TEXT_CHARS_MAX })
        );
        assert!(matches!(
            check_fact("child.age_stated", &Value::Integer(40)),
            Err(Invalid::OutOfRange { .. })
        ));
        assert_eq!(
            check_fact("child.birth_date", &"2026-02-30".into()),
            Err(Invalid::NotADate)
        );
        assert_eq!(check_fact("child.birth_date", &"2016-02-29".into()), Ok(()));
        assert_eq!(check_fact("child.sex", &"purple".into()), Err(Invalid::NotAChoice));
        assert_eq!(check_fact("child.sex", &"female".into()), Ok(()));
    }
}
