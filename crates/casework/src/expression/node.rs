//! The tree of an expression, and how it is written out again.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::FactId;

/// A node of the tree. The short names are for the wire between device and screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A decimal number.
    Number(f64),
    /// A text, a date or a code.
    Text(String),
    /// A list of literals.
    List(Vec<Node>),
    /// A fact with one value.
    Fact(FactId),
    /// A fact with several codes; empty where nobody wrote it.
    Set(FactId),
    /// The day of the evaluation.
    Today,
    /// Whether anybody wrote a fact; a set, whether it has a code.
    Has(FactId),
    /// How many rows a table has.
    Count(String),
    /// How many codes a set or characters a text has.
    Size(Box<Node>),
    /// Not.
    Not(Box<Node>),
    /// The number with the other sign.
    Negate(Box<Node>),
    /// Two sides and what is between them.
    Binary(Operator, Box<[Node; 2]>),
    /// Condition, value where it is true, value where it is false.
    If(Box<[Node; 3]>),
    /// Whole years, months or days from the first day to the second.
    Between(Unit, Box<[Node; 2]>),
    /// Whether the first text begins with the second.
    StartsWith(Box<[Node; 2]>),
    /// Whether the first text contains the second.
    Contains(Box<[Node; 2]>),
}

/// What stands between two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// `||`
    Or,
    /// `&&`
    And,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `in`
    In,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Over,
}

impl Operator {
    /// As it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::In => "in",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Over => "/",
        }
    }
}

/// The unit in which the time between two days is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Whole years.
    Years,
    /// Whole months.
    Months,
    /// Days.
    Days,
}

impl Unit {
    /// The function that counts in it.
    pub const fn function(self) -> &'static str {
        match self {
            Self::Years => "years_between",
            Self::Months => "months_between",
            Self::Days => "days_between",
        }
    }
}

impl Node {
    /// The nodes right below this one.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            Self::Size(one) | Self::Not(one) | Self::Negate(one) => std::slice::from_ref(one),
            Self::Binary(_, two) | Self::Between(_, two) | Self::StartsWith(two) | Self::Contains(two) => &two[..],
            Self::If(three) => &three[..],
            _ => &[],
        }
    }

    /// The nodes right below this one, to change.
    #[cfg(feature = "packs")]
    pub(crate) fn children_mut(&mut self) -> &mut [Self] {
        match self {
            Self::List(items) => items,
            Self::Size(one) | Self::Not(one) | Self::Negate(one) => std::slice::from_mut(one),
            Self::Binary(_, two) | Self::Between(_, two) | Self::StartsWith(two) | Self::Contains(two) => &mut two[..],
            Self::If(three) => &mut three[..],
            _ => &mut [],
        }
    }

    /// Calls `visit` for this node and every node below it.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        for child in self.children() {
            child.walk(visit);
        }
    }
}

/// Written with a pair of parentheses around every operation, so that it reads back as the same tree.
impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Text(text) => quoted(f, text),
            Self::List(items) => {
                f.write_str("[")?;
                for (at, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str("]")
            }
            Self::Fact(fact) | Self::Set(fact) => write!(f, "{fact}"),
            Self::Today => f.write_str("today"),
            Self::Has(fact) => write!(f, "has({fact})"),
            Self::Count(table) => {
                f.write_str("count(")?;
                quoted(f, table)?;
                f.write_str(")")
            }
            Self::Size(one) => write!(f, "size({one})"),
            Self::Not(one) => write!(f, "!{one}"),
            Self::Negate(one) => write!(f, "(-{one})"),
            Self::Binary(operator, two) => write!(f, "({} {} {})", two[0], operator.sign(), two[1]),
            Self::If(three) => write!(f, "({} ? {} : {})", three[0], three[1], three[2]),
            Self::Between(unit, two) => write!(f, "{}({}, {})", unit.function(), two[0], two[1]),
            Self::StartsWith(two) => write!(f, "{}.startsWith({})", two[0], two[1]),
            Self::Contains(two) => write!(f, "{}.contains({})", two[0], two[1]),
        }
    }
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}
