//! The expressions of XLSForm, as far as they are read: a small part of XPath.
//!
//! What is read: `${name}`, `.`, texts in either quotes, numbers, `= != < <= > >=`, `and`, `or`, `+ - * div mod`, unary
//! minus, parentheses and calls of functions. Paths, predicates and unions are not. Reading is bounded in length, depth
//! and parts, so that no cell can exhaust the stack or the time.

mod parse;

use serde::Serialize;

/// An expression, read.
#[derive(Debug, Clone, PartialEq)]
pub enum Xpath {
    /// A number as it was written.
    Number(String),
    /// A text in quotes.
    Text(String),
    /// `.`, the answer the expression stands with.
    Own,
    /// `${name}`.
    Name(String),
    /// Two sides and what is between them.
    Binary(Operator, Box<[Xpath; 2]>),
    /// The number with the other sign.
    Negate(Box<Xpath>),
    /// A function with its arguments.
    Call(String, Vec<Xpath>),
}

/// What stands between two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
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
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `div`
    Over,
    /// `mod`
    Modulo,
}

impl Xpath {
    /// Longest text, in characters.
    pub const CHARS_MAX: usize = 2_000;
    /// Deepest nesting of parentheses, calls and signs.
    pub const DEPTH_MAX: usize = 24;
    /// Most operands, operators and calls.
    pub const PARTS_MAX: usize = 200;
}

/// Why an expression is not taken over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum XpathError {
    /// More than [`Xpath::CHARS_MAX`] characters.
    #[error("it is longer than {} characters", Xpath::CHARS_MAX)]
    TooLong,
    /// More than [`Xpath::DEPTH_MAX`] levels.
    #[error("it is nested more than {} deep", Xpath::DEPTH_MAX)]
    TooDeep,
    /// More than [`Xpath::PARTS_MAX`] parts.
    #[error("it has more than {} parts", Xpath::PARTS_MAX)]
    TooBig,
    /// Something else was expected at this character, counted from 1.
    #[error("it cannot be read at character {0}")]
    Syntax(usize),
    /// A path such as `../name`, a predicate or a union.
    #[error("paths such as “{0}” are not read")]
    Path(String),
    /// A function, or one with arguments that are not read.
    #[error("“{0}” is not taken over with these arguments")]
    Function(String),
    /// A name that no answer has.
    #[error("there is no answer “{0}”")]
    NoSuchName(String),
    /// A name whose question was left out.
    #[error("the question “{0}” was left out")]
    LeftOut(String),
    /// An answer that is in the rows of a table.
    #[error("“{0}” is in the rows of a table")]
    InRows(String),
    /// Two sides, or an argument, of kinds that have no meaning together.
    #[error("“{0}” has no meaning for answers of these kinds")]
    Kinds(String),
    /// A value calculated from itself, or over too many others.
    #[error("it rests on itself, or on calculated values more than four deep")]
    Chain,
    /// No yes or no where one is wanted.
    #[error("it says no yes or no")]
    NoCondition,
}

impl XpathError {
    /// The same in Hindi.
    pub fn hindi(&self) -> String {
        match self {
            Self::TooLong => format!("यह {} अक्षरों से लंबा है", Xpath::CHARS_MAX),
            Self::TooDeep => format!("इसमें {} से अधिक स्तर हैं", Xpath::DEPTH_MAX),
            Self::TooBig => format!("इसमें {} से अधिक भाग हैं", Xpath::PARTS_MAX),
            Self::Syntax(at) => format!("अक्षर {at} पर इसे पढ़ा नहीं जा सकता"),
            Self::Path(path) => format!("“{path}” जैसे पथ नहीं पढ़े जाते"),
            Self::Function(name) => format!("“{name}” इन मानों के साथ नहीं लिया जाता"),
            Self::NoSuchName(name) => format!("“{name}” नाम का उत्तर नहीं है"),
            Self::LeftOut(name) => format!("“{name}” प्रश्न छोड़ दिया गया"),
            Self::InRows(name) => format!("“{name}” तालिका की पंक्तियों में है"),
            Self::Kinds(sign) => format!("इस प्रकार के उत्तरों के लिए “{sign}” का अर्थ नहीं है"),
            Self::Chain => "यह स्वयं पर या चार से अधिक परिकलित मानों की शृंखला पर टिका है".to_owned(),
            Self::NoCondition => "यह हाँ या नहीं नहीं बताता".to_owned(),
        }
    }
}
