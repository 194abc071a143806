//! Conditions, checks and derived values, in a small part of the Common Expression Language.
//!
//! A pack writes them as text. The text is parsed once, where the pack is read (feature `packs`), into a tree; device,
//! hub and screen evaluate the same tree with the same code, and no parser is needed there.
//!
//! What may be written: facts by id (`child.sex == "female"`), texts, numbers, `true`, `false`, `null`, lists, `in`,
//! `== != < <= > >=`, `&& || !`, `+ - * /`, `? :`, parentheses, `has(child.birth_date)`, `size(x)`, `today`,
//! `years_between(from, to)`, `months_between(from, to)`, `days_between(from, to)`, `count("family")`,
//! `s.startsWith("…")` and `s.contains("…")`.
//!
//! What nobody wrote is `null`, and a set of codes that nobody wrote is empty. `null` equals nothing but `null`. Order,
//! arithmetic and functions of `null` are *unknown*, and so is a flag that nobody set; `false && unknown` is false and
//! `true || unknown` is true. Whole numbers and decimals mix. Dates are ISO texts, so that they compare as texts; a
//! moment compared with a date counts as its date in India. Division by zero and numbers past the range are unknown.

use jiff::civil;
use serde::{Deserialize, Serialize, de};

use crate::{FactId, Record, Value};

mod evaluate;
mod node;
#[cfg(feature = "packs")]
mod parse;
#[cfg(feature = "packs")]
mod types;

pub use evaluate::Outcome;
pub use node::{Node, Operator, Unit};
#[cfg(feature = "packs")]
pub use parse::ExpressionError;
#[cfg(feature = "packs")]
pub use types::{Dictionary, Kind, TypeError};

/// An expression of a pack, parsed. In a pack it stands as text, everywhere else as its tree.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expression {
    is: Node,
}

impl Expression {
    /// Longest text, in characters.
    pub const CHARS_MAX: usize = 1_000;
    /// Deepest nesting of operators, calls and parentheses.
    pub const DEPTH_MAX: usize = 24;
    /// Most facts, literals, operators and calls.
    pub const NODES_MAX: usize = 200;

    /// The expression that this tree is.
    pub(crate) const fn new(is: Node) -> Self {
        Self { is }
    }

    /// Its tree.
    pub const fn node(&self) -> &Node {
        &self.is
    }

    /// What it comes to where `get` answers for facts, `count` for the rows of tables, on the day `today` in India.
    pub fn evaluate(
        &self,
        get: &dyn Fn(&FactId) -> Option<Value>,
        count: &dyn Fn(&str) -> usize,
        today: civil::Date,
    ) -> Outcome {
        evaluate::evaluate(&self.is, get, count, today)
    }

    /// What it comes to in `record`, on the day `today` in India.
    pub fn in_record(&self, record: &Record, today: civil::Date) -> Outcome {
        let get = |fact: &FactId| record.facts.get(fact).cloned();
        self.evaluate(&get, &|table| record.rows_of(table).count(), today)
    }

    /// The facts it reads, each once, in the order of their names.
    pub fn facts(&self) -> Vec<&FactId> {
        let mut found = Vec::new();
        self.is.walk(&mut |node| match node {
            Node::Fact(fact) | Node::Set(fact) | Node::Has(fact) => found.push(fact),
            _ => {}
        });
        found.sort();
        found.dedup();
        found
    }

    /// The tables whose rows it counts, each once, in the order of their names.
    pub fn tables(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.is.walk(&mut |node| {
            if let Node::Count(table) = node {
                found.push(table.as_str());
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }
}

impl std::fmt::Display for Expression {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.is.fmt(f)
    }
}

#[derive(Deserialize)]
struct Tree {
    is: Node,
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextOrTree)
    }
}

struct TextOrTree;

impl<'de> de::Visitor<'de> for TextOrTree {
    type Value = Expression;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an expression")
    }

    #[cfg(feature = "packs")]
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Expression, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Expression, A::Error> {
        let tree = Tree::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Expression::new(tree.is))
    }
}
