//! Values as they are typed and as they are read.

use casework::{FactType, Labels, TEXT_CHARS_MAX, Term, Value};
use ipc::{ColumnView, FieldView};

use crate::{time, words::Words};

/// What an input needs to know of the value it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Spec {
    /// The kind of value.
    pub kind: FactType,
    /// The choices.
    pub terms: Vec<Term>,
    /// Smallest number allowed.
    pub min: Option<i64>,
    /// Largest number allowed.
    pub max: Option<i64>,
    /// The unit of a number.
    pub unit: Option<String>,
}

impl Spec {
    /// The input of a field of a form.
    pub fn of_field(field: &FieldView) -> Self {
        let FieldView {
            kind,
            terms,
            min,
            max,
            unit,
            ..
        } = field;
        Self {
            kind: *kind,
            terms: terms.clone(),
            min: *min,
            max: *max,
            unit: unit.clone(),
        }
    }

    /// The input of a column of a table.
    pub fn of_column(column: &ColumnView) -> Self {
        let ColumnView {
            kind,
            terms,
            unit,
            min,
            max,
            ..
        } = column;
        Self {
            kind: *kind,
            terms: terms.clone(),
            min: *min,
            max: *max,
            unit: unit.clone(),
        }
    }

    /// The input for a value of which only an example is known.
    pub fn of_value(value: Option<&Value>) -> Self {
        let kind = match value {
            Some(Value::Integer(_)) => FactType::Integer,
            Some(Value::Number(_)) => FactType::Number,
            Some(Value::Flag(_)) => FactType::Flag,
            Some(Value::Instant(_)) => FactType::Instant,
            Some(Value::Text(text)) if time::is_iso_date(text) => FactType::Date,
            _ => FactType::LongText,
        };
        Self {
            kind,
            terms: Vec::new(),
            min: None,
            max: None,
            unit: None,
        }
    }

    /// Whether the answer is ticked rather than typed.
    pub const fn is_ticked(&self) -> bool {
        matches!(self.kind, FactType::Choice | FactType::Choices | FactType::Flag)
    }

    /// Reads what was typed; empty is no value.
    pub fn read(&self, typed: &str) -> Result<Option<Value>, Unreadable> {
        let text = typed.trim();
        if text.is_empty() {
            return Ok(None);
        }
        let value = match self.kind {
            FactType::Integer => {
                let number: i64 = digits(text).parse().map_err(|_| Unreadable::NotANumber)?;
                self.in_range(number)?;
                Value::Integer(number)
            }
            FactType::Number => {
                let number: f64 = digits(text)
                    .replace(',', ".")
                    .parse()
                    .map_err(|_| Unreadable::NotANumber)?;
                if !number.is_finite() {
                    return Err(Unreadable::NotANumber);
                }
                #[expect(clippy::cast_possible_truncation, reason = "a number that large is out of any range")]
                self.in_range(number.floor() as i64)
                    .and_then(|()| self.in_range(number.ceil() as i64))?;
                Value::Number(number)
            }
            FactType::Date => Value::Text(
                time::from_date_input(&digits(text))
                    .ok_or(Unreadable::NotADate)?
                    .to_string(),
            ),
            FactType::Instant => Value::Instant(time::from_input(&digits(text)).ok_or(Unreadable::NotAMoment)?),
            _ if text.chars().count() > TEXT_CHARS_MAX => return Err(Unreadable::TooLong),
            _ => Value::Text(text.to_owned()),
        };
        Ok(Some(value))
    }

    fn in_range(&self, number: i64) -> Result<(), Unreadable> {
        if self.min.is_some_and(|min| number < min) || self.max.is_some_and(|max| number > max) {
            return Err(Unreadable::OutOfRange {
                min: self.min,
                max: self.max,
            });
        }
        Ok(())
    }

    /// What stands in the input for a value.
    pub fn typed(&self, value: Option<&Value>) -> String {
        match value {
            None => String::new(),
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Instant(ms)) => time::to_input(*ms),
            Some(Value::Flag(flag)) => flag.to_string(),
            Some(Value::Set(codes)) => codes.iter().cloned().collect::<Vec<_>>().join(", "),
        }
    }

    /// A value in words, with the unit of a number and the labels of codes.
    pub fn say(&self, words: Words, value: Option<&Value>) -> String {
        let label = |code: &str| {
            let term = self.terms.iter().find(|term| term.code == code);
            term.map_or_else(|| code.to_owned(), |term| words.label(&term.label))
        };
        match (self.kind, value) {
            (FactType::Choice, Some(Value::Text(code))) => label(code),
            (FactType::Choices, Some(Value::Set(codes))) => {
                codes.iter().map(|code| label(code)).collect::<Vec<_>>().join(", ")
            }
            (FactType::Integer | FactType::Number, Some(value)) => {
                let unit = self.unit.as_deref().map(|unit| format!(" {}", self::unit(words, unit)));
                say(words, Some(value), &[]) + &unit.unwrap_or_default()
            }
            (_, value) => say(words, value, &[]),
        }
    }
}

/// Digits of the Devanagari script are digits, too.
fn digits(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '०'..='९' => char::from_digit(u32::from(c) - u32::from('०'), 10).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// Why what was typed is no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Not a number.
    NotANumber,
    /// Too small or too large.
    OutOfRange {
        /// Smallest allowed.
        min: Option<i64>,
        /// Largest allowed.
        max: Option<i64>,
    },
    /// Not a date of the calendar.
    NotADate,
    /// Not a date with a time.
    NotAMoment,
    /// More than [`TEXT_CHARS_MAX`] characters.
    TooLong,
}

impl Unreadable {
    /// What to do about it.
    pub fn say(&self, words: Words) -> String {
        match self {
            Self::NotANumber => words.invalid_not_a_number().to_owned(),
            Self::OutOfRange { min, max } => words.out_of_range(*min, *max),
            Self::NotADate => words.invalid_not_a_date().to_owned(),
            Self::NotAMoment => words.invalid_not_a_moment().to_owned(),
            Self::TooLong => words.invalid_too_long(TEXT_CHARS_MAX),
        }
    }
}

/// A unit of the dictionary in words.
pub fn unit(words: Words, code: &str) -> String {
    match code {
        "years" => words.unit_years().to_owned(),
        "minutes" => words.unit_minutes().to_owned(),
        other => other.to_owned(),
    }
}

/// A value in words; `labels` are the words of its codes, where it has any.
pub fn say(words: Words, value: Option<&Value>, labels: &[Labels]) -> String {
    if value.is_some() && !labels.is_empty() {
        return words.labels(labels);
    }
    match value {
        None => words.value_empty().to_owned(),
        Some(Value::Text(text)) => time::iso_date(words, text),
        Some(Value::Integer(number)) => number.to_string(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Flag(true)) => words.value_yes().to_owned(),
        Some(Value::Flag(false)) => words.value_no().to_owned(),
        Some(Value::Instant(ms)) => time::date_time(words, *ms),
        Some(Value::Set(codes)) => codes.iter().cloned().collect::<Vec<_>>().join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Lang;

    fn spec(kind: FactType) -> Spec {
        Spec {
            kind,
            ..Spec::of_value(None)
        }
    }

    #[test]
    fn what_is_typed_is_read_by_kind() {
        assert_eq!(spec(FactType::Text).read("  Asha "), Ok(Some("Asha".into())));
        assert_eq!(spec(FactType::Text).read("   "), Ok(None));
        assert_eq!(spec(FactType::Integer).read("१२"), Ok(Some(Value::Integer(12))));
        assert_eq!(spec(FactType::Integer).read("twelve"), Err(Unreadable::NotANumber));
        assert_eq!(spec(FactType::Number).read("31,5"), Ok(Some(Value::Number(31.5))));
        assert_eq!(spec(FactType::Date).read("29/02/2016"), Ok(Some("2016-02-29".into())));
        assert_eq!(spec(FactType::Date).read("30/02/2016"), Err(Unreadable::NotADate));
        assert_eq!(
            spec(FactType::Instant).read("2026-11-23T10:00"),
            Ok(Some(Value::Instant(1_795_408_200_000)))
        );
    }

    #[test]
    fn a_number_out_of_range_is_told_with_the_range() {
        let age = Spec {
            min: Some(0),
            max: Some(25),
            ..spec(FactType::Integer)
        };
        let refused = age.read("40").unwrap_err();
        assert_eq!(refused.say(Words(Lang::En)), "Enter a number from 0 to 25.");
    }

    #[test]
    fn values_are_read_out_in_the_readers_language() {
        let words = Words(Lang::En);
        assert_eq!(say(words, Some(&"2016-02-29".into()), &[]), "29 Feb 2016");
        assert_eq!(say(words, Some(&Value::Flag(true)), &[]), "Yes");
        assert_eq!(say(Words(Lang::Hi), Some(&Value::Flag(true)), &[]), "हाँ");
        let sex = Labels::from_pairs([("en", "Girl"), ("hi", "लड़की")]);
        assert_eq!(say(Words(Lang::Hi), Some(&"female".into()), &[sex]), "लड़की");
    }
}
