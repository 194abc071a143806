//! What matching knows beforehand: the file `matching.toml` of a pack.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::field::{Field, Level};

/// The file `matching.toml`: rates to begin with, and words that mean the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Knowledge {
    /// Matches of a record that are expected in a list.
    pub matches_per_record: f64,
    /// Brothers and sisters of a child that are expected in a list.
    pub siblings_per_record: f64,
    /// For how many records the shares of names count that stand here.
    pub records_of_prior: f64,
    /// For how many matches the rates count that stand here.
    pub matches_of_prior: f64,
    /// How often those agree who are one, strangers, and children of one household.
    pub rates: BTreeMap<Field, Rates>,
    /// Shares of people who have a part of a name.
    #[serde(default)]
    pub common: Vec<Common>,
    /// Words that are no part of a name.
    #[serde(default)]
    pub drop: Vec<Words>,
    /// What stands between a child's name and the father's.
    #[serde(default)]
    pub son_of: Vec<Words>,
    /// What stands between a name and another name.
    #[serde(default)]
    pub alias: Vec<Words>,
    /// Words that are short for another, or another name of it.
    #[serde(default)]
    pub same: Vec<Meaning>,
    /// States, with what else is written for each.
    #[serde(default)]
    pub states: BTreeMap<String, Vec<String>>,
    /// Sexes, likewise.
    #[serde(default)]
    pub sexes: BTreeMap<String, Vec<String>>,
    /// Languages, likewise.
    #[serde(default)]
    pub languages: BTreeMap<String, Vec<String>>,
    /// What is said of marks, clothing and companions; the empty meaning is for words that mean nothing.
    #[serde(default)]
    pub meanings: BTreeMap<String, Vec<String>>,
}

/// Rates of one comparison, by level.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Rates {
    /// Of pairs that are one child.
    pub m: BTreeMap<Level, f64>,
    /// Of strangers.
    pub u: BTreeMap<Level, f64>,
    /// Of children of one household; as `m` where it does not say.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub h: BTreeMap<Level, f64>,
}

/// Parts of names that about so many people have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Common {
    /// The parts.
    pub words: Vec<String>,
    /// The share that each has.
    pub share: f64,
}

/// Some words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// The words.
    pub words: Vec<String>,
}

/// Words that mean one word.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Meaning {
    /// The word they are compared as.
    pub means: String,
    /// The words.
    pub words: Vec<String>,
}

/// Why `matching.toml` cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KnowledgeError {
    /// A comparison has no rates.
    #[error("no rates for {0:?}")]
    NoRates(Field),
    /// A rate is missing, or stands at a level that the comparison does not have.
    #[error("the rates of {0:?} must name exactly its levels")]
    Levels(Field),
    /// Rates are between 0 and 1 and add up to 1.
    #[error("the rates of {0:?} must be above 0 and add up to 1")]
    Sum(Field),
    /// A number that must be above 0 is not, or is out of all proportion.
    #[error("{0} is out of range")]
    Range(&'static str),
}

impl Knowledge {
    /// Whether it can be reckoned with.
    pub fn check(&self) -> Result<(), KnowledgeError> {
        /// How far from 1 a sum of rounded rates may be.
        const ROUNDING: f64 = 0.002;
        let ranges = [
            ("matches_per_record", self.matches_per_record, 100.0),
            ("siblings_per_record", self.siblings_per_record, 100.0),
            ("records_of_prior", self.records_of_prior, 1e6),
            ("matches_of_prior", self.matches_of_prior, 1e6),
        ];
        for (name, value, max) in ranges {
            if !(value > 0.0 && value <= max) {
                return Err(KnowledgeError::Range(name));
            }
        }
        if self.common.iter().any(|common| !(0.0..=1.0).contains(&common.share)) {
            return Err(KnowledgeError::Range("share"));
        }
        for field in Field::COMPARED {
            let rates = self.rates.get(&field).ok_or(KnowledgeError::NoRates(field))?;
            for (optional, of) in [(false, &rates.m), (false, &rates.u), (true, &rates.h)] {
                if optional && of.is_empty() {
                    continue;
                }
                let mut levels = field.levels().to_vec();
                levels.sort();
                if !of.keys().copied().eq(levels) {
                    return Err(KnowledgeError::Levels(field));
                }
                let sum: f64 = of.values().sum();
                if (sum - 1.0).abs() > ROUNDING || of.values().any(|rate| *rate <= 0.0) {
                    return Err(KnowledgeError::Sum(field));
                }
            }
        }
        Ok(())
    }
}
