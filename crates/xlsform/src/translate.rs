//! From XPath to the expressions of packs.
//!
//! The two disagree about blanks. In XPath a blank answer is an empty text and no number, so every comparison of it is
//! false or true; in a pack it is unknown, which shows nothing, requires nothing and warns of nothing. Where the answer
//! would be seen (under `not`, in a condition of `if`, in a constraint) a comparison asks first whether anybody wrote what
//! it compares. A comparison with an empty text asks whether anybody did.

mod functions;

use std::collections::{BTreeMap, BTreeSet};

use crate::xpath::{Operator, Xpath, XpathError};

/// What an answer, or a part of an expression, is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    Nothing,
    Flag,
    Integer,
    Number,
    Text,
    /// A text written in the expression.
    Literal(String),
    Date,
    Moment,
    /// A code of a vocabulary.
    Code(String),
    /// Codes of a vocabulary.
    Codes(String),
}

impl Kind {
    fn is_number(&self) -> bool {
        matches!(self, Self::Integer | Self::Number)
    }

    fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Literal(_))
    }
}

/// What a name of the workbook stands for.
#[derive(Debug, Clone)]
pub(crate) enum Named {
    /// A fact.
    Fact(String, Kind),
    /// A calculated fact whose kind is not known yet.
    Pending,
    /// The rows of a table.
    Table(String),
    /// A column of a table.
    InRows,
    /// The day, which telephones record.
    Today,
    /// A group or a note, which has no answer, or a question that was left out.
    LeftOut,
}

/// What the names of a workbook stand for.
pub(crate) type Scope = BTreeMap<String, Named>;

/// A part of an expression, translated.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    /// The fact, where the part is nothing else.
    fact: bool,
    /// The facts in it that may be blank.
    blank: BTreeSet<String>,
}

impl Part {
    fn new(text: impl Into<String>, kind: Kind) -> Self {
        Self {
            text: text.into(),
            kind,
            fact: false,
            blank: BTreeSet::new(),
        }
    }

    fn with(mut self, of: &[&Self]) -> Self {
        self.blank.extend(of.iter().flat_map(|part| part.blank.iter().cloned()));
        self
    }
}

/// Why an expression is not translated, or not yet.
#[derive(Debug)]
pub(crate) enum Stuck {
    Error(XpathError),
    /// It reads a calculated value whose kind is not known yet.
    Pending,
}

impl From<XpathError> for Stuck {
    fn from(error: XpathError) -> Self {
        Self::Error(error)
    }
}

pub(crate) struct Translation<'a> {
    pub(crate) scope: &'a Scope,
    /// The fact that `.` is.
    pub(crate) own: Option<(&'a str, &'a Kind)>,
    /// Whether years were counted by the calendar.
    pub(crate) by_calendar: bool,
}

pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn kinds(sign: &str) -> Stuck {
    XpathError::Kinds(sign.to_owned()).into()
}

impl Translation<'_> {
    /// A condition; `exact` where an unknown would be taken for something else than "no".
    pub(crate) fn condition(&mut self, xpath: &Xpath, exact: bool) -> Result<Part, Stuck> {
        let part = self.part(xpath, exact)?;
        if part.kind == Kind::Flag {
            Ok(part)
        } else {
            Err(XpathError::NoCondition.into())
        }
    }

    pub(crate) fn part(&mut self, xpath: &Xpath, exact: bool) -> Result<Part, Stuck> {
        match xpath {
            Xpath::Number(text) if text.contains('.') => {
                let number: f64 = text.parse().map_err(|_| kinds(text))?;
                Ok(Part::new(format!("{number:?}"), Kind::Number))
            }
            Xpath::Number(text) => {
                let number: i64 = text.parse().map_err(|_| kinds(text))?;
                Ok(Part::new(number.to_string(), Kind::Integer))
            }
            Xpath::Text(text) => Ok(Part::new(quoted(text), Kind::Literal(text.clone()))),
            Xpath::Own => match self.own {
                // A constraint is asked of an answer only, so that its own is never blank.
                Some((fact, kind)) => Ok(Part {
                    blank: BTreeSet::new(),
                    ..fact_part(fact, kind)
                }),
                None => Err(kinds(".")),
            },
            Xpath::Name(name) => self.named(name),
            Xpath::Negate(one) => {
                let one = self.part(one, exact)?;
                if !one.kind.is_number() {
                    return Err(kinds("-"));
                }
                Ok(Part::new(format!("(-{})", one.text), one.kind.clone()).with(&[&one]))
            }
            Xpath::Binary(operator, two) => self.binary(*operator, &two[0], &two[1], exact),
            Xpath::Call(name, arguments) => self.call(name, arguments, exact),
        }
    }

    fn named(&self, name: &str) -> Result<Part, Stuck> {
        let error = match self.scope.get(name) {
            Some(Named::Fact(fact, kind)) => return Ok(fact_part(fact, kind)),
            Some(Named::Today) => return Ok(Part::new("today", Kind::Date)),
            Some(Named::Pending) => return Err(Stuck::Pending),
            Some(Named::Table(_) | Named::InRows) => XpathError::InRows(name.to_owned()),
            Some(Named::LeftOut) => XpathError::LeftOut(name.to_owned()),
            None => XpathError::NoSuchName(name.to_owned()),
        };
        Err(error.into())
    }

    fn binary(&mut self, operator: Operator, left: &Xpath, right: &Xpath, exact: bool) -> Result<Part, Stuck> {
        match operator {
            Operator::Or | Operator::And => {
                let sign = if operator == Operator::Or { "||" } else { "&&" };
                let (left, right) = (self.condition(left, exact)?, self.condition(right, exact)?);
                Ok(Part::new(format!("({} {sign} {})", left.text, right.text), Kind::Flag))
            }
            Operator::Plus | Operator::Minus | Operator::Times | Operator::Over | Operator::Modulo => {
                self.arithmetic(operator, left, right, exact)
            }
            _ => self.comparison(operator, left, right, exact),
        }
    }

    fn arithmetic(&mut self, operator: Operator, left: &Xpath, right: &Xpath, exact: bool) -> Result<Part, Stuck> {
        let (one, other) = (self.part(left, exact)?, self.part(right, exact)?);
        if operator == Operator::Minus && one.kind == Kind::Date && other.kind == Kind::Date {
            let text = format!("days_between({}, {})", other.text, one.text);
            return Ok(Part::new(text, Kind::Integer).with(&[&one, &other]));
        }
        let sign = match operator {
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Times => "*",
            Operator::Over => "/",
            _ => return Err(kinds("mod")),
        };
        if !one.kind.is_number() || !other.kind.is_number() {
            return Err(kinds(sign));
        }
        // Whole numbers divide to whole numbers in a pack, and never in XPath.
        let (text, kind) = match operator {
            Operator::Over => (format!("(1.0 * {} / {})", one.text, other.text), Kind::Number),
            _ if one.kind == Kind::Integer && other.kind == Kind::Integer => {
                (format!("({} {sign} {})", one.text, other.text), Kind::Integer)
            }
            _ => (format!("({} {sign} {})", one.text, other.text), Kind::Number),
        };
        Ok(Part::new(text, kind).with(&[&one, &other]))
    }

    fn comparison(&mut self, operator: Operator, left: &Xpath, right: &Xpath, exact: bool) -> Result<Part, Stuck> {
        let (mut one, mut other) = (self.part(left, exact)?, self.part(right, exact)?);
        let sign = match operator {
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            _ => ">=",
        };
        let is_equality = matches!(operator, Operator::Equal | Operator::NotEqual);
        let empty = Kind::Literal(String::new());
        if let Some(part) = [(&one, &other), (&other, &one)]
            .into_iter()
            .find_map(|(part, literal)| (literal.kind == empty).then_some(part))
        {
            return match operator {
                Operator::Equal if part.fact => Ok(Part::new(format!("!has({})", part.text), Kind::Flag)),
                Operator::NotEqual if part.fact => Ok(Part::new(format!("has({})", part.text), Kind::Flag)),
                _ => Err(kinds(sign)),
            };
        }
        fit(&mut one, &other, is_equality);
        fit(&mut other, &one, is_equality);
        let fits = match (&one.kind, &other.kind) {
            (Kind::Code(_), Kind::Code(_) | Kind::Literal(_))
            | (Kind::Literal(_), Kind::Code(_))
            | (Kind::Flag, Kind::Flag) => is_equality,
            (Kind::Date, Kind::Date | Kind::Literal(_))
            | (Kind::Literal(_), Kind::Date)
            | (Kind::Moment, Kind::Moment) => true,
            (left, right) if left.is_number() && right.is_number() => true,
            (left, right) if left.is_text() && right.is_text() => is_equality,
            _ => false,
        };
        if !fits {
            return Err(kinds(sign));
        }
        let plain = format!("{} {sign} {}", one.text, other.text);
        let blank: BTreeSet<&String> = one.blank.union(&other.blank).collect();
        // Two blank answers are equal on both sides; a blank in a sum makes it no number, which equals nothing in XPath.
        let guards = if is_equality {
            exact && !(one.fact || other.fact)
        } else {
            exact
        };
        let text = if guards && !blank.is_empty() {
            let asked: Vec<String> = blank.iter().map(|fact| format!("has({fact})")).collect();
            let asked = asked.join(" && ");
            match operator {
                Operator::NotEqual => format!("!({asked} && {} == {})", one.text, other.text),
                _ => format!("({asked} && {plain})"),
            }
        } else {
            format!("({plain})")
        };
        Ok(Part::new(text, Kind::Flag))
    }
}

fn fact_part(fact: &str, kind: &Kind) -> Part {
    Part {
        text: fact.to_owned(),
        kind: kind.clone(),
        fact: true,
        blank: BTreeSet::from([fact.to_owned()]),
    }
}

/// Writes a literal as what it is compared with: a code that looks like a number, a number in quotes, the `OK` of an
/// acknowledgement.
fn fit(literal: &mut Part, with: &Part, is_equality: bool) {
    match (&literal.kind, &with.kind) {
        (Kind::Integer, Kind::Code(_))
            if is_equality && literal.blank.is_empty() && literal.text.parse::<i64>().is_ok() =>
        {
            *literal = Part::new(quoted(&literal.text), Kind::Literal(literal.text.clone()));
        }
        (Kind::Literal(text), with) if with.is_number() => {
            if let Ok(number) = text.parse::<i64>() {
                *literal = Part::new(number.to_string(), Kind::Integer);
            }
        }
        (Kind::Literal(text), Kind::Flag) if with.fact && text == "OK" => *literal = Part::new("true", Kind::Flag),
        _ => {}
    }
}
