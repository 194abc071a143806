//! Vocabularies: the terms of a choice, as a pack gives them.

use jiff::civil;
use serde::{Deserialize, Serialize};

use crate::Labels;

/// One term of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The code that is stored.
    pub code: String,
    /// What it is called.
    pub label: Labels,
    /// Where it stands in the law.
    pub source: Option<String>,
    /// First day on which it is offered.
    pub in_force_from: Option<civil::Date>,
    /// Last day on which it is offered; what was written before stays.
    pub in_force_until: Option<civil::Date>,
}

/// A vocabulary: the terms of a choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Its name.
    pub id: String,
    /// Its terms, in the order they are shown.
    #[serde(rename = "term")]
    pub terms: Vec<Term>,
}

impl Vocabulary {
    /// The term with this code; where its words changed with the time, as it reads last.
    pub fn term(&self, code: &str) -> Option<&Term> {
        self.terms.iter().rfind(|term| term.code == code)
    }

    /// The terms that are offered on `day`, in the order they are shown.
    pub fn offered_on(&self, day: civil::Date) -> impl Iterator<Item = &Term> {
        self.terms
            .iter()
            .filter(move |term| crate::period::holds(term.in_force_from, term.in_force_until, day))
    }
}
