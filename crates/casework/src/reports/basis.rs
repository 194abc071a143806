//! What a report was counted from.

use super::{Reach, ReportWords, Word};
use crate::Labels;

/// What a report was counted from, as far as whoever makes it has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The district or institution, as it is called.
    pub place: String,
    /// The moment.
    pub now_ms: i64,
    /// Who counted: a tablet has some of the district's cases, a hub has what tablets have sent.
    pub from: CountedFrom,
    /// The cases that were read.
    pub cases: u64,
    /// Of them, those of which nobody wrote when they were opened.
    pub undated: u64,
    /// Of them, those without the document that says who the child is.
    pub without_identity: u64,
    /// Cases that the hub has named and whose documents are still to come, or that cannot be read.
    pub not_here: u64,
    /// Whether there are documents that whoever makes the report may not read.
    pub reads_in_part: bool,
    /// Whether the period is not over.
    pub is_running: bool,
    /// How far the copy goes.
    pub reach: Reach,
}

/// Who counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedFrom {
    /// A tablet.
    Tablet,
    /// A hub.
    Hub,
}

impl Basis {
    /// The sentences.
    pub(super) fn lines(&self, words: ReportWords<'_>) -> Vec<Labels> {
        let mut lines = vec![match self.from {
            CountedFrom::Tablet => words.counted(Word::BasisTablet, self.cases),
            CountedFrom::Hub => words.counted(Word::BasisHub, self.cases),
        }];
        for (word, count) in [
            (Word::BasisNotHere, self.not_here),
            (Word::BasisUndated, self.undated),
            (Word::BasisNoIdentity, self.without_identity),
        ] {
            if count > 0 {
                lines.push(words.counted(word, count));
            }
        }
        for (word, holds) in [
            (Word::BasisInPart, self.reads_in_part),
            (Word::BasisRunning, self.is_running),
            (Word::BasisFew, self.reach == Reach::Outside),
        ] {
            if holds {
                lines.push(words.say(word));
            }
        }
        lines
    }
}
