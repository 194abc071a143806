//! What an expression comes to. The same code on device, hub and screen.

use std::cmp::Ordering;

use jiff::{Unit as JiffUnit, civil};

use super::{Node, Operator, Unit};
use crate::{FactId, Value, clock::indian_date};

/// What an expression comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// A condition that holds.
    True,
    /// A condition that does not hold.
    False,
    /// It rests on something nobody wrote: do not show, do not require, do not complain.
    Unknown,
    /// A value that is no yes or no.
    Value(Value),
}

impl Outcome {
    /// Whether a condition is known to hold.
    pub fn is_true(&self) -> bool {
        *self == Self::True
    }

    /// Whether a condition is known not to hold.
    pub fn is_false(&self) -> bool {
        *self == Self::False
    }

    /// Yes or no of a condition; `None` where that is not known.
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::True => Some(true),
            Self::False => Some(false),
            _ => None,
        }
    }

    /// The derived value; `None` where it is not known.
    pub fn into_value(self) -> Option<Value> {
        match self {
            Self::True => Some(Value::Flag(true)),
            Self::False => Some(Value::Flag(false)),
            Self::Unknown => None,
            Self::Value(value) => Some(value),
        }
    }
}

/// A value on the way. `Null` is both what nobody wrote and what cannot be known.
#[derive(Debug, Clone, PartialEq)]
enum Known {
    Null,
    Flag(bool),
    Integer(i64),
    Number(f64),
    Text(String),
    Moment(i64),
    List(Vec<Known>),
}

struct Around<'a> {
    get: &'a dyn Fn(&FactId) -> Option<Value>,
    count: &'a dyn Fn(&str) -> usize,
    today: civil::Date,
}

pub(super) fn evaluate(
    node: &Node,
    get: &dyn Fn(&FactId) -> Option<Value>,
    count: &dyn Fn(&str) -> usize,
    today: civil::Date,
) -> Outcome {
    match (Around { get, count, today }).of(node) {
        Known::Flag(true) => Outcome::True,
        Known::Flag(false) => Outcome::False,
        Known::Integer(number) => Outcome::Value(Value::Integer(number)),
        Known::Number(number) => Outcome::Value(Value::Number(number)),
        Known::Text(text) => Outcome::Value(Value::Text(text)),
        Known::Moment(ms) => Outcome::Value(Value::Instant(ms)),
        Known::List(items) => Outcome::Value(Value::Set(items.into_iter().filter_map(Known::into_text).collect())),
        Known::Null => Outcome::Unknown,
    }
}

impl Known {
    fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// The day of a date or a moment.
    fn day(&self) -> Option<civil::Date> {
        match self {
            Self::Text(date) => date.parse().ok(),
            Self::Moment(ms) => indian_date(*ms),
            _ => None,
        }
    }
}

impl From<Value> for Known {
    fn from(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(text),
            Value::Integer(number) => Self::Integer(number),
            Value::Number(number) => Self::Number(number),
            Value::Flag(flag) => Self::Flag(flag),
            Value::Instant(ms) => Self::Moment(ms),
            Value::Set(codes) => Self::List(codes.into_iter().map(Self::Text).collect()),
        }
    }
}

impl From<Option<bool>> for Known {
    fn from(flag: Option<bool>) -> Self {
        flag.map_or(Self::Null, Self::Flag)
    }
}

impl Around<'_> {
    fn of(&self, node: &Node) -> Known {
        match node {
            Node::Null => Known::Null,
            Node::Flag(flag) => Known::Flag(*flag),
            Node::Integer(number) => Known::Integer(*number),
            Node::Number(number) => Known::Number(*number),
            Node::Text(text) => Known::Text(text.clone()),
            Node::List(items) => Known::List(items.iter().map(|item| self.of(item)).collect()),
            Node::Fact(fact) => (self.get)(fact).map_or(Known::Null, Known::from),
            Node::Set(fact) => (self.get)(fact).map_or(Known::List(Vec::new()), Known::from),
            Node::Today => Known::Text(self.today.to_string()),
            Node::Has(fact) => Known::Flag(match (self.get)(fact) {
                Some(Value::Set(codes)) => !codes.is_empty(),
                found => found.is_some(),
            }),
            Node::Count(table) => Known::Integer(i64::try_from((self.count)(table)).unwrap_or(i64::MAX)),
            Node::Size(one) => match self.of(one) {
                Known::Text(text) => Known::Integer(length(text.chars().count())),
                Known::List(items) => Known::Integer(length(items.len())),
                _ => Known::Null,
            },
            Node::Not(one) => self.of(one).flag().map(|flag| !flag).into(),
            Node::Negate(one) => match self.of(one) {
                Known::Integer(number) => number.checked_neg().map_or(Known::Null, Known::Integer),
                Known::Number(number) => Known::Number(-number),
                _ => Known::Null,
            },
            Node::Binary(operator, two) => self.binary(*operator, &two[0], &two[1]),
            Node::If(three) => match self.of(&three[0]) {
                Known::Flag(true) => self.of(&three[1]),
                Known::Flag(false) => self.of(&three[2]),
                _ => Known::Null,
            },
            Node::Between(unit, two) => between(*unit, &self.of(&two[0]), &self.of(&two[1])),
            Node::StartsWith(two) => self.texts(two, |text, part| text.starts_with(part)),
            Node::Contains(two) => self.texts(two, |text, part| text.contains(part)),
        }
    }

    fn texts(&self, two: &[Node; 2], test: impl Fn(&str, &str) -> bool) -> Known {
        match (self.of(&two[0]), self.of(&two[1])) {
            (Known::Text(whole), Known::Text(part)) => Known::Flag(test(&whole, &part)),
            _ => Known::Null,
        }
    }

    fn binary(&self, operator: Operator, left: &Node, right: &Node) -> Known {
        let left = self.of(left);
        // What decides already spares the other side, however deep it is.
        match (operator, &left) {
            (Operator::And, Known::Flag(false)) | (Operator::Or, Known::Flag(true)) => return left,
            _ => {}
        }
        let right = self.of(right);
        match operator {
            Operator::And => match (left.flag(), right.flag()) {
                (_, Some(false)) => Known::Flag(false),
                (Some(true), Some(true)) => Known::Flag(true),
                _ => Known::Null,
            },
            Operator::Or => match (left.flag(), right.flag()) {
                (_, Some(true)) => Known::Flag(true),
                (Some(false), Some(false)) => Known::Flag(false),
                _ => Known::Null,
            },
            Operator::Equal => Known::Flag(equal(&left, &right)),
            Operator::NotEqual => Known::Flag(!equal(&left, &right)),
            Operator::Less => order(&left, &right).map(Ordering::is_lt).into(),
            Operator::LessOrEqual => order(&left, &right).map(Ordering::is_le).into(),
            Operator::Greater => order(&left, &right).map(Ordering::is_gt).into(),
            Operator::GreaterOrEqual => order(&left, &right).map(Ordering::is_ge).into(),
            Operator::In => match &right {
                Known::List(items) => Known::Flag(items.iter().any(|item| equal(&left, item))),
                _ => Known::Null,
            },
            Operator::Plus | Operator::Minus | Operator::Times | Operator::Over => arithmetic(operator, left, right),
        }
    }
}

fn length(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "numbers of casework are far below 2^53")]
fn as_number(value: &Known) -> Option<f64> {
    match value {
        Known::Integer(number) => Some(*number as f64),
        Known::Number(number) => Some(*number),
        _ => None,
    }
}

fn equal(left: &Known, right: &Known) -> bool {
    match (left, right) {
        (Known::List(left), Known::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        (Known::Null, Known::Null) => true,
        (Known::Flag(left), Known::Flag(right)) => left == right,
        _ => order(left, right).is_some_and(Ordering::is_eq),
    }
}

/// The order of two numbers, texts, dates or moments; `None` where they have none.
fn order(left: &Known, right: &Known) -> Option<Ordering> {
    match (left, right) {
        (Known::Integer(left), Known::Integer(right)) | (Known::Moment(left), Known::Moment(right)) => {
            Some(left.cmp(right))
        }
        (Known::Text(left), Known::Text(right)) => Some(left.cmp(right)),
        (Known::Moment(ms), Known::Text(date)) => Some(indian_date(*ms)?.to_string().as_str().cmp(date)),
        (Known::Text(date), Known::Moment(ms)) => Some(date.as_str().cmp(&indian_date(*ms)?.to_string())),
        _ => as_number(left)?.partial_cmp(&as_number(right)?),
    }
}

fn arithmetic(operator: Operator, left: Known, right: Known) -> Known {
    let whole = |number: Option<i64>| number.map_or(Known::Null, Known::Integer);
    match (operator, left, right) {
        (Operator::Plus, Known::Text(left), Known::Text(right)) => Known::Text(left + &right),
        (Operator::Plus, Known::Integer(left), Known::Integer(right)) => whole(left.checked_add(right)),
        (Operator::Minus, Known::Integer(left), Known::Integer(right)) => whole(left.checked_sub(right)),
        (Operator::Times, Known::Integer(left), Known::Integer(right)) => whole(left.checked_mul(right)),
        (Operator::Over, Known::Integer(left), Known::Integer(right)) => whole(left.checked_div(right)),
        (operator, left, right) => {
            let (Some(left), Some(right)) = (as_number(&left), as_number(&right)) else {
                return Known::Null;
            };
            let result = match operator {
                Operator::Plus => left + right,
                Operator::Minus => left - right,
                Operator::Times => left * right,
                _ => left / right,
            };
            if result.is_finite() {
                Known::Number(result)
            } else {
                Known::Null
            }
        }
    }
}

/// Whole years, months or days from one day to another; less than nothing where the second is the earlier.
fn between(unit: Unit, from: &Known, to: &Known) -> Known {
    let count = || {
        let (from, to) = (from.day()?, to.day()?);
        match unit {
            Unit::Days => from.until((JiffUnit::Day, to)).ok().map(|span| span.get_days().into()),
            Unit::Months => Some(months(from, to)),
            Unit::Years => Some(months(from, to) / 12),
        }
    };
    count().map_or(Known::Null, Known::Integer)
}

/// Whole months; a month is over on the day of the same number, or on the last day of a month that has none.
fn months(from: civil::Date, to: civil::Date) -> i64 {
    if to < from {
        return -months(to, from);
    }
    let whole = (i64::from(to.year()) - i64::from(from.year())) * 12 + i64::from(to.month()) - i64::from(from.month());
    let day = from.day().min(to.days_in_month());
    whole - i64::from(to.day() < day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn months_of(from: &str, to: &str) -> i64 {
        months(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn a_month_is_over_on_the_day_of_the_same_number() {
        assert_eq!(months_of("2026-01-15", "2026-02-14"), 0);
        assert_eq!(months_of("2026-01-15", "2026-02-15"), 1);
        assert_eq!(months_of("2026-01-31", "2026-02-28"), 1);
        assert_eq!(months_of("2026-02-15", "2026-01-15"), -1);
        assert_eq!(months_of("2008-02-29", "2026-02-28"), 18 * 12);
        assert_eq!(months_of("2008-03-01", "2026-02-28"), 18 * 12 - 1);
    }

    #[test]
    fn what_nobody_wrote_decides_nothing_but_what_is_certain_anyway() {
        let around = Around {
            get: &|_| None,
            count: &|_| 0,
            today: civil::date(2026, 11, 23),
        };
        let unknown = || Node::Fact("a.b".parse().unwrap());
        let is = |operator, left, right| around.of(&Node::Binary(operator, Box::new([left, right])));
        assert_eq!(is(Operator::And, unknown(), Node::Flag(false)), Known::Flag(false));
        assert_eq!(is(Operator::And, unknown(), Node::Flag(true)), Known::Null);
        assert_eq!(is(Operator::Or, unknown(), Node::Flag(true)), Known::Flag(true));
        assert_eq!(is(Operator::Less, unknown(), Node::Integer(3)), Known::Null);
        assert_eq!(is(Operator::Equal, unknown(), Node::Integer(3)), Known::Flag(false));
        assert_eq!(is(Operator::Over, Node::Integer(3), Node::Integer(0)), Known::Null);
    }
}
