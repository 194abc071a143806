//! The values that facts and columns take.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// A value as it is stored, shown and sent. Dates (`2026-11-23`) and codes of a vocabulary are texts whose form the
/// dictionary checks, so that a value of a type a newer pack invents survives an older app.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "type", content = "value")]
pub enum Value {
    /// Text, a date as ISO 8601, or a code of a vocabulary.
    Text(String),
    /// A whole number, in the unit the dictionary gives.
    Integer(i64),
    /// A decimal number, in the unit the dictionary gives.
    Number(f64),
    /// Yes or no.
    Flag(bool),
    /// A moment: milliseconds since 1970-01-01 UTC.
    Instant(i64),
    /// Several codes of a vocabulary; merged member by member.
    Set(BTreeSet<String>),
}

impl Value {
    /// The text, where this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The moment in milliseconds since 1970-01-01 UTC, where this is one.
    pub fn as_instant_ms(&self) -> Option<i64> {
        match self {
            Self::Instant(ms) => Some(*ms),
            _ => None,
        }
    }

    /// The whole number, where this is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// Yes or no, where this is one.
    pub fn as_flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
