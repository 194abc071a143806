//! Why two reports score as they do, as data that the screens put into words.

use serde::{Deserialize, Serialize};

use super::field::{Field, Level};

/// Why a score is what it is: one comparison, how well it agrees, and what that weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// What was compared.
    pub field: Field,
    /// How well it agrees.
    pub level: Level,
    /// What is to be said beside it.
    pub how: How,
    /// Bits for one child, or where below 0 for two. The weights of all reasons add up to the score.
    pub weight: f32,
    /// The words that were set against each other, as they were read.
    pub words: Option<(String, String)>,
}

/// The score of two reports.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Bits for one child: each one doubles the odds.
    pub score: f32,
    /// How likely they are one child, in a list of that length.
    pub probability: f32,
    /// What the score is made of, the weightiest first.
    pub reasons: Vec<Reason>,
}

/// What is to be said beside a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Nothing.
    Plain,
    /// One side wrote as one word what the other wrote as two.
    Joined,
    /// The parts stand in another order.
    Reordered,
    /// One of the two is another name of the child.
    Alias,
    /// The father's name stands where the other has the mother's.
    Crossed,
}
