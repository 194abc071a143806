//! The same child in two reports: written by other hands, in other scripts, years apart.
//!
//! Probabilistic linkage after Fellegi and Sunter. Two [`report::Report`]s are compared fact by fact; each comparison comes to
//! a level, and each level weighs as much as it is likelier for one child than for two strangers, or for two of a household.
//! What is not known on either side is not compared and weighs nothing. A [`Catalogue`] holds a list and finds, without
//! looking at all of it, who may be meant. Everything here proposes; a person decides. `docs/matching.md` tells the whole.

pub mod decisions;
mod field;
mod knowledge;
#[cfg(feature = "matching")]
mod linkage;
mod look;
mod reason;
mod report;
#[cfg(feature = "matching")]
pub mod told;

pub use field::{Field, Level};
pub use knowledge::{Common, Knowledge, KnowledgeError, Meaning, Rates, Words};
#[cfg(feature = "matching")]
pub use linkage::{
    Asking, Catalogue, Duplicate, Entry, EntryError, EntryKind, Gathered, Gathering, List, Relation, Source, Weights,
    english, sound,
};
pub use look::{LOOK, LOOK_BYTES, Look, NoLook};
pub use reason::{How, Reason, Score};
pub use report::{COLUMNS, FACT_BYTES_MAX, Report};

/// From this probability on a proposal is shown to officers without being asked for: in every list of thousands that it was
/// tried on, more than 95 of a hundred such proposals between two lists were right. `docs/benchmarks.md` has the figures.
pub const SHOWN_MIN: f32 = 0.9;

/// A report of a list that may be the same child.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Proposal {
    /// Its number in the list.
    pub number: usize,
    /// Bits for one child.
    pub score: f32,
    /// How likely it is one child.
    pub probability: f32,
}
