//! The reckoning itself, for whoever compares reports: the device and the hub. The screens know the reports and the reasons only.

mod catalogue;
mod compare;
mod day;
mod duplicates;
mod english;
mod entry;
mod index;
mod learn;
mod lexicon;
mod list;
mod names;
mod population;
mod prepared;
mod score;
mod scratch;
pub mod sound;
mod terms;
mod weights;
mod whereabouts;
mod words;

pub use catalogue::{Asking, Catalogue, Gathering};
pub use compare::Relation;
pub use duplicates::Duplicate;
pub use english::english;
pub use entry::{Entry, EntryError, EntryKind};
pub use list::{Gathered, List};
pub use weights::{Source, Weights};

// The modules here name these as their siblings.
use super::{LOOK_BYTES, Look, Proposal, Report, field, knowledge, reason, report};
