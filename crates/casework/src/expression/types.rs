//! Whether an expression makes sense with a dictionary: a choice is compared with its own codes, a number with numbers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Expression, Node, Operator};
use crate::{FactId, FactType};

/// What an expression needs to know of a pack.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    pub(crate) facts: BTreeMap<FactId, (FactType, Option<String>)>,
    pub(crate) tables: BTreeSet<String>,
    pub(crate) vocabularies: BTreeMap<String, BTreeSet<String>>,
}

/// What a part of an expression comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Nothing,
    /// Yes or no.
    Flag,
    /// A whole number.
    Integer,
    /// A decimal number.
    Number,
    /// Any text.
    Text,
    /// A text that is written in the expression.
    Literal(String),
    /// A date.
    Date,
    /// A moment.
    Moment,
    /// A code of a vocabulary.
    Code(String),
    /// Codes of a vocabulary.
    Codes(String),
    /// A list that is written in the expression.
    List(Vec<Kind>),
}

/// What makes no sense in an expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TypeError {
    /// A fact that the dictionary does not have.
    #[error("`{0}` is no fact of the dictionary")]
    UnknownFact(FactId),
    /// A fact of a type that this app does not know.
    #[error("`{0}` is of a type that this app does not know")]
    UnknownType(FactId),
    /// A table that the dictionary does not have.
    #[error("`{0}` is no table of the dictionary")]
    UnknownTable(String),
    /// A code that the vocabulary does not have.
    #[error("`{code}` is no code of the vocabulary `{vocabulary}`")]
    NotACode {
        /// The code.
        code: String,
        /// The vocabulary.
        vocabulary: String,
    },
    /// A text where a date is wanted.
    #[error("`{0}` is no date such as 2026-11-23")]
    NotADate(String),
    /// Two sides that cannot be compared.
    #[error("{left} cannot stand with {right} in `{at}`")]
    Sides {
        /// What is on the left.
        left: String,
        /// What is on the right.
        right: String,
        /// The whole operation.
        at: String,
    },
    /// A part of the wrong kind.
    #[error("`{at}` is {found}, and {wanted} is wanted")]
    Wanted {
        /// The part.
        at: String,
        /// What it is.
        found: String,
        /// What should stand there.
        wanted: &'static str,
    },
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nothing => f.write_str("null"),
            Self::Flag => f.write_str("yes or no"),
            Self::Integer => f.write_str("a whole number"),
            Self::Number => f.write_str("a number"),
            Self::Text | Self::Literal(_) => f.write_str("a text"),
            Self::Date => f.write_str("a date"),
            Self::Moment => f.write_str("a moment"),
            Self::Code(vocabulary) => write!(f, "a choice of `{vocabulary}`"),
            Self::Codes(vocabulary) => write!(f, "a set of `{vocabulary}`"),
            Self::List(_) => f.write_str("a list"),
        }
    }
}

impl Expression {
    /// Checks an expression of any kind against the dictionary, and notes which facts are sets.
    pub fn check(&mut self, dictionary: &Dictionary) -> Result<Kind, TypeError> {
        dictionary.kind(&mut self.is)
    }

    /// Checks a condition against the dictionary, and notes which facts are sets.
    pub fn check_condition(&mut self, dictionary: &Dictionary) -> Result<(), TypeError> {
        let kind = dictionary.kind(&mut self.is)?;
        want(&self.is, &kind, "yes or no", |kind| *kind == Kind::Flag)
    }

    /// Checks a derived value of a fact of this type, and notes which facts are sets.
    pub fn check_value(
        &mut self,
        dictionary: &Dictionary,
        fact: FactType,
        vocabulary: Option<&str>,
    ) -> Result<(), TypeError> {
        let found = dictionary.kind(&mut self.is)?;
        let wanted = kind_of(fact, vocabulary);
        let fits = match (&wanted, &found) {
            (Some(Kind::Number), Kind::Integer) | (Some(Kind::Text | Kind::Code(_) | Kind::Date), Kind::Literal(_)) => {
                true
            }
            (Some(wanted), found) => wanted == found,
            (None, _) => false,
        };
        if !fits {
            let wanted = wanted.map_or_else(|| "nothing".to_owned(), |kind| kind.to_string());
            return Err(TypeError::Sides {
                left: found.to_string(),
                right: wanted,
                at: self.is.to_string(),
            });
        }
        let wanted = wanted.unwrap_or(Kind::Nothing);
        dictionary.literals(&self.is, &wanted)
    }
}

/// What a fact of this type comes to; `None` for a type of a newer pack.
fn kind_of(fact: FactType, vocabulary: Option<&str>) -> Option<Kind> {
    let vocabulary = || vocabulary.unwrap_or_default().to_owned();
    Some(match fact {
        FactType::Text | FactType::LongText | FactType::Phone => Kind::Text,
        FactType::Integer => Kind::Integer,
        FactType::Number => Kind::Number,
        FactType::Date => Kind::Date,
        FactType::Instant => Kind::Moment,
        FactType::Choice => Kind::Code(vocabulary()),
        FactType::Choices => Kind::Codes(vocabulary()),
        FactType::Flag => Kind::Flag,
        FactType::Unknown => return None,
    })
}

impl Dictionary {
    fn fact(&self, id: &FactId) -> Result<Kind, TypeError> {
        let (kind, vocabulary) = self.facts.get(id).ok_or_else(|| TypeError::UnknownFact(id.clone()))?;
        kind_of(*kind, vocabulary.as_deref()).ok_or_else(|| TypeError::UnknownType(id.clone()))
    }

    fn kind(&self, node: &mut Node) -> Result<Kind, TypeError> {
        match node {
            Node::Null => Ok(Kind::Nothing),
            Node::Flag(_) => Ok(Kind::Flag),
            Node::Integer(_) => Ok(Kind::Integer),
            Node::Number(_) => Ok(Kind::Number),
            Node::Text(text) => Ok(Kind::Literal(text.clone())),
            Node::Today => Ok(Kind::Date),
            Node::List(items) => {
                let kinds = items.iter_mut().map(|item| self.kind(item));
                kinds.collect::<Result<_, _>>().map(Kind::List)
            }
            Node::Fact(id) | Node::Set(id) => {
                let kind = self.fact(id)?;
                if matches!(kind, Kind::Codes(_)) {
                    *node = Node::Set(id.clone());
                }
                Ok(kind)
            }
            Node::Has(id) => self.fact(id).map(|_| Kind::Flag),
            Node::Count(table) if self.tables.contains(table) => Ok(Kind::Integer),
            Node::Count(table) => Err(TypeError::UnknownTable(table.clone())),
            _ => self.operation(node),
        }
    }

    fn operation(&self, node: &mut Node) -> Result<Kind, TypeError> {
        let kinds: Vec<Kind> = node
            .children_mut()
            .iter_mut()
            .map(|child| self.kind(child))
            .collect::<Result<_, _>>()?;
        let node = &*node;
        let children = node.children();
        let all = |wanted: &'static str, test: fn(&Kind) -> bool| {
            let mut pairs = children.iter().zip(&kinds);
            pairs.try_for_each(|(child, kind)| want(child, kind, wanted, test))
        };
        match node {
            Node::Not(_) | Node::Binary(Operator::And | Operator::Or, _) => {
                all("yes or no", |kind| *kind == Kind::Flag).map(|()| Kind::Flag)
            }
            Node::Negate(_) => all("a number", is_number).map(|()| kinds[0].clone()),
            Node::Size(_) => all("a set or a text", has_size).map(|()| Kind::Integer),
            Node::Between(..) => {
                all("a date or a moment", is_day)?;
                children
                    .iter()
                    .try_for_each(|child| self.literals(child, &Kind::Date))?;
                Ok(Kind::Integer)
            }
            Node::StartsWith(_) | Node::Contains(_) => all("a text", is_text).map(|()| Kind::Flag),
            Node::If(three) => {
                want(&three[0], &kinds[0], "yes or no", |kind| *kind == Kind::Flag)?;
                self.same(&kinds[1], &kinds[2], node)
            }
            Node::Binary(Operator::In, two) => self.membership(&kinds, node, two).map(|()| Kind::Flag),
            Node::Binary(Operator::Equal | Operator::NotEqual, _) => {
                self.compared(&kinds[0], &kinds[1], node).map(|()| Kind::Flag)
            }
            Node::Binary(Operator::Plus, _) if kinds.iter().all(is_text) => Ok(Kind::Text),
            Node::Binary(Operator::Plus | Operator::Minus | Operator::Times | Operator::Over, _) => {
                all("a number", is_number)?;
                Ok(if kinds.contains(&Kind::Number) {
                    Kind::Number
                } else {
                    Kind::Integer
                })
            }
            _ => {
                let ordered = |kind: &Kind| is_number(kind) || is_day(kind);
                children
                    .iter()
                    .zip(&kinds)
                    .try_for_each(|(child, kind)| want(child, kind, "a number, a date or a moment", ordered))?;
                self.compared(&kinds[0], &kinds[1], node).map(|()| Kind::Flag)
            }
        }
    }

    /// Whether two sides may be compared at all; what is written in quotes must be a code or a date where one is meant.
    fn compared(&self, left: &Kind, right: &Kind, at: &Node) -> Result<(), TypeError> {
        match (left, right) {
            (Kind::Nothing, _) | (_, Kind::Nothing) => Ok(()),
            (Kind::Literal(text), Kind::Code(vocabulary)) | (Kind::Code(vocabulary), Kind::Literal(text)) => {
                self.code(text, vocabulary)
            }
            (Kind::Literal(text), Kind::Date | Kind::Moment) | (Kind::Date | Kind::Moment, Kind::Literal(text)) => {
                date(text)
            }
            (Kind::List(items), Kind::Codes(vocabulary)) | (Kind::Codes(vocabulary), Kind::List(items)) => {
                let one = Kind::Code(vocabulary.clone());
                items.iter().try_for_each(|item| self.compared(item, &one, at))
            }
            (left, right) if is_number(left) && is_number(right) => Ok(()),
            (left, right) if is_text(left) && is_text(right) => Ok(()),
            (Kind::Date | Kind::Moment, Kind::Date | Kind::Moment) => Ok(()),
            (left, right) if left == right => Ok(()),
            (left, right) => Err(sides(left, right, at)),
        }
    }

    fn membership(&self, kinds: &[Kind], node: &Node, _two: &[Node; 2]) -> Result<(), TypeError> {
        match &kinds[1] {
            Kind::List(items) => items.iter().try_for_each(|item| self.compared(&kinds[0], item, node)),
            Kind::Codes(vocabulary) => self.compared(&kinds[0], &Kind::Code(vocabulary.clone()), node),
            other => Err(sides(&kinds[0], other, node)),
        }
    }

    /// The kind of a value that is one or the other.
    fn same(&self, left: &Kind, right: &Kind, at: &Node) -> Result<Kind, TypeError> {
        self.compared(left, right, at)?;
        Ok(match (left, right) {
            (Kind::Nothing, kind) | (kind, Kind::Nothing) => kind.clone(),
            (Kind::Literal(_), kind) | (kind, Kind::Literal(_)) if !matches!(kind, Kind::Literal(_)) => kind.clone(),
            (Kind::Integer, Kind::Number) => Kind::Number,
            _ => left.clone(),
        })
    }

    fn code(&self, code: &str, vocabulary: &str) -> Result<(), TypeError> {
        let known = self.vocabularies.get(vocabulary);
        if known.is_some_and(|codes| codes.contains(code)) {
            return Ok(());
        }
        Err(TypeError::NotACode {
            code: code.to_owned(),
            vocabulary: vocabulary.to_owned(),
        })
    }

    /// The texts that a value may turn out to be are codes or dates, where that is what it is for.
    fn literals(&self, node: &Node, wanted: &Kind) -> Result<(), TypeError> {
        match (node, wanted) {
            (Node::Text(text), Kind::Code(vocabulary)) => self.code(text, vocabulary),
            (Node::Text(text), Kind::Date) => date(text),
            (Node::If(three), _) => three[1..].iter().try_for_each(|child| self.literals(child, wanted)),
            _ => Ok(()),
        }
    }
}

fn want(at: &Node, found: &Kind, wanted: &'static str, test: impl Fn(&Kind) -> bool) -> Result<(), TypeError> {
    if test(found) {
        return Ok(());
    }
    Err(TypeError::Wanted {
        at: at.to_string(),
        found: found.to_string(),
        wanted,
    })
}

fn date(text: &str) -> Result<(), TypeError> {
    let parsed: Result<jiff::civil::Date, _> = text.parse();
    if text.len() == 10 && parsed.is_ok() {
        Ok(())
    } else {
        Err(TypeError::NotADate(text.to_owned()))
    }
}

fn sides(left: &Kind, right: &Kind, at: &Node) -> TypeError {
    TypeError::Sides {
        left: left.to_string(),
        right: right.to_string(),
        at: at.to_string(),
    }
}

fn is_number(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Number)
}

fn is_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Text | Kind::Literal(_))
}

fn is_day(kind: &Kind) -> bool {
    matches!(kind, Kind::Date | Kind::Moment | Kind::Literal(_))
}

fn has_size(kind: &Kind) -> bool {
    is_text(kind) || matches!(kind, Kind::Codes(_) | Kind::List(_))
}
